"""Places that Django's settings name: static files, uploads, log files, a SQLite file."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Sequence

from dockergen.languages.python.paths import path_of
from dockergen.languages.python.syntax import parsed
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_STATIC_ROOT = regex(r"^\s*STATIC_ROOT\s*(?::[^=\n]+)?=\s*(?!None)(.+)$", re.MULTILINE)
_ALL_OF_A_VARIABLE = regex(
    r"""(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*(?:,\s*None\s*)?\)|(?:os\.)?environ\[\s*["'](\w+)["']\s*\]"""
    r"""|(?:env(?:\.(?:str|path))?|config)\(\s*["'](\w+)["']\s*(?:,\s*(?:default\s*=\s*)?None\s*)?\)"""
)
_MEDIA_ROOT = regex(r"^\s*MEDIA_ROOT\s*(?::[^=\n]+)?=\s*(.+)$", re.MULTILINE)
# The value ends where another key of the same line begins.
_SQLITE = regex(r"""["']NAME["']\s*:\s*(.*?sqlite3?["'](?:(?!,\s*["']\w+["']\s*:|\}).)*)""")
# A file that a function of the settings names before it makes the dictionary.
_NAMED = regex(r"""^\s*\w*name\w*\s*=\s*(.*BASE_DIR.*\.sqlite3?["'].*)$""", re.MULTILINE | re.IGNORECASE)
_ENGINE = regex(r"sqlite|spatialite")
_RELATIVE = regex(r"""["']NAME["']\s*:\s*["']((?:\./)?\w[\w./-]*\.(?:db|sqlite|sqlite3))["']\s*[,}\n]""")
_LOG_FOLDER = regex(r"^\s*LOGS?_(?:DIR|ROOT|PATH|FOLDER)\s*=\s*(.+)$", re.MULTILINE)
_LOG_FILE = regex(r"""["']filename["']\s*:\s*(.+?),?\s*$""", re.MULTILINE)
_PLAIN_FILE = regex(r"""["']((?!\.\./)[\w-][\w.-]*(?:/[\w.-]+)+)["']""")
_QUOTED = regex(r"""["']([^"']+)["']""")
_SAFE = regex(r"[\w./-]+")
_WORKDIR = "/app/"
_PACKAGES = regex(r"(?:^|/)node_modules(?:/|$)")
_FINDER_ROOT = regex(r"^(NPM_ROOT_PATH|YARN_ROOT_PATH|NODE_MODULES_ROOT)\s*(?::[^=\n]+)?=\s*(.+)$", re.MULTILINE)

Sources = Sequence[tuple[str, str]]  # path and source of the settings, and of the settings that they import with a star


def static_root(text: str) -> str:
    """The expression that says where static files are collected, "" where nothing is."""
    found = _STATIC_ROOT.search(text)
    return found[1] if found else ""


def static_variable(expression: str) -> str:
    """The variable of the environment that alone says where static files are collected, "" where there is none, or the
    settings have a place of their own."""
    found = _ALL_OF_A_VARIABLE.fullmatch(expression.partition("#")[0].strip())
    return next((name for name in found.groups() if name), "") if found else ""


def static_sources(repo: Repository, sources: Sources) -> tuple[str, ...]:
    """Folders below the repository that static files are collected from and that are not here: none that is empty is
    committed."""
    found = (path for path, _ in _static_folders(sources) if not _PACKAGES.search(path))
    below = (path.removeprefix(_WORKDIR) for path in found if path.startswith(_WORKDIR) and _SAFE.fullmatch(path))
    return tuple(sorted({path for path in below if not repo.has(path)}))


def front_end_packages(sources: Sources) -> tuple[Sourced[str], ...]:
    """The folders of node_modules that static files are collected from, relative to the repository or absolute."""
    found: dict[str, Origin] = {}
    for path, origin in (*_static_folders(sources), *_of_finders(sources)):
        if (inside := _PACKAGES.search(path)) and _SAFE.fullmatch(path):
            folder = path[: inside.end()].rstrip("/")
            found.setdefault(folder.removeprefix(_WORKDIR), origin)
    return tuple(Sourced(folder, origin) for folder, origin in sorted(found.items()))


def _static_folders(sources: Sources) -> Iterator[tuple[str, Origin]]:
    """The folders of STATICFILES_DIRS as far as their paths are known, those with a prefix too."""
    for file, text in sources:
        for node in parsed(text).body if "STATICFILES_DIRS" in text else ():
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            listed = node.value if isinstance(node, ast.Assign) else None
            if (
                isinstance(target, ast.Name)
                and target.id == "STATICFILES_DIRS"
                and isinstance(listed, (ast.List, ast.Tuple))
            ):
                for item in listed.elts:
                    place = item.elts[1] if isinstance(item, ast.Tuple) and len(item.elts) == 2 else item
                    yield path_of(_plain(place), sources), Origin("file", file, item.lineno)


def _plain(place: ast.expr) -> str:
    """The expression without what makes a text of a path: str(...), .replace(os.sep, "/"), .as_posix()."""
    while isinstance(place, ast.Call):
        func = place.func
        if isinstance(func, ast.Attribute) and func.attr in ("replace", "as_posix", "__str__"):
            place = func.value
        elif isinstance(func, ast.Name) and func.id == "str" and place.args:
            place = place.args[0]
        else:
            break
    return ast.unparse(place)


def _of_finders(sources: Sources) -> Iterator[tuple[str, Origin]]:
    """What the finders of django-npm, django-yarnpkg and django-node-assets are told; relative to where it is run."""
    for file, text in sources:
        for found in _FINDER_ROOT.finditer(text):
            value = path_of(found[2], sources)
            folder = value if found[1] == "NODE_MODULES_ROOT" else posixpath.join(value, "node_modules")
            yield folder if value else "", Origin("file", file, text.count("\n", 0, found.start()) + 1)


def folder_of(expression: str, sources: Sources, root: str) -> str:
    """The folder that the expression names, relative to the repository or absolute; "" when it is unclear."""
    value = path_of(expression, sources)
    if value and _SAFE.fullmatch(value) and f"{value}/" not in (_WORKDIR, "//"):
        return value.removeprefix(_WORKDIR)
    plain = _folder(expression)
    return f"{root}/{plain}".lstrip("/") if plain else ""


def writable(repo: Repository, text: str, sources: Sources, root: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Folders that are written to, and the link for a SQLite file that lies in none; all relative to the repository."""
    found = _MEDIA_ROOT.search(text)
    folders = [_uploads(found[1], sources, root)] if found else []
    # Log files: the folder that has a name, or the one of a handler's file below the project.
    folders += [folder_of(expression, sources, root) for expression in _LOG_FOLDER.findall(text)]
    files = [folder_of(file, sources, root) for file in _LOG_FILE.findall(text) if "BASE" in file]
    # A plain path is seen from the folder that the program is run in.
    files += [found[1] for file in _LOG_FILE.findall(text) if (found := _PLAIN_FILE.fullmatch(file))]
    folders += [file.rpartition("/")[0] for file in files if file != file.rpartition("/")[2]]
    links: list[tuple[str, str]] = []
    database = _database(text, sources, root)
    folder, _, name = database.rpartition("/")
    if folder not in ("", root):
        folders.append(folder)
    elif database:
        below = f"{folder}/" if folder else ""
        state = below + ("data" if not repo.glob(f"{below}data/*.py") else "state")
        folders.append(state)
        # SQLite follows the link and keeps its journal beside the file itself.
        links.append((database, f"{state}/{name}"))
    return sorted({folder for folder in folders if folder and not folder.startswith("/")}), links


def _uploads(expression: str, sources: Sources, root: str) -> str:
    # A variable that somebody has to set names a place of its own.
    return "" if re.match(r"\(?\s*env\(", expression) else folder_of(expression, sources, root)


def _database(text: str, sources: Sources, root: str) -> str:
    if not _ENGINE.search(text):
        return ""
    if relative := _RELATIVE.search(text):
        return relative[1].removeprefix("./")  # from the folder that the program runs in
    found = _SQLITE.search(text) or re.search(r"""(sqlite:///.*?BASE_DIR.*)$""", text, re.MULTILINE)
    found = found or _NAMED.search(text)
    if not found:
        return ""
    value, based = path_of(found[1].rstrip(" ,"), sources), "BASE" in found[1]
    if value and _SAFE.fullmatch(value) and (based or value.startswith(_WORKDIR)):
        return value.removeprefix(_WORKDIR)
    if not based:
        return ""
    # What stands before the folder is the name of a variable that overrides it.
    rest = found[1][found[1].index("BASE") :]
    names = _QUOTED.findall(rest) or re.findall(r"/\s*([\w.-]+\.\w+)", rest)
    plain = "/".join(part.strip("/") for part in names)
    return f"{root}/{plain}".lstrip("/") if plain else ""


def _folder(expression: str) -> str:
    """The folder below the project that an expression such as BASE_DIR / "media" names; "" when it is unclear."""
    if not re.search(r"BASE|ROOT|DIR", expression) or "env" in expression:
        return ""
    parts = [part.strip("/") for part in _QUOTED.findall(expression) if part.strip("/")]
    path = "/".join(parts)
    return path if re.fullmatch(r"[\w./-]+", path) and ".." not in path else ""
