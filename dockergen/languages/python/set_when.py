"""Settings that only some values of the environment bring about: `if not DEBUG: STATIC_ROOT = ...`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from dockergen.frozen import frozen
from dockergen.languages.python.syntax import last_name, parsed
from dockergen.model import Origin

_Values = dict[str, str]  # variables and what they have to be; none where it holds unasked
_ON, _OFF = "True", "False"
_FALSE_WORDS = ("", "0", "false", "f", "no", "off", "n")
_DEEPEST = 8


@frozen
class When:
    """What an assignment waits for."""

    values: tuple[tuple[str, str], ...] = ()  # variables, each with the value that makes it happen
    never: bool = False  # no value of the environment does
    origin: Origin = Origin("default")


def set_when(sources: Sequence[tuple[str, str]], name: str) -> When:
    """What it takes that the settings give that name a value; nothing where that is always so, or not understood.

    `sources` are paths and texts of the settings, and of those that they import with a star.
    """
    bodies = [(path, parsed(text).body) for path, text in sources if name in text]
    known: dict[str, ast.expr] = {}
    for _, text in reversed(sources):
        known |= _assigned(parsed(text).body)
    found = [(path, line, tests) for path, body in bodies for line, tests in _assignments(body, name, ())]
    if not found or any(not tests for _, _, tests in found):
        return When()
    solved = [(path, line, _all(tests, known)) for path, line, tests in found]
    if any(values is _UNKNOWN for _, _, values in solved):
        return When()
    possible = sorted((one for one in solved if one[2] is not None), key=lambda one: bool(one[2]))
    path, line, values = possible[0] if possible else (*found[0][:2], None)
    origin = Origin("file", path, line)
    return When(never=True, origin=origin) if values is None else When(tuple(sorted(values.items())), origin=origin)


_UNKNOWN: _Values = {"": "not understood"}
_Test = tuple[ast.expr, bool]  # an expression, and what it has to be


def _assignments(
    body: Sequence[ast.stmt], name: str, tests: tuple[_Test, ...]
) -> Iterator[tuple[int, tuple[_Test, ...]]]:
    for node in body:
        if isinstance(node, ast.If):
            yield from _assignments(node.body, name, (*tests, (node.test, True)))
            yield from _assignments(node.orelse, name, (*tests, (node.test, False)))
        elif isinstance(node, (ast.Try, ast.With)):
            yield from _assignments(node.body, name, tests)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            empty = isinstance(node.value, ast.Constant) and not node.value.value
            if not empty and any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield node.lineno, tests


def _assigned(body: Sequence[ast.stmt]) -> dict[str, ast.expr]:
    """Names that are given one value at the top level."""
    found: dict[str, ast.expr] = {}
    for node in body:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            found[target.id] = value
    return found


def _all(tests: Sequence[_Test], known: Mapping[str, ast.expr]) -> _Values | None:
    """What makes all of them true, None when nothing does."""
    found: _Values = {}
    unknown = False
    for test, truth in tests:
        values = _solved(test, truth, known, 0)
        if values is None:
            return None
        if values is _UNKNOWN:
            unknown = True
        elif any(found.get(name, value) != value for name, value in values.items()):
            return None
        else:
            found |= values
    return _UNKNOWN if unknown else found


def _solved(test: ast.expr, truth: bool, known: Mapping[str, ast.expr], depth: int) -> _Values | None:
    if depth > _DEEPEST:
        return _UNKNOWN
    if isinstance(test, ast.Constant):
        return {} if bool(test.value) == truth else None
    if isinstance(test, ast.Name):
        return _solved(known[test.id], truth, known, depth + 1) if test.id in known else _UNKNOWN
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _solved(test.operand, not truth, known, depth + 1)
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) == truth:
            return _all([(value, truth) for value in test.values], known)
        each = [_solved(value, truth, known, depth + 1) for value in test.values]
        possible = [one for one in each if one is not None and one is not _UNKNOWN]
        unknown = any(one is _UNKNOWN for one in each)
        return min(possible, key=len) if possible else _UNKNOWN if unknown else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0], truth, known)
    read = _read(test, known, 0)
    return _held(read, truth) if read else _UNKNOWN


def _compared(
    left: ast.expr, operator: ast.cmpop, right: ast.expr, truth: bool, known: Mapping[str, ast.expr]
) -> _Values | None:
    if isinstance(left, ast.Constant) and isinstance(left.value, str) and last_name(right) == "environ":
        return (
            ({left.value: "1"} if isinstance(operator, ast.In) == truth else {})
            if left.value.isidentifier()
            else _UNKNOWN
        )
    read = _read(left, known, 0)
    words = [str(item.value) for item in _constants(right)]
    if not read or not words or not isinstance(operator, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
        return _UNKNOWN
    variable, usual = read
    positive = isinstance(operator, (ast.Eq, ast.In)) == truth
    if positive:
        return {} if usual in words else {variable: words[0]}
    if usual not in words:
        return {}
    return {variable: {_ON.lower(): _OFF, "1": "0"}.get(words[0].lower(), "production")}


def _constants(node: ast.expr) -> list[ast.Constant]:
    listed = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else [node]
    return (
        [item for item in listed if isinstance(item, ast.Constant)]
        if all(isinstance(i, ast.Constant) for i in listed)
        else []
    )


def _held(read: tuple[str, str | None], truth: bool) -> _Values:
    """What makes a value that is read true or false."""
    variable, usual = read
    holds = usual is not None and usual.lower() not in _FALSE_WORDS
    return {} if holds == truth else {variable: _ON if truth else _OFF}


def _read(node: ast.expr, known: Mapping[str, ast.expr], depth: int) -> tuple[str, str | None] | None:
    """The variable that the expression reads, and its default: os.getenv("A", "b"), env.bool("A", default=False)."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.Name):
        return _read(known[node.id], known, depth + 1) if node.id in known else None
    if isinstance(node, ast.Subscript) and last_name(node.value) == "environ":
        key = node.slice
        return (key.value, None) if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
    if not isinstance(node, ast.Call):
        return None
    name = last_name(node.func)
    if name in ("int", "bool", "str", "strtobool", "literal_eval", "loads") and len(node.args) == 1:
        return _read(node.args[0], known, depth + 1)
    if name in ("lower", "upper", "strip", "title", "capitalize") and isinstance(node.func, ast.Attribute):
        return _read(node.func.value, known, depth + 1)
    first = node.args[0] if node.args else None
    reads = name in (
        "getenv",
        "get",
        "env",
        "config",
        "bool",
        "str",
        "int",
        "__call__",
        "getenv_bool",
        "env_bool",
        "get_env",
    )
    if (
        not reads
        or not isinstance(first, ast.Constant)
        or not isinstance(first.value, str)
        or not first.value.isidentifier()
    ):
        return None
    given = [keyword.value for keyword in node.keywords if keyword.arg == "default"] or node.args[1:2]
    if not given:
        return first.value, None
    return (first.value, str(given[0].value)) if isinstance(given[0], ast.Constant) else None
