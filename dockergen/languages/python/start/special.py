"""Applications without an object in the source: Pyramid's ini files, Twisted's .tac files and Bottle's default app."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.languages.python.entry import App, Modules, search_path
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.own_server import reached
from dockergen.languages.python.start.program import UndecidedError
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import default_app
from dockergen.languages.python.syntax import Module, dotted, last_name, nodes, top_level
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_ROUTE = regex(r"^@(?:bottle\.)?(?:route|get|post)\(", re.MULTILINE)
_INI_FILES = ("production.ini", "prod.ini", "development.ini")
_PUT_TOGETHER = regex(r"^\[(?:app|pipeline|composite):", re.MULTILINE)
_FILLS = (
    *("route", "add_url_rule", "register_blueprint", "include_router", "add_api_route", "add_routes", "mount"),
    *("add_route", "get", "post", "put", "delete", "patch", "websocket"),
)


def default_start(
    modules: Modules, project: Project, paths: list[str], present: Mapping[str, Framework]
) -> Start | None:
    """Bottle's module-level routes, which belong to an app without a name."""
    for path in paths if "bottle" in present else ():
        module = modules.module(path)
        if "bottle" in {o.split(".")[0] for o in module.imports.values()} and _ROUTE.search(modules.repo.source(path)):
            # A server that is given by name is there for a reason, such as WebSockets: the program starts it itself.
            return None if _given_server(module) else default_app(modules, project, path)
    return None


def without_routes(modules: Modules, app: App) -> bool:
    """True for a Bottle object that is made and left alone, while the routes of its file belong to the default app."""
    path = app.origin.path
    if app.constructor != "bottle.Bottle" or app.factory or not _ROUTE.search(modules.repo.source(path)):
        return False
    names = (node for statement in modules.module(path).body for node in nodes(statement) if isinstance(node, ast.Name))
    return not any(name.id == app.name and isinstance(name.ctx, ast.Load) for name in names)


def filled_later(modules: Modules, app: App, paths: list[str]) -> bool:
    """True for an object that gets its routes in functions alone, which a server that imports it does not call."""
    if app.factory or app.wraps or not _is_made_bare(modules, app):
        return False
    early, late = _fillings(modules, app.origin.path, app.name)
    if not early and not late:
        module = app.module.rpartition(".")[2]
        for path in paths:
            text = modules.repo.source(path)
            if path != app.origin.path and module in text and f"{app.name}." in text:
                found = _fillings(modules, path, app.name)
                early, late = early or found[0], late or found[1]
    return late and not early


def given_values(modules: Modules, app: App, script: Start) -> bool:
    """True for a factory that the command's program calls with values, which a server that calls it has not."""
    for path in program_files(modules.repo, script.entry, 25) if app.factory and script.entry else ():
        if path != app.origin.path and f"{app.name}(" in modules.repo.source(path):
            calls = (n for s in modules.module(path).body for n in nodes(s) if isinstance(n, ast.Call))
            if any(last_name(call.func) == app.name and (call.args or call.keywords) for call in calls):
                return True
    return False


def _is_made_bare(modules: Modules, app: App) -> bool:
    """True where the framework's own class is called, not a function that hands on an app with its routes."""
    for node in top_level(modules.module(app.origin.path).body):
        if isinstance(node, ast.Assign) and [last_name(target) for target in node.targets] == [app.name]:
            made = dotted(node.value.func) if isinstance(node.value, ast.Call) else []
            return made[-1:] == [app.constructor.rpartition(".")[2]]
    return False


def _fillings(modules: Modules, path: str, name: str) -> tuple[bool, bool]:
    """Whether the file gives the object its routes where it is imported, and whether in functions that it defines."""
    body = modules.module(path).body
    fills = [node for statement in body for node in nodes(statement) if _is_filling(node, name)]
    deferred: set[int] = set()
    filling: set[str] = set()  # functions that give it routes
    for outer in top_level(body):
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inside = {id(node) for statement in outer.body for node in nodes(statement)}
            deferred |= inside
            filling |= {outer.name} if any(id(node) in inside for node in fills) else set()
    calls = (n for statement in body for n in nodes(statement) if isinstance(n, ast.Call) and id(n) not in deferred)
    early = any(id(node) not in deferred for node in fills) or any(_may_fill(c, name, filling) for c in calls)
    return early, any(id(node) in deferred for node in fills)


