"""A line of the repository that starts something: whether what it names exists, and which object or file that is."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.entry import App, Modules, apps, module_of
from dockergen.languages.python.objects import has_name
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.literal import added
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import PREFERENCE, TUNED, filled
from dockergen.languages.python.syntax import dotted, top_level
from dockergen.model import Origin, Sourced

_APP_NAMES = ("app", "application", "asgi", "asgi_app", "wsgi", "wsgi_app")
_MOST_FILES = 25
_ROOTS = ("", "src", "app", "backend", "server", "api")


def problem(modules: Modules, project: Project, run: Run) -> str:
    """Why the line cannot start anything here, as the second half of a sentence; "" when nothing speaks against it."""
    if run.file:
        path = f"{run.root}/{run.file}".lstrip("/")
        return "" if modules.repo.is_file(path) or run.file.startswith("/") else f"there is no {path}."
    if run.module:
        top = run.module.split(".")[0]
        inside = _module_file(modules, run, run.module) or _module_file(modules, run, f"{run.module}.__main__")
        return (
            ""
            if inside or _installed(project, top) or not _is_ours(modules, top)
            else f"there is no module {run.module}."
        )
    if not run.reference or run.program in ("celery", "flask"):
        return ""
    module, _, name = run.reference.partition(":")
    path = _module_file(modules, run, module)
    if not path:
        top = module.split(".")[0]
        if _installed(project, top):
            return ""
        return f"there is no module {module} here."
    own = module_of(modules.repo, path)[0]
    # Other lines are of places that lay the files out otherwise, and are only read for what they tell.
    if run.weight == "platform" and not run.root and own != module and not modules.file_of(module):
        return f"there is no module {module} here: {path} is imported as {own}."
    attribute = re.split(r"[.(]", name)[0]
    if not has_name(modules.module(path), attribute):
        return f"{path} defines no {attribute}."
    return ""


def app_of(modules: Modules, run: Run, objects: list[App]) -> App | None:
    """The object that the line names, among those found or, for a wrapper, read out of its file."""
    if run.program == "celery" or (run.weight == "hint" and run.program == "python"):
        return None  # papers tell how to run it for development, which another file may do than for production
    if not run.reference:
        path = (
            f"{run.root}/{run.file}".lstrip("/")
            if run.file
            else _module_file(modules, run, run.module)
            if run.module
            else ""
        )
        return next((app for app in objects if path and app.origin.path == path), None)
    module, _, name = run.reference.partition(":")
    name, _, arguments = name.partition("(")
    arguments = arguments.removesuffix(")")
    path = _module_file(modules, run, module.removesuffix(".py").replace("/", "."))
    if not path:
        return None
    inside = [app for app in objects if app.origin.path == path] or apps(modules, [path])
    for app in inside:
        if app.name == name or not name:
            return replace(app, arguments=arguments) if app.factory else app
    near = next(iter((*inside, *objects)), None)
    made = modules.found(path).makers.get(name, "") if run.factory else ""
    constructor = made if made in modules.constructors else near.constructor if near else ""
    if not constructor or not name or not has_name(modules.module(path), name.split(".")[0]):
        return None
    own, root = module_of(modules.repo, path)
    line = modules.repo.line_of(path, re.compile(rf"^\s*(?:def\s+)?{re.escape(name.split('.')[0])}\b", re.MULTILINE))
    origin = Origin("file", path, line or 1)
    return App(own, name, constructor, origin, run.factory, root, arguments=arguments)


def unseen(modules: Modules, project: Project, runs: list[Run]) -> Start | None:
    """A server's line about an object that no known framework makes, or a program that a container file runs."""
    rows = load("python").frameworks
    for run in runs:
        row = rows.get(run.program)
        if run.reference and row is not None and row.kind.endswith("-server"):
            module, _, name = run.reference.partition(":")
            path = _module_file(modules, run, module)
            server, more = added(project, run)
            # A server that nobody asks for is added for a name that is surely there.
            if not path or (more and not (server and has_name(modules.module(path), name.partition("(")[0]))):
                continue
            own, root = module_of(modules.repo, path)
            name, _, arguments = name.partition("(")
            app = App(own, name, "", run.origin, run.factory, root, arguments=arguments.removesuffix(")"))
            port = Sourced(run.port, run.origin) if run.port else Sourced(8000, Origin("default", note=row.title))
            kind = "asgi" if row.kind == "asgi-server" else "wsgi"
            return Start(
                Sourced(filled(row.start, app, kind), run.origin),
                port=port,
                env=dict(row.env),
                import_root=root,
                entry=path,
                added=server,
                why=TUNED.get(run.program, ""),
                notes=tuple(more),
            )
    return None


