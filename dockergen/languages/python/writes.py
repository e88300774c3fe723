"""What a program writes below its own folder: folders that its user must own, and files that lie among the source."""

from __future__ import annotations

import ast
import itertools
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.paths import WORKDIR, Program, Scope, assigned_name
from dockergen.languages.python.syntax import last_name, nodes, receiver, tree_of
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 60
_HINT = regex(
    r"""\bmakedirs\(|\bmkdir\(|FileHandler\b|sqlite[+\w]*:///|sqlite3\.connect\(|open\([^()\n]*["'][wax]b?\+?["']"""
    r"""|\b(?:aiosqlite|apsw|duckdb|fasthtml|fastlite|peewee|playhouse|shelve|sqlite_utils|tinydb)\b|storage_path"""
    r"""|\b(?:basicConfig|logzero|loguru)\b|["']/app/\w|\b(?:PersistentClient|lancedb|QdrantClient|persist_directory)\b"""
    r"""|\b(?:UPLOAD|MEDIA|LOG|CACHE|DATA|DOWNLOAD|STORAGE)S?_?(?:FOLDER|DIR|DIRECTORY|ROOT)["']?\]?\s*[:=]"""
    r"""|^\s*(?:\w+\.config\[["'])?[A-Z][A-Z_]*_(?:FOLDER|DIR|DIRECTORY)(?:["']\])?\s*[:=]""",
    re.MULTILINE,
)
_CONNECTS = regex(r"\b(?:sqlite3|aiosqlite)\.connect\(")
_FOLDER_SETTING = regex(
    r"(?:UPLOAD|MEDIA|LOG|CACHE|DATA|DOWNLOAD|STORAGE|SESSION_FILE)S?_?(?:FOLDER|DIR|DIRECTORY|ROOT)"
)
# Other folders that settings name; those of what is read, or made by a build, aside.
_LIKELY_SETTING = regex(
    r"(?!.*(?:ASSET|BASE|BIN|BUILD|CLIENT|CODE|CONF|CURRENT|DIST|DOC|FIXTURE|FRONT|HOME|LIB|LOCALE|MIGRATION|MODULE|PACKAGE"
    r"|PLUGIN|PROJECT|PUBLIC|REPO|ROOT|SCRIPT|SOURCE|SRC|STATIC|TEMPLATE|TEST|THEME|TRANSLATION|VENV|VIEW|WEB|WORK|WWW))"
    r"[A-Z][A-Z_]*_(?:FOLDER|DIR|DIRECTORY)"
)
_STORES = ("PersistentClient", "QdrantClient")  # of vectors, in a folder of their own
_FILE_KEYWORDS = ("file", "filename", "database", "db_file", "path", "sink", "logfile", "url")
_SQLITE = regex(r"sqlite(?:\+\w+)?:///(?!/)([\w./-]+\.\w+)")
_OF_IMAGES = regex(r"/app(?:/[\w-]+)+(/[\w-]+(?:\.\w+)+)?/?")
_SAFE = regex(r"[\w./-]+")
# Folders of an image beside the program's own that hold data; below the others Debian has files of its own.
_KEEPING = regex(
    r"/(?:(?:config|data|database|db|downloads?|logs?|output|state|storage|uploads?)(?:/|$)|var/(?:cache|lib|log)/\w)"
)
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
    own: bool = False  # below /var under the name of the program, which nobody else writes to


@lru_cache(maxsize=8)
def written(repo: Repository, entry: str, *, installed: bool = False) -> tuple[Written, ...]:
    """What the program of that file writes below /app, in reading order, each path once, remembered; of a program that
    is `installed` only what it names from the folder that it runs in."""
    texts = {path: repo.source(path) for path in (program_files(repo, entry, _MOST_FILES) if entry else ())}
    found = _in_files(repo, texts, installed)
    if any(map(_CONNECTS.search, texts.values())):
        known = {posixpath.basename(path) for path in found}
        for item in _named_databases(texts):
            if posixpath.basename(item.path) not in known:
                found.setdefault(item.path, item)
    for item in _of_debian(texts, entry):
        found.setdefault(item.path, item)
    return tuple(found.values())


def written_by(repo: Repository, paths: Iterable[str]) -> tuple[Written, ...]:
    """What those files surely write, as Django's apps, which nothing imports by name."""
    found = _in_files(repo, {path: repo.source(path) for path in paths}, installed=False)
    return tuple(item for item in found.values() if not item.likely)


