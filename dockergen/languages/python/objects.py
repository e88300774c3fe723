"""The app objects of one file: what a server can be given, found by parsing and never by importing."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace

from dockergen.frozen import frozen
from dockergen.languages.python.syntax import Module, dotted, guards, imports, nodes, top_level
from dockergen.lazy import regex

_STARTS = regex(r"\bparse_args\(|\.run\(|\bserve\(|\bserve_forever\(|\brun_app\(")
_HANDED = regex(r"(?:return|=)\s+(?:await\s+)?(?:\w+\.)*(\w+)\(")
_FLASK = "flask.Flask"
_OBJECT = regex(r"(?i)app|api|server|wsgi|asgi|service|site|web|handler")
# What a name of another file is: the constructor of the object, or of what the function makes; "" for anything else.
Outside = Callable[[str], str]


@frozen
class AppObject:
    """A module-level object, or a function without arguments that makes one."""

    name: str
    constructor: str  # dotted, as the imports of the file resolve it; of the inner object for a wrapper
    line: int
    factory: bool = False
    wraps: str = ""  # the name that it wraps: middleware, or an attribute of the framework's object
    wrapper: str = ""  # dotted name of what wraps
    imported: bool = False  # made in another file


@frozen
class Found:
    """The objects of a file, and what its functions make, those with arguments too."""

    objects: tuple[AppObject, ...] = ()
    makers: Mapping[str, str] = field(default_factory=dict)


@frozen
class _Scope:
    names: Mapping[str, str]
    constructors: Mapping[str, str]
    outside: Outside
    classes: Mapping[str, str]
    makers: dict[str, str]
    known: dict[str, str]  # objects so far
    lines: list[str]
    hint: re.Pattern[str]  # what a function that makes an app calls, or hands on


def app_objects(module: Module, constructors: Mapping[str, str], outside: Outside = lambda name: "") -> Found:
    """The app objects and factories of a file, in file order; `constructors` maps dotted constructors to anything."""
    classes = _subclasses(module, constructors, outside)
    scope = _Scope(
        *(module.imports, constructors, outside, classes, dict(classes), {}, module.text.split("\n")),
        hint=_hint(constructors, classes),
    )
    objects: list[AppObject] = []
    for node in top_level(module.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            objects += _factory(node, scope)
        elif isinstance(node, ast.ImportFrom):
            objects += _imported(node, scope)
        for name, value, annotation in _assigned(node):
            made = _object(name, value, node.lineno, scope)
            if made is None and annotation and (kind := _class(annotation, scope)):
                made = AppObject(name, kind, node.lineno)
            if made is not None:
                scope.known[name] = made.constructor
                objects.append(made)
    objects += _by_line(module, constructors)
    last = {item.name: item for item in objects}  # `app = Middleware(app)` rebinds the name
    inner = _mounted(module) if "ount(" in module.text or "graft" in module.text else set()
    return Found(tuple(item for item in last.values() if item.name not in inner or len(last) == 1), scope.makers)


def calls(module: Module) -> Iterator[tuple[str, ast.Call, bool]]:
    """All calls of a file: the dotted name as the imports resolve it, the call, and whether it runs on import."""
    eager = {
        id(call)
        for node in top_level(module.body)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.Try, ast.With))
        for call in nodes(node)
        if isinstance(call, ast.Call)
    }
    for node in module.body:
        for call in nodes(node):
            if isinstance(call, ast.Call) and (parts := dotted(call.func)):
                yield ".".join([module.imports.get(parts[0], parts[0]), *parts[1:]]), call, id(call) in eager


def has_name(module: Module, name: str) -> bool:
    """True when the file defines or imports the name at its top level, or may do so."""
    if module.broken or any(key.startswith("*") for key in module.imports):
        return True
    for node in top_level(module.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            return True
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any(
            (alias.asname or alias.name.split(".")[0]) == name for alias in node.names
        ):
            return True
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(part, ast.Name) and part.id == name for t in targets if t for part in nodes(t)):
            return True
        if isinstance(node, ast.Global) or (isinstance(node, ast.Expr) and "globals" in ast.dump(node)):
            return True
        if isinstance(node, ast.If) and guards(node):
            continue
    return any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in module.body)


def _factory(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: _Scope) -> list[AppObject]:
    text = "\n".join(scope.lines[node.lineno - 1 : node.end_lineno])
    handed = any(name in scope.names or name in scope.makers for name in _HANDED.findall(text))
    if not handed and not scope.hint.search(text):
        return []
    inner = replace(scope, names={**scope.names, **imports(node)}, known=dict(scope.known))
    made = _made_by(node, inner)
    if not made and node.returns is not None:
        made = _class(node.returns, scope)
    if not made or "." in node.name:
        return []
    scope.makers[node.name] = made
    if _STARTS.search(text):
        return []  # a main function that happens to hand on what it ran
    if _required(node) or node.name.startswith("_") or not isinstance(node, ast.FunctionDef):
        return []
    return [AppObject(node.name, made, node.lineno, factory=True)]


def _imported(node: ast.ImportFrom, scope: _Scope) -> list[AppObject]:
    found = []
    for alias in node.names:
        name = alias.asname or alias.name
        dotted_name = scope.names.get(name, "")
        if alias.name == "*" or dotted_name in scope.constructors or not _OBJECT.search(name):
            continue
        kind = scope.outside(f"={dotted_name}")
        if kind:
            scope.known[name] = kind
            found.append(AppObject(name, kind, node.lineno, imported=True))
    return found


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr, ast.expr | None]]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value, node.annotation
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value, None
        elif isinstance(target, ast.Tuple) and target.elts and isinstance(target.elts[0], ast.Name):
            yield target.elts[0].id, node.value, None  # app, rt = fast_app()


def _object(name: str, value: ast.expr, line: int, scope: _Scope) -> AppObject | None:
    if isinstance(value, ast.Await):
        value = value.value
    if made := _constructor(value, scope):
        return AppObject(name, made, line)
    if isinstance(value, ast.Name) and value.id in scope.known:
        return AppObject(name, scope.known[value.id], line, wraps=value.id)
    if isinstance(value, ast.Attribute):
        parts = dotted(value)
        if len(parts) == 2 and parts[0] in scope.known and parts[1] in ("server", "app", "wsgi_app", "asgi_app"):
            return AppObject(name, scope.known[parts[0]], line, wraps=parts[0], wrapper=f".{parts[1]}")
    if isinstance(value, ast.Call):
        return _wrapped(name, value, line, scope)
    return None


def _wrapped(name: str, call: ast.Call, line: int, scope: _Scope) -> AppObject | None:
    """`x = Middleware(app)`, whatever the middleware is called; the name may be that of the app itself."""
    parts = dotted(call.func)
    if not parts:
        return None
    wrapper = ".".join([scope.names.get(parts[0], parts[0]), *parts[1:]])
    if re.search(r"(?i)(test_?client|celery|migrate|api|scheduler|limiter|manager|admin|login|cache|db)$", parts[-1]):
        return None  # extensions are given the app too, and are no app themselves
    for argument in [*call.args[:2], *(k.value for k in call.keywords if k.arg and k.arg.endswith("app"))]:
        inner = argument.id if isinstance(argument, ast.Name) else ""
        kind = scope.known.get(inner, "") or _constructor(argument, scope)
        if kind and (
            inner == name or re.search(r"(?i)(app|middleware|fix|wsgi|asgi|proxy|wrap|instrument|noise)", wrapper)
        ):
            return AppObject(name, kind, line, wraps=inner if inner != name else "", wrapper=wrapper)
    return None


def _constructor(value: ast.expr, scope: _Scope) -> str:
    """The known constructor that the expression calls, "" when it calls none."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return ""
    parts = dotted(value.func)
    if not parts:
        return ""
    if len(parts) == 1 and (found := scope.classes.get(parts[0]) or scope.makers.get(parts[0])):
        return found
    name = ".".join([scope.names.get(parts[0], parts[0]), *parts[1:]])
    if name in scope.constructors:
        return name
    if parts[-1] in scope.constructors:
        return parts[-1]
    starred = [f"{module}.{name}" for key, module in scope.names.items() if key.startswith("*")]
    if found := next((star for star in starred if star in scope.constructors), ""):
        return found
    return scope.outside(name) or next((kind for star in starred if (kind := scope.outside(star))), "")


