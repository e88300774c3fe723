"""DG105: no ARG or ENV whose name promises a secret; both stay readable in the image's history."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile

# The words and exceptions of BuildKit's check SecretsUsedInArgOrEnv.
_SECRET = re.compile(r"(?i)(?:^|_)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)")
_HARMLESS = re.compile(r"(?i)public|file|version")
_NAME = re.compile(r"(?:^|\s)([A-Za-z_]\w*)(?==|\s*$)")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        if step.keyword not in ("ARG", "ENV"):
            continue
        names = [name for name in _NAME.findall(step.arguments) if not _HARMLESS.search(name)]
        if any(_SECRET.search(name) for name in names):
            yield step.line


RULE = Rule(
    "DG105",
    "error",
    "A secret in ARG or ENV stays readable in the image.",
    "Mount it where it is used: RUN --mount=type=secret,id=...",
    _check,
)
