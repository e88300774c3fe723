"""Django: settings module, server entry, static files, and what the settings demand from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.django_places import Sources, folder_of, static_root, static_sources, writable
from dockergen.languages.python.set_when import When, set_when
from dockergen.languages.python.unset import active
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_SETTINGS = regex(r"""DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")
# django-heroku sets STATIC_ROOT to a folder of its own choice, makes it at every start, and switches WhiteNoise on.
_SET_BY_HEROKU = regex(r"^\s*django_(?:on_)?heroku\.settings\(locals\(\)", re.MULTILINE)
_ASKED = regex(r"""^(\w+) *= *os\.(?:environ\.get|getenv)\( *["'](\w+)["'] *(?:, *(?:""|'') *)?\)""", re.MULTILINE)
_DEMANDED = regex(
    r"""environ\[\s*["'](\w+)["']\s*\](?!\s*=[^=])|\b(?:env|config)(\.\w+)?\(\s*["'](\w+)["']\s*,?\s*"""
    # cast=Csv(), cast=lambda v: [s.strip() for s in v.split(",")], and no default behind it.
    r"""(?:cast\s*=\s*(\w+)((?:(?!\bdefault\s*=)(?:[^()]|\((?:[^()]|\([^()]{0,80}\)){0,80}\))){0,120}))?\)"""
    r"""|\b(?:getenv|environ\.get)\(\s*["'](SECRET_KEY|DJANGO_SECRET_KEY)["']\s*\)"""
    # What is asked for without a default, and used at once as if it were there.
    r"""|\b(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)\s*\.\w"""
    # The address of a cache, which no back end does without.
    r"""|["']LOCATION["']\s*:\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)"""
    # What a function takes that refuses nothing: int(os.getenv("PORT")), dj_database_url.parse(os.environ.get("URL")).
    r"""|\b(int|float|parse|loads|literal_eval)\(\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)\s*[,)]"""
)
_HOST = regex(r"""["']HOST["']\s*:\s*(?:os\.)?(?:getenv|environ\.get)\(\s*["'](\w+)["']\s*\)""")
_SERVER = regex(r"""^\s*(WSGI|ASGI)_APPLICATION\s*(?::[^=\n]+)?=\s*["']([\w.]+)["']""", re.MULTILINE)
_EXPORTED = regex(r"""\bDJANGO_SETTINGS_MODULE["']?\s*[=:,]\s*["']?([A-Za-z_][\w.]*)""")
_DEBUG = regex(r"^DEBUG\s*(?::\s*bool\s*)?=\s*(.+?)\s*(?:#.*)?$", re.MULTILINE)
# A variable with a default that is on: env("DEBUG", default=True), os.environ.get("DEBUG", "1") == "1".
_ON_UNLESS = regex(r"""\(\s*["'](\w+)["']\s*,\s*(?:default\s*=\s*)?["']?(?:True|true|1|on|yes)["']?\s*[,)]""")
# What hands static files to another place, wherever the program runs: collecting them is sending them.
_SENT = regex(
    r"""^STATICFILES_STORAGE\s*(?::[^=\n]+)?=\s*["']([^"']+)["']"""
    r"""|^STORAGES\s*(?::[^=\n]+)?=\s*\{(?:(?!^\}).)*?["']staticfiles["']\s*:\s*\{\s*["']BACKEND["']\s*:\s*["']([^"']+)["']""",
    re.MULTILINE | re.DOTALL,
)
_FAR = regex(r"storages\.backends|s3|gcloud|google|azure|cloudinary|dropbox|spaces|minio", re.IGNORECASE)
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
_QUOTED = regex(r"""["']([^"']+)["']""")


_NOWHERE = Origin("default")
ANY_WORD = "only-for-the-build"


