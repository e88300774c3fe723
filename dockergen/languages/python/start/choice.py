"""Which of all that could be started is started: the user's word, a platform's manifest, an app object, a program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.languages.python.bound import bound_port, reachable
from dockergen.languages.python.commandline import command_line
from dockergen.languages.python.django import Django, django
from dockergen.languages.python.django_settings import named_from_inside
from dockergen.languages.python.entry import App, Modules, apps, candidates, modules_of, place
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.manager_choice import manifest
from dockergen.languages.python.project import Project
from dockergen.languages.python.source import serves
from dockergen.languages.python.space import space
from dockergen.languages.python.start import named as naming
from dockergen.languages.python.start.asked import as_asked, first_word, line_of
from dockergen.languages.python.start.besides import besides
from dockergen.languages.python.start.chosen import chosen_app
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.console_scripts import (
    console_script,
    refuse_other_packages,
    refuse_several,
    refuse_silent,
)
from dockergen.languages.python.start.crawl import crawl_start
from dockergen.languages.python.start.evidence import evidence
from dockergen.languages.python.start.gunicorn_workers import with_workers
from dockergen.languages.python.start.hidden import hidden, is_hidden
from dockergen.languages.python.start.keyboard import at_a_terminal
from dockergen.languages.python.start.literal import literal
from dockergen.languages.python.start.mcp import as_mcp
from dockergen.languages.python.start.own_server import uses
from dockergen.languages.python.start.pages import page, page_file
from dockergen.languages.python.start.program import (
    NothingError,
    UndecidedError,
    imported_framework,
    nothing,
    program,
    refuse_old,
    refuse_old_imports,
)
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import framework_rows, served
from dockergen.languages.python.start.site import site_start
from dockergen.languages.python.start.special import (
    default_start,
    filled_later,
    given_values,
    ini_start,
    notebook_start,
    reflex_folders,
    refuse_reflex,
    twisted_start,
    without_routes,
)
from dockergen.languages.python.start.workers import workers
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings

_PRODUCTION = regex(
    r"^\s*(?:import|from)\s+(?:waitress|uvicorn|gunicorn|hypercorn|granian|bjoern|cheroot|gevent|tornado|pyramid\.scripts)\b"
    r"|\b(?:run_app|serve_forever)\(",
    re.MULTILINE,
)


# Frameworks whose own `run` is for development.
_FOR_TRIALS = ("flask", "dash", "quart")


def start(repo: Repository, project: Project, settings: Settings) -> Start:
    """The start; ProjectError that says what was looked for when there is none, or which are equally likely."""
    found = _outcome(repo, project, settings)
    if isinstance(found, ProjectError):
        raise found
    if settings.start is None:
        refuse_old_imports(modules_of(repo, ()), found.entry)
    runs = evidence(repo)
    made = {command: run.origin for run in reversed(runs) if run.weight != "hint" for command in run.made}
    found = replace(
        found,
        commands=besides(repo, project, candidates(repo), runs, found),
        made=tuple(Sourced(command, origin) for command, origin in made.items()),
    )
    if settings.start is not None:
        found = as_asked(project, found, settings.start)
    else:
        found = at_a_terminal(modules_of(repo, ()), as_mcp(repo, project, modules_of(repo, ()), found))
    port = settings.port or bound_port(repo, found.command) or _published(repo, found) or found.port
    command, notes = reachable(repo, found.command) if settings.start is None else (found.command, [])
    if any(text.startswith("rq worker") for text in (" ".join(command.value), *dict(found.commands).values())):
        notes = [*notes, "`rq worker` takes the address of Redis from RQ_REDIS_URL."]
    told = replace(found, command=command, port=port, notes=(*found.notes, *notes))
    return with_workers(repo, project, told)


def _published(repo: Repository, found: Start) -> Sourced[int] | None:
    """The port that the README's front matter names for a container, where nothing in the source does."""
    place = space(repo)
    if place is None or place.sdk != "docker" or not place.port or found.port is None or found.port.origin.path:
        return None
    return Sourced(place.port, place.origin("app_port"))


def startable(repo: Repository, project: Project, settings: Settings) -> bool:
    """True when there is something to start, be it undecided what, or wrong in a way that `start` tells."""
    return not isinstance(_outcome(repo, project, settings), NothingError)


@lru_cache(maxsize=16)
def _outcome(repo: Repository, project: Project, settings: Settings) -> Start | ProjectError:
    """What is found, or why nothing is; asked twice, by the claim and by the plan."""
    try:
        return _found(repo, project, settings, candidates(repo), evidence(repo))
    except ProjectError as error:
        return error


