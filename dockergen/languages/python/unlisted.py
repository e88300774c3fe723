"""Packages that a program imports although no manifest names any: such an image would stop at the first import."""

from __future__ import annotations

import ast
import difflib
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.python.groups import for_development
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.syntax import guards, parsed, suppresses
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 40


def refuse_unlisted(repo: Repository, entry: str, more: Iterable[tuple[str, Origin]] = ()) -> None:
    """Raises ProjectError with the line of the first import that neither Python nor the repository answers, and with
    all of them as the lines of a requirements file; `more` are modules that something else than an import asks for."""
    standard = standard_library()
    missing: dict[str, str] = {}
    for path in program_files(repo, entry, _MOST_FILES):
        for name in _imported(parsed(repo.source(path)).body):
            if name not in standard and not is_here(repo, path, name):
                missing.setdefault(name, path)
    for name, origin in more if missing else ():
        if (
            name not in standard
            and not is_here(repo, origin.path, name)
            and not is_here(repo, _above(origin.path), name)
        ):
            missing.setdefault(name, origin.path)
    if not missing:
        return
    name, path = next(iter(missing.items()))
    line = repo.line_of(path, re.compile(rf"^\s*(?:import|from)\s[^#\n]*\b{re.escape(name)}\b", re.MULTILINE))
    found = f"{path}:{line} imports {name}, and no manifest here names what is to be installed."
    if meant := _misnamed(repo):
        raise ProjectError(
            found,
            f"{meant} looks like the requirements, under a name that no tool looks for.",
            command=f"mv {shlex.quote(meant)} requirements.txt",
        )
    known = named_otherwise()
    wanted = [shlex.quote(known.get(module, module)) for module in missing]
    raise ProjectError(
        found,
        "List what the program needs in requirements.txt, best in the versions that `pip freeze` tells where it runs; "
        "by its imports that is:",
        command=f"printf '%s\\n' {' '.join(wanted)} > requirements.txt",
    )


def _above(path: str) -> str:
    """A path beside the folder of that one, in which the apps of settings lie."""
    return path.rpartition("/")[0]


@cache
def named_otherwise() -> Mapping[str, str]:
    """Modules with what they are called as distributions, where the two differ."""
    return dict(row.split() for row in load("python").lists["distributions"])


def runs_on_import(body: tuple[ast.stmt, ...] | list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that a file cannot do without: what expects failure asks for none."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif (
            (isinstance(node, ast.With) and not suppresses(node))
            or (isinstance(node, ast.Try) and not node.handlers)
            or (isinstance(node, ast.If) and guards(node))
        ):
            yield from runs_on_import(node.body)


def _imported(body: tuple[ast.stmt, ...]) -> Iterator[str]:
    """Top-level modules that a file cannot do without."""
    for node in runs_on_import(body):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif not node.level and node.module:
            yield node.module.split(".")[0]


def _misnamed(repo: Repository) -> str:
    """A file such as requirements.text or Requirments.txt, "" when there is none."""
    names = {
        name.lower(): name
        for name in repo.entries()
        if name.lower().startswith("req") and repo.is_file(name) and not for_development(name.partition(".")[0])
    }
    close = difflib.get_close_matches("requirements.txt", names, n=1, cutoff=0.85)
    return names[close[0]] if close else ""


def is_here(repo: Repository, path: str, name: str) -> bool:
    """True when the module is the repository's own, seen from a file of it."""
    folders = ("", "src", path.rpartition("/")[0])
    places = [f"{folder}/{name}" if folder else name for folder in folders]
    return any(repo.is_file(f"{place}.py") or repo.is_folder(place) for place in places)