def _in_files(repo: Repository, texts: Mapping[str, str], installed: bool) -> dict[str, Written]:
    found: dict[str, Written] = {}
    program = Program(repo, texts, installed)
    for path, text in texts.items():
        if _HINT.search(text):
            for item in _in_file(text, path, program):
                if _may_be_owned(item) and not (item.likely and repo.has(item.path.removeprefix(f"{WORKDIR}/"))):
                    found.setdefault(item.path, item)
    return found


def _of_debian(texts: Mapping[str, str], entry: str) -> Iterator[Written]:
    """Places of the program's own below /var, such as a table of settings has: "value": "/var/lib/shop/files"."""
    package = entry.removeprefix("src/").partition("/")[0] if "/" in entry else ""
    own = re.compile(rf"/var/(?:cache|lib|log|spool)/{re.escape(package)}(?:/[\w.-]+)*")
    for path, text in texts.items():
        tree = tree_of(text) if package and f"/{package}" in text and "/var/" in text else None
        for node in nodes(tree) if tree is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and own.fullmatch(node.value):
                file = "." in posixpath.basename(node.value)
                yield Written(node.value, Origin("file", path, node.lineno), file=file, own=True)


def _named_databases(texts: Mapping[str, str]) -> Iterator[Written]:
    """SQLite files by their bare names, of a program that connects to what no line there shows."""
    for path, text in texts.items():
        tree = tree_of(text) if _QUOTES_DATABASE.search(text) else None
        all_nodes = nodes(tree) if tree is not None else ()
        # Names in lists, and those that others are compared with, are of files that are met and not made.
        met = {id(e) for n in all_nodes if isinstance(n, (ast.List, ast.Tuple, ast.Set)) for e in n.elts}
        met |= {id(e) for n in all_nodes if isinstance(n, ast.Compare) for e in (n.left, *n.comparators)}
        for node in all_nodes:
            if id(node) in met or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if _DATABASE_NAME.fullmatch(node.value):
                yield Written(f"{WORKDIR}/{node.value}", Origin("file", path, node.lineno), file=True)


def folders(repo: Repository, items: list[Written]) -> tuple[str, ...]:
    """The folders that hold nothing but what the program writes; never one with source in it."""
    wanted = {item.path if not item.file else posixpath.dirname(item.path) for item in items}
    own = sorted(folder for folder in wanted if folder != WORKDIR and not _holds_source(repo, folder))
    # What lies below another one belongs to it.
    return tuple(f for f in own if not any(f.startswith(f"{other}/") for other in own))


def among_source(repo: Repository, items: list[Written]) -> list[Written]:
    """Databases that the program puts beside its source, where the image's user may not write."""
    return [
        item
        for item in items
        if item.file
        and re.search(r"\.(?:db|sqlite3?)$", item.path)
        and (posixpath.dirname(item.path) == WORKDIR or _holds_source(repo, posixpath.dirname(item.path)))
    ]


def _may_be_owned(item: Written) -> bool:
    """True for a place below /app, and for one elsewhere that images keep data in, where the program surely writes."""
    path = item.path
    if not _SAFE.fullmatch(path) or "/." in path.replace("/.data", ""):
        return False
    return path.startswith(f"{WORKDIR}/") or (not item.likely and bool(_KEEPING.match(path)))


def _holds_source(repo: Repository, folder: str) -> bool:
    if folder != WORKDIR and not folder.startswith(f"{WORKDIR}/"):
        return False
    return bool(repo.glob(f"{folder.removeprefix(WORKDIR).strip('/')}/*.py"))


# --- one file


