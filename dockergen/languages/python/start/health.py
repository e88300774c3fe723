"""The path of a program's route for health checks: what its decorator says behind the prefixes of its routers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dockergen.frozen import frozen
from dockergen.languages.python.entry import App, Modules
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.source import health_route
from dockergen.languages.python.syntax import dotted, last_name, nodes
from dockergen.lazy import regex

_NAME = regex(r"/?(?:[\w-]+/)*(?:health|healthz|health-check|healthcheck|livez|ping|_health)/?")
_HINT = regex(r"health|livez|ping")
_DECORATORS = frozenset(("get", "route", "api_route"))
_APPS = frozenset(("FastAPI", "Flask", "Quart", "Sanic"))
_MOST_FILES = 25
_MOST_STEPS = 60

_Place = tuple[str, str]  # a file and what it calls an app or a router


@frozen
class _Route:
    owner: _Place
    path: str
    plain: bool  # it only answers, and asks no database


def health_path(modules: Modules, app: App) -> str:
    """The path to ask of the app, "" where it declares none.

    A route of the app's own file counts as it is, one of another file where it does nothing but answer: what asks a
    database would tell of that.
    """
    entry = app.origin.path
    files = [
        p for p in program_files(modules.repo, entry, _MOST_FILES) if _HINT.search(modules.repo.source(p)) or p == entry
    ]
    routes = [route for path in files for route in _routes(modules, path) if route.owner[0] == entry or route.plain]
    if not routes:
        return health_route(modules.repo.source(entry))
    prefixes = _prefixes(modules, entry)
    found = [(r.owner[0] != entry, f"{prefixes[r.owner]}/{r.path.lstrip('/')}") for r in routes if r.owner in prefixes]
    if found:
        return min(found, key=lambda item: (item[0], len(item[1]), item[1]))[1]
    if any(route.owner[0] == entry for route in routes):
        return ""  # behind a prefix that cannot be read
    return health_route(modules.repo.source(entry))


def _routes(modules: Modules, path: str) -> Iterator[_Route]:
    for node in (inner for statement in modules.module(path).body for inner in nodes(statement)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for call in (decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)):
            *owner, kind = dotted(call.func) or [""]
            first = next(iter(call.args), None) or next((k.value for k in call.keywords if k.arg == "path"), None)
            text = _text(first)
            if len(owner) == 1 and kind in _DECORATORS and text and _NAME.fullmatch(text):
                yield _Route((path, owner[0]), text, _only_answers(node))


def _only_answers(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """True for a function that takes nothing but the request and returns what it says itself."""
    asks = any(isinstance(inner, (ast.Await, ast.With, ast.AsyncWith, ast.Try)) for inner in nodes(node))
    body = [line for line in node.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))]
    takes = [argument.arg for argument in node.args.args if argument.arg not in ("self", "request")]
    return not asks and not takes and len(body) == 1 and isinstance(body[0], ast.Return)


def _prefixes(modules: Modules, entry: str) -> dict[_Place, str]:
    """What stands before the routes of each router that the entry's apps include, directly or not, as far as it can be
    read."""
    names = {*(item.name for item in modules.found(entry).objects), *_made(modules, entry)}
    mounted = {place for name in names for place, _, _ in _included(modules, (entry, name))}
    found: dict[_Place, str] = {(entry, name): "" for name in sorted(names) if (entry, name) not in mounted}
    pending = [*found]
    while pending and len(found) < _MOST_STEPS:
        owner = pending.pop(0)
        for place, prefix, replaces in _included(modules, owner):
            # register_blueprint of Flask replaces the prefix of the blueprint, include_router of FastAPI adds to it.
            own = "" if replaces else _own_prefix(modules, place)
            if place not in found and prefix is not None and own is not None:
                found[place] = found[owner] + prefix.rstrip("/") + own.rstrip("/")
                pending.append(place)
    return found


def _included(modules: Modules, owner: _Place) -> Iterator[tuple[_Place, str | None, bool]]:
    """Routers that the file gives to the app or router of that name, with which prefix (None: it cannot be read), and
    whether that stands in the place of their own."""
    path, name = owner
    for call in _calls(modules, path):
        if not isinstance(call.func, ast.Attribute) or dotted(call.func)[:-1] != [name] or not call.args:
            continue
        kind = call.func.attr
        given = next((k.value for k in call.keywords if k.arg in ("prefix", "url_prefix")), None)
        if kind in ("include_router", "register_blueprint", "blueprint"):
            place = _place(modules, path, call.args[0])
            yield place, "" if given is None else _text(given) or None, given is not None and kind != "include_router"
        elif kind == "mount" and len(call.args) > 1:
            yield _place(modules, path, call.args[1]), _text(call.args[0]) or None, True


def _place(modules: Modules, path: str, node: ast.expr) -> _Place:
    """Where the router of an expression is made: in this file, or in the one that its name is imported from."""
    parts = dotted(node)
    origin = modules.module(path).imports.get(parts[0], "") if parts else ""
    if not origin:
        return path, ".".join(parts)
    module, _, name = ".".join((origin, *parts[1:])).rpartition(".")
    other = modules.file_from(path, module or ".")
    return (other, name) if other else (path, ".".join(parts))


def _own_prefix(modules: Modules, place: _Place) -> str | None:
    """The prefix that the router is made with, None where it cannot be read."""
    path, name = place
    for node in modules.module(path).body:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(value, ast.Call) and any(isinstance(t, ast.Name) and t.id == name for t in targets):
            given = next((k.value for k in value.keywords if k.arg in ("prefix", "url_prefix")), None)
            return "" if given is None else _text(given) or None
    return None


def _made(modules: Modules, path: str) -> Iterator[str]:
    """Names of the apps that the file makes anywhere, in a function too."""
    for node in (inner for statement in modules.module(path).body for inner in nodes(statement)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and last_name(node.value.func) in _APPS:
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _calls(modules: Modules, path: str) -> Iterator[ast.Call]:
    for statement in modules.module(path).body:
        yield from (node for node in nodes(statement) if isinstance(node, ast.Call))


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
