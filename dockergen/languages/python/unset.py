"""Conditions of a settings file that ask the environment: which branches run while nobody has set a variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from dockergen.languages.python.syntax import last_name, nodes, parsed
from dockergen.lazy import regex

_ASKS = regex(r"environ|getenv|\benv\b|\bconfig\(")
_UNKNOWN = object()
_TEXT = ("lower", "upper", "strip", "casefold", "title", "capitalize")
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def active(text: str) -> str:
    """The text with the lines blank that run only after somebody has set a variable, such as those below
    `if "X" in os.environ:`; what cannot be judged stays."""
    if not _ASKS.search(text):
        return text
    idle = set(_idle(parsed(text).body, {}))
    if not idle:
        return text
    return "\n".join("" if number in idle else line for number, line in enumerate(text.split("\n"), 1))


def taken(node: ast.If) -> list[ast.stmt]:
    """The branch that runs while nobody has set a variable; [] where the condition asks something else."""
    value = _value(node.test, {})
    return [] if value is _UNKNOWN else node.body if value else node.orelse


def _idle(body: tuple[ast.stmt, ...] | list[ast.stmt], known: dict[str, Any]) -> Iterator[int]:
    for node in body:
        if isinstance(node, ast.If):
            value = _value(node.test, known)
            for branch, runs in ((node.body, True), (node.orelse, False)):
                if value is _UNKNOWN or bool(value) is runs:
                    yield from _idle(branch, known)
                else:
                    yield from _lines(branch)
            if value is _UNKNOWN:
                known.update(dict.fromkeys(_assigned(node), _UNKNOWN))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    known[target.id] = _value(node.value, known)


def _lines(body: list[ast.stmt]) -> Iterator[int]:
    for node in body:
        yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _assigned(node: ast.If) -> Iterator[str]:
    for inner in nodes(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """What the expression comes to with no variable set; _UNKNOWN where that cannot be told."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id, _UNKNOWN)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        values = [_value(item, known) for item in node.elts]
        return _UNKNOWN if _UNKNOWN in values else values
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        value = _value(node.operand, known)
        return value if value is _UNKNOWN else not value
    if isinstance(node, ast.BoolOp):
        return _all_or_any(node, known)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compared(node, known)
    return _called(node, known) if isinstance(node, ast.Call) else _UNKNOWN


def _all_or_any(node: ast.BoolOp, known: Mapping[str, Any]) -> Any:
    values = [_value(part, known) for part in node.values]
    decisive = isinstance(node.op, ast.Or)  # one true part settles `or`, one false part settles `and`
    for value in values:
        if value is not _UNKNOWN and bool(value) is decisive:
            return value
    return _UNKNOWN if any(value is _UNKNOWN for value in values) else values[-1]


def _compared(node: ast.Compare, known: Mapping[str, Any]) -> Any:
    operation, other = node.ops[0], node.comparators[0]
    if isinstance(operation, (ast.In, ast.NotIn)) and last_name(other) == "environ":
        return isinstance(operation, ast.NotIn)
    left, right = _value(node.left, known), _value(other, known)
    if left is _UNKNOWN or right is _UNKNOWN:
        return _UNKNOWN
    if isinstance(operation, (ast.Eq, ast.Is)):
        return left == right
    if isinstance(operation, (ast.NotEq, ast.IsNot)):
        return left != right
    if isinstance(operation, (ast.In, ast.NotIn)) and isinstance(right, (list, str)) and isinstance(left, str):
        return (left in right) is isinstance(operation, ast.In)
    return _UNKNOWN


def _called(node: ast.Call, known: Mapping[str, Any]) -> Any:
    """os.getenv, os.environ.get, env, env.get_value and env.bool of django-environ and config of decouple with their
    defaults, bool(), and a method such as lower() of what one of them gives."""
    function = node.func
    name = last_name(function)
    of = function.value if isinstance(function, ast.Attribute) else None
    if name == "getenv" or (name == "get" and of is not None and last_name(of) == "environ"):
        return _default(node, None, known)
    if of is not None and name in _TEXT and not node.args:
        value = _value(of, known)
        return getattr(value, name)() if isinstance(value, str) else _UNKNOWN
    if name == "bool" and of is None and len(node.args) == 1:
        value = _value(node.args[0], known)
        return value if value is _UNKNOWN else bool(value)
    if (name == "env" and of is None) or (name == "get_value" and of is not None and last_name(of) == "env"):
        return _default(node, _UNKNOWN, known)
    if name == "config" or (name == "bool" and of is not None and last_name(of) == "env"):
        value = _default(node, _UNKNOWN, known)
        as_bool = name == "bool" or any(k.arg == "cast" and last_name(k.value) == "bool" for k in node.keywords)
        return _WORDS.get(value.lower(), _UNKNOWN) if as_bool and isinstance(value, str) else value
    return _UNKNOWN


def _default(node: ast.Call, missing: Any, known: Mapping[str, Any]) -> Any:
    named = next((k.value for k in node.keywords if k.arg == "default"), None)
    given = node.args[1] if len(node.args) > 1 else named
    if given is None:
        return missing if len(node.args) == 1 else _UNKNOWN
    return _value(given, known)
