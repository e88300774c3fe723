"""Python source as evidence: app objects, factories, ports and routes, found by parsing and never by importing."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping

from dockergen.frozen import frozen
from dockergen.lazy import regex


@frozen
class AppObject:
    """What a server can be given: a module-level object, or a function that makes one."""

    name: str
    constructor: str  # dotted, as the imports of the file resolve it
    line: int
    factory: bool = False


_PORT = regex(
    r"""(?:environ\.get|getenv|env\.int|config)\(\s*["'](?:[A-Z_]*_)?PORT["']\s*,\s*(?:default\s*=\s*)?["']?(\d{2,5})"""
    r"""|\bport\s*(?::\s*int\s*)?=\s*["']?(\d{2,5})\b|(?:HTTPServer|TCPServer|make_server|create_server)\(\s*\(?\s*["'][^"']*["']\s*,\s*(\d{2,5})"""
    r"""|\bPORT\s*(?::\s*int\s*)?=\s*["']?(\d{2,5})\b|\.listen\(\s*(\d{2,5})"""
)
_HEALTH = regex(r"""["']/?((?:api/)?(?:health|healthz|health-check|healthcheck|livez|ping|_health))(/?)["']""")
_GUARD = regex(r"""^if\s+__name__\s*==\s*["']__main__["']|^if\s+["']__main__["']\s*==\s*__name__""", re.MULTILINE)


def port_in(text: str) -> tuple[int, int]:
    """The port that the source names and its line; (0, 0) when it names none that is plausible."""
    for found in _PORT.finditer(text):
        port = int(next(group for group in found.groups() if group))
        if 80 <= port <= 65535:
            return port, text.count("\n", 0, found.start()) + 1
    return 0, 0


def health_route(text: str) -> str:
    """A route for health checks that the source declares, "" when it declares none."""
    found = _HEALTH.search(text)
    return f"/{found[1]}{found[2]}" if found else ""


def guard_line(text: str) -> int:
    """The line of the `__main__` guard, 0 when the file has none."""
    found = _GUARD.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def serves(text: str) -> bool:
    """True when the program starts a server of its own on all interfaces."""
    started = re.search(r"\b(serve|run_app|run|serve_forever|listen|start_server|create_server)\(", text)
    return bool(started) and "0.0.0.0" in text and not re.search(r"\b(debug|reload)\s*=\s*True", text)


def app_objects(text: str, constructors: Mapping[str, str]) -> list[AppObject]:
    """The app objects and factories of a file, in file order; `constructors` maps dotted constructors to anything.

    A file that our own interpreter cannot parse (newer syntax, Python 2) is searched line by line instead.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(_by_line(text, constructors))
    return list(_by_tree(tree, constructors))


def _by_tree(tree: ast.Module, constructors: Mapping[str, str]) -> Iterator[AppObject]:
    names = _imports(tree)
    factories: dict[str, str] = {}
    classes = _subclasses(tree, names, constructors)
    for node in _top_level(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            made = _made_by(node, {**names, **_imports(node)}, constructors, classes, factories)
            if made and not _required(node):
                factories[node.name] = made
                if not node.name.startswith("_") and isinstance(node, ast.FunctionDef):
                    yield AppObject(node.name, made, node.lineno, factory=True)
        for name, value in _assigned(node):
            made = _constructor(value, names, constructors, classes, factories)
            if made:
                yield AppObject(name, made, node.lineno)


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import: those of the module and of its try, with and if blocks; not the __main__ guard."""
    for node in body:
        yield node
        if isinstance(node, (ast.Try, ast.With)):
            yield from _top_level(node.body)
        elif isinstance(node, ast.If) and "__main__" not in ast.dump(node.test):
            yield from _top_level([*node.body, *node.orelse])


def _imports(tree: ast.AST) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                module = "." * node.level + (node.module or "")
                names[alias.asname or alias.name] = f"{module}.{alias.name}"
                if alias.name == "*":
                    names[f"*{module}"] = module
    return names


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and target.elts and isinstance(target.elts[0], ast.Name):
            yield target.elts[0].id, node.value  # app, rt = fast_app()


def _constructor(
    value: ast.expr,
    names: Mapping[str, str],
    constructors: Mapping[str, str],
    classes: Mapping[str, str],
    factories: Mapping[str, str],
) -> str:
    """The known constructor that the expression calls, "" when it calls none."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return ""
    parts = _dotted(value.func)
    if not parts:
        return ""
    if parts[0] in classes and len(parts) == 1:
        return classes[parts[0]]
    if parts[0] in factories and len(parts) == 1:
        return factories[parts[0]]
    dotted = ".".join([names.get(parts[0], parts[0]), *parts[1:]])
    if dotted in constructors:
        return dotted
    if parts[-1] in constructors:
        return parts[-1]
    starred = [f"{module}.{dotted}" for key, module in names.items() if key.startswith("*")]
    return next((name for name in starred if name in constructors), "") or _imported_factory(dotted)


def _imported_factory(dotted: str) -> str:
    """`app = create_app()` with the factory in another file: what it makes is settled there."""
    last = dotted.rsplit(".", 1)[-1]
    return "factory" if last in ("create_app", "make_app", "build_app", "get_app", "create_application") else ""


def _made_by(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    names: Mapping[str, str],
    constructors: Mapping[str, str],
    classes: Mapping[str, str],
    factories: Mapping[str, str],
) -> str:
    """The constructor whose object the function returns, "" when it returns none."""
    local: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.stmt):
            for name, value in _assigned(node):
                if made := _constructor(value, names, constructors, classes, factories):
                    local[name] = made
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            if isinstance(node.value, ast.Name) and node.value.id in local:
                return local[node.value.id]
            if made := _constructor(node.value, names, constructors, classes, factories):
                return made
    return ""


def _required(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)


def _subclasses(tree: ast.Module, names: Mapping[str, str], constructors: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        for base in node.bases:
            parts = _dotted(base)
            dotted = ".".join([names.get(parts[0], parts[0]), *parts[1:]]) if parts else ""
            if dotted in constructors:
                found[node.name] = dotted
    return found


def _dotted(node: ast.expr) -> list[str]:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else parts[:1]


def _by_line(text: str, constructors: Mapping[str, str]) -> Iterator[AppObject]:
    last = {name.rsplit(".", 1)[-1]: name for name in constructors}
    for found in re.finditer(r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*(\w+)\(", text, re.MULTILINE):
        if found[2] in last and last[found[2]].split(".")[0] in text:
            yield AppObject(found[1], last[found[2]], text.count("\n", 0, found.start()) + 1)