def _found(repo: Repository, project: Project, settings: Settings, paths: list[str], runs: list[Run]) -> Start:
    modules = modules_of(repo, tuple(_constructors(project).items()))
    web = [run for run in runs if run.process in ("web", "app") or (run.weight != "platform" and run.is_web)]
    problems = {id(run): naming.problem(modules, project, run) for run in web}
    usable = [run for run in web if not problems[id(run)]]
    broken = next((run for run in web if run.weight == "platform" and problems[id(run)]), None)
    stated = next((run for run in usable if run.weight == "platform"), None)
    asked = line_of(settings.start) if settings.start is not None else None
    if asked is None:
        refuse_reflex(repo, project)
    else:
        # The user's word tells which of several programs is meant, and with it what that one needs.
        stated = broken = None
        usable = [asked, *usable] if not naming.problem(modules, project, asked) else usable
    try:
        named = console_script(modules, project, first_word(asked)) if asked and first_word(asked) else None
        detected = named or _detected(repo, project, modules, paths, usable)
    except UndecidedError:
        if stated is None and settings.start is None:
            raise
        detected = None
    if stated is not None:
        return literal(modules, project, stated, detected)
    if detected is not None:
        if broken is not None:
            note = f"{broken.origin} is not what starts the image: {problems[id(broken)]}"
            lost = Rejected(broken.text, broken.origin, problems[id(broken)])
            command = replace(detected.command, rejected=(lost, *detected.command.rejected))
            return replace(detected, command=command, notes=(*detected.notes, note))
        return detected
    if settings.start is not None:
        return Start(settings.start, port=settings.port, writable=reflex_folders(repo, project))
    if broken is not None:
        raise ProjectError(
            f"{broken.origin} starts {broken.text!r}, but {problems[id(broken)]}",
            "Correct the line, or say what to start.",
            command="dockergen init --start 'python app.py'",
        )
    raise nothing(modules, paths)


def _constructors(project: Project) -> dict[str, str]:
    return {
        constructor: name
        for name, row in framework_rows(project).items()
        if row.kind in ("wsgi", "asgi", "own")
        for constructor in row.constructors
    }


def _detected(repo: Repository, project: Project, modules: Modules, paths: list[str], runs: list[Run]) -> Start | None:
    present = framework_rows(project)
    if (project.has("django") or not manifest(repo)) and (site := _site(repo, project)):
        return site_start(repo, project, site, next((r for r in runs if r.program), None))
    if demo := _demo(repo, project, modules, present):
        return demo
    script = console_script(modules, project)
    objects = _objects(modules, paths, runs, script) if modules.constructors else []
    shown = _page(repo, project, present, paths, runs)
    if shown and not (objects and _before(objects[0].origin.path, shown.entry)):
        return shown
    if not objects and (put_together := ini_start(repo, project)):
        return put_together
    entrance = bool(objects) and objects[0].origin.path.rsplit("/", 1)[-1] in ("wsgi.py", "asgi.py")
    if script and (not objects or (not entrance and _serves_itself(modules, script, objects))):
        refuse_silent(modules, project, script)
        return replace(
            script,
            framework=script.framework
            or imported_framework(project, present, modules, script.entry)
            or _kind(modules, objects, project),
        )
    if objects:
        return _of_objects(modules, project, objects, runs, paths)
    if unseen := _unseen(modules, project, paths, runs):
        return unseen
    try:
        return _program(repo, project, modules, present, paths, runs)
    except UndecidedError:
        if (told := naming.program_named(modules, runs, ("hint",))) and told[0] in paths:
            return _as_told(modules, project, present, *told)
        refuse_several(modules, project)
        raise


def _objects(modules: Modules, paths: list[str], runs: list[Run], script: Start | None) -> list[App]:
    """The app objects that a server may be given; with a command beside, none that only the command makes complete."""
    found = [app for app in apps(modules, paths) if not without_routes(modules, app)]
    if script is None:
        return found
    told = {app.reference for run in runs if (app := naming.app_of(modules, run, found))}
    late = {app.origin.path for app in found if app.reference not in told and filled_later(modules, app, paths)}
    kept = [app for app in found if app.reference in told or app.origin.path not in late or app.factory]
    return [app for app in kept if app.origin.path not in late or not given_values(modules, app, script)]


def _site(repo: Repository, project: Project) -> Django | None:
    """The Django project, which without a manifest manage.py alone tells of: what is missing is told afterwards."""
    if site := django(repo):
        _refuse_absent(repo, project, site.settings, site.settings_origin)
    elif told := named_from_inside(repo):
        _refuse_absent(repo, project, *told)
    return site


def _refuse_absent(repo: Repository, project: Project, settings: str, origin: Origin) -> None:
    """ProjectError when neither the repository nor anything that is installed can hold the settings of the project."""
    top = settings.partition(".")[0]
    places = (f"{depth}{name}" for depth in ("", "*/", "*/*/") for name in (top, f"{top}.py"))
    if any(map(repo.glob, places)) or any(top.replace("_", "-") in name for name in project.installed):
        return
    raise ProjectError(
        f"{origin} names the settings module {settings}, and nothing here is called {top}.",
        f"Commit the folder {top}/ that `django-admin startproject {top}` made: it holds the settings, and wsgi.py."
        if not repo.is_file("settings.py")
        else f"This looks like the inside of {top}/: commit that folder, and manage.py beside it.",
    )


