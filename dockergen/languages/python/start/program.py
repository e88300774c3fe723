"""Programs that are run as they are: `python -m package`, files with a guard or a usual name; what is told for none."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.languages.python.entry import Modules, guarded, module_of, place, search_path
from dockergen.languages.python.imports import files_of, program_files, whole_program
from dockergen.languages.python.manager_choice import manifest
from dockergen.languages.python.project import Project
from dockergen.languages.python.source import guard_line
from dockergen.languages.python.start.aside import apps_aside, command_for, shown
from dockergen.languages.python.start.own_server import own_start, reached, uses
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.unlisted_pages import unlisted_pages
from dockergen.languages.python.syntax import does_something
from dockergen.languages.python.unlisted import runs_on_import
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced

_MOST_IMPORTS = 60
_IMPORTED = regex(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


class NothingError(ProjectError):
    """There is nothing that could be started."""


class UndecidedError(ProjectError):
    """Several things could be started, and nothing tells which one is meant."""


def refuse_old(modules: Modules, path: str) -> None:
    """ProjectError when the file is Python 2."""
    if line := modules.module(path).old_line:
        raise ProjectError(
            f"{path}:{line} is Python 2, which ended in 2020 and has no image that is maintained.",
            "Port the program first; 2to3 does most of it.",
            command=f"2to3 -w {shlex.quote(path)}",
        )


def refuse_old_imports(modules: Modules, entry: str) -> None:
    """ProjectError when a file that the program cannot start without is Python 2."""
    pending, seen = [entry] if entry else [], {entry}
    while pending and len(seen) < _MOST_IMPORTS:
        path = pending.pop(0)
        refuse_old(modules, path)
        for node in runs_on_import(modules.module(path).body):
            names = [alias.name for alias in node.names]
            above = f"{'.' * node.level}{node.module or ''}" if isinstance(node, ast.ImportFrom) else ""
            dot = "" if above.endswith(".") or not above else "."
            wanted = (above, *(f"{above}{dot}{name}" for name in names)) if above else names
            found = [target for name in wanted for target in files_of(modules.repo, path, name)[:1]]
            pending += [target for target in dict.fromkeys(found) if target not in seen]
            seen.update(found)


def program(
    modules: Modules,
    project: Project,
    paths: list[str],
    own: tuple[str, Framework] | None,
    present: Mapping[str, Framework],
) -> Start | None:
    """A package with __main__, a guarded file, a file of a usual name; None when there is none.

    Raises UndecidedError when several files are equally likely.
    """
    repo = modules.repo
    path, line, lost = _main_file(modules, paths, own)
    if not path:
        return None
    refuse_old(modules, path)
    module, root = module_of(repo, path)
    relative = re.search(r"^\s*from\s+\.", repo.source(path), re.MULTILINE)
    if path.endswith("/__main__.py") and module != "__main__":
        argv: tuple[str, ...] = ("python", "-m", module.removesuffix(".__main__"))
    elif relative and "." in module:
        argv = ("python", "-m", module)
    else:
        # Python puts the folder of the script first on the path; what it imports may lie elsewhere.
        argv, root = ("python", path), search_path(repo, path)
    if own:
        argv = own_start(modules, own[1], path, argv)
    begun = Start(
        Sourced(argv, Origin("file", path, line), lost),
        framework=imported_framework(project, present, modules, path),
        env=dict(own[1].env) if own else {},
        import_root=root,
        entry=path,
    )
    if own:
        begun = replace(begun, framework=Sourced(own[0], project.origin_of(project.has(*own[1].dependencies))))
    begun = reached(modules, begun, path, own)
    return begun if begun.port else replace(begun, notes=(*begun.notes, *_windows(modules, path)))


def _windows(modules: Modules, entry: str) -> Iterator[str]:
    """That the program wants a screen."""
    kinds = load("python").lists["windows"]
    for path in program_files(modules.repo, entry, 10):
        source = modules.repo.source(path)
        found = next((m for m in _IMPORTED.finditer(source) if m[1] in kinds), None)
        if found:
            line = source.count("\n", 0, found.start(1)) + 1
            yield (
                f"{path}:{line} imports {found[1]}, which opens windows, and a container has no screen: give it one of "
                "the machine's (docker run -e DISPLAY -v /tmp/.X11-unix:/tmp/.X11-unix ...), or start a part without."
            )
            return


def imported_framework(
    project: Project, present: Mapping[str, Framework], modules: Modules, entry: str
) -> Sourced[str] | None:
    """The framework of a program that is no app object's, when its files import it."""
    files = program_files(modules.repo, entry, 40) if entry else ()
    imported = {name for path in files for name in _IMPORTED.findall(modules.repo.source(path))}
    for name, row in present.items():
        packages = row.config if row.kind == "worker" else [n.replace("-", "_") for n in row.dependencies]
        if not row.kind.endswith("-server") and imported.intersection(packages):
            return Sourced(name, project.origin_of(project.has(*row.dependencies)))
    return None


