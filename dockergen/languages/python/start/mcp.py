"""Servers of the Model Context Protocol: on standard input, or over HTTP where the outside has to reach them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.entry import Modules, module_of
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.listening import LOOPBACK
from dockergen.languages.python.objects import calls
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import loopback_note
from dockergen.languages.python.syntax import Module, dotted, guards, last_name, nodes, top_level
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_OPEN = ("0.0.0.0", "::")
_PORT = 8000  # of both SDKs
# What runs a server, with the transport where the name tells it.
_RUNS = {
    "run": "",
    "run_async": "",
    "run_stdio_async": "stdio",
    "run_sse_async": "sse",
    "run_http_async": "http",
    "run_streamable_http_async": "streamable-http",
}
_APPS = {"sse": "sse_app", "streamable-http": "streamable_http_app"}  # of the official SDK
_SAYING = ("print", "info", "debug", "warning", "basicConfig")


@frozen
class _Made:
    """A name that a file gives to a server object."""

    name: str
    sdk: str  # the distribution that it is of
    path: str  # the file
    call: ast.Call  # what makes it
    top: bool  # it is a name of the file itself, which others can import


@frozen
class _Server:
    """A server object, and the call that runs it."""

    made: _Made
    given: Mapping[str, ast.expr]  # the arguments of both, by name
    transport: str  # "" where only a value that the program is told tells it
    origin: Origin  # of the call
    alone: bool  # the call is all that the program does when it is started


def as_mcp(repo: Repository, project: Project, modules: Modules, found: Start) -> Start:
    """The start of a program that is such a server; any other as it is."""
    if not project.has("mcp", "fastmcp") or not found.entry or found.django or _given_to_a_server(found):
        return found
    files = list(program_files(repo, found.entry, 25))
    server = next(_servers(modules, files), None)
    if server is None:
        return found if found.port is not None else _without_a_run(modules, files, found)
    framework = Sourced(server.made.sdk, server.origin)
    if server.transport == "stdio":
        return _asked_on_stdin(found, framework)
    return _over_http(modules, replace(found, framework=framework), server) if server.transport else found


def _given_to_a_server(found: Start) -> bool:
    """True for an app object of a web framework that a server imports: it may mount such a server, nothing runs it."""
    row = load("python").frameworks.get(found.framework.value) if found.framework else None
    run = found.script or found.command.value[:1] == ("python",)
    return row is not None and row.kind in ("wsgi", "asgi") and not run


def _without_a_run(modules: Modules, files: list[str], found: Start) -> Start:
    """The start of a program that its SDK's own command runs, or that opens standard input by itself; any other as it
    is."""
    if begun := _never_run(modules, found):
        return begun
    lines = (Origin("file", path, line) for path in files for line in _opening_stdin(modules.module(path)))
    line = next(lines, None)
    return _asked_on_stdin(found, Sourced("mcp", line)) if line else found


def _never_run(modules: Modules, found: Start) -> Start | None:
    """The start of a file that makes a server and leaves it to the SDK's own command to run it."""
    path, module = found.entry, modules.module(found.entry)
    made = [row for row in _made(module, path) if row.top]
    if len(made) != 1 or any(guards(node) for node in module.body) or "/" in path:
        return None
    name, sdk, call = made[0].name, made[0].sdk, made[0].call
    command = ("fastmcp", "run", f"{path}:{name}")
    if sdk == "mcp":  # whose command is an extra
        command = ("python", "-c", f"from {path.removesuffix('.py')} import {name}; {name}.run()")
    origin = Origin("file", path, call.lineno)
    return _asked_on_stdin(replace(found, command=replace(found.command, value=command)), Sourced(sdk, origin))


def _asked_on_stdin(found: Start, framework: Sourced[str]) -> Start:
    """The start without the port that an option offers for the program's other transports."""
    words = found.command.value
    kept = [
        w for w, after in zip(words, (*words[1:], ""), strict=True) if "{port}" not in (w, after) and "={port}" not in w
    ]
    command = replace(found.command, value=tuple(kept))
    return replace(found, command=command, framework=framework, port=None, interactive=True)


