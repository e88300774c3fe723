"""Which of several app objects is the service."""

from __future__ import annotations

import shlex

from dockergen.catalog import load
from dockergen.languages.python.entry import App, Modules
from dockergen.languages.python.start import named as naming
from dockergen.languages.python.start.aside import started
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.program import UndecidedError
from dockergen.model import Rejected


def chosen_app(modules: Modules, objects: list[App], runs: list[Run]) -> tuple[App, Run | None, tuple[Rejected, ...]]:
    """The object that a line of the repository names, else the likeliest, with those that lost.

    Raises UndecidedError when several are equally likely.
    """
    for run in runs:
        if app := naming.app_of(modules, run, objects):
            reason = f"{run.origin} names {app.reference}"
            return app, run, _lost(objects, app, reason)
    for path in {app.origin.path: None for app in objects} | dict.fromkeys(
        ("main.py", "run.py", "server.py", "app.py", "__main__.py")
    ):
        if not modules.repo.is_file(path):
            continue
        for server in modules.listening(path):
            target = server.target
            named = (
                next((a for a in objects if target in (a.reference, f"{a.module}.{a.name}")), None)
                if ":" in target
                else None
            )
            if named:
                return named, None, _lost(objects, named, f"{path}:{server.line} runs {named.reference}")
    first = objects[0]
    equal = [a for a in objects if a.place == first.place]
    files = list(dict.fromkeys(a.origin.path for a in equal))
    if len(files) > 1:
        first = _outermost(modules, equal, files)
    return first, None, _lost(objects, first, f"{first.origin.path} is likelier by its name and place")


def _outermost(modules: Modules, equal: list[App], files: list[str]) -> App:
    """The app whose file imports those of the others, or that starts a server; UndecidedError when there is none."""
    imported = {other for path in files for other in modules.imported(path)}
    outer = [path for path in files if path not in imported]
    if len(outer) > 1:
        running = [path for path in outer if modules.listening(path)]
        outer = running if len(running) == 1 else outer
    if len(outer) == 1:
        return next(app for app in equal if app.origin.path == outer[0])
    apps_shown = [next(app for app in equal if app.origin.path == path) for path in (outer or files)]
    shown = ", ".join(f"{app.reference} ({app.origin})" for app in apps_shown[:6])
    likely = apps_shown[0]
    folder = _project_of(modules, likely.origin.path)
    command = shlex.quote(started(modules, likely, likely.import_root, likely.module))
    raise UndecidedError(
        f"{len(apps_shown)} app objects are equally likely to be the service: {shown}.",
        "Name the folder of one service, or its start command.",
        command=f"dockergen init {shlex.quote(folder)}" if folder else f"dockergen init --start {command}",
    )


def _project_of(modules: Modules, path: str) -> str:
    """The nearest folder above the file that has a manifest of its own, "" for the root."""
    manifests = [name for manager in load("python").managers.values() for name in manager.manifests]
    folder = path.rpartition("/")[0]
    while folder and not any(modules.repo.is_file(f"{folder}/{name}") for name in manifests):
        folder = folder.rpartition("/")[0]
    return folder


def _lost(objects: list[App], chosen: App, why: str) -> tuple[Rejected, ...]:
    lost = [
        a
        for a in objects
        if a.reference != chosen.reference and not (a.factory and a.origin.path == chosen.origin.path)
    ]
    return tuple(Rejected(a.reference, a.origin, why) for a in lost[:6])
