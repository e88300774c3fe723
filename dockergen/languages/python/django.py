"""Django: settings module, server entry, static files, and what the settings demand from the environment."""

from __future__ import annotations

import re

from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_SETTINGS = regex(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")
_STATIC_ROOT = regex(r"^\s*STATIC_ROOT\s*(?::[^=\n]+)?=\s*(?!None)(.+)$", re.MULTILINE)
_MEDIA_ROOT = regex(r"^\s*MEDIA_ROOT\s*(?::[^=\n]+)?=\s*(.+)$", re.MULTILINE)
_SQLITE = regex(r"""["']NAME["']\s*:\s*(.*?sqlite3?["'].*)$""", re.MULTILINE)
_DEMANDED = regex(
    r"""environ\[\s*["'](\w+)["']\s*\]|\b(?:env|config)(\.\w+)?\(\s*["'](\w+)["']\s*(?:,\s*cast\s*=\s*(\w+)\s*)?\)"""
    r"""|\b(?:getenv|environ\.get)\(\s*["'](SECRET_KEY|DJANGO_SECRET_KEY)["']\s*\)"""
)
_QUOTED = regex(r"""["']([^"']+)["']""")


_NOWHERE = Origin("default")


@frozen
class Django:
    """One Django project."""

    manage: str  # path of manage.py
    root: str  # folder of manage.py
    settings: str  # dotted module
    settings_origin: Origin
    exports_settings: bool  # the chosen settings are not the default of the server's module
    wsgi: str = ""  # module:object
    asgi: str = ""
    app_origin: Origin = _NOWHERE
    static_root: str = ""  # line that sets it, "" when nothing is collected
    static_folder: str = ""
    demanded: tuple[tuple[str, str], ...] = ()  # variables that the settings demand, with a dummy value for the build
    writable: tuple[str, ...] = ()  # folders relative to the root of the repository
    database: str = ""  # path of a SQLite file beside the source
    entry_file: str = ""


def django(repo: Repository) -> Django | None:
    """The Django project that manage.py belongs to; None when there is no manage.py within two folders."""
    manage = next(
        (
            p
            for p in ("manage.py", *(f"{f}/manage.py" for f in repo.folders()), *repo.glob("*/*/manage.py"))
            if repo.is_file(p)
        ),
        "",
    )
    if not manage:
        return None
    root = manage.rpartition("/")[0]
    view = repo.sub(root)
    prefix = f"{root}/" if root else ""
    named = _settings_named(view)
    if not named:
        return None
    package = named.split(".")[0]
    servers = {kind: _server(view, package, kind) for kind in ("wsgi", "asgi")}
    entry = servers["wsgi"] or servers["asgi"]
    own = _SETTINGS.search(view.source(entry)) if entry else None
    origin_path = entry if own else "manage.py"
    default = own[1] if own else named
    settings = _for_production(view, default)
    origin = Origin("file", prefix + origin_path, repo.line_of(prefix + origin_path, "DJANGO_SETTINGS_MODULE"))
    if settings != default:
        origin = Origin("file", prefix + _file_of(view, settings))
    text = _settings_text(view, settings)
    static = _STATIC_ROOT.search(text)
    return Django(
        manage,
        root,
        settings,
        origin,
        settings != default,
        _reference(servers["wsgi"]),
        _reference(servers["asgi"]),
        Origin("file", prefix + entry) if entry else Origin("default"),
        static[1] if static else "",
        _folder(static[1]) if static else "",
        _demanded(text),
        tuple(prefix + folder for folder in _writable(text)),
        _database(text),
        entry,
    )


def _settings_named(view: Repository) -> str:
    """The settings module that manage.py names or, where it computes the name, the one that lies there; "" for none."""
    if found := _SETTINGS.search(view.source("manage.py")):
        return found[1]
    written = (n for n in _QUOTED.findall(view.source("manage.py")) if re.fullmatch(r"\w+(\.\w+)*\.\w+", n))
    existing = [name for name in written if view.is_file(_file_of(view, name))]
    existing.sort(key=lambda name: not name.endswith(".settings"))
    files = [*view.glob("*/settings.py"), *view.glob("*/settings/__init__.py")]
    lying = (path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files)
    return next(iter((*existing, *lying)), "")


def _server(view: Repository, package: str, kind: str) -> str:
    """The file of the WSGI or ASGI entry, the one of the settings' own package first."""
    return next(
        (path for path in (f"{package}/{kind}.py", f"{kind}.py", *view.glob(f"*/{kind}.py")) if view.is_file(path)), ""
    )


def _reference(path: str) -> str:
    return f"{path[:-3].replace('/', '.')}:application" if path else ""


def _for_production(view: Repository, module: str) -> str:
    """The settings for production beside a module that is for development; else the module itself."""
    parent, _, last = module.rpartition(".")
    if last in ("production", "prod", "settings") or not parent:
        return module if last != "settings" or not view.is_folder(module.replace(".", "/")) else _split(view, module)
    if last in ("dev", "local", "development", "base", "develop"):
        return _split(view, parent) if _split(view, parent) != parent else module
    return module


def _split(view: Repository, package: str) -> str:
    folder = package.replace(".", "/")
    return next(
        (f"{package}.{name}" for name in ("production", "prod") if view.is_file(f"{folder}/{name}.py")), package
    )


def _file_of(view: Repository, module: str) -> str:
    path = module.replace(".", "/")
    return next((p for p in (f"{path}.py", f"{path}/__init__.py") if view.is_file(p)), f"{path}.py")


def _settings_text(view: Repository, module: str) -> str:
    """The source of the settings and of the settings that they import with a star."""
    seen: list[str] = []
    pending = [_file_of(view, module)]
    while pending and len(seen) < 8:
        path = pending.pop()
        if path in seen or not view.is_file(path):
            continue
        seen.append(path)
        folder = path.rpartition("/")[0]
        for dots, name in re.findall(r"^\s*from\s+(\.*)([\w.]*)\s+import\s+\*", view.source(path), re.MULTILINE):
            target = name.replace(".", "/")
            base = folder if len(dots) == 1 else folder.rpartition("/")[0] if dots else ""
            place = "/".join(part for part in (base, target) if part)
            pending += [f"{place}.py", f"{place}/__init__.py"]
    return "\n".join(re.sub(r"(?m)^\s*#.*$", "", view.source(path)) for path in seen)


def _demanded(text: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for match in _DEMANDED.finditer(text):
        name = match[1] or match[3] or match[5]
        kind = (match[2] or "").lstrip(".") or (match[4] or "")
        found.setdefault(name, _dummy(name, kind))
    return tuple(sorted(found.items()))


def _dummy(name: str, kind: str) -> str:
    """A value that lets the settings load; no real service is reached with it."""
    if kind in ("int", "float") or name.endswith("_PORT"):
        return "1"
    if kind == "bool" or name in ("DEBUG", "DJANGO_DEBUG"):
        return "False"
    if "DATABASE_URL" in name or kind in ("db", "db_url"):
        return "sqlite:////tmp/build.sqlite3"
    if name.endswith(("_URL", "_URI")) or kind in ("cache", "cache_url", "url"):
        return "redis://localhost:6379/0" if "REDIS" in name or "BROKER" in name else "http://localhost"
    return "only-for-the-build"


def _writable(text: str) -> list[str]:
    found = _MEDIA_ROOT.search(text)
    folders = [_folder(found[1])] if found else []
    database = _database(text)
    if "/" in database:
        folders.append(database.rpartition("/")[0])
    return sorted({folder for folder in folders if folder})


def _database(text: str) -> str:
    found = _SQLITE.search(text)
    if not found or "BASE" not in found[1]:
        return ""
    # What stands before the folder is the name of a variable that overrides it.
    return "/".join(part.strip("/") for part in _QUOTED.findall(found[1][found[1].index("BASE") :]))


def _folder(expression: str) -> str:
    """The folder below the project that an expression such as BASE_DIR / "media" names; "" when it is unclear."""
    if not re.search(r"BASE|ROOT|DIR", expression) or "env" in expression:
        return ""
    parts = [part.strip("/") for part in _QUOTED.findall(expression) if part.strip("/")]
    path = "/".join(parts)
    return path if re.fullmatch(r"[\w./-]+", path) and ".." not in path else ""
