"""Places that a file computes from its own: `Path(__file__).parent / "data"`, relative to the repository."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Mapping, Sequence

from dockergen.languages.python.syntax import dotted, last_name

_SAME = frozenset(("resolve", "absolute", "abspath", "realpath", "str", "Path", "fspath", "normpath", "expanduser"))
_MOST_STEPS = 20


def place(node: ast.expr, path: str, known: Mapping[str, str]) -> str | None:
    """The place that the expression in the file at `path` names, relative to the folder, with leading ../ where it lies
    above; None where it names none for sure. `known` are the places of names."""
    if isinstance(node, ast.Name):
        return path if node.id == "__file__" else known.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _above(place(node.value, path, known), 1)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return _above(place(node.value.value, path, known), index + 1) if isinstance(index, int) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined(place(node.left, path, known), [node.right])
    if not isinstance(node, ast.Call):
        return None
    name = dotted(node.func)[-1:] or [last_name(node.func)]
    if name == ["dirname"] and node.args:
        return _above(place(node.args[0], path, known), 1)
    if name == ["join"] and node.args:
        return _joined(place(node.args[0], path, known), node.args[1:])
    if name == ["joinpath"] and isinstance(node.func, ast.Attribute):
        return _joined(place(node.func.value, path, known), node.args)
    if name[0] in _SAME:
        inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        return place(inner, path, known) if inner is not None else None
    return None


def _joined(base: str | None, words: Sequence[ast.expr]) -> str | None:
    texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    if base is None or len(texts) != len(words) or any(text.startswith("/") for text in texts):
        return None
    return posixpath.normpath("/".join((base, *texts)))


def _above(base: str | None, levels: int) -> str | None:
    return None if base is None or levels > _MOST_STEPS else posixpath.normpath(base + "/.." * levels)