def _in_file(text: str, path: str, program: Program) -> Iterator[Written]:
    tree, scope = tree_of(text), program.scope(path)
    if tree is None or scope is None:
        return
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(scope, node)
        elif isinstance(node, ast.Dict):
            yield from _of_mapping(scope, node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from _of_assignment(scope, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := _SQLITE.match(node.value)):
            place = posixpath.normpath(posixpath.join(WORKDIR, found[1]))
            yield Written(place, Origin("file", path, node.lineno), file=True, relative=True)
        elif isinstance(node, ast.Constant) and (found := _OF_IMAGES.fullmatch(str(node.value))):
            # A place of the program's own image: what is not in the repository, it makes there.
            place = found[0].removesuffix(found[1] or "").rstrip("/")
            yield Written(place, Origin("file", path, node.lineno), likely=True)


def _of_call(scope: Scope, node: ast.Call) -> Iterator[Written]:
    name = last_name(node.func)
    if name in ("makedirs", "mkdir"):
        method = node.func.value if isinstance(node.func, ast.Attribute) else None
        yield from _written(scope, node.args[0] if node.args and receiver(node.func) == "os" else method, node)
    elif (
        (name == "open" and _opens_to_write(node))
        or (name == "connect" and receiver(node.func) == "sqlite3")
        or scope.full_names(node.func) & _writers()
    ):
        yield from _written(scope, _file_argument(node), node, file=True)
    elif name in ("create_engine", "create_async_engine"):
        for scheme in ("sqlite:///", "sqlite+aiosqlite:///"):
            yield from _written(scope, _file_argument(node), node, file=True, scheme=scheme)
    for word in node.keywords:
        if word.arg == "persist_directory" or (word.arg == "path" and name in _STORES):
            yield from _written(scope, word.value, node)
    if node.args and (name == "PersistentClient" or (name == "connect" and receiver(node.func) == "lancedb")):
        yield from _written(scope, node.args[0], node)
    for word in node.keywords if name in ("update", "from_mapping", "dict") else ():
        yield from _of_setting(scope, word.arg or "", word.value, node)


def _of_mapping(scope: Scope, node: ast.Dict) -> Iterator[Written]:
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    # The handler of a logging configuration: {"class": "logging.FileHandler", "filename": ...}.
    logs = any(isinstance(v, ast.Constant) and str(v.value).endswith("FileHandler") for v in node.values)
    for key, value in zip(keys, node.values, strict=True):
        if key in load("python").lists["folder_keys"]:
            yield from _written(scope, value, node)
        elif logs and key == "filename":
            yield from _written(scope, value, node, file=True)
        elif isinstance(key, str) and key.isupper():
            yield from _of_setting(scope, key, value, node)


def _of_assignment(scope: Scope, node: ast.Assign | ast.AnnAssign) -> Iterator[Written]:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    assert node.value is not None
    yield from _of_setting(scope, assigned_name(target), _default(node.value), node)


def _default(value: ast.expr) -> ast.expr:
    """The value of a field of pydantic's: `Field("data", description=...)`."""
    if not isinstance(value, ast.Call) or last_name(value.func) != "Field":
        return value
    named = (word.value for word in value.keywords if word.arg == "default")
    return next(iter((*value.args[:1], *named)), value)


def _of_setting(scope: Scope, name: str, value: ast.expr, node: ast.AST) -> Iterator[Written]:
    if _FOLDER_SETTING.fullmatch(name):
        yield from _written(scope, value, node)
    elif _LIKELY_SETTING.fullmatch(name):
        # A bare word may be anybody's path; one that begins at the program's own folder is not.
        found = _written(scope, _known_part(scope, value), node, scheme=f"{WORKDIR}/")
        yield from (replace(item, likely=True) for item in found)
    elif name.endswith(("DATABASE_URI", "DATABASE_URL", "DB_URL", "DB_URI")):
        yield from _written(scope, value, node, file=True, scheme="sqlite:///")


def _written(
    scope: Scope, where: ast.expr | None, node: ast.AST, *, file: bool = False, scheme: str = ""
) -> Iterator[Written]:
    value = scope.value(where) if where is not None else None
    if value is None or not value.startswith(scheme):
        return
    named = value.removeprefix(scheme)
    place = posixpath.normpath(posixpath.join(WORKDIR, named))
    relative = scheme.startswith("sqlite") and not named.startswith("/")
    origin = Origin("file", scope.path, getattr(node, "lineno", 0))
    yield Written(place, origin, scope.variable(where), file, relative)


def _known_part(scope: Scope, node: ast.expr) -> ast.expr:
    """Of a joined path the parts before the first that only a run knows."""
    if isinstance(node, ast.Call) and last_name(node.func) == "join":
        known = list(itertools.takewhile(lambda part: scope.value(part, 1) is not None, node.args))
        return ast.Call(node.func, known, []) if known else node
    return node


@cache
def _writers() -> frozenset[str]:
    return frozenset((*load("python").lists["databases"], *load("python").lists["log_files"]))


def _file_argument(node: ast.Call) -> ast.expr | None:
    named = (keyword.value for keyword in node.keywords if keyword.arg in _FILE_KEYWORDS)
    return next(iter((*node.args[:1], *named)), None)


def _opens_to_write(node: ast.Call) -> bool:
    mode = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and bool(re.search(r"[wax+]", str(mode.value)))