def _over_http(modules: Modules, found: Start, server: _Server) -> Start:
    host, port = _text(server.given.get("host")), _number(server.given.get("port"))
    number = Sourced(port, server.origin) if port else Sourced(_PORT, Origin("default", note="MCP"))
    closed = loopback_note(server.origin, host or LOOPBACK[0])
    notes = tuple(note for note in found.notes if note != closed)
    told = replace(found, port=number, health="/", notes=notes)
    if host in _OPEN:
        return told
    if server.made.sdk == "fastmcp" and "host" not in server.given:
        env = {**(found.env or {}), "FASTMCP_HOST": "0.0.0.0"}
        return replace(told, env=env if port else {**env, "FASTMCP_PORT": str(_PORT)})
    if host is None and "host" in server.given:
        return replace(found, port=found.port or number)  # a value that the program is told
    module, root = module_of(modules.repo, server.made.path)
    if command := _served(server, module):
        return replace(told, command=replace(found.command, value=command), script=False, import_root=root)
    return replace(told, notes=(*notes, closed))


def _served(server: _Server, module: str) -> tuple[str, ...]:
    """The command that serves the object itself, () where the program does more than to run it."""
    if not server.made.top or not server.alone:
        return ()
    listen = ("--host", "0.0.0.0", "--port", "{port}")
    if server.made.sdk == "fastmcp":
        return ("fastmcp", "run", f"{server.made.path}:{server.made.name}", "--transport", server.transport, *listen)
    method = _APPS.get(server.transport)
    return ("uvicorn", "--factory", f"{module}:{server.made.name}.{method}", *listen) if method else ()


def _servers(modules: Modules, files: list[str]) -> Iterator[_Server]:
    """The servers that the files run, each with the object that some of them makes."""
    made = {row.name: row for path in files for row in _made(modules.module(path), path)}
    for path in files:
        module = modules.module(path)
        for _, call, _ in calls(module):
            method = call.func
            owner = made.get(last_name(method.value)) if isinstance(method, ast.Attribute) else None
            if owner is None or last_name(method) not in _RUNS:
                continue
            yield _Server(
                owner,
                {k.arg: k.value for k in (*owner.call.keywords, *call.keywords) if k.arg},
                _transport(last_name(method), call),
                Origin("file", path, call.lineno),
                _alone(module, call),
            )


def _made(module: Module, path: str) -> Iterator[_Made]:
    """The servers that the file makes and names."""
    known = dict(row.split() for row in load("python").lists["mcp_servers"])
    top = {id(node) for node in top_level(module.body)}
    for statement in module.body:
        for node in nodes(statement):
            value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
            parts = dotted(value.func) if isinstance(value, ast.Call) else []
            origin = ".".join([module.imports.get(parts[0], parts[0]), *parts[1:]]) if parts else ""
            if isinstance(value, ast.Call) and origin in known:
                targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                names = (last_name(target) for target in targets if target is not None)
                yield from (_Made(name, known[origin], path, value, id(node) in top) for name in names if name)


def _transport(method: str, call: ast.Call) -> str:
    if method not in ("run", "run_async"):
        return _RUNS[method]
    given = [k.value for k in call.keywords if k.arg == "transport"] or call.args[:1]
    told = any(k.arg is None for k in call.keywords)
    return (_text(given[0]) or "") if given else "" if told else "stdio"


def _opening_stdin(module: Module) -> Iterator[int]:
    """The lines where the file opens the transport of standard input by itself."""
    yield from (call.lineno for name, call, _ in calls(module) if name == "mcp.server.stdio.stdio_server")


def _alone(module: Module, call: ast.Call) -> bool:
    """True where whatever is started does nothing but that call, a word to the person apart."""
    for node in module.body:
        blocks = [node.body] if guards(node) and isinstance(node, ast.If) else []
        blocks += [node.body] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
        for block in blocks:
            if any(part is call for statement in block for part in nodes(statement)):
                return all(_says_or_runs(statement, call) for statement in block)
    return False


def _says_or_runs(statement: ast.stmt, call: ast.Call) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Constant) or any(part is call for part in nodes(value)):
        return True
    return isinstance(value, ast.Call) and last_name(value.func) in _SAYING


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _number(node: ast.expr | None) -> int:
    """The port, be it the default of a variable: int(os.getenv("PORT", 8000)); 0 where it is not known."""
    values = (part.value for part in nodes(node) if isinstance(part, ast.Constant)) if node is not None else ()
    numbers = (int(v) for v in values if isinstance(v, (int, str)) and str(v).isdigit())
    return next((n for n in numbers if 0 < n < 65536), 0)
