"""Programs that are run as they are: console scripts, `python -m package`, files with a guard or a usual name."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.languages.python.commandline import command_line
from dockergen.languages.python.entry import Modules, guarded, module_of, place, search_path
from dockergen.languages.python.imports import program_files, whole_program
from dockergen.languages.python.listening import LOOPBACK, Listening
from dockergen.languages.python.project import Project
from dockergen.languages.python.setuptools_files import setup
from dockergen.languages.python.source import guard_line, port_in
from dockergen.languages.python.start.aside import apps_aside, command_for, shown
from dockergen.languages.python.start.evidence import switches
from dockergen.languages.python.start.launched import launched
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import framework_rows, host_variable, loopback_note, port_given
from dockergen.languages.python.syntax import does_something, nodes
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository

_CONFIGURATION = regex(r"""["']([\w./-]+\.(?:conf|config|cfg|ini))["']""")
_SOCKET_PORT = regex(r"^\s*server\.socket_port\s*[:=]\s*(\d{2,5})\s*$", re.MULTILINE)
_WSGIREF = regex(r"^\s*from\s+wsgiref\.simple_server\s+import\b", re.MULTILINE)
_IMPORTED = regex(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


class NothingError(ProjectError):
    """There is nothing that could be started."""


class UndecidedError(ProjectError):
    """Several things could be started, and nothing tells which one is meant."""


def console_script(modules: Modules, project: Project, asked: str = "") -> Start | None:
    """The command that the project declares: the one that is asked for, the only one, or one named like the project or
    like a server."""
    # A requirements file beside setup.py says what to install, and nothing of what is started.
    stated = setup(modules.repo) if project.requirements.path else project.setup
    scripts = {**stated.scripts, **project.pyproject.scripts}
    path = stated.path if stated.scripts and not project.pyproject.scripts else "pyproject.toml"
    names = [name for name in scripts if asked in ("", name)]
    own = project.pyproject.name or next((n for n in names if n.replace("-", "_") == _package(scripts[n])), "")
    wanted = [n for n in names if n in (own, own.replace("_", "-"), "start", "serve", "server", "main")] or names
    if len(wanted) > 1 and own in wanted:
        wanted = [own]
    if len(wanted) != 1:
        return None
    name = wanted[0]
    module, _, function = scripts[name].partition(":")
    entry = modules.file_of(module) or modules.file_of(module, "src")
    origin = Origin(
        "file", path, modules.repo.line_of(path, re.compile(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=", re.M))
    )
    lost = tuple(
        Rejected(
            n, Origin("file", path, modules.repo.line_of(path, n)), f"{name} is named like the project or its server"
        )
        for n in names
        if n != name
    )
    present = framework_rows(project)
    framework = imported_framework(project, present, modules, entry)
    runs = _own_of(modules, present, entry) if entry else None
    brought = runs if runs and runs[1].start else None
    argv: tuple[str, ...] = (name,)
    if brought:
        run = ("python", f".venv/bin/{name}")
        told = own_start(modules, brought[1], entry, run)
        argv = told if told != run else argv
        framework = Sourced(brought[0], project.origin_of(project.has(*brought[1].dependencies)))
    env = dict(brought[1].env) if brought else None
    launch = launched(modules, entry, function.strip()) if entry and not brought else None
    if launch and not command_line(modules.repo, entry).words:
        argv = (*argv, *launch.words)
    base = Start(Sourced(argv, origin, lost), framework=framework, env=env, script=True, entry=entry)
    if launch:
        base = replace(base, launch=launch.origin, **_switched(modules.repo))
    return _listening(modules, project, base, entry, runs) if entry else base


def _switched(repo: Repository) -> dict[str, Any]:
    """What the repository's own container file tells the command, as this one does, and the notes that say so."""
    found = {name: (value, origin) for name, value, origin in switches(repo)}
    notes = tuple(
        f"{origin} sets {name}={value} for the program; so does this image." for name, (value, origin) in found.items()
    )
    return {"env": {name: value for name, (value, _) in found.items()}, "notes": notes}


def refuse_other_packages(modules: Modules, project: Project, found: Start) -> None:
    """UndecidedError when the project declares several commands, of which none is likeliest, and the program that a
    search comes across lies in none of their packages: a tool beside the project."""
    scripts = project.pyproject.scripts
    packages = {_package(target) for target in scripts.values()}
    own = found.entry.removeprefix("src/").partition("/")[0].removesuffix(".py")
    if len(scripts) < 2 or not found.entry or own in packages or not any(map(modules.file_of, packages)):
        return
    shown = [f"{name} (pyproject.toml:{_script_line(modules.repo, name)})" for name in list(scripts)[:5]]
    more = f" and {len(scripts) - 5} more" if len(scripts) > 5 else ""
    raise UndecidedError(
        f"pyproject.toml declares {len(scripts)} commands, and nothing tells which is the service: "
        f"{', '.join(shown)}{more}.",
        "Name the one to start, with its options.",
        command=f"dockergen init --start {shlex.quote(next(iter(scripts)))}",
    )


def _script_line(repo: Repository, name: str) -> int:
    return repo.line_of("pyproject.toml", re.compile(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=", re.M))


def _package(target: str) -> str:
    return re.split(r"[.:]", target)[0]


def own_start(modules: Modules, row: Framework, path: str, argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command of a program that brings its own server: as the framework is told where to listen, if it is."""
    unfit = bool(row.corrected or row.fit) and _unfit(modules, path, row)
    wanted = row.corrected if row.corrected and unfit else row.start
    if not wanted or (row.fit and not unfit and _says(modules, path, row.fit)):
        return argv
    run = load("python").lists["run_module" if "-m" in argv else "run_file"][0]
    if "-m" in argv and not any("{run}" in word for word in wanted):
        return (*wanted[: wanted.index("{file}")], *argv[1:])
    return tuple(word.replace("{run}", run).replace("{file}", argv[-1]) for word in wanted)


def _unfit(modules: Modules, path: str, row: Framework) -> bool:
    """True when the program gives its server an address that the outside does not reach, or what is for trials."""
    names = {call.rpartition(".")[2] for call in row.runs}
    for file in program_files(modules.repo, path, 25):
        if not any(f"{name}(" in modules.repo.source(file) for name in names):
            continue
        for node in (inner for statement in modules.module(file).body for inner in nodes(statement)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
                given = {f"{k.arg}={k.value.value!s}" for k in node.keywords if isinstance(k.value, ast.Constant)}
                if given.intersection(row.unfit) or any(text.partition("=")[2] in LOOPBACK for text in given):
                    return True
    return False


def _says(modules: Modules, path: str, texts: tuple[str, ...]) -> bool:
    """True when each of the texts stands somewhere in the program's files."""
    sources = "\n".join(modules.repo.source(file) for file in program_files(modules.repo, path, 25)).replace(" ", "")
    return all(text in sources for text in texts)


def _own_of(modules: Modules, present: Mapping[str, Framework], entry: str) -> tuple[str, Framework] | None:
    """The framework whose own server the files of an installed command start, one that has to be told where to listen
    before others."""
    files = list(program_files(modules.repo, entry, 25))
    for name, row in sorted(present.items(), key=lambda item: not item[1].start):
        if row.kind == "script" and any(uses(modules, path, row) for path in files):
            return name, row
    return None


def refuse_old(modules: Modules, path: str) -> None:
    """ProjectError when the file is Python 2."""
    if line := modules.module(path).old_line:
        raise ProjectError(
            f"{path}:{line} is Python 2, which ended in 2020 and has no image that is maintained.",
            "Port the program first; 2to3 does most of it.",
            command=f"2to3 -w {shlex.quote(path)}",
        )


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
    begun = _listening(modules, project, begun, path, own)
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
    notebooks = [p for p in repo.walk(depth=3) if p.endswith(".ipynb")]
    if notebooks:
        line = f"{len(notebooks)} notebooks" if len(notebooks) > 1 else "a notebook"
        return NothingError(
            f"There is {line} ({notebooks[0]}) and no program: a notebook is no service by itself.",
            "Turn it into a script, or serve JupyterLab on purpose with --start.",
            command=f"jupyter nbconvert --to script {notebooks[0]}",
        )
    named = [path for path in paths if not path.endswith("__init__.py")]
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


def uses(modules: Modules, path: str, row: Framework) -> bool:
    """True when the file runs the framework's own server, or makes what it serves."""
    text = modules.repo.source(path)
    package = {*row.config, *(name.replace("-", "_") for name in row.dependencies)}
    if not any(re.search(rf"^\s*(?:import|from)\s+{re.escape(p)}\b", text, re.MULTILINE) for p in package):
        return False
    return not row.runs or any(re.search(rf"{re.escape(call)}\s*\(", text) for call in row.runs)


def _listening(modules: Modules, project: Project, begun: Start, path: str, own: tuple[str, Framework] | None) -> Start:
    """The start with the port on which the program listens, its subcommand, and what lets the outside reach it."""
    told = command_line(modules.repo, path)
    servers = _servers(modules, path)
    env = dict(begun.env or {})
    notes = list(begun.notes)
    begun = replace(begun, command=replace(begun.command, value=(*begun.command.value, *told.words)))
    if told.port and not (own and own[1].start):
        return replace(begun, port=Sourced(told.port, told.origin), env=env)
    if not servers:
        text = modules.repo.source(path)
        number, line = port_in(text) if own else (0, 0)
        found = Sourced(number, Origin("file", path, line)) if number else None
        found = found or (_in_configuration(modules.repo, path) if own else None)
        if found is None and own:
            found = Sourced(own[1].port, Origin("default", note=own[1].title))
        return replace(begun, port=found or _of_framework(begun), env=env)
    where, server = _launching(modules, begun) or _of_row(servers, own)
    if _WSGIREF.search(modules.repo.source(where)):
        notes.append(
            f"{where}:{server.line} serves with wsgiref, which is for trials and answers one request after the other; "
            "give the application to waitress or Gunicorn."
        )
    if variable := host_variable(modules.repo, where, server):
        env[variable] = "0.0.0.0"
    elif server.loopback and "0.0.0.0" not in told.words and not (own and own[1].start):
        notes.append(loopback_note(where, server))
    port = port_given(modules.repo, where, server)
    number, line = (0, 0) if port else port_in(modules.repo.source(where))
    port = Sourced(number, Origin("file", where, line)) if number and line else port
    port = port or (_in_configuration(modules.repo, where) if own else None)
    if own and (port is None or not port.value):
        port = Sourced(own[1].port, Origin("default", note=own[1].title))
    return replace(
        begun,
        port=port or Sourced(8000, Origin("default")),
        env=env,
        health="/" if server.kind == "http" else "",
        notes=tuple(notes),
    )


def _in_configuration(repo: Repository, path: str) -> Sourced[int] | None:
    """The port of the configuration file that the program names, as CherryPy writes it."""
    folder = path.rpartition("/")[0]
    for name in _CONFIGURATION.findall(repo.source(path)):
        file = next((p for p in (f"{folder}/{name}".lstrip("/"), name) if repo.is_file(p)), "")
        if file and (found := _SOCKET_PORT.search(repo.source(file))):
            return Sourced(int(found[1]), Origin("file", file, repo.line_of(file, _SOCKET_PORT)))
    return None


def _of_framework(begun: Start) -> Sourced[int] | None:
    """The usual port where the program is a web framework's although nothing shows how it listens."""
    row = load("python").frameworks.get(begun.framework.value) if begun.framework else None
    web = row is not None and row.kind in ("wsgi", "asgi", "own", "django")
    return Sourced(row.port, Origin("default", note=row.title)) if row and web else None


def _launching(modules: Modules, begun: Start) -> tuple[str, Listening] | None:
    """The call by which a command that prepares the program starts its server."""
    if begun.launch is None:
        return None
    path, line = begun.launch.path, begun.launch.line
    return next(((path, server) for server in modules.listening(path) if server.line == line), None)


def _of_row(servers: list[tuple[str, Listening]], own: tuple[str, Framework] | None) -> tuple[str, Listening]:
    """The call that starts the framework's own server where the program starts others as well."""
    runs = own[1].runs if own else ()
    return next((item for item in servers if any(f".{item[1].function}".endswith(f".{r}") for r in runs)), servers[0])


def _servers(modules: Modules, path: str) -> list[tuple[str, Listening]]:
    """The servers that the file starts, or the files that it imports, two steps deep."""
    seen: list[str] = []
    pending = [(path, 0)]
    while pending and len(seen) < 30:
        current, depth = pending.pop(0)
        if current in seen:
            continue
        seen.append(current)
        if found := modules.listening(current):
            return [(current, server) for server in found]
        if depth < 3:
            pending += [(other, depth + 1) for other in modules.imported(current)]
    return []