@frozen
class Django:
    """One Django project."""

    manage: str  # path of manage.py
    root: str  # folder of manage.py
    settings: str  # dotted module
    settings_origin: Origin
    exports_settings: bool  # manage.py or the server's module has another default than the chosen settings
    wsgi: str = ""  # module:object
    asgi: str = ""
    app_origin: Origin = _NOWHERE
    static_root: str = ""  # line that sets it, "" when nothing is collected
    static_folder: str = ""  # relative to the repository, or absolute; "" when it is not known
    collecting: tuple[tuple[str, str], ...] = ()  # variables, and with which values the settings say where to
    static_missing: tuple[str, ...] = ()  # folders that files are collected from and that the repository lacks
    demanded: tuple[tuple[str, str], ...] = ()  # variables that the settings demand, with a dummy value for the build
    needs: tuple[Sourced[str], ...] = ()  # those of them that have no default
    writable: tuple[str, ...] = ()  # folders relative to the root of the repository
    links: tuple[tuple[str, str], ...] = ()  # a SQLite file beside the source, and where it goes instead
    entry_file: str = ""
    asgi_origin: Origin = _NOWHERE
    asks_asgi: bool = False  # the settings name an ASGI application
    whitenoise: bool = False
    remote_static: bool = False  # another place than the image hands static files out
    uses_static: bool = False
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # files of the settings


def django(repo: Repository) -> Django | None:
    """The Django project that manage.py belongs to; None when there is no manage.py within two folders.

    Raises ProjectError when the settings module that is named does not exist.
    """
    places = ("manage.py", *(f"{f}/manage.py" for f in repo.folders()), *repo.glob("*/*/manage.py"))
    existing = [path for path in places if repo.is_file(path)]
    # A manage.py at the root may only lead to the one that lies beside the settings.
    manage = next(iter([path for path in existing if _beside_settings(repo, path)] or existing), "")
    if not manage:
        return None
    root = manage.rpartition("/")[0]
    view = repo.sub(root)
    prefix = f"{root}/" if root else ""
    named = _settings_named(view)
    if not named:
        return None
    settings, origin, default = _settings(repo, view, prefix, named)
    sources = _settings_sources(view, settings)
    text = "\n".join(re.sub(r"(?m)^\s*#.*$", "", source) for _, source in sources)
    package = named.split(".")[0]
    servers = {kind: _application(view, text, package, kind) for kind in ("wsgi", "asgi")}
    origins = {kind: _origin(repo, prefix, reference) for kind, reference in servers.items()}
    without = not any(servers.values())
    if without:
        # Gunicorn calls what makes the application where no module of the project holds it.
        servers["wsgi"], origins["wsgi"] = "django.core.wsgi:get_wsgi_application()", origin
    demanded = _demanded(text)
    heroku = bool(_SET_BY_HEROKU.search(text))
    static = "BASE_DIR / 'staticfiles'" if heroku else static_root(text)
    sent = next((found for found in _SENT.finditer(active(text)) if _FAR.search(found[1] or found[2])), None)
    when = set_when(sources, "STATIC_ROOT") if static and not heroku else When()
    static = "" if sent or when.never else static
    sources = [(prefix + path, source) for path, source in sources]
    folders, links = writable(repo, text, sources, root)
    entry = "" if without else _file(view, servers["wsgi"] or servers["asgi"])
    return Django(
        sources=tuple(path for path, _ in sources),
        manage=manage,
        root=root,
        settings=settings,
        settings_origin=origin,
        exports_settings=without or {named, default} != {settings},
        wsgi=servers["wsgi"],
        asgi=servers["asgi"],
        app_origin=origins["wsgi"] if servers["wsgi"] else origins["asgi"],
        asgi_origin=origins["asgi"],
        static_root=static,
        static_folder=folder_of(static, sources, root) if static else "",
        collecting=when.values if static else (),
        static_missing=static_sources(repo, sources) if static else (),
        demanded=demanded,
        writable=tuple(folders),
        links=tuple(links),
        entry_file=entry,
        asks_asgi=any(kind == "ASGI" for kind, _ in _SERVER.findall(text)) and "channels" in text,
        whitenoise=heroku or "whitenoise" in text.lower(),
        remote_static=bool(
            sent
            or re.search(
                r"storages\.backends|S3Boto3|S3Static|GoogleCloudStorage|STATIC_URL\s*=\s*[\"']https?://", text
            )
        ),
        uses_static="django.contrib.staticfiles" in text,
        needs=tuple(_needs(view, prefix, sources, text, demanded)),
        notes=(
            *_incomplete(view, prefix, settings),
            *_debugging(sources),
            *_sending(sources, sent, manage),
            *(_conditional(when, prefix) if not sent else ()),
        ),
    )


