"""What a program writes below its own folder: folders that its user must own, and files that lie among the source."""

from __future__ import annotations

import ast
import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.imports import files_of, program_files
from dockergen.languages.python.syntax import dotted, imports, last_name, nodes, tree_of
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 60
_FARTHEST = 6  # steps of an expression, from which on other files are not searched
_WORKDIR = "/app"
_HINT = regex(
    r"""\bmakedirs\(|\bmkdir\(|FileHandler\b|sqlite[+\w]*:///|sqlite3\.connect\(|open\([^()\n]*["'][wax]b?\+?["']"""
    r"""|\b(?:aiosqlite|apsw|duckdb|fasthtml|fastlite|peewee|playhouse|shelve|sqlite_utils|tinydb)\b|storage_path"""
    r"""|\b(?:basicConfig|logzero|loguru)\b|["']/app/\w"""
    r"""|\b(?:UPLOAD|MEDIA|LOG|CACHE|DATA|DOWNLOAD|STORAGE)S?_(?:FOLDER|DIR|DIRECTORY|ROOT)["']?\]?\s*[:=]"""
    r"""|^\s*(?:\w+\.config\[["'])?[A-Z][A-Z_]*_(?:FOLDER|DIR|DIRECTORY)(?:["']\])?\s*[:=]""",
    re.MULTILINE,
)
_CONNECTS = regex(r"\b(?:sqlite3|aiosqlite)\.connect\(")
_FOLDER_SETTING = regex(
    r"(?:UPLOAD|MEDIA|LOG|CACHE|DATA|DOWNLOAD|STORAGE|SESSION_FILE)S?_(?:FOLDER|DIR|DIRECTORY|ROOT)"
)
# Other folders that settings name; those of what is read, or made by a build, aside.
_LIKELY_SETTING = regex(
    r"(?!.*(?:ASSET|BASE|BIN|BUILD|CLIENT|CODE|CONF|CURRENT|DIST|DOC|FIXTURE|FRONT|HOME|LIB|LOCALE|MIGRATION|MODULE|PACKAGE"
    r"|PLUGIN|PROJECT|PUBLIC|REPO|ROOT|SCRIPT|SOURCE|SRC|STATIC|TEMPLATE|TEST|THEME|TRANSLATION|VENV|VIEW|WEB|WORK|WWW))"
    r"[A-Z][A-Z_]*_(?:FOLDER|DIR|DIRECTORY)"
)
_FILE_KEYWORDS = ("file", "filename", "database", "db_file", "path", "sink", "logfile")
_SQLITE = regex(r"sqlite(?:\+\w+)?:///(?!/)([\w./-]+\.\w+)")
_OF_IMAGES = regex(r"/app/[\w-]+(?:/[\w-]+)*/?")
_SAFE = regex(r"[\w./-]+")


# Of attributes and parameters, whose values other files give: names that only a place of the program's own has.
_PLACE_NAME = regex(
    r"_*(?:\w+_(?:path|file|filename|dir|directory|folder|db|root|location)|\w*(?:db|database)(?:_?(?:name|url|uri))?)",
    re.IGNORECASE,
)
_BASE_NAME = regex(r"_*(?:base|project|root|app)_?(?:dir|directory|path|folder|root)", re.IGNORECASE)
_DATABASE_NAME = regex(r"[\w-]+\.(?:db|sqlite3?)")
_QUOTES_DATABASE = regex(r"""\.(?:db|sqlite3?)["']""")


@frozen
class Written:
    """A folder or a file that the program writes, as an absolute path of the image."""

    path: str
    origin: Origin
    variable: str = ""  # the environment variable that names another place
    file: bool = False
    relative: bool = False  # a SQLite address that names no folder to begin at
    likely: bool = False  # by its name only, so what is in the repository is read and not written


@lru_cache(maxsize=8)
def written(repo: Repository, entry: str, *, installed: bool = False) -> tuple[Written, ...]:
    """What the program of that file writes below /app, in reading order, each path once, remembered; of a program that
    is `installed` only what it names from the folder that it runs in."""
    found: dict[str, Written] = {}
    texts = {path: repo.source(path) for path in (program_files(repo, entry, _MOST_FILES) if entry else ())}
    program = _Program(repo, texts, installed)
    for path, text in texts.items():
        if _HINT.search(text):
            for item in _in_file(text, path, program):
                if _below(item.path) and not (item.likely and repo.has(item.path.removeprefix(f"{_WORKDIR}/"))):
                    found.setdefault(item.path, item)
    if any(map(_CONNECTS.search, texts.values())):
        known = {posixpath.basename(path) for path in found}
        for item in _named_databases(texts):
            if posixpath.basename(item.path) not in known:
                found.setdefault(item.path, item)
    return tuple(found.values())


