"""DG106: WORKDIR is absolute and no folder of the system."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile

_SYSTEM = ("/proc", "/sys", "/dev", "/boot", "/lost+found")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        path = step.arguments.strip("\"'")
        if step.keyword == "WORKDIR" and (not path.startswith(("/", "$")) or path.startswith(_SYSTEM)):
            yield step.line


RULE = Rule("DG106", "error", "The working folder is relative or belongs to the system.", "Write: WORKDIR /app", _check)
