"""What starts the service: asked for, a Procfile, the framework's server with the app object, a script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.bound import bound_port
from dockergen.languages.python.commandline import CommandLine, command_line
from dockergen.languages.python.django import Django, django
from dockergen.languages.python.entry import App, apps, candidates, guarded, module_of
from dockergen.languages.python.project import Project
from dockergen.languages.python.source import health_route, port_in, serves
from dockergen.manifests.procfile import procfile
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, command_words

_PREFERENCE = {
    "wsgi": ("gunicorn", "waitress", "uwsgi", "granian", "hypercorn"),
    "asgi": ("uvicorn", "hypercorn", "granian", "daphne"),
}
_ADDED = {"wsgi": "gunicorn", "asgi": "uvicorn"}
_OWN_SERVER = ("script", "own", "file")


@frozen
class Start:
    """The start command and all that follows from it."""

    command: Sourced[tuple[str, ...]]
    framework: Sourced[str] | None = None
    port: Sourced[int] | None = None
    health: str = "/"
    env: Mapping[str, str] | None = None
    added: tuple[str, ...] = ()  # a server that is installed besides what the project asks for
    import_root: str = ""
    script: bool = False  # an installed console script: the project itself must be installed
    entry: str = ""  # the file that holds the program
    django: Django | None = None
    commands: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def start(repo: Repository, project: Project, settings: Settings) -> Start:
    """The start; ProjectError that says what was looked for when there is none."""
    found = _found(repo, project, settings)
    processes = procfile(repo.read("Procfile")) if repo.is_file("Procfile") else ()
    others = tuple((p.name, p.command) for p in processes if p.name not in ("web", "release"))
    found = replace(found, commands=others)
    if settings.start is not None:
        found = replace(found, command=settings.start, added=(), script=False)
    return replace(found, port=settings.port or bound_port(repo, found.command) or found.port)


def startable(repo: Repository, project: Project, settings: Settings) -> bool:
    """True when there is something to start."""
    try:
        _found(repo, project, settings)
    except ProjectError:
        return False
    return True


def _found(repo: Repository, project: Project, settings: Settings) -> Start:
    paths = candidates(repo)
    web = _procfile(repo)
    detected = _detected(repo, project, paths)
    if web is not None and settings.start is None:
        base = detected or Start(web)
        port = base.port or Sourced(8000, Origin("default", note="Procfile"))
        return replace(base, command=web, port=port, added=(), script=False)
    if detected is not None:
        return detected
    if settings.start is not None:
        return Start(settings.start, port=settings.port)
    raise ProjectError(
        f"Nothing in {repo.prefix or 'this folder'} says what to start: no app object, console script, __main__ or "
        "main.py was found.",
        "Say it yourself.",
        command="dockergen init --start 'python app.py'",
    )


def _procfile(repo: Repository) -> Sourced[tuple[str, ...]] | None:
    if not repo.is_file("Procfile"):
        return None
    for process in procfile(repo.read("Procfile")):
        if process.name == "web":
            command = re.sub(r"^python3(?=\s)", "python", process.command)
            return Sourced(command_words(command, "Procfile"), Origin("file", "Procfile", process.line))
    return None


def _detected(repo: Repository, project: Project, paths: list[str]) -> Start | None:
    if project.has("django") and (site := django(repo)):
        return _django(project, site)
    rows = load("python").frameworks
    present = {name: row for name, row in rows.items() if project.has(*row.dependencies)}
    served = {c: name for name, row in present.items() if row.kind in ("wsgi", "asgi", "own") for c in row.constructors}
    objects = apps(repo, paths, served) if served else []
    script = _console_script(repo, project)
    own = next(((n, r) for n, r in present.items() if r.kind in ("file", "script") and _asked_for(project, r)), None)
    if own and own[1].kind == "file" and (file := _own_file(repo, own[1], paths)):
        return _file(repo, project, own[0], own[1], file)
    if script and not objects:
        return replace(script, framework=_framework(project, present))
    if script and objects and script.entry and serves(repo.source(script.entry)):
        return _served_by_itself(repo, project, objects[0], rows[served[objects[0].constructor]], served, script)
    if objects:
        return _app(repo, project, objects[0], rows[served[objects[0].constructor]], served[objects[0].constructor])
    return _script(repo, project, paths, own, present)


def _asked_for(project: Project, row: Framework) -> bool:
    """True when the manifest itself names the framework; a client that brings it along starts no server."""
    name = project.has(*row.dependencies)
    return not project.lock or project.origin_of(name).path != project.lock


def _framework(project: Project, present: Mapping[str, Framework]) -> Sourced[str] | None:
    for name, row in present.items():
        if not row.kind.endswith("-server"):
            return Sourced(name, project.origin_of(project.has(*row.dependencies)))
    return None


def _server(project: Project, row: Framework) -> str:
    kind = "asgi" if row.kind == "asgi" else "wsgi"
    return next((name for name in _PREFERENCE[kind] if project.has(*load("python").frameworks[name].dependencies)), "")


def _served_by_itself(
    repo: Repository, project: Project, app: App, row: Framework, served: Mapping[str, str], script: Start
) -> Start:
    name = served[app.constructor]
    return replace(script, framework=Sourced(name, project.origin_of(project.has(*row.dependencies))))


def _app(repo: Repository, project: Project, app: App, row: Framework, name: str) -> Start:
    path = app.origin.path
    port = port_in(repo.source(path))
    kind = "asgi" if row.kind == "asgi" else "wsgi"
    server = _server(project, row)
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if row.kind == "own":
        argv = _filled(row.start, app)
    else:
        if not server:
            server = _ADDED[kind]
            added = tuple(r for r in load("python").lists["added"] if r.startswith(server))
            notes = (
                f"{row.title}'s own server is for development, so the image adds {added[0]}; "
                "add it to the dependencies to pin it.",
            )
        argv = _filled(load("python").frameworks[server].start, app, kind)
    default = Sourced(row.port or 8000, Origin("default", note=row.title))
    in_script = Sourced(port[0], Origin("file", path, port[1])) if port[0] and row.port != 8000 else None
    return Start(
        Sourced(argv, app.origin),
        framework=Sourced(name, project.origin_of(project.has(*row.dependencies))),
        port=in_script or default,
        health=row.health or health_route(repo.source(path)) or "/",
        env=dict(row.env),
        added=added,
        import_root=app.import_root,
        entry=path,
        notes=notes,
    )


def _filled(words: tuple[str, ...], app: App, kind: str = "asgi") -> tuple[str, ...]:
    """The start of a server with the app object put in; factories are called where the server has no flag for it."""
    has_flag = any(word.startswith("{factory:") for word in words)
    reference = app.reference if not app.factory or has_flag else f"{app.reference}()"
    filled = []
    for word in words:
        if word.startswith("{factory:"):
            if app.factory:
                filled.append(word[len("{factory:") : -1])
            continue
        filled.append(word.replace("{app}", reference).replace("{interface}", kind))
    return tuple(filled)


def _django(project: Project, site: Django) -> Start:
    asgi = next(
        (n for n in ("daphne", "hypercorn", "uvicorn") if site.asgi and project.has(n) and not project.has("gunicorn")),
        "",
    )
    server = asgi or next(
        (n for n in _PREFERENCE["wsgi"] if project.has(*load("python").frameworks[n].dependencies)), ""
    )
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if not server:
        server = "gunicorn"
        added = tuple(r for r in load("python").lists["added"] if r.startswith("gunicorn"))
        notes = (
            f"manage.py runserver is for development, so the image adds {added[0]}; "
            "add it to the dependencies to pin it.",
        )
    reference = site.asgi if asgi else site.wsgi or site.asgi
    module, _, name = reference.partition(":")
    app = App(module, name, "", site.app_origin, False, site.root, 0)
    argv = _filled(load("python").frameworks[server].start, app, "asgi" if asgi else "wsgi")
    env = {"DJANGO_SETTINGS_MODULE": site.settings} if site.exports_settings else {}
    return Start(
        Sourced(argv, site.app_origin),
        framework=Sourced("django", project.origin_of("django")),
        port=Sourced(8000, Origin("default", note="Django")),
        env=env,
        added=added,
        import_root=site.root,
        entry=f"{site.root}/{site.entry_file}".lstrip("/") if site.entry_file else site.manage,
        django=site,
        commands=(("migrate", f"python {site.manage} migrate"),),
        notes=notes,
    )


def _own_file(repo: Repository, row: Framework, paths: list[str]) -> str:
    package = row.dependencies[0]
    named = [p for p in row.config if repo.is_file(p)]
    using = [p for p in paths if re.search(rf"^\s*(?:import|from)\s+{re.escape(package)}\b", repo.source(p), re.M)]
    return next((p for p in named if p in using), using[0] if using else "")


def _file(repo: Repository, project: Project, name: str, row: Framework, path: str) -> Start:
    argv = tuple(word.replace("{file}", path) for word in row.start)
    return Start(
        Sourced(argv, Origin("file", path, 1)),
        framework=Sourced(name, project.origin_of(project.has(*row.dependencies))),
        port=Sourced(row.port, Origin("default", note=row.title)),
        health=row.health or "/",
        env=dict(row.env),
        entry=path,
    )


def _console_script(repo: Repository, project: Project) -> Start | None:
    scripts = {**project.setup.scripts, **project.pyproject.scripts}
    path = project.setup.path if project.setup.scripts else "pyproject.toml"
    names = list(scripts)
    wanted = [n for n in names if n in (project.pyproject.name, "start", "serve", "server", "main")] or names
    if len(wanted) != 1:
        return None
    name = wanted[0]
    module = scripts[name].split(":")[0].replace(".", "/")
    entry = next(
        (
            p
            for p in (f"{module}.py", f"src/{module}.py", f"{module}/__init__.py", f"src/{module}/__init__.py")
            if repo.is_file(p)
        ),
        "",
    )
    told = command_line(repo, entry) if entry else CommandLine()
    port, line = port_in(repo.source(entry)) if entry else (0, 0)
    listens = port or any(
        project.has(*row.dependencies) for row in load("python").frameworks.values() if row.kind in ("wsgi", "asgi")
    )
    found = Sourced(port, Origin("file", entry, line)) if port else Sourced(8000, Origin("default"))
    if told.port:
        found = Sourced(told.port, told.origin)
    return Start(
        Sourced((name, *told.words), Origin("file", path, repo.line_of(path, name))),
        port=found if listens or told.port else None,
        script=True,
        entry=entry,
    )


def _script(
    repo: Repository,
    project: Project,
    paths: list[str],
    own: tuple[str, Framework] | None,
    present: Mapping[str, Framework],
) -> Start | None:
    """A program that is run as it is: __main__.py, a guarded file, a conventional name."""
    path = next((p for p in paths if p.endswith("/__main__.py")), "")
    line = 1
    if path:
        module, root = module_of(repo, path)
        argv: tuple[str, ...] = ("python", "-m", module.removesuffix(".__main__"))
    else:
        root = ""
        path, line = next(iter(guarded(repo, paths)), ("", 1))
        names = load("python").lists["entry_names"]
        path = path or next((p for p in paths if p.rsplit("/", 1)[-1][:-3] in names), "")
        argv = ("python", path)
    if not path:
        return None
    text = repo.source(path)
    port, port_line = port_in(text)
    found = Sourced(port, Origin("file", path, port_line)) if port and (serves(text) or own) else None
    if found is None and own:
        found = Sourced(own[1].port, Origin("default", note=own[1].title))
    if (
        found is None
        and port
        and re.search(
            r"\b(?:HTTPServer|TCPServer|make_server|create_server|start_server|serve_forever|run_app)\b", text
        )
    ):
        found = Sourced(port, Origin("file", path, port_line))
    if own and own[1].start:
        argv = tuple(word.replace("{file}", path) for word in own[1].start)
    elif told := command_line(repo, path):
        argv = (*argv, *told.words)
        found = Sourced(told.port, told.origin) if told.port else found
    return Start(
        Sourced(argv, Origin("file", path, line)),
        framework=_framework(project, present),
        port=found,
        env=dict(own[1].env) if own else {},
        import_root=root,
        entry=path,
    )
