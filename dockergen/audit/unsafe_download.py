"""DG110: no sudo, no switched-off certificate check, nothing piped from the network into a shell."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile
from dockergen.lazy import regex

_UNSAFE = regex(
    r"\bsudo\b|\b(curl|wget)\b[^|;&]*\|\s*(ba|da|z)?sh\b|\bcurl\b[^|;&]*\s(-k|--insecure)\b|--no-check-certificate"
    r"|--trusted-host|NODE_TLS_REJECT_UNAUTHORIZED=0|strict-ssl[= ]false|GIT_SSL_NO_VERIFY"
)


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        if step.keyword in ("RUN", "ENV") and _UNSAFE.search(step.arguments):
            yield step.line


RULE = Rule(
    "DG110",
    "error",
    "The step trusts what nobody checked, or asks for sudo.",
    "Install from a package manager that checks, or copy from an image: COPY --from=image:tag",
    _check,
)