def nothing(modules: Modules, paths: list[str]) -> ProjectError:
    """The error of a repository in which nothing can be started."""
    repo = modules.repo
    if aside := apps_aside(modules):
        return NothingError(
            f"{repo.prefix or 'This folder'} holds no program but what its examples are: {shown(aside)}.",
            "Name the one to start.",
            command=f"dockergen init --start {shlex.quote(command_for(modules, aside[0]))}",
        )
    if not manifest(repo) and (pages := unlisted_pages(repo)):
        return NothingError(
            f"{pages.path} is a configuration of {pages.tool}, and no manifest here names what is to be installed.",
            "List the tool, its theme and its plug-ins in requirements.txt, best in the versions that `pip freeze` "
            "tells where the pages are built; by that file these are:",
            command=f"printf '%s\\n' {shlex.join(pages.wanted)} > requirements.txt",
        )
    notebooks = [p for p in repo.walk(depth=3) if p.endswith(".ipynb")]
    if notebooks:
        line = f"{len(notebooks)} notebooks" if len(notebooks) > 1 else "a notebook"
        return NothingError(
            f"There is {line} ({notebooks[0]}) and no program: a notebook is no service by itself.",
            "Turn it into a script, or serve JupyterLab on purpose with --start.",
            command=f"jupyter nbconvert --to script {notebooks[0]}",
        )
    named = [path for path in paths if not path.endswith("__.py")]
    likely = next((path for path in named if "/" not in path), "") or (named[0] if named else "app.py")
    there = f" What is here: {', '.join(paths[:4])}{', ...' if len(paths) > 4 else ''}." if paths else ""
    return NothingError(
        f"Nothing in {repo.prefix or 'this folder'} says what to start: no app object, console script, __main__ "
        "or main.py was found.",
        f"Say it yourself.{there}",
        command=f"dockergen init --start {shlex.quote(f'python {shlex.quote(likely)}')}",
    )


def _main_file(
    modules: Modules, paths: list[str], own: tuple[str, Framework] | None
) -> tuple[str, int, tuple[Rejected, ...]]:
    repo = modules.repo
    names = load("python").lists["entry_names"]
    marked = list(guarded(repo, paths))
    mains = [p for p in paths if p.endswith("/__main__.py") and p.removeprefix("src/").count("/") == 1]
    if own and (path := _that_runs(modules, paths, own[1], [*mains, *(p for p, _ in marked)])):
        return path, guard_line(repo.source(path)) or 1, ()
    usual = [p for p in paths if "/" not in p and p[:-3] in names]
    first = next((p for p in usual if guard_line(repo.source(p))), "")
    if mains and not first:
        return mains[0], 1, ()
    if not first and usual[:1] == paths[:1] and not any(modules.listening(p) for p, _ in marked[:20]):
        first = next(iter(usual), "")
    if first and (not marked or place(first) <= place(marked[0][0])):
        return first, guard_line(repo.source(first)) or 1, ()
    if marked:
        return _settled(modules, marked)
    called = (p for p in paths if p.rsplit("/", 1)[-1][:-3] in names)
    # Below the root many a module has such a name, app/controllers/api.py, and only makes what others import.
    path = next((p for p in called if "/" not in p or does_something(modules.module(p), making=False)), "")
    if not path and len(paths) == 1 and does_something(modules.module(paths[0])):
        path = paths[0]
    return path or next((p for p in paths if p.endswith("/__main__.py")), ""), 1, ()


def _that_runs(modules: Modules, paths: list[str], row: Framework, entrances: list[str]) -> str:
    """The file from which the framework's server is started: the one that does it, or an entrance that imports it."""
    serving = [p for p in paths if uses(modules, p, row)]
    direct = [p for p in serving if p in entrances]
    if direct:
        return min(direct, key=lambda p: (not p.endswith("__main__.py"), paths.index(p)))
    for path in entrances:
        if set(serving).intersection(whole_program(modules.repo, path, 120)):
            return path
    return serving[0] if serving else ""


def _settled(modules: Modules, marked: list[tuple[str, int]]) -> tuple[str, int, tuple[Rejected, ...]]:
    """The likeliest of the guarded files: a server before a tool, one that the others do not import before the rest."""
    best = place(marked[0][0])
    equal = [(p, line) for p, line in marked if place(p) == best]
    if len(equal) > 1:
        serving = [(p, line) for p, line in equal if modules.listening(p)]
        imported = {o.lstrip(".").split(".")[0] for p, _ in equal for o in modules.module(p).imports.values()}
        equal = serving or [(p, line) for p, line in equal if p.rsplit("/", 1)[-1][:-3] not in imported] or equal
    if len(equal) > 1:
        # Shop.py beside the package shop that it starts; other scripts are tools.
        own = [(p, line) for p, line in equal if _called_like_its_package(modules, p)]
        bots = [(p, line) for p, line in equal if _is_bot(modules, p)]
        equal = next((few for few in (own, bots) if len(few) == 1), equal)
    if len(equal) > 1:
        shown = ", ".join(f"{p}:{line}" for p, line in equal[:5])
        raise UndecidedError(
            f"{len(equal)} files have a __main__ guard, and nothing tells which is the service: {shown}.",
            "Name the one to start.",
            command=f"dockergen init --start 'python {equal[0][0]}'",
        )
    path, line = equal[0]
    lost = tuple(
        Rejected(f"python {p}", Origin("file", p, n), f"{path} is likelier by its name and place")
        for p, n in marked
        if p != path
    )
    return path, line, lost[:5]


def _is_bot(modules: Modules, path: str) -> bool:
    """True for a file that imports what a bot is made with; what lies beside it fills or mends its data."""
    rows = load("python").frameworks
    made_with = {module for name in ("discord", "slack", "telegram") for module in rows[name].config}
    return not made_with.isdisjoint(origin.split(".")[0] for origin in modules.module(path).imports.values())


def _called_like_its_package(modules: Modules, path: str) -> bool:
    """True for a file that imports the package beside it which has its name, in whatever letters."""
    wanted = f"{path.removesuffix('.py')}/__init__.py".lower()
    return any(other.lower() == wanted for other in modules.imported(path))
