"""Modules that a program imports, and of which the repository holds an example only: local_settings.py.sample."""

from __future__ import annotations

import ast
import posixpath
import shlex
from collections.abc import Container, Iterable, Iterator

from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.syntax import parsed
from dockergen.languages.python.unlisted import distribution, runs_on_import
from dockergen.manifests.requirements import normalised
from dockergen.model import Origin
from dockergen.repository import Repository

_WORDS = ("example", "sample", "default", "dist", "template", "tmpl", "tpl", "dummy")
_SHAPES = (
    *("{0}.py.{1}", "{0}.py-{1}", "{0}.py_{1}", "{0}.{1}.py", "{0}_{1}.py", "{0}-{1}.py"),
    *("{1}_{0}.py", "{1}-{0}.py", "{1}.{0}.py"),
)


@frozen
class Shown:
    """A module that is not here, and what shows how it looks."""

    module: str  # path of the file that the import wants
    shown: str  # path of its example
    origin: Origin  # of the import


def only_shown(repo: Repository, paths: Iterable[str], installed: Container[str] = ()) -> Iterator[Shown]:
    """What those files cannot do without and the repository has only an example of, each module once; nothing that
    Python or one of the `installed` distributions has."""
    told = set()
    for path in paths:
        for folder, name, line in _wanted(repo, path, installed):
            shown = _shown(repo, folder, name)
            module = posixpath.join(folder, f"{name}.py")
            if shown and module not in told:
                told.add(module)
                yield Shown(module, shown, Origin("file", path, line))


def left_to_write(
    repo: Repository, program: Iterable[str], settings: Iterable[str], installed: Container[str] = ()
) -> list[str]:
    """What is told of such modules.

    Raises ProjectError where the settings of Django import one: the build itself asks them.
    """
    needed = set(settings)
    notes = []
    for found in only_shown(repo, dict.fromkeys((*needed, *program)), installed):
        copied = shlex.join(["cp", found.shown, found.module])
        if found.origin.path in needed:
            raise ProjectError(
                f"{found.origin} imports {found.module}, which is not here: {found.shown} shows how it looks.",
                "Copy that and fill in what is yours.",
                command=copied,
            )
        mounted = shlex.quote(f"./{found.module}:/app/{found.module}:ro")
        notes.append(
            f"{found.origin} imports {found.module}, which is not here: fill in a copy of its example before the build "
            f"({copied}), or mount one: docker run -v {mounted} ..."
        )
    return notes


def _wanted(repo: Repository, path: str, installed: Container[str]) -> Iterator[tuple[str, str, int]]:
    """Folders and names of the modules that a file imports, as far as they would lie in the repository."""
    parents = path.split("/")[:-1]
    own = "/".join(parents)
    for node in runs_on_import(parsed(repo.source(path)).body):
        if isinstance(node, ast.Import):
            dotted = [(alias.name, "") for alias in node.names]
        else:
            dotted = [(node.module or "", alias.name) for alias in node.names]
        level = node.level if isinstance(node, ast.ImportFrom) else 0
        bases = ["/".join(parents[: len(parents) - level + 1])] if level else list(dict.fromkeys((own, "", "src")))
        for module, name in dotted:
            if not level and _is_elsewhere(module.partition(".")[0], installed):
                continue
            places = [posixpath.join(base, module.replace(".", "/")) if module else base for base in bases]
            there = [place for place in places if not module or _exists(repo, place)]
            if not there:
                yield from ((*posixpath.split(place), node.lineno) for place in places)
            elif name and not any(_has(repo, place, name) for place in there):
                yield from ((place, name, node.lineno) for place in there)


def _is_elsewhere(top: str, installed: Container[str]) -> bool:
    """True for a module of Python's own, or of what is installed."""
    return top in standard_library() or normalised(top) in installed or distribution(top) in installed


def _has(repo: Repository, place: str, name: str) -> bool:
    """True where the package holds the module, or defines a name like it."""
    return _exists(repo, posixpath.join(place, name)) or name in repo.source(posixpath.join(place, "__init__.py"))


def _exists(repo: Repository, place: str) -> bool:
    return repo.is_file(f"{place}.py") or repo.is_folder(place)


def _shown(repo: Repository, folder: str, name: str) -> str:
    """The example of a module, "" where there is none or the module is there."""
    names = repo.entries(folder) if not folder or repo.is_folder(folder) else ()
    if not names or {name, f"{name}.py", f"{name}.pyx", f"{name}.so"} & set(names):
        return ""
    known = {entry.lower(): entry for entry in names}
    shapes = (shape.format(name.lower(), word) for word in _WORDS for shape in _SHAPES)
    found = next((known[shape] for shape in shapes if shape in known), "")
    path = posixpath.join(folder, found)
    return path if found and repo.is_file(path) else ""