def _class(annotation: ast.expr, scope: _Scope) -> str:
    """The constructor that an annotation names."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        parts = annotation.value.split(".")
    else:
        parts = dotted(annotation)
    name = ".".join([scope.names.get(parts[0], parts[0]), *parts[1:]]) if parts and parts[0] else ""
    return name if name in scope.constructors else ""


def _made_by(function: ast.FunctionDef | ast.AsyncFunctionDef, scope: _Scope) -> str:
    """The constructor whose object the function returns, "" when it returns none."""
    for node in nodes(function):
        if isinstance(node, ast.stmt):
            for name, value, _ in _assigned(node):
                if made := _object(name, value, node.lineno, scope):
                    scope.known[name] = made.constructor
    for node in nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            if isinstance(node.value, ast.Name) and node.value.id in scope.known:
                return scope.known[node.value.id]
            if made := _object("", node.value, node.lineno, scope):
                # Dash's `server` is the Flask app that it was put into.
                return _FLASK if made.wrapper == ".server" and _FLASK in scope.constructors else made.constructor
    return ""


def _required(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)


def _hint(constructors: Mapping[str, str], classes: Mapping[str, str]) -> re.Pattern[str]:
    words = {name.rsplit(".", 1)[-1] for name in constructors} | set(classes)
    factories = r"(?:create|make|build|get|init)_\w*app\w*"
    return re.compile(
        rf"\b(?:{'|'.join(map(re.escape, sorted(words)))}|{factories})\b" if words else rf"\b{factories}\b"
    )


def _subclasses(module: Module, constructors: Mapping[str, str], outside: Outside) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in module.body:
        if not isinstance(node, ast.ClassDef):
            continue
        for base in node.bases:
            parts = dotted(base)
            name = ".".join([module.imports.get(parts[0], parts[0]), *parts[1:]]) if parts else ""
            known = name if name in constructors else found.get(name, "")
            if not known and name in module.imports.values() and _OBJECT.search(name.rsplit(".", 1)[-1]):
                known = outside(name)
            if known:
                found[node.name] = known
    return found


def _mounted(module: Module) -> set[str]:
    """Names of apps that another app of the file carries below a path."""
    return {
        argument.id
        for name, call, _ in calls(module)
        if name.rsplit(".", 1)[-1] in ("mount", "Mount", "graft", "merge")
        for argument in [*call.args[1:], *(k.value for k in call.keywords if k.arg == "app")]
        if isinstance(argument, ast.Name)
    }


def _by_line(module: Module, constructors: Mapping[str, str]) -> Iterator[AppObject]:
    """Objects and factories in blocks that our interpreter cannot parse."""
    last = {name.rsplit(".", 1)[-1]: name for name in constructors}
    called = re.compile(r"(?:\w+\.)*(\w+)\(")
    for line, text in module.broken:
        if found := re.match(r"(\w+)\s*(?::[^=\n]+)?=\s*", text):
            made = called.match(text, found.end())
            if made and made[1] in last:
                yield AppObject(found[1], last[made[1]], line)
        elif found := re.match(r"def\s+([a-z]\w*)\(\s*\)", text):
            inside = (name for name in called.findall(text) if name in last)
            if "return" in text and (name := next(inside, "")):
                yield AppObject(found[1], last[name], line, factory=True)
