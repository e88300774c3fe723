"""DG105: no ARG or ENV whose name promises a secret; both stay readable in the image's history."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile, Instruction
from dockergen.lazy import regex

# The words and exceptions of BuildKit's check SecretsUsedInArgOrEnv.
_SECRET = regex(r"(?i)(?:^|_)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)")
_HARMLESS = regex(r"(?i)public|file|version")
_QUOTED = regex(r"""'[^']*'|"(?:\\.|[^"\\])*\"""")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        if step.keyword not in ("ARG", "ENV"):
            continue
        if any(_SECRET.search(name) and not _HARMLESS.search(name) for name in _names(step)):
            yield step.line


def _names(step: Instruction) -> list[str]:
    words = _QUOTED.sub("", step.arguments).split()
    if step.keyword == "ENV" and "=" not in words[0]:
        return words[:1]  # ENV NAME value, the form before ENV NAME=value
    return [word.partition("=")[0] for word in words]


RULE = Rule(
    "DG105",
    "error",
    "A secret in ARG or ENV stays readable in the image.",
    "Mount it where it is used: RUN --mount=type=secret,id=...",
    _check,
)
