"""App objects in a file that a package of the same name hides: app.py beside app/, which `import app` finds first."""

from __future__ import annotations

from dataclasses import replace

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.python.entry import App, Modules
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import by_itself
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

# The ports of the servers that these frameworks bring for trials.
_PORTS = {"flask": 5000, "quart": 5000, "dash": 8050}
_OTHER_NAMES = ("main.py", "wsgi.py", "server.py", "run.py", "start.py")


def is_hidden(repo: Repository, path: str) -> bool:
    """True when no import reaches the file, only Python itself by its path."""
    return not path.endswith("/__init__.py") and repo.is_file(f"{path.removesuffix('.py')}/__init__.py")


def hidden(modules: Modules, project: Project, app: App) -> Start:
    """The start of the file itself, which has to serve by itself.

    Raises ProjectError, with the command, where it does not, or only the container itself would reach it.
    """
    path = app.origin.path
    name = modules.constructors[app.constructor]
    server = next(iter(modules.listening(path)), None)
    why = f"`import {app.module}` finds the package {path.removesuffix('.py')}/ and not this file"
    other = next((n for n in _OTHER_NAMES if not modules.repo.has(_beside(path, n))), "serve.py")
    rename = f"mv {path} {_beside(path, other)}"
    if server is None or (server.loopback and not server.host_variable):
        raise ProjectError(
            f"{app.origin} makes the app, and no server can load it: {why}.",
            "Give the file another name, in what names it too.",
            command=rename,
        )
    begun = by_itself(app, name, load("python").frameworks[name], project, server, ())
    port = Sourced(server.port or _PORTS.get(name, 8000), Origin("file", path, server.line))
    note = f"{path} can only be run as it is, for {why}; with another name, a server for production starts it: {rename}"
    return replace(begun, port=port, notes=(*begun.notes, note))


def _beside(path: str, name: str) -> str:
    folder = path.rpartition("/")[0]
    return f"{folder}/{name}" if folder else name
