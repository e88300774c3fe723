"""Console scripts: the commands that a project declares, and which of them is the service."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dockergen.catalog import load
from dockergen.languages.python.commandline import CommandLine, command_line
from dockergen.languages.python.distributed import told_name
from dockergen.languages.python.entry import Modules, module_of, search_path
from dockergen.languages.python.project import Project, is_package
from dockergen.languages.python.setuptools_files import Setup, setup
from dockergen.languages.python.source import guard_line
from dockergen.languages.python.start.documented import documented
from dockergen.languages.python.start.evidence import switches
from dockergen.languages.python.start.launched import launched
from dockergen.languages.python.start.own_server import own_server, own_start, reached, servers_of
from dockergen.languages.python.start.program import UndecidedError, imported_framework
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import framework_rows
from dockergen.languages.python.start.tasks import called
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository
from dockergen.shortened import shortened

_MOST_SHOWN = 6
_NAMES = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def console_script(modules: Modules, project: Project, asked: str = "") -> Start | None:
    """The command that the project declares: the one that is asked for, the only one, or one named like the project or
    like a server."""
    stated = _stated(modules, project)
    declared = {**stated.scripts, **project.pyproject.scripts}
    scripts = declared or called(modules.repo)
    path = stated.path if stated.scripts and not project.pyproject.scripts else "pyproject.toml"
    names = [name for name in scripts if asked in ("", name)]
    own = project.pyproject.name or next((n for n in names if n.replace("-", "_") == _package(scripts[n])), "")
    own = own or told_name(modules.repo)
    wanted = [n for n in names if n in (own, own.replace("_", "-"), "start", "serve", "server", "main")] or names
    if len(wanted) > 1 and own in wanted:
        wanted = [own]
    if (wanted == [own] or len(wanted) > 1) and (daemon := _daemon(modules, scripts, own)):
        wanted = [daemon]
    if not names:
        return _program_file(modules, project, asked)
    if len(wanted) != 1:
        return None
    name = wanted[0]
    module, _, function = scripts[name].partition(":")
    entry = modules.file_of(module) or modules.file_of(module, "src")
    if not asked and name != own and _is_tool_beside(modules, _package(module), entry):
        return None
    origin = Origin("file", path, _script_line(modules.repo, path, name))
    lost = tuple(
        Rejected(
            n, Origin("file", path, modules.repo.line_of(path, n)), f"{name} is named like the project or its server"
        )
        for n in names
        if n != name
    )
    present = framework_rows(project)
    framework = imported_framework(project, present, modules, entry)
    runs = own_server(modules, present, entry) if entry else None
    brought = runs if runs and runs[1].start else None
    installed = bool(declared) and is_package(modules.repo, project)
    through = () if installed else _through_python(modules, entry, function.strip())
    argv: tuple[str, ...] = through or (name,)
    if brought and "-c" not in argv:
        run = through or ("python", f".venv/bin/{name}")
        told = own_start(modules, brought[1], entry, run)
        argv = told if told != run else argv
        framework = Sourced(brought[0], project.origin_of(project.has(*brought[1].dependencies)))
    env = dict(brought[1].env) if brought else None
    launch = launched(modules, entry, function.strip()) if entry and not brought else None
    if launch and not command_line(modules.repo, entry).words:
        argv = (*argv, *launch.words)
    base = Start(Sourced(argv, origin, lost), framework=framework, env=env, script=not through, entry=entry)
    if through:
        base = replace(base, import_root=module_of(modules.repo, entry)[1])
    if launch:
        base = replace(base, launch=launch.origin, **_switched(modules.repo))
    found = reached(modules, base, entry, runs) if entry else base
    found = found if brought else _as_documented(modules.repo, found, _package(module))
    return replace(found, notes=(*found.notes, *_among(modules, found)))


def _stated(modules: Modules, project: Project) -> Setup:
    """What setup.py says of starts: a requirements file beside it says what to install, and nothing of those."""
    return setup(modules.repo) if project.requirements.path else project.setup


def _program_file(modules: Modules, project: Project, asked: str) -> Start | None:
    """The one Python file that setup.py or setup.cfg installs as a command (`scripts=`); None for none or several."""
    stated = _stated(modules, project)
    wanted = [path for path in stated.programs if asked in ("", path.rpartition("/")[2])]
    if len(wanted) != 1:
        return None
    path, installed = wanted[0], is_package(modules.repo, project)
    if not asked and _is_extra(modules, path):
        return None
    argv = (path.rpartition("/")[2],) if installed else ("python", path)
    origin = Origin("file", stated.path, modules.repo.line_of(stated.path, path))
    present = framework_rows(project)
    base = Start(
        Sourced(argv, origin),
        framework=imported_framework(project, present, modules, path),
        script=installed,
        entry=path,
        import_root="" if installed else search_path(modules.repo, path),
    )
    return reached(modules, base, path, own_server(modules, present, path))


def _is_extra(modules: Modules, path: str) -> bool:
    """True for a file that is called otherwise than the package beside it that `python -m` starts."""
    mains = (p for pattern in ("*/__main__.py", "src/*/__main__.py") for p in modules.repo.glob(pattern))
    packages = [main.split("/")[-2] for main in mains]
    name = path.rpartition("/")[2].removesuffix(".py").replace("-", "_")
    ends = ("", *load("python").lists["daemon_endings"])
    return bool(packages) and not any(
        name == f"{package}{end}".replace("-", "_") for package in packages for end in ends
    )


def refuse_other_packages(modules: Modules, project: Project, found: Start) -> None:
    """UndecidedError when the project declares several commands, of which none is likeliest, and the program that a
    search comes across lies in none of their packages: a tool beside the project."""
    scripts = project.pyproject.scripts
    packages = {_package(target) for target in scripts.values()}
    own = found.entry.removeprefix("src/").partition("/")[0].removesuffix(".py")
    if found.entry and own not in packages and any(map(modules.file_of, packages)):
        refuse_several(modules, project)


def refuse_several(modules: Modules, project: Project) -> None:
    """UndecidedError with the commands that the project declares, where there are several."""
    stated = setup(modules.repo)
    scripts = project.pyproject.scripts or stated.scripts
    path = "pyproject.toml" if project.pyproject.scripts else stated.path
    if len(scripts) < 2:
        return
    lines = {name: _script_line(modules.repo, path, name) for name in scripts}
    shown = shortened([f"{name} ({path}:{line})" if line else name for name, line in lines.items()], 5)
    ends = tuple(end for end in load("python").lists["daemon_endings"] if len(end) > 1)
    likely = next((name for name in scripts if name.endswith(ends)), next(iter(scripts)))
    raise UndecidedError(
        f"{path} declares {len(scripts)} commands, and nothing tells which is the service: {shown}.",
        "Name the one to start, with its options.",
        command=f"dockergen init --start {shlex.quote(likely)}",
    )


def _daemon(modules: Modules, scripts: Mapping[str, str], own: str) -> str:
    """The command that is called like the project's server, such as luigid beside luigi, where it is one; else ""."""
    found = []
    for name in (f"{own}{end}" for end in load("python").lists["daemon_endings"] if own):
        module = scripts.get(name, "").partition(":")[0]
        entry = (modules.file_of(module) or modules.file_of(module, "src")) if module else ""
        line = command_line(modules.repo, entry) if entry else CommandLine()
        if line.port or line.words or (entry and not line.among and servers_of(modules, entry)):
            found.append(name)
    return found[0] if len(found) == 1 else ""


