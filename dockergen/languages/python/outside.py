"""Paths that lead out of the folder an image is built from, as the program computes them from its own place."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator

from dockergen.languages.python.syntax import dotted, last_name, nodes, parsed
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_HINT = regex(r"""__file__|["']\.\./""")
_SAME = frozenset(("resolve", "absolute", "abspath", "realpath", "str", "Path", "fspath", "normpath"))
_FLASK = frozenset(("template_folder", "static_folder"))  # from the file's folder on
_SERVED = frozenset(("directory",))  # of Starlette's templates and files: from where the program runs
_MOST_STEPS = 20


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
            value = _place(statement.value, path, known)
            known |= {statement.targets[0].id: value} if value is not None else {}
        for node in nodes(statement):
            for place, line in _places(node, path, folder, known):
                parts = place.split("/")
                if parts[0] == ".." and parts[-1] != "..":
                    yield place, line


def _places(node: ast.AST, path: str, folder: str, known: dict[str, str]) -> Iterator[tuple[str, int]]:
    if isinstance(node, (ast.BinOp, ast.Call)) and (place := _place(node, path, known)) is not None:
        yield place, node.lineno
    for word in node.keywords if isinstance(node, ast.Call) else ():
        text = word.value.value if isinstance(word.value, ast.Constant) else None
        if isinstance(text, str) and text.startswith("../") and word.arg in (*_FLASK, *_SERVED):
            base = folder if word.arg in _FLASK else ""
            yield posixpath.normpath(posixpath.join(base, text)), word.value.lineno


def _place(node: ast.expr, path: str, known: dict[str, str]) -> str | None:
    """The place that the expression names, relative to the folder, with leading ../ where it lies above; None where it
    names none for sure."""
    if isinstance(node, ast.Name):
        return path if node.id == "__file__" else known.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _above(_place(node.value, path, known), 1)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return _above(_place(node.value.value, path, known), index + 1) if isinstance(index, int) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined(_place(node.left, path, known), [node.right])
    if not isinstance(node, ast.Call):
        return None
    name = dotted(node.func)[-1:] or [last_name(node.func)]
    if name == ["dirname"] and node.args:
        return _above(_place(node.args[0], path, known), 1)
    if name == ["join"] and node.args:
        return _joined(_place(node.args[0], path, known), node.args[1:])
    if name == ["joinpath"] and isinstance(node.func, ast.Attribute):
        return _joined(_place(node.func.value, path, known), node.args)
    if name[0] in _SAME:
        inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        return _place(inner, path, known) if inner is not None else None
    return None


def _joined(place: str | None, words: list[ast.expr]) -> str | None:
    texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    if place is None or len(texts) != len(words) or any(text.startswith("/") for text in texts):
        return None
    return posixpath.normpath("/".join((place, *texts)))


def _above(place: str | None, levels: int) -> str | None:
    return None if place is None or levels > _MOST_STEPS else posixpath.normpath(place + "/.." * levels)
