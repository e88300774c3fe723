"""Programs in folders that are never the service by themselves, such as examples: messages name them."""

from __future__ import annotations

import shlex

from dockergen.catalog import load
from dockergen.languages.python.entry import App, Modules, apps
from dockergen.languages.python.start.served import PREFERENCE

_DEPTH = 4
_MOST_FILES = 200
_MOST_SHOWN = 4
# Of the folders that are no program, those whose files run by themselves.
_RUNNING = frozenset(("example", "examples", "sample", "samples"))


def apps_aside(modules: Modules) -> list[App]:
    """The app objects of files in such folders, in the order of their paths."""
    walked = modules.repo.walk(depth=_DEPTH, endings=(".py",))
    paths = [path for path in walked if _RUNNING.intersection(path.split("/")[:-1])]
    return sorted(apps(modules, paths[:_MOST_FILES]), key=lambda app: app.origin.path)


def shown(found: list[App]) -> str:
    """The objects with their lines, as a list for people."""
    names = [f"{app.origin.path}:{app.origin.line}" for app in found[:_MOST_SHOWN]]
    return f"{', '.join(names)}{', ...' if len(found) > _MOST_SHOWN else ''}"


def command_for(modules: Modules, app: App) -> str:
    """The command that starts the object where it lies."""
    folder, _, file = app.origin.path.rpartition("/")
    return started(modules, app, folder, file.removesuffix(".py"))


def started(modules: Modules, app: App, folder: str, module: str) -> str:
    """The command that starts the object as the name of a module that is seen from a folder."""
    row = load("python").frameworks[modules.constructors[app.constructor]]
    server = PREFERENCE["asgi" if row.kind == "asgi" else "wsgi"][0]
    into = [{"asgi": "--app-dir"}.get(row.kind, "--chdir"), folder] if folder else []
    if row.kind == "asgi":
        factory = ["--factory"] if app.factory else []
        return shlex.join([server, *into, *factory, f"{module}:{app.name}", "--host", "0.0.0.0", "--port", "8000"])
    return shlex.join([server, *into, f"{module}:{app.name}{'()' if app.factory else ''}"])
