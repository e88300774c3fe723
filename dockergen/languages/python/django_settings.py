"""Which settings module a Django project runs with in production, and the files that it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.errors import ProjectError
from dockergen.languages.python.unset import active
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository, normal

_INCLUDE = regex(r"\binclude\(((?:[^()]|\([^()]{0,200}\)){0,2000})\)")
_KEY_ASKED = regex(r"""["']\w*SECRET_KEY["']""")
QUOTED = regex(r"""["']([^"']+)["']""")
_SETTINGS = regex(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")
_EXPORTED = regex(r"""\bDJANGO_SETTINGS_MODULE["']?\s*[=:,]\s*["']?([A-Za-z_][\w.]*)""")
_PLATFORMS = (
    "Procfile",
    "fly.toml",
    "render.yaml",
    "app.json",
    "Dockerfile",
    "docker/Dockerfile",
    "heroku.yml",
    "app.yaml",
)
_DATABASES = regex(r"^DATABASES\s*=\s*((?:.*\n)(?:[ \t}\])].*\n|\n)*)", re.MULTILINE)
_MOST_SETTINGS = 40  # files of one settings package
_STAGES = ("production", "prod", "deployment", "deploy", "live", "docker")
_DEVELOPMENT = ("dev", "local", "development", "base", "develop", "test", "testing", "common")
_APPLICATION = regex(r"^application\b[^=\n]*=", re.MULTILINE)


def settings_named(view: Repository) -> str:
    """The settings module that manage.py names or, where it computes the name, the one that lies there; "" for none."""
    if found := _SETTINGS.search(view.source("manage.py")):
        return found[1]
    written = (n for n in QUOTED.findall(view.source("manage.py")) if re.fullmatch(r"\w+(\.\w+)*\.\w+", n))
    existing = [name for name in written if view.is_file(module_file(view, name))]
    existing.sort(key=lambda name: not name.endswith(".settings"))
    return next(iter((*existing, *_lying(view))), "")


def named_from_inside(repo: Repository) -> tuple[str, Origin] | None:
    """The settings module that the server's file at the root names, where no manage.py leads to it: the repository
    may hold the package of a project without what is around."""
    for path in ("wsgi.py", "asgi.py"):
        if found := _SETTINGS.search(repo.source(path)):
            return found[1], Origin("file", path, repo.line_of(path, found[0]))
    return None


def settings_module(
    repo: Repository, view: Repository, prefix: str, manage: str, named: str
) -> tuple[str, Origin, str]:
    """The settings module, where it is named, and the one that the server's module names by itself.

    Raises ProjectError when the module that is named does not exist although its package does.
    """
    package = named.partition(".")[0]
    entry = server_file(view, package, "wsgi") or server_file(view, package, "asgi")
    own = _SETTINGS.search(view.source(entry)) if entry else None
    place = prefix + entry if own else manage
    default = own[1] if own else named
    for path in _PLATFORMS:
        for found in _EXPORTED.finditer(repo.source(path)) if repo.is_file(path) else ():
            if view.is_file(module_file(view, found[1])) and found[1].rsplit(".", 1)[-1] not in _DEVELOPMENT:
                return found[1], Origin("file", path, repo.source(path).count("\n", 0, found.start()) + 1), default
    settings = _complete(view, default)
    origin = Origin("file", place, repo.line_of(place, "DJANGO_SETTINGS_MODULE"))
    path = module_file(view, settings)
    if not view.is_file(path) and settings.rsplit(".", 1)[-1] in _DEVELOPMENT:
        # A file of one machine that is not committed.
        settings = _shared(view, settings.rpartition(".")[0]) or settings
    elif path.endswith("/__init__.py") and not view.source(path).strip():
        # A package that hands nothing on: whoever runs it names a file of it.
        settings = _shared(view, settings) or settings
    if settings != default:
        return settings, Origin("file", prefix + module_file(view, settings)), default
    if not view.is_file(module_file(view, settings)) and view.has(settings.split(".")[0]):
        others = _lying(view)
        raise ProjectError(
            f"{origin} names the settings module {settings}, but there is no {prefix}{module_file(view, settings)}.",
            f"There is {', '.join(others)}: name it there." if others else "Create it, or correct the name.",
        )
    return settings, origin, default


def settings_sources(view: Repository, module: str) -> list[tuple[str, str]]:
    """Path and source of the settings, of those that they import with a star or include, and of what makes their
    DATABASES."""
    seen: list[str] = []
    pending = [module_file(view, module)]
    while pending and len(seen) < _MOST_SETTINGS:
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
        pending += [f"{folder}/{name}.py" for name in _makers(view.source(path))]
        pending += _included(view, path, folder)
    return [(path, view.source(path)) for path in seen]


def _included(view: Repository, path: str, folder: str) -> Iterator[str]:
    """What django-split-settings is told to include: include("conf/db.py", optional("conf/local.py"), "apps/*.py")."""
    text = view.source(path)
    for found in _INCLUDE.finditer(text) if "split_settings" in text else ():
        for written in QUOTED.findall(found[1]):
            if (place := normal(f"{folder}/{written}" if folder else written)) and place.endswith(".py"):
                yield from view.glob(place)


def incomplete(view: Repository, prefix: str, settings: str) -> Iterator[str]:
    """A note on settings for production that the image does not have, as they set no SECRET_KEY."""
    if (other := _for_production(view, settings)) != settings and _complete(view, settings) == settings:
        path = prefix + module_file(view, other)
        yield f"{path} sets no SECRET_KEY, so the image has the settings {settings}; read it from a variable there."


def server_file(view: Repository, package: str, kind: str) -> str:
    """The file of the WSGI or ASGI entry, the one of the settings' own package first."""
    files = (f"{package}/{kind}.py", f"{kind}.py", *view.glob(f"*/{kind}.py"))
    packages = (f"{package}/{kind}/__init__.py", *view.glob(f"*/{kind}/__init__.py"))
    holding = (path for path in packages if view.is_file(path) and _APPLICATION.search(view.source(path)))
    return next((path for path in files if view.is_file(path)), "") or next(holding, "")


def module_file(view: Repository, module: str) -> str:
    """The file of a dotted module or package; where there is neither, the one that the module would have."""
    path = module.replace(".", "/")
    return next((p for p in (f"{path}.py", f"{path}/__init__.py") if view.is_file(p)), f"{path}.py")


def _lying(view: Repository) -> list[str]:
    """Settings modules that exist, by the usual names."""
    files = [*view.glob("*/settings.py"), *view.glob("*/settings/*.py"), *view.glob("*/*/settings/*.py")]
    names = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files]
    return sorted(names, key=lambda name: (name.count("."), name))


def _complete(view: Repository, default: str) -> str:
    """The settings for production, or the default ones where only those have a SECRET_KEY: the others wait for a file
    of the server that is not here."""
    found = _for_production(view, default)
    keyless = not _has_key(view, found) and _has_key(view, default)
    return default if keyless else found


def _for_production(view: Repository, module: str) -> str:
    """The settings for production beside a module that is for development; else the module itself."""
    parent, _, last = module.rpartition(".")
    if last in _STAGES or not parent:
        return module
    if last == "settings" and view.is_folder(module.replace(".", "/")):
        return _split(view, module)
    if last in _DEVELOPMENT:
        return _split(view, parent) if _split(view, parent) != parent else module
    beside = (f"{parent}.{last}_{stage}" for stage in _STAGES)
    return next((name for name in beside if view.is_file(module_file(view, name))), module)


def _shared(view: Repository, package: str) -> str:
    """The module that the others of a settings package are built on, "" when there is none."""
    names = (f"{package}.{name}" for name in ("base", "common", "defaults", "default"))
    return next((name for name in names if view.is_file(module_file(view, name))), "")


def _has_key(view: Repository, module: str) -> bool:
    """True where a key is set, or is the owner's to set: one that another platform's variable holds is neither."""
    sources = [source for _, source in settings_sources(view, module)]
    return any("SECRET_KEY" in active(source) or _KEY_ASKED.search(source) for source in sources)


def _split(view: Repository, package: str) -> str:
    folder = package.replace(".", "/")
    return next((f"{package}.{name}" for name in _STAGES if view.is_file(f"{folder}/{name}.py")), package)


def _makers(text: str) -> list[str]:
    """Modules beside the settings that are imported for the functions that make DATABASES."""
    called = {name for block in _DATABASES.findall(text) for name in re.findall(r"\b(\w+)(?:\.\w+)?\(", block)}
    found = [name for name in re.findall(r"^from \. import (\w+)", text, re.MULTILINE) if name in called]
    named = re.findall(r"^from \.(\w+) import (\w+)", text, re.MULTILINE)
    return found + [module for module, name in named if name in called]