def _of_objects(modules: Modules, project: Project, objects: list[App], runs: list[Run], paths: list[str]) -> Start:
    """The likeliest of the app objects that a server can import; where there is none, the file of one, run as it is."""
    importable = [app for app in objects if not is_hidden(modules.repo, app.origin.path)]
    if not importable:
        return hidden(modules, project, objects[0])
    app, run, lost = chosen_app(modules, importable, runs)
    refuse_old(modules, app.origin.path)
    return served(modules, project, app, run, lost, paths)


def _unseen(modules: Modules, project: Project, paths: list[str], runs: list[Run]) -> Start | None:
    """What a line starts although no object shows it: a factory with arguments, an app of an unknown framework."""
    for run in runs:
        if (run.factory or run.weight == "asked") and (made := naming.app_of(modules, run, [])):
            return served(modules, project, made, run, (), paths)
    return naming.unseen(modules, project, runs) or naming.nameless(modules, project, paths)


def _program(
    repo: Repository,
    project: Project,
    modules: Modules,
    present: Mapping[str, Framework],
    paths: list[str],
    runs: list[Run],
) -> Start | None:
    """A program that is run as it is: the one that a line of another container names, else the likeliest."""
    if (told := naming.program_named(modules, runs, ("asked", "container", "task"))) and (
        found := _as_told(modules, project, present, *told)
    ):
        return found
    own = _own(modules, project, present, paths)
    plain = default_start(modules, project, paths, present) or (
        program(modules, project, paths, own, present) if own else None
    )
    queue = workers(repo, project, paths)
    if plain is None and queue and not any(p in ("main.py", "app.py", "run.py", "bot.py") for p in paths):
        first = queue[0]
        return Start(
            Sourced(first.argv, first.origin),
            framework=Sourced(first.framework, project.origin_of(first.framework)),
            import_root=first.import_root,
            entry=first.origin.path,
        )
    found = plain or program(modules, project, paths, own, present)
    if found is not None:
        refuse_other_packages(modules, project, found)
    return found or twisted_start(modules, project) or crawl_start(modules, project) or notebook_start(repo, project)


def _as_told(modules: Modules, project: Project, present: Mapping[str, Framework], path: str, run: Run) -> Start | None:
    """The program of that file, with the words that the line gives it."""
    own = _own(modules, project, present, [path])
    found = default_start(modules, project, [path], present) or program(modules, project, [path], own, present)
    if found is None:
        return None
    argv, root = found.command.value, found.import_root
    if argv[:1] == ("python",) and len(argv) <= 3:
        if run.module and argv[1] == path:
            argv, root = (
                ("python", "-m", run.module),
                path.removesuffix(".py").removesuffix(run.module.replace(".", "/")),
            )
        argv = (*argv, *(() if any("$" in word for word in run.arguments) else run.arguments))
    command = Sourced(argv, run.origin, found.command.rejected)
    return replace(found, command=command, import_root=root.rstrip("/"))


def _demo(repo: Repository, project: Project, modules: Modules, present: Mapping[str, Framework]) -> Start | None:
    """The program that the front matter of the README names, run as its platform runs it."""
    place = space(repo)
    if place is None or place.sdk != "gradio" or not place.file or "gradio" not in present:
        return None
    found = program(modules, project, [place.file], ("gradio", present["gradio"]), present)
    if found is None:
        return None
    return replace(found, command=replace(found.command, origin=place.origin("app_file")))


def _before(path: str, page: str) -> bool:
    """True when the file of an app object comes before a page, or only looks like one itself: it mounts pages."""
    return path == page or place(path) < place(page)


def _serves_itself(modules: Modules, script: Start, objects: list[App]) -> bool:
    """True when the console script starts a server that is fit for production and that the outside reaches."""
    if not script.entry:
        return False
    if script.launch:
        return True
    text = modules.repo.source(script.entry)
    tried = any(modules.constructors[app.constructor] in _FOR_TRIALS for app in objects)
    if serves(text) and not (tried and not _PRODUCTION.search(text)):
        return True
    files = list(program_files(modules.repo, script.entry, 25))
    told = bool(command_line(modules.repo, script.entry).words)
    return told and any(_PRODUCTION.search(modules.repo.source(path)) for path in files)


def _kind(modules: Modules, objects: list[App], project: Project) -> Sourced[str] | None:
    if not objects:
        return None
    name = modules.constructors[objects[0].constructor]
    return Sourced(name, project.origin_of(project.has(*load("python").frameworks[name].dependencies)))


def _page(
    repo: Repository, project: Project, present: Mapping[str, Framework], paths: list[str], runs: list[Run]
) -> Start | None:
    for name, row in present.items():
        if row.kind != "file":
            continue
        path, origin, lost = page_file(repo, row, name, paths, runs)
        if path:
            port = next((r.port for r in runs if r.program == name and r.port), 0)
            return page(repo, project, name, row, path, origin, lost, port)
    return None


def _own(
    modules: Modules, project: Project, present: Mapping[str, Framework], paths: list[str]
) -> tuple[str, Framework] | None:
    """The framework of a program with a server of its own; installed is not enough, the source has to run it."""
    for name, row in present.items():
        asked = not project.lock or project.origin_of(project.has(*row.dependencies)).path != project.lock
        if row.kind == "script" and asked and any(uses(modules, path, row) for path in paths):
            return name, row
    return None
