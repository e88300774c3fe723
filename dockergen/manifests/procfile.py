"""The Procfile: named processes of a service, one a line."""

from __future__ import annotations

from dockergen.frozen import frozen
from dockergen.lazy import regex

_LINE = regex(r"^([A-Za-z0-9_-]+)\s*:\s*(\S.*)$")


@frozen
class Process:
    """One process: its name, its command as written, and the line."""

    name: str
    command: str
    line: int


def procfile(text: str) -> tuple[Process, ...]:
    """The processes in file order; comments and lines of another form are skipped, of duplicates the first is kept.

    Format: https://devcenter.heroku.com/articles/procfile
    """
    found: dict[str, Process] = {}
    for number, line in enumerate(text.splitlines(), 1):
        matched = _LINE.match(line.strip())
        if matched and not line.lstrip().startswith("#"):
            found.setdefault(matched[1], Process(matched[1], matched[2].strip(), number))
    return tuple(found.values())
