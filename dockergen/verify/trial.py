"""Values that a trial makes up: secrets that a program only has to have, as their owner chooses any."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable

from dockergen.lazy import regex
from dockergen.model import Sourced

_CHOSEN = regex(
    r"(?:\w+_)?(?:SECRET|SECRET_KEY|SECRET_TOKEN|SIGNING_KEY|ENCRYPTION_KEY|FERNET_KEY|AES_KEY|SALT)"
    r"|(?:\w+_)?(?:JWT|SESSION|COOKIE|CSRF)_(?:\w+_)?KEY"
)
# Secrets that another service hands out, which refuses any other.
_ISSUED = regex(
    r"API|APP_SECRET|AWS|ACCESS|AUTH0|AZURE|CAPTCHA|CLIENT|CONSUMER|GITHUB|GOOGLE|OAUTH|STRIPE|TWILIO|WEBHOOK"
)


def made_up(needs: Iterable[Sourced[str]]) -> dict[str, str]:
    """A random value for each of the variables that holds a secret of the owner's own choice."""
    names = [need.value for need in needs if _CHOSEN.fullmatch(need.value) and not _ISSUED.search(need.value)]
    # 32 bytes in this form are also what Fernet takes for a key.
    return {name: base64.urlsafe_b64encode(os.urandom(32)).decode("ascii") for name in names}
