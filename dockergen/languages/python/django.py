"""Django: the project of a manage.py, with its server entry, its static files, and what its settings should not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.frozen import frozen
from dockergen.languages.python.django_places import (
    Sources,
    folder_of,
    front_end_packages,
    static_root,
    static_sources,
    static_variable,
    writable,
)
from dockergen.languages.python.django_settings import (
    QUOTED,
    incomplete,
    module_file,
    server_file,
    settings_module,
    settings_named,
    settings_sources,
)
from dockergen.languages.python.django_variables import demanded_by, needed
from dockergen.languages.python.entry import resolves
from dockergen.languages.python.set_when import When, set_when
from dockergen.languages.python.unset import active
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository, normal

# django-heroku sets STATIC_ROOT to a folder of its own choice, makes it at every start, and switches WhiteNoise on.
_SET_BY_HEROKU = regex(r"^\s*django_(?:on_)?heroku\.settings\(locals\(\)", re.MULTILINE)
_SERVER = regex(r"""^\s*(WSGI|ASGI)_APPLICATION\s*(?::[^=\n]+)?=\s*["']([\w.]+)["']""", re.MULTILINE)
_DEBUG = regex(r"^DEBUG\s*(?::\s*bool\s*)?=\s*(.+?)\s*(?:#.*)?$", re.MULTILINE)
# A variable with a default that is on: env("DEBUG", default=True), os.environ.get("DEBUG", "1") == "1".
_ON_UNLESS = regex(r"""(?<=\w)\(\s*["'](\w+)["']\s*,\s*(?:default\s*=\s*)?["']?(?:True|true|1|on|yes)["']?\s*[,)]""")
# An app that sends files to a cloud, where it is configured for one, and refuses to collect without.
_COLLECTFAST = ("collectfast", "--disable-collectfast")
# What hands static files to another place, wherever the program runs: collecting them is sending them.
_SENT = regex(
    r"""^STATICFILES_STORAGE\s*(?::[^=\n]+)?=\s*["']([^"']+)["']"""
    r"""|^STORAGES\s*(?::[^=\n]+)?=\s*\{(?:(?!^\}).)*?["']staticfiles["']\s*:\s*\{\s*["']BACKEND["']\s*:\s*["']([^"']+)["']""",
    re.MULTILINE | re.DOTALL,
)
_FAR = regex(r"storages\.backends|s3|gcloud|google|azure|cloudinary|dropbox|spaces|minio", re.IGNORECASE)
_NOWHERE = Origin("default")


@frozen
class Django:
    """One Django project."""

    manage: str  # path of manage.py
    root: str  # folder that the settings are imported from, mostly that of manage.py
    settings: str  # dotted module
    settings_origin: Origin
    exports_settings: bool  # manage.py or the server's module has another default than the chosen settings
    wsgi: str = ""  # module:object
    asgi: str = ""
    app_origin: Origin = _NOWHERE
    static_root: str = ""  # line that sets it, "" when nothing is collected
    static_folder: str = ""  # relative to the repository, or absolute; "" when it is not known
    collecting: tuple[tuple[str, str], ...] = ()  # variables, and with which values the settings say where to
    given: tuple[tuple[str, str], ...] = ()  # variables that say where to and have no value, with the image's
    collect_options: tuple[str, ...] = ()  # what an app wants to be told before it collects into a folder
    static_missing: tuple[str, ...] = ()  # folders that files are collected from and that the repository lacks
    packages: tuple[Sourced[str], ...] = ()  # folders of node_modules that static files are collected from
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
    named = settings_named(repo.sub(root))
    if not named:
        return None
    root = f"{root}/{_put_on_path(repo.sub(root), named)}".strip("/")
    view = repo.sub(root)
    prefix = f"{root}/" if root else ""
    settings, origin, default = settings_module(repo, view, prefix, manage, named)
    sources = settings_sources(view, settings)
    text = "\n".join(re.sub(r"(?m)^\s*#.*$", "", source) for _, source in sources)
    package = named.split(".")[0]
    servers = {kind: _application(view, text, package, kind) for kind in ("wsgi", "asgi")}
    origins = {kind: _origin(repo, prefix, reference) for kind, reference in servers.items()}
    without = not any(servers.values())
    if without:
        # Gunicorn calls what makes the application where no module of the project holds it.
        servers["wsgi"], origins["wsgi"] = "django.core.wsgi:get_wsgi_application()", origin
    demanded = demanded_by(text)
    heroku = bool(_SET_BY_HEROKU.search(text))
    static = "BASE_DIR / 'staticfiles'" if heroku else static_root(text)
    sent = next((found for found in _SENT.finditer(active(text)) if _FAR.search(found[1] or found[2])), None)
    when = set_when(sources, "STATIC_ROOT") if static and not heroku else When()
    static = "" if sent or when.never else static
    sources = [(prefix + path, source) for path, source in sources]
    told = static_variable(static)
    place = "staticfiles" if not repo.has("staticfiles") else "collected-static"
    given = ((told, f"/app/{place}"),) if told else ()
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
        static_folder=place if given else folder_of(static, sources, root) if static else "",
        collecting=(*when.values, *given) if static else (),
        given=given,
        collect_options=_COLLECTFAST[1:] if re.search(rf"""["']{_COLLECTFAST[0]}["']""", text) else (),
        static_missing=static_sources(repo, sources) if static else (),
        packages=front_end_packages(sources) if "django.contrib.staticfiles" in text else (),
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
        needs=tuple(needed(view, prefix, sources, text, demanded)),
        notes=(
            *incomplete(view, prefix, settings),
            *_debugging(sources),
            *_sending(sources, sent, manage),
            *(_conditional(when, prefix) if not sent else ()),
        ),
    )


def _beside_settings(repo: Repository, manage: str) -> bool:
    view = repo.sub(manage.rpartition("/")[0])
    named = settings_named(view)
    return bool(named) and view.has(named.split(".")[0])


def _put_on_path(view: Repository, named: str) -> str:
    """The folder of the settings' package that manage.py adds to sys.path; "" where the package lies beside it."""
    top = named.split(".", maxsplit=1)[0]
    text = view.source("manage.py")
    if "sys.path" not in text or resolves(view, "", top):
        return ""
    folders = (folder for written in QUOTED.findall(text) if (folder := normal(written)))
    return next((folder for folder in folders if resolves(view, folder, top)), "")


def _application(view: Repository, text: str, package: str, kind: str) -> str:
    """module:object of the server's entry: as the settings say it, else the usual file."""
    for upper, dotted in _SERVER.findall(text):
        module, _, name = dotted.rpartition(".")
        if upper.lower() == kind and view.is_file(module_file(view, module)):
            return f"{module}:{name}"
    return _reference(server_file(view, package, kind))


def _file(view: Repository, reference: str) -> str:
    return module_file(view, reference.partition(":")[0]) if reference else ""


def _origin(repo: Repository, prefix: str, reference: str) -> Origin:
    if not reference:
        return Origin("default")
    module, _, name = reference.partition(":")
    path = prefix + module.replace(".", "/") + ".py"
    path = path if repo.is_file(path) else f"{prefix}{module.replace('.', '/')}/__init__.py"
    return Origin("file", path, repo.line_of(path, re.compile(rf"^{re.escape(name)}\s*=", re.MULTILINE)))


def _reference(path: str) -> str:
    return f"{path[:-3].removesuffix('/__init__').replace('/', '.')}:application" if path else ""


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
