"""Command lines that a program declares (argparse, click, typer, tornado): what makes it serve, and where."""

from __future__ import annotations

import re
from dataclasses import field, replace
from functools import lru_cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.declared_options import Declared, Option, declared
from dockergen.languages.python.imports import whole_program
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_NEAREST = 25
_DECLARES = regex(r"\b(?:argparse|ArgumentParser|configargparse|optparse|click|typer|tornado\.options)\b")
_SERVES = regex(
    r"\b(?:serve_forever|run_app|run_simple|listenTCP|TCPServer|make_server|create_server|start_server|\w*HTTPServer|WSGIServer"
    r"|uvicorn|hypercorn|gunicorn|waitress|bjoern|cheroot|bottle|pserve|CherryPyWSGIServer|ServerParameters)\b|\.listen\(|\bapp\.run\("
)
DATA = "data"  # the folder, below /app, that a program is told which has to be told one
_LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")


@frozen
class CommandLine:
    """What follows the name of the program so that it serves, with {port} for the port; empty when nothing has to."""

    words: tuple[str, ...] = ()
    port: int = 0  # the default of its port option, 0 when it has none
    origin: Origin = field(default_factory=lambda: Origin("default"))
    keeps: str = ""  # the option that has to be told a folder, with its place, where there is one
    among: tuple[str, ...] = ()  # the subcommands that there are, where none of them is known to serve
    groups: tuple[str, ...] = ()  # functions that do nothing but tell how they are called, without a subcommand


@lru_cache(maxsize=16)
def command_line(repo: Repository, entry: str) -> CommandLine:
    """The words that make the program of that file serve; nothing for a program that starts no server."""
    files = whole_program(repo, entry)
    # The nearest files first: those farther away may be of other commands.
    near = _of_files(repo, entry, files[:_NEAREST])
    return near if near.words or near.port or len(files) <= _NEAREST else _of_files(repo, entry, files)


def _of_files(repo: Repository, entry: str, files: tuple[str, ...]) -> CommandLine:
    sources = ((path, repo.source(path)) for path in files)
    found = declared((path, text) for path, text in sources if _DECLARES.search(text))
    serving = any(_SERVES.search(repo.source(path)) for path in files)
    line = _serving(found) if serving else CommandLine()
    if line.words or line.port or not found.groups or found.default:
        return line
    quiet = tuple(sorted(o.partition("#")[2] for o in found.quiet if o.partition("#")[0] == entry))
    return replace(line, among=tuple(found.commands), groups=quiet)


def _serving(found: Declared) -> CommandLine:
    known = load("python").lists["serving_commands"]
    command = next((name for name in known if name in found.commands), "")
    command = "" if found.default and found.single else command
    if found.commands and not command and not found.default:
        return CommandLine()
    owner = found.commands.get(command, "")
    names = load("python").lists
    options = [o for o in found.options if found.only.get((o.path, o.line), command) == command]
    own = [o for o in options if o.owner == owner] if owner else []
    shared = [o for o in options if not owner or (o.owner in found.groups and o.owner != owner)]
    words, port, origin = _where(own or shared, names["port_options"], names["host_options"])
    switches = (name for name in names["serving_switches"] if any(o.switch and name in o.flags for o in own or shared))
    folder = next((o for o in own or shared if o.required and set(names["folder_options"]).intersection(o.flags)), None)
    words = (*([switch] if port and (switch := next(switches, "")) else []), *words)
    if folder and (port or command):
        words = (*words, *folder.given(names["folder_options"], f"/app/{DATA}"))
    if own or not owner:
        line = CommandLine((*((command,) if command else ()), *words), port, origin)
    else:
        line = CommandLine((*words, command), port, origin)
    line = replace(line, keeps=f"{folder.path}:{folder.line}" if folder else "")
    return line if port or command else replace(line, words=(), keeps="")


def _where(
    options: list[Option], ports: tuple[str, ...], hosts: tuple[str, ...]
) -> tuple[tuple[str, ...], int, Origin]:
    """The options that say where to listen, the default port, and where that is declared."""
    port = next((o for name in ports for o in options if name in o.flags), None)
    port = port or next((o for o in options if o.metavar.upper() == "PORT" and o.flags[0] in ("-p", "-P")), None)
    demanded = [o for o in options if o.demanded]
    if [o.flags for o in demanded] == [("port",)]:
        port = demanded[0]  # `server.py PORT`, and nothing else that only its owner knows
    if port is None:
        return (), 0, Origin("default")
    number = int(str(port.default)) if re.fullmatch(r"\d{2,5}", str(port.default)) else 8000
    words = port.given(ports, "{port}")
    own = next((f.removesuffix("port") for f in port.flags if f.startswith("--") and f.endswith("-port")), "")
    paired = tuple(f"{own}{name.lstrip('-')}" for name in hosts) if own else ()
    if any(name in o.flags for o in options for name in paired):
        hosts = paired  # --host beside --web-host is another one
    host = next((o for name in hosts for o in options if name in o.flags and o.owner == port.owner), None)
    if host and (host.default is None or host.default in _LOCAL):
        words = (*host.given(hosts, "0.0.0.0"), *words)
    return words, number, Origin("file", port.path, port.line)
