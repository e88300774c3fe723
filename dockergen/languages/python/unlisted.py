"""What a program imports although no manifest names anything: its imports are the manifest, where all are known."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.requirements import misnamed
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.syntax import gives_up, guards, parsed, suppresses
from dockergen.manifests.requirements import normalised
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 40


def unlisted(repo: Repository, entry: str, more: Iterable[tuple[str, Origin]] = ()) -> dict[str, Origin]:
    """Each import of the program that neither Python nor the repository answers, with its line; `more` are modules
    that something else than an import asks for.

    Raises ProjectError where one of them is no distribution that is known, or where a file of another name looks like
    the manifest, with all of them as the lines of a requirements file.
    """
    found: dict[str, Origin] = {}
    for name, origin in _foreign(repo, program_files(repo, entry, _MOST_FILES)):
        found.setdefault(name, origin)
    for name, origin in more:
        places = (origin.path, _above(origin.path))
        if name not in standard_library() and not any(is_here(repo, place, name) for place in places):
            found.setdefault(name, origin)
    if found and (misnamed(repo) or not all(map(distribution, found))):
        _refuse(repo, found)
    return found


def imported_by(repo: Repository, paths: Iterable[str]) -> dict[str, Origin]:
    """The distributions that are known of what those files import, each with the first line that does."""
    found: dict[str, Origin] = {}
    for module, origin in _foreign(repo, paths):
        if name := distribution(module):
            found.setdefault(name, origin)
    return found


def _foreign(repo: Repository, paths: Iterable[str]) -> Iterator[tuple[str, Origin]]:
    """What those files cannot do without and neither Python nor the repository has, with the lines."""
    standard = standard_library()
    for path in paths:
        for name, line in _imported(parsed(repo.source(path)).body):
            if name not in standard and not is_here(repo, path, name):
                yield name, Origin("file", path, line)


def as_lines(modules: Iterable[str]) -> str:
    """The command that writes a requirements file of what has the modules."""
    known = named_otherwise()
    wanted = [shlex.quote(known.get(module, normalised(module))) for module in modules]
    return f"printf '%s\\n' {' '.join(wanted)} > requirements.txt"


def _refuse(repo: Repository, missing: Mapping[str, Origin]) -> None:
    name, origin = next((pair for pair in missing.items() if not distribution(pair[0])), next(iter(missing.items())))
    found = f"{origin} imports {name}, and no manifest here names what is to be installed."
    if meant := misnamed(repo):
        raise ProjectError(
            found,
            f"{meant} looks like the requirements, under a name that no tool looks for.",
            command=f"mv {shlex.quote(meant)} requirements.txt",
        )
    raise ProjectError(
        found,
        "List what the program needs in requirements.txt, best in the versions that `pip freeze` tells where it runs; "
        "by its imports that is:",
        command=as_lines(missing),
    )


def _above(path: str) -> str:
    """A path beside the folder of that one, in which the apps of settings lie."""
    return path.rpartition("/")[0]


@cache
def named_otherwise() -> Mapping[str, str]:
    """Modules with what they are called as distributions, where the two differ."""
    measured, chosen = load("python-modules").lists["other"], load("python").lists["distributions"]
    return dict(row.split() for row in (*measured, *chosen))


def distribution(module: str) -> str:
    """What the module is called on the index, "" where that is not known, or it is gigabytes that nobody asked for."""
    name = named_otherwise().get(module) or normalised(module)
    packages = load("python-packages").packages
    row = packages.get(normalised(name))
    large = row is not None and (row.cuda or any(other in packages and packages[other].cuda for other in row.pulls))
    if "<" in name or large:
        return ""
    certain = module in named_otherwise() or row is not None or normalised(name) in _known()
    return normalised(name) if certain else ""


@cache
def _known() -> frozenset[str]:
    """Distributions that have a module of their own name."""
    measured = (load("python-floors").floors, load("python-wheels").wheels, load("python-runs").runs)
    frameworks = (name for row in load("python").frameworks.values() for name in row.dependencies)
    return frozenset(chain(*measured, load("python-eras").eras, load("python-modules").lists["same"], frameworks))


def runs_on_import(body: tuple[ast.stmt, ...] | list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that a file cannot do without: what expects failure asks for none, unless it only tells of it and
    ends: `except ImportError: ...; sys.exit(1)`."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif (
            (isinstance(node, ast.With) and not suppresses(node))
            or (isinstance(node, ast.Try) and all(gives_up(handler.body) for handler in node.handlers))
            or (isinstance(node, ast.If) and guards(node))
        ):
            yield from runs_on_import(node.body)


def _imported(body: tuple[ast.stmt, ...]) -> Iterator[tuple[str, int]]:
    """Top-level modules that a file cannot do without, with the lines."""
    for node in runs_on_import(body):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif not node.level and node.module:
            yield node.module.split(".")[0], node.lineno


def is_here(repo: Repository, path: str, name: str) -> bool:
    """True when the module is the repository's own, seen from a file of it."""
    folders = ("", "src", path.rpartition("/")[0])
    places = [f"{folder}/{name}" if folder else name for folder in folders]
    return any(repo.is_file(f"{place}.py") or repo.is_folder(place) for place in places)