def _named_databases(texts: Mapping[str, str]) -> Iterator[Written]:
    """SQLite files by their bare names, of a program that connects to what no line there shows."""
    for path, text in texts.items():
        tree = tree_of(text) if _QUOTES_DATABASE.search(text) else None
        for node in nodes(tree) if tree is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DATABASE_NAME.fullmatch(node.value):
                yield Written(f"{_WORKDIR}/{node.value}", Origin("file", path, node.lineno), file=True)


def folders(repo: Repository, items: list[Written]) -> tuple[str, ...]:
    """The folders that hold nothing but what the program writes; never one with source in it."""
    wanted = {item.path if not item.file else posixpath.dirname(item.path) for item in items}
    own = sorted(folder for folder in wanted if folder != _WORKDIR and not _holds_source(repo, folder))
    # What lies below another one belongs to it.
    return tuple(f for f in own if not any(f.startswith(f"{other}/") for other in own))


def among_source(repo: Repository, items: list[Written]) -> list[Written]:
    """Databases that the program puts beside its source, where the image's user may not write."""
    return [
        item
        for item in items
        if item.file
        and re.search(r"\.(?:db|sqlite3?)$", item.path)
        and (posixpath.dirname(item.path) == _WORKDIR or _holds_source(repo, posixpath.dirname(item.path)))
    ]


def _below(path: str) -> bool:
    return path.startswith(f"{_WORKDIR}/") and bool(_SAFE.fullmatch(path)) and "/." not in path.replace("/.data", "")


def _holds_source(repo: Repository, folder: str) -> bool:
    return bool(repo.glob(f"{folder.removeprefix(_WORKDIR).strip('/')}/*.py"))


# --- one file