def nameless(modules: Modules, project: Project, paths: list[str]) -> Start | None:
    """An object called app in a file of a usual name, of whatever kind it is, where the manifest asks for a server."""
    rows = load("python").frameworks
    direct = {r.name for r, _ in project.direct}
    asked = [
        (kind, n) for kind in ("asgi", "wsgi") for n in PREFERENCE[kind] if direct.intersection(rows[n].dependencies)
    ]
    names = load("python").lists["entry_names"]
    for path in paths[:_MOST_FILES] if asked else ():
        if path.rpartition("/")[2].removesuffix(".py") not in names or modules.listening(path):
            continue
        for node in top_level(modules.module(path).body):
            if name := _app_like(modules, path, node):
                module, root = module_of(modules.repo, path)
                origin = Origin("file", path, node.lineno)
                kind, server = asked[0]
                return Start(
                    Sourced(filled(rows[server].start, App(module, name, "", origin, False, root), kind), origin),
                    port=Sourced(8000, Origin("default", note=rows[server].title)),
                    env=dict(rows[server].env),
                    import_root=root,
                    entry=path,
                    why=TUNED.get(server, ""),
                )
    return None


def _app_like(modules: Modules, path: str, node: ast.stmt) -> str:
    """The name that the statement gives to what a call makes, where that may be what a server is given."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call) or len(node.targets) != 1:
        return ""
    target = node.targets[0]
    parts = dotted(node.value.func)
    if not isinstance(target, ast.Name) or target.id not in _APP_NAMES or not parts:
        return ""
    made_by = modules.module(path).imports.get(parts[0], parts[0]).split(".")[0]
    others = {name for row in load("python").frameworks.values() if row.kind == "worker" for name in row.config}
    lists = load("python").lists
    return "" if made_by in (*others, *lists["no_service"], *lists["windows"]) else target.id


def program_named(modules: Modules, runs: list[Run], weights: tuple[str, ...]) -> tuple[str, Run] | None:
    """The file of this repository that a line runs with Python, and the line; None when no line does."""
    for run in runs:
        if run.weight not in weights or run.program != "python" or run.development or not (run.file or run.module):
            continue
        path = f"{run.root}/{run.file}".lstrip("/") if run.file else ""
        path = path or _module_file(modules, run, f"{run.module}.__main__") or _module_file(modules, run, run.module)
        path = path.removeprefix("app/") if path and not modules.repo.is_file(path) else path
        if path and modules.repo.is_file(path) and not path.endswith("manage.py"):
            return path, run
    return None


def once_name(command: str) -> str:
    """What a command that runs once is called."""
    return (
        "migrate"
        if re.search(r"migrate|upgrade", command)
        else "collectstatic"
        if "collectstatic" in command
        else "release"
    )


def _module_file(modules: Modules, run: Run, module: str) -> str:
    roots = [run.root] if run.root else list(_ROOTS)
    return next((found for root in roots if (found := modules.file_of(module, root))), "")


def _is_ours(modules: Modules, top: str) -> bool:
    return any(
        modules.repo.has(f"{root}/{top}".lstrip("/")) or modules.repo.has(f"{root}/{top}.py".lstrip("/"))
        for root in _ROOTS
    )


def _installed(project: Project, top: str) -> bool:
    return top.replace("_", "-").lower() in project.installed or top in project.installed
