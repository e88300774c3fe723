"""The base images that a Dockerfile names."""

from __future__ import annotations

import re

_INSTRUCTION = re.compile(r"^\s*(FROM|COPY|RUN|ADD)\s+(.*)$", re.IGNORECASE)
_FROM = re.compile(r"(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_ORIGIN = re.compile(r"(?:--from=|(?<=[,=])from=)([^\s,]+)")


def references(dockerfile: str) -> list[str]:
    """Image references of FROM, COPY --from and mount from=, in order, without stages and scratch."""
    stages: set[str] = set()
    found: list[str] = []
    syntax = re.match(r"#\s*syntax\s*=\s*(\S+)", dockerfile)
    if syntax:
        found.append(syntax[1])
    for line in re.sub(r"\\\n", " ", dockerfile).splitlines():
        instruction = _INSTRUCTION.match(line)
        if not instruction:
            continue
        if instruction[1].upper() == "FROM" and (start := _FROM.match(instruction[2])):
            names = [start[1]]
            new_stage = start[2]
        else:
            names = _ORIGIN.findall(instruction[2])
            new_stage = None
        found += [name for name in names if name.lower() not in stages and name != "scratch" and not name.isdigit()]
        if new_stage:
            stages.add(new_stage.lower())
    return list(dict.fromkeys(found))