def _in_file(text: str, path: str, program: _Program) -> Iterator[Written]:
    tree, places = tree_of(text), program.places(path)
    if tree is None or places is None:
        return
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            yield from places.of_call(node)
        elif isinstance(node, ast.Dict):
            yield from places.of_mapping(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from places.of_assignment(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := _SQLITE.match(node.value)):
            place = posixpath.normpath(posixpath.join(_WORKDIR, found[1]))
            yield Written(place, Origin("file", path, node.lineno), file=True, relative=True)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _OF_IMAGES.fullmatch(node.value):
            # A place of the program's own image: what is not in the repository, it makes there.
            yield Written(node.value.rstrip("/"), Origin("file", path, node.lineno), likely=True)


def path_of(expression: str, files: Sequence[tuple[str, str]]) -> str:
    """The path in the image that an expression of a file has, "" when it is not known.

    `files` are paths and sources: the file, what it imports with a star, and what that imports so.
    """
    places: _Places | None = None
    for path, text in reversed(files):
        tree = tree_of(text)
        places = _Places(tree, path, places) if tree else places
    asked = tree_of(expression.strip())
    value = None
    if places and asked and len(asked.body) == 1 and isinstance(statement := asked.body[0], ast.Expr):
        value = places.value_of(statement.value)
    return "/" + posixpath.normpath(posixpath.join(_WORKDIR, value)).lstrip("/") if value else ""


class _Program:
    """The files of a program, whose names stand for each other's values."""

    def __init__(self, repo: Repository, texts: Mapping[str, str], installed: bool) -> None:
        self.repo = repo
        self.texts = texts
        self.installed = installed  # the files lie in the environment, so what is beside them is not the program's
        self._places: dict[str, _Places | None] = {}

    def places(self, path: str) -> _Places | None:
        if path not in self._places:
            tree = tree_of(self.texts.get(path, ""))
            self._places[path] = _Places(tree, path, program=self) if tree is not None else None
        return self._places[path]

    def imported(self, path: str, origin: str) -> tuple[_Places, str] | None:
        """Where the name lies that a file imports as `origin`."""
        module, _, name = origin.rpartition(".")
        module = module if module.strip(".") else f"{module}."
        files = files_of(self.repo, path, module) if name else ()
        return next(((places, name) for file in files if (places := self.places(file))), None)

    def elsewhere(self, name: str) -> Iterator[tuple[_Places, ast.expr]]:
        """What other files assign to such an attribute, or hand on under that name."""
        for path, text in self.texts.items():
            if name in text and (places := self.places(path)):
                for values in (places.expressions, places.given):
                    if name in values and last_name(values[name]) != name:
                        yield places, values[name]


class _Places:
    """Values of path expressions in one file: the working folder is /app, and so is what __file__ is relative to."""

    def __init__(
        self, tree: ast.Module, path: str, outer: _Places | None = None, program: _Program | None = None
    ) -> None:
        self.path = path
        self.outer = outer  # the file whose names this one has by a star
        self.program = program
        self.imports = imports(tree)
        self.expressions: dict[str, ast.expr] = {}
        self.given = dict(_given(tree))
        parameters = {argument.arg for argument in nodes(tree) if isinstance(argument, ast.arg)}
        self.parameters = parameters
        for node in nodes(tree):
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
                continue
            name = _setting(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            if name and name not in parameters:  # a parameter is what a caller gives
                self.expressions.setdefault(name, node.value)

    def value_of(self, node: ast.expr) -> str | None:
        """The path that the expression has in the image, None when it is not known."""
        return self._value(node, 0)

    def of_call(self, node: ast.Call) -> Iterator[Written]:
        name = last_name(node.func)
        if name in ("makedirs", "mkdir"):
            method = node.func.value if isinstance(node.func, ast.Attribute) else None
            yield from self._written(node.args[0] if node.args and _receiver(node.func) == "os" else method, node)
        elif (
            (name == "open" and _opens_to_write(node))
            or (name == "connect" and _receiver(node.func) == "sqlite3")
            or self._names(node.func) & _writers()
        ):
            yield from self._written(_file_argument(node), node, file=True)
        for word in node.keywords if name in ("update", "from_mapping", "dict") else ():
            yield from self._of_setting(word.arg or "", word.value, node)

    def of_mapping(self, node: ast.Dict) -> Iterator[Written]:
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        # The handler of a logging configuration: {"class": "logging.FileHandler", "filename": ...}.
        logs = any(isinstance(v, ast.Constant) and str(v.value).endswith("FileHandler") for v in node.values)
        for key, value in zip(keys, node.values, strict=True):
            if key in load("python").lists["folder_keys"]:
                yield from self._written(value, node)
            elif logs and key == "filename":
                yield from self._written(value, node, file=True)
            elif isinstance(key, str) and key.isupper():
                yield from self._of_setting(key, value, node)

    def _names(self, function: ast.expr) -> set[str]:
        """What the called function may be in full, as the imports of the file resolve it."""
        parts = dotted(function)
        if not parts:
            return set()
        starred = {f"{origin}.{parts[0]}" for key, origin in self.imports.items() if key.startswith("*")}
        return {".".join([self.imports.get(parts[0], parts[0]), *parts[1:]]), *starred}

    def of_assignment(self, node: ast.Assign | ast.AnnAssign) -> Iterator[Written]:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        value = node.value
        assert value is not None
        name = last_name(target) if isinstance(target, (ast.Name, ast.Attribute)) else ""
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            name = str(target.slice.value)
        yield from self._of_setting(name, value, node)

    def _of_setting(self, name: str, value: ast.expr, node: ast.AST) -> Iterator[Written]:
        if _FOLDER_SETTING.fullmatch(name):
            yield from self._written(value, node)
        elif _LIKELY_SETTING.fullmatch(name):
            # A bare word may be anybody's path; one that begins at the program's own folder is not.
            found = self._written(self._known_part(value), node, scheme=f"{_WORKDIR}/")
            yield from (replace(item, likely=True) for item in found)
        elif name.endswith(("DATABASE_URI", "DATABASE_URL", "DB_URL", "DB_URI")):
            yield from self._written(value, node, file=True, scheme="sqlite:///")

    def _written(
        self, where: ast.expr | None, node: ast.AST, *, file: bool = False, scheme: str = ""
    ) -> Iterator[Written]:
        value = self._value(where, 0) if where is not None else None
        if value is None or not value.startswith(scheme):
            return
        named = value.removeprefix(scheme)
        place = posixpath.normpath(posixpath.join(_WORKDIR, named))
        relative = scheme.startswith("sqlite") and not named.startswith("/")
        origin = Origin("file", self.path, getattr(node, "lineno", 0))
        yield Written(place, origin, self._variable(where), file, relative)

    def _known_part(self, node: ast.expr) -> ast.expr:
        """Of a joined path the parts before the first that only a run knows."""
        if isinstance(node, ast.Call) and last_name(node.func) == "join":
            known = list(itertools.takewhile(lambda part: self._value(part, 1) is not None, node.args))
            return ast.Call(node.func, known, []) if known else node
        return node

    def _variable(self, node: ast.expr | None) -> str:
        for inner in nodes(node) if node is not None else ():
            if isinstance(inner, ast.Call) and last_name(inner.func) in ("get", "getenv") and inner.args:
                first = inner.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.isupper():
                    return first.value
        return ""

    def _value(self, node: ast.expr, depth: int) -> str | None:
        """The path that the expression has in the image, None when it is not known."""
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
            return self._value(node.values[-1], depth + 1)
        if isinstance(node, ast.IfExp):
            # What is given, or else the usual place: one of the two is known. Images do not run for a developer.
            both = [node.body, node.orelse]
            developing = any("DEBUG" in last_name(inner).upper() for inner in nodes(node.test))
            values = (self._value(part, depth + 1) for part in (reversed(both) if developing else both))
            return next((value for value in values if value is not None), None)
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        return self._named(node, depth)

    def _joined(self, nodes: list[ast.expr], separator: str, depth: int) -> str | None:
        parts = [self._value(node, depth + 1) for node in nodes]
        return separator.join(part for part in parts if part is not None) if None not in parts else None

    def _named(self, node: ast.expr, depth: int) -> str | None:
        name = _setting(node)
        if name == "__file__":
            return f"{_WORKDIR}/{self.path}" if not (self.program and self.program.installed) else None
        if name in ("pardir", "curdir"):
            return ".." if name == "pardir" else "."
        if name == "parent" and isinstance(node, ast.Attribute):
            inner = self._value(node.value, depth + 1)
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
        known = self._value(value, depth + 1)
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
        if name in self.given and (known := self._value(self.given[name], depth + 2)) is not None:
            return known
        if isinstance(node, ast.Name) and name not in self.parameters:
            return None
        if _PLACE_NAME.fullmatch(name) and depth <= _FARTHEST:
            for places, value in self.program.elsewhere(name):
                if (known := places._value(value, depth + 3)) is not None:
                    return known
        return _WORKDIR if _BASE_NAME.fullmatch(name) and not self.program.installed else None

    def _above(self, node: ast.expr, count: ast.expr, depth: int, more: int = 0) -> str | None:
        value = self._value(node, depth + 1)
        if not value or not isinstance(count, ast.Constant) or not isinstance(count.value, int):
            return None
        for _ in range(min(count.value + more, 20)):
            value = posixpath.dirname(value)
        return value

    def _called(self, node: ast.Call, depth: int) -> str | None:
        name = last_name(node.func)
        if name in ("getcwd", "cwd"):
            return _WORKDIR
        if len(node.args) == 2 and name in ("getenv", "get", "pop", "setdefault"):
            usual = self._value(node.args[1], depth + 1)
            # The second argument may be the name of an option: parser.get("general", "log-file").
            asked = name == "getenv" or _receiver(node.func) == "environ"
            return usual if asked or (usual and re.search(r"[./]", usual)) else None
        if name in ("join", "joinpath") and node.args:
            base = [node.func.value] if name == "joinpath" and isinstance(node.func, ast.Attribute) else []
            return self._joined([*base, *node.args], "/", depth)
        if name == "Path" and len(node.args) > 1:
            return self._joined(node.args, "/", depth)
        if given := [k.value for k in node.keywords if k.arg == "default"]:
            return self._value(given[0], depth + 1)
        # django-environ: ROOT.path("media") and ROOT("media").
        if name == "path" and isinstance(node.func, ast.Attribute):
            return self._joined([node.func.value, *node.args], "/", depth)
        if isinstance(node.func, ast.Name) and name.isupper():
            return self._joined([node.func, *node.args], "/", depth)
        if name in ("resolve", "absolute", "as_posix") and isinstance(node.func, ast.Attribute):
            return self._value(node.func.value, depth + 1)
        if name in ("abspath", "realpath", "normpath", "Path", "str", "dirname") and len(node.args) == 1:
            inner = self._value(node.args[0], depth + 1)
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


@cache
def _writers() -> frozenset[str]:
    return frozenset((*load("python").lists["databases"], *load("python").lists["log_files"]))


def _file_argument(node: ast.Call) -> ast.expr | None:
    named = (keyword.value for keyword in node.keywords if keyword.arg in _FILE_KEYWORDS)
    return next(iter((*node.args[:1], *named)), None)


def _opens_to_write(node: ast.Call) -> bool:
    mode = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and bool(re.search(r"[wax+]", str(mode.value)))


def _receiver(node: ast.expr) -> str:
    """What a method is called on: os for os.mkdir, environ for os.environ.get."""
    return last_name(node.value) if isinstance(node, ast.Attribute) else ""


def _setting(node: ast.expr) -> str:
    """The name of a variable, an attribute, or a key such as that of app.config["UPLOADS"]."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return last_name(node)
