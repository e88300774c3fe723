"""DG101: the image does not run as root, and says so by a number."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile, Stage
from dockergen.lazy import regex

_NUMBERS = regex(r"[1-9]\d*(:\d+)?")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    if not dockerfile.stages:
        return
    users = [step for stage in _lineage(dockerfile.stages) for step in stage.instructions if step.keyword == "USER"]
    if not users:
        yield dockerfile.instructions[-1].line
    elif not _NUMBERS.fullmatch(users[-1].arguments):
        yield users[-1].line


def _lineage(stages: tuple[Stage, ...]) -> list[Stage]:
    """The last stage and the stages that it is made from, oldest first."""
    found = [stages[-1]]
    for stage in reversed(stages[:-1]):
        if stage.name and stage.name == found[0].base:
            found.insert(0, stage)
    return found


RULE = Rule(
    "DG101",
    "error",
    "The image runs as root, or as a user that only a name tells.",
    "End the last stage with a line such as: USER 10001:10001",
    _check,
)