def _beside_settings(repo: Repository, manage: str) -> bool:
    view = repo.sub(manage.rpartition("/")[0])
    named = _settings_named(view)
    return bool(named) and view.has(named.split(".")[0])


def _settings(repo: Repository, view: Repository, prefix: str, named: str) -> tuple[str, Origin, str]:
    """The settings module, where it is named, and the one that the server's module names by itself."""
    entry = _server(view, named.split(".", maxsplit=1)[0], "wsgi") or _server(
        view, named.split(".", maxsplit=1)[0], "asgi"
    )
    own = _SETTINGS.search(view.source(entry)) if entry else None
    place = entry if own else "manage.py"
    default = own[1] if own else named
    for path in _PLATFORMS:
        for found in _EXPORTED.finditer(repo.source(path)) if repo.is_file(path) else ():
            if view.is_file(_file_of(view, found[1])) and found[1].rsplit(".", 1)[-1] not in _DEVELOPMENT:
                return found[1], Origin("file", path, repo.source(path).count("\n", 0, found.start()) + 1), default
    settings = _complete(view, default)
    origin = Origin("file", prefix + place, repo.line_of(prefix + place, "DJANGO_SETTINGS_MODULE"))
    if not view.is_file(_file_of(view, settings)) and settings.rsplit(".", 1)[-1] in _DEVELOPMENT:
        # A file of one machine that is not committed.
        shared = (f"{settings.rpartition('.')[0]}.{name}" for name in ("base", "common", "defaults", "default"))
        settings = next((name for name in shared if view.is_file(_file_of(view, name))), settings)
    if settings != default:
        return settings, Origin("file", prefix + _file_of(view, settings)), default
    if not view.is_file(_file_of(view, settings)) and view.has(settings.split(".")[0]):
        others = _lying(view)
        raise ProjectError(
            f"{origin} names the settings module {settings}, but there is no {prefix}{_file_of(view, settings)}.",
            f"There is {', '.join(others)}: name it there." if others else "Create it, or correct the name.",
        )
    return settings, origin, default


def _application(view: Repository, text: str, package: str, kind: str) -> str:
    """module:object of the server's entry: as the settings say it, else the usual file."""
    for upper, dotted in _SERVER.findall(text):
        module, _, name = dotted.rpartition(".")
        if upper.lower() == kind and view.is_file(_file_of(view, module)):
            return f"{module}:{name}"
    return _reference(_server(view, package, kind))


def _file(view: Repository, reference: str) -> str:
    return _file_of(view, reference.partition(":")[0]) if reference else ""


def _origin(repo: Repository, prefix: str, reference: str) -> Origin:
    if not reference:
        return Origin("default")
    module, _, name = reference.partition(":")
    path = prefix + module.replace(".", "/") + ".py"
    path = path if repo.is_file(path) else f"{prefix}{module.replace('.', '/')}/__init__.py"
    return Origin("file", path, repo.line_of(path, re.compile(rf"^{re.escape(name)}\s*=", re.MULTILINE)))


def _settings_named(view: Repository) -> str:
    """The settings module that manage.py names or, where it computes the name, the one that lies there; "" for none."""
    if found := _SETTINGS.search(view.source("manage.py")):
        return found[1]
    written = (n for n in _QUOTED.findall(view.source("manage.py")) if re.fullmatch(r"\w+(\.\w+)*\.\w+", n))
    existing = [name for name in written if view.is_file(_file_of(view, name))]
    existing.sort(key=lambda name: not name.endswith(".settings"))
    return next(iter((*existing, *_lying(view))), "")


def _lying(view: Repository) -> list[str]:
    """Settings modules that exist, by the usual names."""
    files = [*view.glob("*/settings.py"), *view.glob("*/settings/*.py"), *view.glob("*/*/settings/*.py")]
    names = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files]
    return sorted(names, key=lambda name: (name.count("."), name))


