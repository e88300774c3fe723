"""DG101: the image does not run as root, and says so by a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile

_NUMBERS = re.compile(r"[1-9]\d*(:\d+)?")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    if not dockerfile.stages:
        return
    final = dockerfile.stages[-1]
    users = [step for step in final.instructions if step.keyword == "USER"]
    if not users:
        yield dockerfile.instructions[-1].line
    elif not _NUMBERS.fullmatch(users[-1].arguments):
        yield users[-1].line


RULE = Rule(
    "DG101",
    "error",
    "The image runs as root, or as a user that only a name tells.",
    "End the last stage with a line such as: USER 10001:10001",
    _check,
)
