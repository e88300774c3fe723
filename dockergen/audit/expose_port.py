"""DG112: EXPOSE names a port that a service listens on, and not that of SSH."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile
from dockergen.lazy import regex

_PORTS = regex(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(?:tcp|udp|sctp))?")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        if step.keyword == "EXPOSE" and not all(_usable(word) for word in step.arguments.split()):
            yield step.line


def _usable(word: str) -> bool:
    if word.startswith("$"):
        return True
    ports = _PORTS.fullmatch(word)
    if not ports:
        return False
    first, last = int(ports[1]), int(ports[2] or ports[1])
    return 1 <= first <= last <= 65535 and not first <= 22 <= last


RULE = Rule("DG112", "warning", "This is no port of a service.", "Write the port alone, such as: EXPOSE 8080", _check)