def _server(view: Repository, package: str, kind: str) -> str:
    """The file of the WSGI or ASGI entry, the one of the settings' own package first."""
    files = (f"{package}/{kind}.py", f"{kind}.py", *view.glob(f"*/{kind}.py"))
    packages = (f"{package}/{kind}/__init__.py", *view.glob(f"*/{kind}/__init__.py"))
    holding = (path for path in packages if view.is_file(path) and _APPLICATION.search(view.source(path)))
    return next((path for path in files if view.is_file(path)), "") or next(holding, "")


def _reference(path: str) -> str:
    return f"{path[:-3].removesuffix('/__init__').replace('/', '.')}:application" if path else ""


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
    return next((name for name in beside if view.is_file(_file_of(view, name))), module)


def _complete(view: Repository, default: str) -> str:
    """The settings for production, or the default ones where only those have a SECRET_KEY: the others wait for a file
    of the server that is not here."""
    found = _for_production(view, default)
    keyless = not _has_key(view, found) and _has_key(view, default)
    return default if keyless else found


def _has_key(view: Repository, module: str) -> bool:
    return any("SECRET_KEY" in source for _, source in _settings_sources(view, module))


def _incomplete(view: Repository, prefix: str, settings: str) -> Iterator[str]:
    """What keeps settings for production from being used."""
    if (other := _for_production(view, settings)) != settings and _complete(view, settings) == settings:
        path = prefix + _file_of(view, other)
        yield f"{path} sets no SECRET_KEY, so the image has the settings {settings}; read it from a variable there."


def _split(view: Repository, package: str) -> str:
    folder = package.replace(".", "/")
    return next((f"{package}.{name}" for name in _STAGES if view.is_file(f"{folder}/{name}.py")), package)


def _file_of(view: Repository, module: str) -> str:
    path = module.replace(".", "/")
    return next((p for p in (f"{path}.py", f"{path}/__init__.py") if view.is_file(p)), f"{path}.py")


def _settings_sources(view: Repository, module: str) -> list[tuple[str, str]]:
    """Path and source of the settings, of those that they import with a star, and of what makes their DATABASES."""
    seen: list[str] = []
    pending = [_file_of(view, module)]
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
    return [(path, view.source(path)) for path in seen]


def _makers(text: str) -> list[str]:
    """Modules beside the settings that are imported for the functions that make DATABASES."""
    called = {name for block in _DATABASES.findall(text) for name in re.findall(r"\b(\w+)(?:\.\w+)?\(", block)}
    found = [name for name in re.findall(r"^from \. import (\w+)", text, re.MULTILINE) if name in called]
    named = re.findall(r"^from \.(\w+) import (\w+)", text, re.MULTILINE)
    return found + [module for module, name in named if name in called]


def _demanded(text: str) -> tuple[tuple[str, str], ...]:
    text = active(text)
    found: dict[str, str] = {}
    for match in _DEMANDED.finditer(text):
        name = match[1] or match[3] or match[6] or match[7] or match[8] or match[10]
        kind = match[9] or ("cache" if match[8] else "") or (match[2] or "").lstrip(".") or (match[4] or "")
        found.setdefault(name, _dummy(name, kind))
    # Without a host, drivers of servers look for a socket of the machine, which no container has.
    for name in _HOST.findall(text) if "sqlite" not in text else ():
        found.setdefault(name, "localhost")
    # DSN = os.environ.get("DSN") and, a few lines on, `if not DSN: raise ...`.
    for variable, name in _ASKED.findall(text):
        if re.search(rf"^if (?:not {variable}|{variable} is None)\b[^\n]*:\s*\n?\s*raise\b", text, re.MULTILINE):
            found.setdefault(name, _dummy(name, ""))
    # SECURE_PROXY_SSL_HEADER = tuple(...) if "HEADER" in os.environ else None
    found = {n: v for n, v in found.items() if not re.search(rf"""["']{n}["'] (?:not )?in (?:os\.)?environ\b""", text)}
    # ast.literal_eval(os.environ["PROVIDERS"]) and json.loads take no word.
    read = {name for name in found if re.search(rf"\b(?:literal_eval|loads)\([^\n]*\b{name}\b", text)}
    found |= dict.fromkeys(read, "{}") | dict.fromkeys(_switches(text, found), "")
    return tuple(sorted(found.items()))


