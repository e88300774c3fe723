"""Values that a trial makes up: what a program only has to have, of its owner's choice, and no start depends on."""

from __future__ import annotations

import base64
import os
from collections.abc import Collection

from dockergen.catalog import load
from dockergen.lazy import regex
from dockergen.manifests.dotenv import examples, variables
from dockergen.model import BuildPlan
from dockergen.repository import Repository

_CHOSEN = regex(
    r"(?:\w+_)?(?:SECRET|SECRET_KEY|SECRET_TOKEN|SIGNING_KEY|ENCRYPTION_KEY|FERNET_KEY|AES_KEY|SALT)"
    r"|(?:\w+_)?(?:JWT|SESSION|COOKIE|CSRF)_(?:\w+_)?KEY"
)
# Secrets that another service hands out, which refuses any other.
_ISSUED = regex(
    r"API|APP_SECRET|AWS|ACCESS|AUTH0|AZURE|CAPTCHA|CLIENT|CONSUMER|GITHUB|GOOGLE|OAUTH|STRIPE|TWILIO|WEBHOOK"
)


# What mail is sent with, which no start does, what sessions and tokens are made with, who may ask and where, and how
# much is said.
_ANY = (
    (regex(r"(?:\w+_)?DEBUG(?:_TOOLBAR)?"), "False"),
    (regex(r"(?:\w+_)?(?:EMAIL|MAIL|SMTP)_(?:\w+_)?PORT"), "587"),
    (regex(r"(?:\w+_)?(?:EMAIL|MAIL|SMTP)_(?:USE_)?(?:TLS|SSL|STARTTLS)"), "False"),
    (
        regex(r"(?:\w+_)?(?:EMAIL|(?:EMAIL|MAIL|SMTP)_(?:FROM|SENDER|DEFAULT_SENDER))"),
        "trial@example.com",
    ),
    (regex(r"(?:\w+_)?(?:EMAIL|MAIL|SMTP)_(?:HOST_)?(?:USER|USERNAME|PASSWORD|PASS|PWD|SUBJECT_PREFIX)"), "trial"),
    (regex(r"(?:\w+_)?(?:EMAIL|MAIL|SMTP)_(?:HOST|SERVER)"), "localhost"),
    (regex(r"(?:\w+_)?(?:JWT|TOKEN)?_?ALGORITHM"), "HS256"),
    (regex(r"(?:\w+_)?ALLOWED_HOSTS?"), "*"),
    (regex(r"(?:\w+_)?(?:TOKEN|JWT|SESSION|COOKIE|ACCESS|REFRESH)_(?:\w+_)?(?:MINUTES|HOURS|DAYS|SECONDS)"), "30"),
    # Where people reach the program itself.
    (regex(r"(?:\w+_)?(?:BASE|FRONTEND|PUBLIC|SITE|UI|WEBSITE)_URL"), "http://localhost"),
    (regex(r"(?:\w+_)?(?:SITE|SERVER)_(?:DOMAIN|NAME)"), "localhost"),
    (regex(r"(?:\w+_)?LOG_?LEVEL"), "INFO"),
    (regex(r"(?:\w+_)?(?:TIME_?ZONE|TZ)"), "UTC"),
)


# Django's database is named by an address, and Python has a driver of one that needs no server.
_ADDRESS = "DATABASE_URL"
TRIAL_DATABASE = "sqlite:////tmp/trial.sqlite3"


def database(plan: BuildPlan) -> dict[str, str]:
    """The address of a database in a file, for a Django project that reads it from the usual variable."""
    django = any(row.name == "framework" and row.text == "django" for row in plan.decisions)
    wanted = any(need.value == _ADDRESS for need in plan.needs)
    return {_ADDRESS: TRIAL_DATABASE} if django and wanted else {}


def in_files(repo: Repository, names: Collection[str]) -> dict[str, tuple[str, str]]:
    """Values of the variables in the files that developers keep for them, each with the file; what an example leaves
    to be filled in is none."""
    found: dict[str, tuple[str, str]] = {}
    kept, shown = load("common").lists["variables_kept"], load("common").lists["variables_shown"]
    for path in (*kept, *shown) if names else ():
        text = repo.source(path)
        for name, value in (variables(text) if path in kept else examples(text)).items():
            if name in names:
                found.setdefault(name, (value, path))
    return found


def made_up(names: Collection[str]) -> dict[str, str]:
    """A value for each of the variables that may hold any: a random one for a secret of the owner's own choice."""
    chosen = [name for name in names if _CHOSEN.fullmatch(name) and not _ISSUED.search(name)]
    # 32 bytes in this form are also what Fernet takes for a key.
    found = {name: base64.urlsafe_b64encode(os.urandom(32)).decode("ascii") for name in chosen}
    for name in names:
        value = next((value for pattern, value in _ANY if pattern.fullmatch(name)), "")
        if value:
            found.setdefault(name, value)
    return found
