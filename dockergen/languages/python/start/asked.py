"""The command that the user asks for: taken word by word, with what the image needs for it."""

from __future__ import annotations

import shlex
from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.command import Run, run, words
from dockergen.languages.python.start.literal import added
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import TUNED
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced

_PORT_VARIABLE = regex(r"\$\{?PORT\b|\{port\}")


def line_of(asked: Sourced[tuple[str, ...]]) -> Run:
    """The command as a line of the repository would be understood."""
    argv = asked.value
    text = argv[2] if len(argv) == 3 and argv[:2] == ("sh", "-c") else shlex.join(argv)
    return run(text, asked.origin, "asked")


def first_word(line: Run) -> str:
    """The program that the line runs."""
    return next(iter(words(line.text)), "")


def as_asked(project: Project, found: Start, asked: Sourced[tuple[str, ...]]) -> Start:
    """What was found, with the user's command and the server that it names instead of another one."""
    lost = Rejected(" ".join(found.command.value), found.command.origin, f"{asked.origin} wins")
    line = line_of(asked)
    installed, notes = added(project, line)
    rows = load("python").frameworks
    servers = {name: row for name, row in rows.items() if row.kind.endswith("-server")}
    server = servers.get(line.server)
    others = {key for name, row in servers.items() if name != line.server for key in row.env}
    kept = {key: value for key, value in (found.env or {}).items() if key not in others}
    sockets = tuple(row for row in found.added if row.startswith("websockets")) if line.program == "uvicorn" else ()
    return replace(
        found,
        command=replace(asked, rejected=(lost,) if found.command.value != asked.value else ()),
        port=_port(line) or found.port,
        env={**(server.env if server else {}), **kept},
        added=(*installed, *sockets),
        script=found.script and found.command.value[:1] == (first_word(line),),
        why=TUNED.get(line.program, ""),
        notes=(*(note for note in found.notes if "the image adds" not in note), *notes),
    )


def _port(line: Run) -> Sourced[int] | None:
    """Where the program listens that is told no port: None where the line takes PORT, or nothing is known of it."""
    known = dict(row.split() for row in load("python").lists["unasked_ports"])
    if line.port or line.program not in known or _PORT_VARIABLE.search(line.text):
        return None
    return Sourced(int(known[line.program]), Origin("default", note=line.program))