def _switches(text: str, found: Mapping[str, str]) -> Iterator[str]:
    """Variables whose words switch something on that a build cannot have, such as a bucket: `if AWS_ACCESS_KEY_ID:`."""
    for name, value in found.items():
        held = re.search(rf"""^(\w+)\s*=[^\n]*\(?\[?["']{name}["']""", text, re.MULTILINE)
        if held and value == ANY_WORD and re.search(rf"^if {held[1]}\b *(?:and\b[^\n]*)?:", text, re.MULTILINE):
            yield name


def _needs(
    view: Repository, prefix: str, sources: Sources, text: str, demanded: tuple[tuple[str, str], ...]
) -> Iterator[Sourced[str]]:
    """What a container has to be told, because the settings read it and have no value of their own."""
    for name, _ in demanded:
        # django-environ's scheme may hold the default: Env(DEBUG=(bool, False)).
        if not re.search(rf"\b{name}\s*=\s*\(", text):
            asked = re.compile(rf"""["']{name}["']""")
            file = next((path for path, source in sources if asked.search(source)), sources[0][0])
            yield Sourced(name, Origin("file", file, view.line_of(file.removeprefix(prefix), asked)))


def _debugging(sources: Sources) -> Iterator[str]:
    """DEBUG that is on, or on unless a variable says otherwise; the file that is loaded last has the last word."""
    path, text = next(((p, t) for p, t in sources if _DEBUG.search(t)), ("", ""))
    found = [*_DEBUG.finditer(text)][-1:]
    for match in found:
        line = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        if match[1] == "True":
            yield f"{line} has DEBUG = True, which shows tracebacks and settings to everybody; read it from a variable."
        elif on := _ON_UNLESS.search(match[1]):
            yield f"{line} has DEBUG on unless {on[1]} says otherwise: docker run -e {on[1]}={_off(match[1])} ..."


def _sending(sources: Sources, sent: re.Match[str] | None, manage: str) -> Iterator[str]:
    """That static files are not the image's: the build has no right to send them where they lie."""
    name = (sent[1] or sent[2]) if sent else ""
    path, line = next(((p, t.count("\n", 0, t.index(name)) + 1) for p, t in sources if name and name in t), ("", 0))
    if path:
        yield (
            f"{path}:{line} keeps static files elsewhere, so the build collects none: run "
            f"`python {manage} collectstatic --noinput` in a container that has the credentials."
        )


def _conditional(when: When, prefix: str) -> Iterator[str]:
    """That static files are collected, and handed out, in one state of the environment only."""
    place = f"{prefix}{when.origin.path}:{when.origin.line}"
    if when.never:
        yield f"{place} sets STATIC_ROOT in a branch that no variable reaches, so the build collects no static files."
    elif when.values:
        pairs = [f"{name}={value}" for name, value in when.values]
        yield (
            f"{place} sets STATIC_ROOT only with {' and '.join(pairs)}: the build collects static files so, and a "
            f"container that hands them out wants the same: docker run {' '.join(f'-e {pair}' for pair in pairs)} ..."
        )


def _off(expression: str) -> str:
    """What the expression takes for off."""
    return "0" if re.search(r"\bint\(|[\"']1[\"']", expression) else "" if expression.startswith("bool(") else "False"


def _dummy(name: str, kind: str) -> str:
    """A value that lets the settings load; no real service is reached with it."""
    if kind in ("int", "float") or name.endswith("_PORT"):
        return "1"
    if kind == "bool" or name in ("DEBUG", "DJANGO_DEBUG"):
        return "False"
    if name.endswith("ENGINE"):
        return "django.db.backends.sqlite3"  # it is imported when the settings are used
    if "DATABASE_URL" in name or kind in ("db", "db_url"):
        return "sqlite:////tmp/build.sqlite3"
    if name.endswith(("_URL", "_URI")) or kind in ("cache", "cache_url", "url"):
        return "redis://localhost:6379/0" if "REDIS" in name or "BROKER" in name else "http://localhost"
    fixed = (row.split() for row in load("python").lists["fixed_values"])
    return next((known for ending, known in fixed if name.endswith(ending)), ANY_WORD)
