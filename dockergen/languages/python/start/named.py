"""A line of the repository that starts something: whether what it names exists, and how far it is taken at its word."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.entry import App, Modules, apps, module_of
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.objects import has_name
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.command import Run, words
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import PREFERENCE, TUNED, filled
from dockergen.languages.python.syntax import dotted, top_level
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.settings import command_words

_VARIABLES = regex(r"env [^|&;<>()$`\n]*")
_PORT = regex(r"\bPORT\b")
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


def literal(modules: Modules, project: Project, run: Run, detected: Start | None) -> Start:
    """The line as it is written, where it is fit for a container; what it lacks is put in or told."""
    lost: tuple[Rejected, ...] = (
        (Rejected(" ".join(detected.command.value), detected.command.origin, f"{run.origin} wins"),) if detected else ()
    )
    if detected and detected.command.origin == run.origin:
        lost = detected.command.rejected
    if detected and (run.development or (run.file and _is_app_script(modules, run, detected))):
        why = f"{run.origin} starts a development server ({run.development or run.text}); the image does not."
        rejected = (Rejected(run.text, run.origin, "it is a development server"), *detected.command.rejected)
        return replace(detected, command=replace(detected.command, rejected=rejected), notes=(*detected.notes, why))
    text, notes = _reachable(run)
    if re.match(r"[A-Za-z_]\w*=", text):
        text = f"env {text}"  # variables in front of a command need no shell
    command = f"cd {run.root} && {'' if ' && exec ' in text else 'exec '}{text}" if run.root else text
    argv = tuple(words(text)) if _VARIABLES.fullmatch(command) else command_words(command, str(run.origin))
    if run.root:
        argv = ("sh", "-c", command)
    if "{port}" in text:
        argv = tuple(argv[2:3] and ("sh", "-c", argv[2].replace("{port}", "${PORT}"))) if argv[0] == "sh" else argv
    base = detected or Start(Sourced(argv, run.origin))
    server, more = added(project, run)
    server += tuple(row for row in base.added if row.startswith("websockets"))
    port = Sourced(run.port, run.origin) if run.port else base.port
    if port is None and not (detected and _listens_nowhere(modules, detected)):
        port = Sourced(8000, Origin("default", note="Procfile"))
    env = dict(base.env or {})
    row = load("python").frameworks.get(run.program)
    env = {**(row.env if row else {}), **env} if run.program != "python" else env
    kept = tuple(note for note in base.notes if "own server" not in note and "runserver" not in note)
    return replace(
        base,
        command=Sourced(argv, run.origin, lost),
        port=port,
        env=env,
        added=server,
        script=False,
        import_root=base.import_root if not run.root else "",
        why=TUNED.get(run.program, ""),
        notes=(*kept, *notes, *more),
    )


def _listens_nowhere(modules: Modules, detected: Start) -> bool:
    """True for a bot that asks its service for messages: a platform's manifest starts it like a web process."""
    row = load("python").frameworks.get(detected.framework.value) if detected.framework else None
    if row is None or row.kind != "worker" or detected.port is not None or not detected.entry:
        return False
    return not any(_PORT.search(modules.repo.source(path)) for path in whole_program(modules.repo, detected.entry))


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


def _is_app_script(modules: Modules, run: Run, detected: Start) -> bool:
    """True for `python app.py` where the file holds the app and starts a server that is no good in an image."""
    if run.arguments or detected.command.value[:1] == ("python",):
        return False
    servers = modules.listening(f"{run.root}/{run.file}".lstrip("/"))
    if not servers:
        return False
    text = modules.repo.source(f"{run.root}/{run.file}".lstrip("/"))
    framework = detected.framework.value if detected.framework else ""
    return (
        framework in ("flask", "dash", "bottle", "quart")
        or servers[0].loopback
        or bool(re.search(r"\b(?:debug|reload)\s*=\s*True", text))
    )


def _reachable(run: Run) -> tuple[str, list[str]]:
    """The command without what is for development, and with an address that the outside reaches."""
    text = re.sub(r"(?<=\s)(?:--reload(?:-\w+[= ]\S+)?|--debug)(?=\s|$)", "", run.text)
    text = " ".join(text.split()) if text != run.text else text
    notes = [f"{run.origin} asks to reload on changes; the image does not."] if text != run.text else []
    if run.program == "uvicorn":
        text = re.sub(r"--host[ =](?:127\.0\.0\.1|localhost)", "--host 0.0.0.0", text)
        if "--host" not in text and "--uds" not in text and "--fd" not in text:
            text += " --host 0.0.0.0"
        if "--port" not in text and "--uds" not in text:
            text += " --port ${PORT}"
    if run.program in ("hypercorn", "daphne", "granian", "sanic"):
        text = _bound(run.program, text)
    if run.program == "gunicorn":
        text = re.sub(r"((?:-b|--bind)[ =]?)(?:127\.0\.0\.1|localhost):(\d+)", r"\g<1>0.0.0.0:\2", text)
        text = re.sub(r"((?:-b|--bind)[ =]?)unix:\S+", r"\g<1>0.0.0.0:${PORT}", text)
    return text, notes


def _bound(program: str, text: str) -> str:
    """The command with an address, where it gives none and its server would listen on this machine only."""
    if program == "hypercorn":
        return text if re.search(r"(?<=\s)(?:-b|--bind)\b", text) else f"{text} --bind 0.0.0.0:${{PORT}}"
    flags = ("-b", "-p") if program == "daphne" else ("--host", "--port")
    for flag, value in zip(flags, ("0.0.0.0", "${PORT}"), strict=True):
        if not re.search(rf"(?<=\s){flag}\b", text):
            text += f" {flag} {value}"
    return text


def added(project: Project, run: Run) -> tuple[tuple[str, ...], list[str]]:
    """The server of the line when the project does not ask for it."""
    row = load("python").frameworks.get(run.server)
    if row is None or not row.kind.endswith("-server") or project.has(*row.dependencies):
        return (), []
    rows = tuple(r for r in load("python").lists["added"] if r.partition("==")[0] in row.dependencies)
    missing = f"{run.origin} starts {run.program}, which is not among the dependencies"
    if not rows:
        return (), [f"{missing}."]
    return rows, [f"{missing}, so the image adds {rows[0]}."]


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
