"""App objects that a server is given: which server, how it is told the object, and on which port."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from dockergen.catalog import Framework, load
from dockergen.languages.python.entry import App, Modules, module_of
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.listening import LOOPBACK, Listening
from dockergen.languages.python.project import Project
from dockergen.languages.python.source import port_called
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.gunicorn_workers import serves_asgi
from dockergen.languages.python.start.health import health_path
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.syntax import nodes
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository

PREFERENCE = {
    "wsgi": ("gunicorn", "waitress", "uwsgi", "granian", "hypercorn"),
    "asgi": ("uvicorn", "hypercorn", "granian", "daphne"),
}
_ADDED = {"wsgi": "gunicorn", "asgi": "uvicorn"}
# Servers that come with the framework, or that its own documentation puts in front of it.
_BROUGHT = {"dash": "waitress", "cherrypy-wsgi": "cheroot"}
_SHARED = "WEB_CONCURRENCY sets the workers, FORWARDED_ALLOW_IPS the proxies whose headers count"
# What stands above CMD: the server's own variables, so that nothing has to be written into the command.
TUNED = {"gunicorn": f"{_SHARED}, GUNICORN_CMD_ARGS all else.", "uvicorn": f"{_SHARED}."}
_PORT_VARIABLE = regex(
    r"""(?:environ\.get|getenv|env\.int|env|config)\(\s*["']PORT["']\s*,\s*(?:default\s*=\s*)?["']?(\d{2,5})"""
)


_WEBSOCKET = regex(
    r"\b(?:WebSocket|WebSocketEndpoint|WebSocketRoute|AsyncServer|ASGIApp)\(|:\s*WebSocket\b|\.websocket(?:_route)?\(|@websocket\b"
)


def served(
    modules: Modules, project: Project, app: App, named: Run | None, rejected: tuple[Rejected, ...], paths: list[str]
) -> Start:
    """The start of an app object; `named` is the line of the repository that names it."""
    name = modules.constructors[app.constructor]
    row = load("python").frameworks[name]
    path = app.origin.path
    own = [s for s in modules.listening(path) if s.eager]
    if name == "fasthtml":
        # Its serve() looks who calls it and does nothing while another program imports the file.
        own = [s for s in own if s.function.rpartition(".")[2] != "serve"]
    if own and name not in ("flask", "dash", "bottle"):
        return by_itself(app, name, row, project, own[0], rejected)
    kind = _interface(app, row)
    env = dict(row.env)
    notes: list[str] = []
    added: tuple[str, ...] = ()
    if own and name in ("flask", "dash"):
        # Flask's own switch: app.run() does nothing while another program imports the file.
        env["FLASK_RUN_FROM_CLI"] = "true"
    if row.kind == "own":
        argv, server = filled(row.start, app), name
    elif own and name == "bottle":
        server, added, notes = server_for("wsgi", project, named, row.title)
        argv = ("python", "-m", "bottle", "--bind", "0.0.0.0:{port}", "--server", server, app.reference)
    else:
        wanted = _BROUGHT.get(name, "") if not app.wrapper else ""
        if kind == "asgi" and not named and serves_asgi(modules.repo, project):
            wanted = "gunicorn"
        server, added, notes = server_for(kind, project, named, row.title, wanted)
        argv = filled(load("python").frameworks[server].start, _callable(app, name), kind)
        env = {**load("python").frameworks[server].env, **env}
    argv = (*argv, *_sockets(project, server), *configured(modules.repo, server))
    if where := _websockets(modules.repo, path):
        added, more = with_sockets(project, server, added, where)
        notes += more
    notes += debugging(modules, app)
    port = port_of(modules, app, named, row, paths)
    return Start(
        Sourced(argv, named.origin if named else app.origin, rejected),
        framework=Sourced(name, project.origin_of(project.has(*row.dependencies))),
        port=port,
        health=row.health or health_path(modules, app) or "/",
        env=env,
        added=added,
        import_root=app.import_root,
        entry=path,
        why=TUNED.get(server, ""),
        notes=tuple(notes),
    )


def debugging(modules: Modules, app: App) -> list[str]:
    """What the source switches on for a developer and only the source can switch off."""
    for statement in modules.module(app.origin.path).body:
        if not statement.lineno <= app.origin.line <= (statement.end_lineno or 0):
            continue
        for call in (node for node in nodes(statement) if isinstance(node, ast.Call)):
            for word in call.keywords:
                on = isinstance(word.value, ast.Constant) and word.value.value is True
                if on and word.arg in ("debug", "live"):
                    what = "shows tracebacks to everybody" if word.arg == "debug" else "reloads browsers"
                    return [f"{app.origin.path}:{word.lineno} has {word.arg}=True, which {what}; take it out."]
    return []


def default_app(modules: Modules, project: Project, path: str) -> Start:
    """Bottle's own command, which imports the file without letting it start a server and serves its default app."""
    row = load("python").frameworks["bottle"]
    server, added, notes = server_for("wsgi", project, None, row.title)
    module, root = module_of(modules.repo, path)
    server_call = next(iter(modules.listening(path)), None)
    given = server_call.port if server_call else 0
    origin = Origin("file", path, server_call.line if server_call else 1)
    argv = ("python", "-m", "bottle", "--bind", "0.0.0.0:{port}", "--server", server, module)
    return Start(
        Sourced(argv, origin),
        framework=Sourced("bottle", project.origin_of("bottle")),
        port=Sourced(given, origin) if given else Sourced(row.port, Origin("default", note=row.title)),
        added=added,
        env=dict(load("python").frameworks[server].env),
        import_root=root,
        entry=path,
        notes=tuple(notes),
    )


def server_for(
    kind: str, project: Project, named: Run | None, title: str, wanted: str = ""
) -> tuple[str, tuple[str, ...], list[str]]:
    """The server, what has to be installed for it, and what the person should know."""
    rows = load("python").frameworks
    names = PREFERENCE[kind]
    if wanted:
        names = (wanted,)
    if named and named.server in names and project.has(*rows[named.server].dependencies):
        return named.server, (), []
    direct = {r.name for r, _ in project.direct}
    installed = [n for n in names if project.has(*rows[n].dependencies)]
    chosen = [n for n in installed if direct.intersection(rows[n].dependencies)] or installed
    if chosen:
        return chosen[0], (), []
    server = wanted or _ADDED[kind]
    added = tuple(r for r in load("python").lists["added"] if r.startswith(server))
    note = (
        f"{title}'s own server is for development, so the image adds {added[0]}; add it to the dependencies to pin it."
    )
    return server, added, [note]


def with_sockets(
    project: Project, server: str, added: tuple[str, ...], origin: Origin
) -> tuple[tuple[str, ...], list[str]]:
    """What uvicorn needs so that it answers the WebSockets that the program has there, and what is said about it."""
    if server != "uvicorn" or project.has("websockets", "wsproto"):
        return added, []
    more = tuple(r for r in load("python").lists["added"] if r.startswith("websockets"))
    note = f"{origin} has WebSockets, and uvicorn needs a library for them: the image adds {more[0]}."
    return (*added, *more), [note]


def filled(argv: tuple[str, ...], app: App, kind: str = "asgi") -> tuple[str, ...]:
    """The start of a server with the app object put in; factories are called where the server has no flag for it."""
    has_flag = any(word.startswith("{factory:") for word in argv)
    reference = app.reference if not app.factory or has_flag else f"{app.reference}({app.arguments})"
    result = []
    for word in argv:
        if word.startswith("{factory:"):
            if app.factory:
                result.append(word[len("{factory:") : -1])
            continue
        result.append(word.replace("{app}", reference).replace("{interface}", kind))
    return tuple(result)


def configured(repo: Repository, server: str) -> tuple[str, ...]:
    """What overrides gunicorn.conf.py, which gunicorn reads by itself: an address that nothing outside reaches."""
    if server != "gunicorn" or not repo.is_file("gunicorn.conf.py"):
        return ()
    return (
        ("--bind", "0.0.0.0:{port}") if re.search(r"^bind\s*=", repo.source("gunicorn.conf.py"), re.MULTILINE) else ()
    )


def port_of(modules: Modules, app: App, named: Run | None, row: Framework, paths: Iterable[str]) -> Sourced[int]:
    """The port that the repository gives the app, else the framework's."""
    repo = modules.repo
    if named and named.port >= 1024:  # lower ones need a privilege where the engine is strict
        return Sourced(named.port, named.origin)
    if repo.is_file("gunicorn.conf.py") and (
        found := re.search(r"^bind\s*=.*?:(\d{2,5})", repo.source("gunicorn.conf.py"), re.MULTILINE)
    ):
        return Sourced(int(found[1]), Origin("file", "gunicorn.conf.py", repo.line_of("gunicorn.conf.py", "bind")))
    entrances = [p for p in paths if p.removeprefix("src/").count("/") <= 1 and p != app.origin.path][:12]
    for path in (app.origin.path, *entrances):
        for server in modules.listening(path):
            named_so = app.name in server.target or app.module in server.target or server.function == f"{app.name}.run"
            if (path == app.origin.path or named_so) and not re.search(r"\bdebug\b", server.function):
                port = port_given(repo, path, server)
                if port and port.value >= 1024:
                    return port
    text = repo.source(app.origin.path)
    if found := _PORT_VARIABLE.search(text):
        return Sourced(int(found[1]), Origin("file", app.origin.path, text.count("\n", 0, found.start()) + 1))
    return Sourced(row.port or 8000, Origin("default", note=row.title))


def port_given(repo: Repository, path: str, server: Listening) -> Sourced[int] | None:
    """The port of the call, be it a default of what gives it: an option, a field of the settings, a constant."""
    if server.port or not server.port_name:
        return Sourced(server.port, Origin("file", path, server.line)) if server.port else None
    for file in program_files(repo, path, 25):
        for name in dict.fromkeys((server.port_name, server.port_name.lower())):
            number, line = port_called(repo.source(file), name)
            if number:
                return Sourced(number, Origin("file", file, line))
    return None


def host_variable(repo: Repository, path: str, server: Listening) -> str:
    """The variable that moves a server away from localhost, which another file's settings may name; "" for none."""
    if server.host_variable or not server.host_name:
        return server.host_variable if server.loopback else ""
    local = re.compile(
        rf"""\b{re.escape(server.host_name)}\b["']?\]?\s*(?::[^=\n]+)?=\s*(?:os\.)?(?:getenv|environ\.get)\("""
        rf"""\s*["']([A-Z]\w*)["']\s*,\s*["'](?:{"|".join(map(re.escape, LOOPBACK))})["']"""
    )
    found = (local.search(repo.source(file)) for file in program_files(repo, path, 25))
    return next((match[1] for match in found if match), "")


def _interface(app: App, row: Framework) -> str:
    wrappers = {parts[0]: parts[1] for parts in (line.split() for line in load("python").lists["wrappers"])}
    return wrappers.get(app.wrapper, "asgi" if row.kind == "asgi" else "wsgi")


def _websockets(repo: Repository, entry: str) -> Origin | None:
    """Where the program takes WebSockets, None when it does not."""
    for path in program_files(repo, entry, 25):
        if line := repo.line_of(path, _WEBSOCKET):
            return Origin("file", path, line)
    return None


def _callable(app: App, name: str) -> App:
    """The object that a server can call: of Dash it is an attribute."""
    from dataclasses import replace

    if name == "dash" and not app.wrapper and not app.factory:
        return replace(app, name=f"{app.name}.server")
    return app


def _sockets(project: Project, server: str) -> tuple[str, ...]:
    """Flask-SocketIO keeps its clients in one process, so connections are threads of one worker."""
    if server != "gunicorn" or not project.has("flask-socketio"):
        return ()
    if project.has("eventlet"):
        return ("--worker-class", "eventlet", "--workers", "1")
    if project.has("gevent-websocket"):
        return ("--worker-class", "geventwebsocket.gunicorn.workers.GeventWebSocketWorker", "--workers", "1")
    return ("--workers", "1", "--threads", "100")


def by_itself(
    app: App, name: str, row: Framework, project: Project, server: Listening, rejected: tuple[Rejected, ...]
) -> Start:
    """A file that starts its server when it is imported can only be run."""
    path = app.origin.path
    notes = [] if not server.loopback else [loopback_note(Origin("file", path, server.line), server.host)]
    return Start(
        Sourced(("python", path), Origin("file", path, server.line), rejected),
        framework=Sourced(name, project.origin_of(project.has(*row.dependencies))),
        port=Sourced(server.port or row.port or 8000, Origin("file", path, server.line)),
        env={server.host_variable: "0.0.0.0"} if server.host_variable else {},
        entry=path,
        notes=tuple(notes),
    )


def loopback_note(origin: Origin, host: str) -> str:
    """What has to change in the source so that the outside reaches the program."""
    return f'{origin} listens on {host}, which nothing outside of the container reaches; let it listen on "0.0.0.0".'


def framework_rows(project: Project) -> Mapping[str, Framework]:
    """The frameworks and servers that are installed."""
    return {name: row for name, row in load("python").frameworks.items() if project.has(*row.dependencies)}
