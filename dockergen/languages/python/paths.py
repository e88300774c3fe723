"""Paths that the source computes: where in the image an expression of os.path or pathlib leads, read and never run."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from dockergen.languages.python.imports import files_of
from dockergen.languages.python.syntax import dotted, imports, last_name, nodes, receiver, tree_of
from dockergen.lazy import regex
from dockergen.repository import Repository

WORKDIR = "/app"
# What reads a variable or a setting, and takes a default behind its name: os.getenv, and what programs call their own.
_ASKS = regex(r"get|getenv|_?(?:get_?)?env(?:_?(?:str|path))?|config")
_FARTHEST = 6  # steps of an expression, from which on other files are not searched
# Of attributes and parameters, whose values other files give: names that only a place of the program's own has.
_PLACE_NAME = regex(
    r"_*(?:\w+_(?:path|file|filename|dir|directory|folder|db|root|location)|\w*(?:db|database)(?:_?(?:name|url|uri))?)",
    re.IGNORECASE,
)
_MAKES_APP = regex(r"\b(?:Flask|Quart)\(")
_BASE_NAME = regex(r"_*(?:base|project|root|app)_?(?:dir|directory|path|folder|root)", re.IGNORECASE)


def path_of(expression: str, files: Sequence[tuple[str, str]]) -> str:
    """The path in the image that an expression of a file has, "" when it is not known.

    `files` are paths and sources: the file, what it imports with a star, and what that imports so.
    """
    scope: Scope | None = None
    for path, text in reversed(files):
        tree = tree_of(text)
        scope = Scope(tree, path, scope) if tree else scope
    asked = tree_of(expression.strip())
    value = None
    if scope and asked and len(asked.body) == 1 and isinstance(statement := asked.body[0], ast.Expr):
        value = scope.value(statement.value)
    return "/" + posixpath.normpath(posixpath.join(WORKDIR, value)).lstrip("/") if value else ""


def assigned_name(node: ast.expr) -> str:
    """The name of a variable, an attribute, or a key such as that of app.config["UPLOADS"]."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return last_name(node)


class Program:
    """The files of a program, whose names stand for each other's values."""

    def __init__(self, repo: Repository, texts: Mapping[str, str], installed: bool) -> None:
        self.repo = repo
        self.texts = texts
        self.installed = installed  # the files lie in the environment, so what is beside them is not the program's
        self._scopes: dict[str, Scope | None] = {}

    def scope(self, path: str) -> Scope | None:
        """The names of a file of the program, None where our interpreter cannot read it."""
        if path not in self._scopes:
            tree = tree_of(self.texts.get(path, ""))
            self._scopes[path] = Scope(tree, path, program=self) if tree is not None else None
        return self._scopes[path]

    def imported(self, path: str, origin: str) -> tuple[Scope, str] | None:
        """Where the name lies that a file imports as `origin`."""
        module, _, name = origin.rpartition(".")
        module = module if module.strip(".") else f"{module}."
        files = files_of(self.repo, path, module) if name else ()
        return next(((scope, name) for file in files if (scope := self.scope(file))), None)

    def root_of_app(self, path: str) -> str:
        """The folder of the file that makes Flask's app, which its root_path is; that of `path` where none shows."""
        made = (other for other in (path, *self.texts) if _MAKES_APP.search(self.texts.get(other, "")))
        return posixpath.dirname(f"{WORKDIR}/{next(made, path)}")

    def elsewhere(self, name: str) -> Iterator[tuple[Scope, ast.expr]]:
        """What other files assign to such an attribute, or hand on under that name."""
        for path, text in self.texts.items():
            if name in text and (scope := self.scope(path)):
                for values in (scope.expressions, scope.given):
                    if name in values and last_name(values[name]) != name:
                        yield scope, values[name]