def _is_filling(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _FILLS and dotted(node) == [name, node.attr]


def _may_fill(call: ast.Call, name: str, filling: set[str]) -> bool:
    """A call on import that may give the object its routes: of a function that does, or one that gets the object."""
    handed = any(isinstance(part, ast.Name) and part.id == name for part in call.args)
    return isinstance(call.func, ast.Name) and (call.func.id in filling or (handed and call.func.id.islower()))


def _given_server(module: Module) -> bool:
    calls = (node for statement in module.body for node in nodes(statement) if isinstance(node, ast.Call))
    words = (word for call in calls if "run" in dotted(call.func)[-1:] for word in call.keywords)
    return any(
        word.arg == "server" and not (isinstance(word.value, ast.Constant) and word.value.value in ("auto", "wsgiref"))
        for word in words
    )


def notebook_start(repo: Repository, project: Project) -> Start | None:
    """Notebooks as pages, where the project asks for Voila, or where they hand pages to Panel."""
    name = "voila" if project.has("voila") else "panel"
    row = load("python").frameworks[name]
    notebooks = [path for path in repo.walk(depth=2) if path.endswith(".ipynb")]
    if name == "panel":
        notebooks = [path for path in notebooks if any(mark in repo.source(path) for mark in row.marks)]
    if not notebooks or not project.has(*row.dependencies):
        return None
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    runner = {"voila": "ipykernel", "panel": "nbconvert"}[name]
    if not project.has(runner, "jupyter", "jupyterlab", "notebook"):
        added = tuple(r for r in load("python").lists["added"] if r.startswith(runner))
        notes = (f"{row.title} runs notebooks by {runner}, which no manifest asks for: the image adds {added[0]}.",)
    # Of one notebook Voila serves the page itself, of several the list.
    argv: tuple[str, ...] = ()
    for word in row.start:
        shown = notebooks if word == "{files}" else notebooks[:1] if len(notebooks) == 1 else []
        argv = (*argv, *shown) if word in ("{file}", "{files}") else (*argv, word)
    return Start(
        Sourced(argv, Origin("file", notebooks[0])),
        framework=Sourced(name, project.origin_of(name)),
        health=row.health or "/",
        probe="/",
        added=added,
        notes=notes,
        port=Sourced(row.port, Origin("default", note=row.title)),
        env=dict(row.env),
        entry=notebooks[0],
    )


def twisted_start(modules: Modules, project: Project) -> Start | None:
    """The service that the only .tac file makes, which Twisted's own command runs; None for none or several.
    https://docs.twisted.org/en/stable/core/howto/application.html"""
    files = [path for path in modules.repo.walk(depth=3) if path.endswith(".tac")] if project.has("twisted") else []
    if len(files) != 1:
        return None
    begun = Start(
        Sourced((*load("python").lists["twistd"], files[0]), Origin("file", files[0], 1)),
        import_root=search_path(modules.repo, files[0]),
        entry=files[0],
    )
    return reached(modules, begun, files[0], None)


def reflex_folders(repo: Repository, project: Project) -> tuple[str, ...]:
    """What the back end of a Reflex project writes to, where somebody starts it on purpose."""
    row = load("python").frameworks["reflex"]
    return row.writable if project.has(*row.dependencies) and repo.is_file("rxconfig.py") else ()


def refuse_reflex(repo: Repository, project: Project) -> None:
    """ProjectError for Reflex, which compiles a front end with Node.js when it starts."""
    path = next((p for p in ("rxconfig.py", *repo.glob("*/rxconfig.py")) if repo.is_file(p)), "")
    if path and project.has("reflex"):
        raise ProjectError(
            f"{path} belongs to Reflex, which compiles a front end with Node.js: that build is not written yet.",
            "Serve what `reflex export --frontend-only` makes as a static site, and start the back end alone here.",
            command="dockergen init --start 'reflex run --env prod --backend-only' --port 8000",
        )


def ini_start(repo: Repository, project: Project) -> Start | None:
    """An application that an ini file puts together, on the server that the file names or on gunicorn.

    Raises UndecidedError where only a sample of such a file is there.
    """
    path = next((p for p in _INI_FILES if repo.is_file(p)), "")
    text = repo.source(path) if path else ""
    if not path and project.has("pyramid"):
        _refuse_sample(repo)
    if not path or not project.has("pyramid") or not _PUT_TOGETHER.search(text):
        return None
    listen = re.search(r"^(?:listen|port)\s*=\s*(?:\S*?:)?(\d{2,5})", text, re.MULTILINE)
    everywhere = re.search(r"^(?:listen|host)\s*=\s*(?:0\.0\.0\.0|\*)", text, re.MULTILINE)
    line = repo.line_of(path, listen[0]) if listen else 1
    port = (
        Sourced(int(listen[1]), Origin("file", path, line))
        if listen
        else Sourced(6543, Origin("default", note="Pyramid"))
    )
    files = _databases(repo, text)
    egg = re.search(r"^use\s*=\s*egg:([\w.-]+)", text, re.MULTILINE)
    begun = Start(
        Sourced(("pserve", path), Origin("file", path, line)),
        framework=Sourced("pyramid", project.origin_of("pyramid")),
        port=port,
        script=bool(egg),
        entry=_package(repo, egg[1]) if egg else "",
        writable=tuple(sorted({target.rpartition("/")[0] for _, target in files})),
        links=files,
        commands=tuple(_once(project, path, text)),
        notes=tuple(_for_development(repo, path, text)),
    )
    if everywhere:
        return begun
    added = (
        () if project.has("gunicorn") else tuple(r for r in load("python").lists["added"] if r.startswith("gunicorn"))
    )
    note = f"{path}:{line} listens on this machine only, so gunicorn serves what the file puts together."
    argv: tuple[str, ...] = ("gunicorn", "--worker-tmp-dir", "/dev/shm", "--paste", path)
    command = Sourced(argv, Origin("file", path, 1))
    return replace(begun, command=command, added=added, notes=(note, *begun.notes))


def _refuse_sample(repo: Repository) -> None:
    """UndecidedError where a sample stands for the ini file, which each installation fills in for itself."""
    samples = (p for name in _INI_FILES for p in repo.glob(f"{name}.*") if _PUT_TOGETHER.search(repo.source(p)))
    if sample := next(samples, ""):
        raise UndecidedError(
            f"{sample} is a sample of the file that `pserve` starts the program with, which is not here.",
            "Copy it, and write into it what the image is to have.",
            command=f"cp {shlex.quote(sample)} production.ini",
        )


def _package(repo: Repository, name: str) -> str:
    """The file of the distribution's package, which mostly has its name; "" when there is none."""
    folder = re.sub(r"[-.]", "_", name)
    return next((p for p in (f"{folder}/__init__.py", f"src/{folder}/__init__.py") if repo.is_file(p)), "")


def _databases(repo: Repository, text: str) -> tuple[tuple[str, str], ...]:
    """SQLite files beside the ini file, and where they go instead."""
    place = "data" if not repo.glob("data/*.py") else "state"
    names = dict.fromkeys(re.findall(r"sqlite:///%\(here\)s/([\w.-]+)\s*$", text, re.MULTILINE))
    return tuple((name, f"{place}/{name}") for name in names if not repo.has(name))


def _once(project: Project, path: str, text: str) -> Iterator[tuple[str, str]]:
    """What runs once for a release: Alembic with its section of the ini file, and the cookiecutter's own command."""
    if "[alembic]" in text and project.has("alembic"):
        yield "migrate", f"alembic --config {path} upgrade head"
    for name in {**project.setup.scripts, **project.pyproject.scripts}:
        if re.fullmatch(r"init(?:ialize)?[_-].*db", name):
            yield "initialize", f"{name} {path}"


def _for_development(repo: Repository, path: str, text: str) -> Iterator[str]:
    found = re.search(r"^\s*pyramid_debugtoolbar\s*$|^pyramid\.includes\s*=.*debugtoolbar", text, re.MULTILINE)
    if found:
        line = text.count("\n", 0, text.index("pyramid_debugtoolbar")) + 1
        yield f"{path}:{line} switches the debug toolbar on, which shows source and settings; write a production.ini."
