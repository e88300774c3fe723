"""Programs that bring their own server: whose it is, how it is told where to listen, and where it is reached."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace

from dockergen.catalog import Framework, load
from dockergen.languages.python.commandline import DATA, command_line
from dockergen.languages.python.entry import Modules
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.listening import LOOPBACK, Listening
from dockergen.languages.python.source import port_in
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import host_variable, loopback_note, port_given
from dockergen.languages.python.syntax import nodes
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_CONFIGURATION = regex(r"""["']([\w./-]+\.(?:conf|config|cfg|ini))["']""")
_SOCKET_PORT = regex(r"^\s*server\.socket_port\s*[:=]\s*(\d{2,5})\s*$", re.MULTILINE)
_WSGIREF = regex(r"^\s*from\s+wsgiref\.simple_server\s+import\b", re.MULTILINE)


def own_start(modules: Modules, row: Framework, path: str, argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command of a program that brings its own server: as the framework is told where to listen, if it is."""
    unfit = bool(row.corrected or row.fit) and _unfit(modules, path, row)
    wanted = row.corrected if row.corrected and unfit else row.start
    if not wanted or (row.fit and not unfit and _says(modules, path, row.fit)):
        return argv
    run = load("python").lists["run_module" if "-m" in argv else "run_file"][0]
    if "-m" in argv and not any("{run}" in word for word in wanted):
        return (*wanted[: wanted.index("{file}")], *argv[1:])
    return tuple(word.replace("{run}", run).replace("{file}", argv[-1]) for word in wanted)


def own_server(modules: Modules, present: Mapping[str, Framework], entry: str) -> tuple[str, Framework] | None:
    """The framework whose own server the files of an installed command start, one that has to be told where to listen
    before others."""
    files = list(program_files(modules.repo, entry, 25))
    for name, row in sorted(present.items(), key=lambda item: not item[1].start):
        if row.kind == "script" and any(uses(modules, path, row) for path in files):
            return name, row
    return None


def uses(modules: Modules, path: str, row: Framework) -> bool:
    """True when the file runs the framework's own server, or makes what it serves."""
    text = modules.repo.source(path)
    package = {*row.config, *(name.replace("-", "_") for name in row.dependencies)}
    if not any(re.search(rf"^\s*(?:import|from)\s+{re.escape(p)}\b", text, re.MULTILINE) for p in package):
        return False
    return not row.runs or any(re.search(rf"{re.escape(call)}\s*\(", text) for call in row.runs)


def reached(modules: Modules, begun: Start, path: str, own: tuple[str, Framework] | None) -> Start:
    """The start with the port on which the program listens, its subcommand, and what lets the outside reach it."""
    told = command_line(modules.repo, path)
    servers = servers_of(modules, path)
    env = dict(begun.env or {})
    begun = replace(begun, command=replace(begun.command, value=(*begun.command.value, *told.words)))
    if told.keeps:
        note = (
            f"{told.keeps} wants a folder, which is /app/{DATA} in the image; mount a volume there: docker run "
            f"-v data:/app/{DATA} ..."
        )
        begun = replace(begun, writable=(*begun.writable, DATA), notes=(*begun.notes, note))
    if told.port and not (own and own[1].start):
        return replace(begun, port=Sourced(told.port, told.origin), env=env)
    if not servers:
        text = modules.repo.source(path)
        number, line = port_in(text) if own else (0, 0)
        found = Sourced(number, Origin("file", path, line)) if number else None
        found = found or (_in_configuration(modules.repo, path) if own else None)
        if found is None and own:
            found = Sourced(own[1].port, Origin("default", note=own[1].title))
        return replace(begun, port=found or _of_framework(begun), env=env)
    notes = list(begun.notes)
    where, server = _launching(modules, begun) or _of_row(servers, own)
    if _WSGIREF.search(modules.repo.source(where)):
        notes.append(
            f"{where}:{server.line} serves with wsgiref, which is for trials and answers one request after the other; "
            "give the application to waitress or Gunicorn."
        )
    if variable := host_variable(modules.repo, where, server):
        env[variable] = "0.0.0.0"
    elif server.loopback and "0.0.0.0" not in told.words and not (own and own[1].start):
        notes.append(loopback_note(Origin("file", where, server.line), server.host))
    port = port_given(modules.repo, where, server)
    number, line = (0, 0) if port else port_in(modules.repo.source(where))
    port = Sourced(number, Origin("file", where, line)) if number and line else port
    port = port or (_in_configuration(modules.repo, where) if own else None)
    if own and (port is None or not port.value):
        port = Sourced(own[1].port, Origin("default", note=own[1].title))
    return replace(
        begun,
        port=port or Sourced(8000, Origin("default")),
        env=env,
        health="/" if server.kind == "http" else "",
        notes=tuple(notes),
    )


def _unfit(modules: Modules, path: str, row: Framework) -> bool:
    """True when the program gives its server an address that the outside does not reach, or what is for trials."""
    names = {call.rpartition(".")[2] for call in row.runs}
    for file in program_files(modules.repo, path, 25):
        if not any(f"{name}(" in modules.repo.source(file) for name in names):
            continue
        for node in (inner for statement in modules.module(file).body for inner in nodes(statement)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
                given = {f"{k.arg}={k.value.value!s}" for k in node.keywords if isinstance(k.value, ast.Constant)}
                if given.intersection(row.unfit) or any(text.partition("=")[2] in LOOPBACK for text in given):
                    return True
    return False


def _says(modules: Modules, path: str, texts: tuple[str, ...]) -> bool:
    """True when each of the texts stands somewhere in the program's files."""
    sources = "\n".join(modules.repo.source(file) for file in program_files(modules.repo, path, 25)).replace(" ", "")
    return all(text in sources for text in texts)


def _launching(modules: Modules, begun: Start) -> tuple[str, Listening] | None:
    """The call by which a command that prepares the program starts its server."""
    if begun.launch is None:
        return None
    path, line = begun.launch.path, begun.launch.line
    return next(((path, server) for server in modules.listening(path) if server.line == line), None)


def _in_configuration(repo: Repository, path: str) -> Sourced[int] | None:
    """The port of the configuration file that the program names, as CherryPy writes it."""
    folder = path.rpartition("/")[0]
    for name in _CONFIGURATION.findall(repo.source(path)):
        file = next((p for p in (f"{folder}/{name}".lstrip("/"), name) if repo.is_file(p)), "")
        if file and (found := _SOCKET_PORT.search(repo.source(file))):
            return Sourced(int(found[1]), Origin("file", file, repo.line_of(file, _SOCKET_PORT)))
    return None


def _of_framework(begun: Start) -> Sourced[int] | None:
    """The usual port where the program is a web framework's although nothing shows how it listens."""
    row = load("python").frameworks.get(begun.framework.value) if begun.framework else None
    web = row is not None and row.kind in ("wsgi", "asgi", "own", "django")
    return Sourced(row.port, Origin("default", note=row.title)) if row and web else None


def _of_row(servers: list[tuple[str, Listening]], own: tuple[str, Framework] | None) -> tuple[str, Listening]:
    """The call that starts the framework's own server where the program starts others as well."""
    runs = own[1].runs if own else ()
    return next((item for item in servers if any(f".{item[1].function}".endswith(f".{r}") for r in runs)), servers[0])


def servers_of(modules: Modules, path: str) -> list[tuple[str, Listening]]:
    """The servers that the file starts, or the files that it imports, two steps deep."""
    seen: list[str] = []
    pending = [(path, 0)]
    while pending and len(seen) < 30:
        current, depth = pending.pop(0)
        if current in seen:
            continue
        seen.append(current)
        if found := modules.listening(current):
            return [(current, server) for server in found]
        if depth < 3:
            pending += [(other, depth + 1) for other in modules.imported(current)]
    return []