class Scope:
    """The names of one file with their values: the working folder is /app, and so is what __file__ is relative to."""

    def __init__(self, tree: ast.Module, path: str, outer: Scope | None = None, program: Program | None = None) -> None:
        self.path = path
        self.outer = outer  # the file whose names this one has by a star
        self.program = program
        self.imports = imports(tree)
        self._starred = [origin for name, origin in self.imports.items() if name.startswith("*")]
        self.expressions: dict[str, ast.expr] = {}
        self.given = dict(_given(tree))
        self.parameters = {argument.arg for argument in nodes(tree) if isinstance(argument, ast.arg)}
        for node in nodes(tree):
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
                continue
            name = assigned_name(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            if name and name not in self.parameters:  # a parameter is what a caller gives
                self.expressions.setdefault(name, node.value)

    def full_names(self, function: ast.expr) -> set[str]:
        """What the called function may be in full, as the imports of the file resolve it."""
        parts = dotted(function)
        if not parts:
            return set()
        starred = {f"{origin}.{parts[0]}" for origin in self._starred}
        return {".".join([self.imports.get(parts[0], parts[0]), *parts[1:]]), *starred}

    def variable(self, node: ast.expr | None) -> str:
        """The environment variable that the expression asks first, "" when it asks none."""
        for inner in nodes(node) if node is not None else ():
            if isinstance(inner, ast.Call) and inner.args and _ASKS.fullmatch(last_name(inner.func)):
                first = inner.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.isupper():
                    return first.value
        return ""

    def value(self, node: ast.expr, depth: int = 0) -> str | None:
        """The path that the expression has in the image, None when it is not known; `depth` counts the expressions
        around it, as names may stand for each other."""
        if depth > 12:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return self._joined([p.value if isinstance(p, ast.FormattedValue) else p for p in node.values], "", depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            return self._above(node.left, node.right, depth)  # django-environ: Path(__file__) - 2
        if isinstance(node, ast.BinOp):
            divided = isinstance(node.op, ast.Div)
            known = divided or isinstance(node.op, ast.Add)
            return self._joined([node.left, node.right], "/" if divided else "", depth) if known else None
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            return self.value(node.values[-1], depth + 1)
        if isinstance(node, ast.IfExp):
            # What is given, or else the usual place: one of the two is known. Images do not run for a developer.
            both = [node.body, node.orelse]
            developing = any("DEBUG" in last_name(inner).upper() for inner in nodes(node.test))
            values = (self.value(part, depth + 1) for part in (reversed(both) if developing else both))
            return next((value for value in values if value is not None), None)
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        return self._named(node, depth)

    def _joined(self, nodes: list[ast.expr], separator: str, depth: int) -> str | None:
        parts = [self.value(node, depth + 1) for node in nodes]
        return separator.join(part for part in parts if part is not None) if None not in parts else None

    def _named(self, node: ast.expr, depth: int) -> str | None:
        name = assigned_name(node)
        if name == "__file__":
            return f"{WORKDIR}/{self.path}" if not (self.program and self.program.installed) else None
        if name in ("pardir", "curdir"):
            return ".." if name == "pardir" else "."
        if name == "root_path" and isinstance(node, ast.Attribute) and self.program and not self.program.installed:
            return self.program.root_of_app(self.path)
        if name == "parent" and isinstance(node, ast.Attribute):
            inner = self.value(node.value, depth + 1)
            return posixpath.dirname(inner) if inner else None
        if (
            isinstance(node, ast.Subscript)
            and last_name(node.value) == "parents"
            and isinstance(node.value, ast.Attribute)
        ):
            return self._above(node.value.value, node.slice, depth, 1)
        value = self.expressions.get(name)
        if value is None and self.outer:
            return self.outer._named(node, depth + 1)
        if value is None:
            return self._handed(node, name, depth) if self.program else None
        known = self.value(value, depth + 1)
        # An attribute that a parameter is assigned to.
        return known if known is not None or not self.program else self._handed(node, name, depth)

    def _handed(self, node: ast.expr, name: str, depth: int) -> str | None:
        """The value of a name that is imported, of a parameter by default, of an attribute that is set elsewhere."""
        assert self.program is not None
        if depth > 10:
            return None
        if isinstance(node, ast.Name) and name in self.imports:
            found = self.program.imported(self.path, self.imports[name])
            return found[0]._named(ast.Name(found[1]), depth + 2) if found and found[0] is not self else None
        if name in self.given and (known := self.value(self.given[name], depth + 2)) is not None:
            return known
        if isinstance(node, ast.Name) and name not in self.parameters:
            return self._starred_value(name, depth)
        if _PLACE_NAME.fullmatch(name) and depth <= _FARTHEST:
            for scope, value in self.program.elsewhere(name):
                if (known := scope.value(value, depth + 3)) is not None:
                    return known
        return WORKDIR if _BASE_NAME.fullmatch(name) and not self.program.installed else None

    def _starred_value(self, name: str, depth: int) -> str | None:
        """The value of a name that the file has by `from module import *`."""
        assert self.program is not None
        found = (self.program.imported(self.path, f"{origin}.{name}") for origin in self._starred)
        scopes = (row[0] for row in found if row is not None and row[0] is not self)
        values = (scope._named(ast.Name(name), depth + 2) for scope in scopes)
        return next((value for value in values if value is not None), None)

    def _above(self, node: ast.expr, count: ast.expr, depth: int, more: int = 0) -> str | None:
        value = self.value(node, depth + 1)
        if not value or not isinstance(count, ast.Constant) or not isinstance(count.value, int):
            return None
        for _ in range(min(count.value + more, 20)):
            value = posixpath.dirname(value)
        return value

    def _called(self, node: ast.Call, depth: int) -> str | None:
        name = last_name(node.func)
        if name in ("getcwd", "cwd"):
            return WORKDIR
        if len(node.args) == 2 and (name in ("pop", "setdefault") or _ASKS.fullmatch(name)):
            usual = self.value(node.args[1], depth + 1)
            # The second argument may be the name of an option: parser.get("general", "log-file").
            asked = name not in ("get", "pop", "setdefault") or receiver(node.func) == "environ"
            return usual if asked or (usual and re.search(r"[./]", usual)) else None
        if name in ("join", "joinpath") and node.args:
            base = [node.func.value] if name == "joinpath" and isinstance(node.func, ast.Attribute) else []
            return self._joined([*base, *node.args], "/", depth)
        if name == "Path" and len(node.args) > 1:
            return self._joined(node.args, "/", depth)
        if given := [k.value for k in node.keywords if k.arg == "default"]:
            return self.value(given[0], depth + 1)
        # django-environ: ROOT.path("media") and ROOT("media").
        if name == "path" and isinstance(node.func, ast.Attribute):
            return self._joined([node.func.value, *node.args], "/", depth)
        if isinstance(node.func, ast.Name) and name.isupper():
            return self._joined([node.func, *node.args], "/", depth)
        if name in ("resolve", "absolute", "as_posix") and isinstance(node.func, ast.Attribute):
            return self.value(node.func.value, depth + 1)
        if name in ("abspath", "realpath", "normpath", "Path", "str", "dirname") and len(node.args) == 1:
            inner = self.value(node.args[0], depth + 1)
            return posixpath.dirname(inner) if inner and name == "dirname" else inner
        return None


def _given(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Names with what is handed on under them: defaults of parameters, arguments by name."""
    for node in nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            positional = [*node.args.posonlyargs, *node.args.args]
            usual = positional[len(positional) - len(node.args.defaults) :]
            pairs = [
                *zip(usual, node.args.defaults, strict=True),
                *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
            ]
            yield from ((argument.arg, value) for argument, value in pairs if value is not None)
        elif isinstance(node, ast.Call):
            yield from ((word.arg, word.value) for word in node.keywords if word.arg)
