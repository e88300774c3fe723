"""Paths that lead out of the folder an image is built from, as the program computes them from its own place."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator

from dockergen.languages.python.own_place import place
from dockergen.languages.python.syntax import nodes, parsed
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_HINT = regex(r"""__file__|["']\.\./""")
_FLASK = frozenset(("template_folder", "static_folder"))  # from the file's folder on
_SERVED = frozenset(("directory",))  # of Starlette's templates and files: from where the program runs


def outside(repo: Repository, paths: Iterable[str]) -> tuple[Sourced[str], ...]:
    """What the files name above the folder, as ../name, each with the first line that names it."""
    found: dict[str, Origin] = {}
    for path in dict.fromkeys(paths):
        if _HINT.search(repo.source(path)):
            for target, line in _named(repo, path):
                found.setdefault(target, Origin("file", path, line))
    return tuple(Sourced(target, origin) for target, origin in sorted(found.items()))


def _named(repo: Repository, path: str) -> Iterator[tuple[str, int]]:
    folder = posixpath.dirname(path)
    known: dict[str, str] = {}
    for statement in parsed(repo.source(path)).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = place(statement.value, path, known)
            known |= {statement.targets[0].id: value} if value is not None else {}
        for node in nodes(statement):
            for found, line in _places(node, path, folder, known):
                parts = found.split("/")
                if parts[0] == ".." and parts[-1] != "..":
                    yield found, line


def _places(node: ast.AST, path: str, folder: str, known: dict[str, str]) -> Iterator[tuple[str, int]]:
    if isinstance(node, (ast.BinOp, ast.Call)) and (found := place(node, path, known)) is not None:
        yield found, node.lineno
    for word in node.keywords if isinstance(node, ast.Call) else ():
        text = word.value.value if isinstance(word.value, ast.Constant) else None
        if isinstance(text, str) and text.startswith("../") and word.arg in (*_FLASK, *_SERVED):
            base = folder if word.arg in _FLASK else ""
            yield posixpath.normpath(posixpath.join(base, text)), word.value.lineno