def refuse_silent(modules: Modules, project: Project, script: Start) -> None:
    """UndecidedError for a command that does nothing but tell how it is called, as it is a group of subcommands, of
    which none is known to serve."""
    told = command_line(modules.repo, script.entry) if script.entry else CommandLine()
    name = script.command.value[0]
    target = {**setup(modules.repo).scripts, **project.pyproject.scripts}.get(name, "")
    if len(script.command.value) > 1 or not told.among or target.rpartition(":")[2].strip() not in told.groups:
        return
    raise UndecidedError(
        f"{script.command.origin} declares {name}, which does nothing without a subcommand ({_shown(told)}), and "
        "nothing tells which one is the service.",
        "Name it, with its options.",
        command=f"dockergen init --start {shlex.quote(f'{name} {told.among[0]}')}",
    )


def _as_documented(repo: Repository, script: Start, package: str) -> Start:
    """The start with the address that the papers give the command, where nothing in the source says how it gets one."""
    known = len(script.command.value) > 1 or (script.port is not None and script.port.origin.path)
    told = CommandLine() if known else documented(repo, script.command.value[0], package)
    if not told.words:
        return script
    command = replace(script.command, value=(*script.command.value, *told.words))
    return replace(script, command=command, port=Sourced(told.port, told.origin))


def _among(modules: Modules, script: Start) -> Iterator[str]:
    """That a command has subcommands, of which nothing says which one the image is for."""
    told = command_line(modules.repo, script.entry) if script.entry else CommandLine()
    if told.among and len(script.command.value) == 1:
        name = script.command.value[0]
        yield (
            f"{script.command.origin} declares {name}, which has subcommands ({_shown(told)}), and nothing tells which "
            f"one the image is to run: dockergen init --force --start {shlex.quote(f'{name} {told.among[0]}')}."
        )


def _shown(told: CommandLine) -> str:
    return ", ".join(told.among[:_MOST_SHOWN]) + (", ..." if len(told.among) > _MOST_SHOWN else "")


def _through_python(modules: Modules, entry: str, function: str) -> tuple[str, ...]:
    """What does the same as a command that nothing installs; () where its module is not here."""
    if not entry or not _NAMES.fullmatch(function):
        return ()
    module, _ = module_of(modules.repo, entry)
    if guard_line(modules.repo.source(entry)) and not entry.endswith("/__init__.py"):
        return ("python", "-m", module.removesuffix(".__main__"))
    first = function.partition(".")[0]
    return ("python", "-c", f"import sys; from {module} import {first}; sys.exit({function}())")


def _is_tool_beside(modules: Modules, package: str, entry: str) -> bool:
    """True for a command of another name than its package, where `python -m package` is what serves."""
    main = modules.file_of(f"{package}.__main__") or modules.file_of(f"{package}.__main__", "src")
    return bool(main) and main != entry and bool(servers_of(modules, main)) and not servers_of(modules, entry)


def _switched(repo: Repository) -> dict[str, Any]:
    """What the repository's own container file tells the command, as this one does, and the notes that say so."""
    found = {name: (value, origin) for name, value, origin in switches(repo)}
    notes = tuple(
        f"{origin} sets {name}={value} for the program; so does this image." for name, (value, origin) in found.items()
    )
    return {"env": {name: value for name, (value, _) in found.items()}, "notes": notes}


def _script_line(repo: Repository, path: str, name: str) -> int:
    written = rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=|^\[tool\..*\.{re.escape(name)}\]"
    return repo.line_of(path, re.compile(written, re.M))


def _package(target: str) -> str:
    return re.split(r"[.:]", target)[0]
