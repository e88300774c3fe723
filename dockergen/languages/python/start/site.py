"""The start of a Django project: its WSGI or ASGI object on a server, and what has to run besides."""

from __future__ import annotations

from dockergen.catalog import load
from dockergen.languages.python.django import Django
from dockergen.languages.python.entry import App
from dockergen.languages.python.project import Project
from dockergen.languages.python.source import health_route
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.migrations import unmigrated
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import PREFERENCE, TUNED, configured, filled, server_for, with_sockets
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository


def site_start(repo: Repository, project: Project, site: Django, named: Run | None) -> Start:
    """The start; ASGI where channels, a setting or the servers among the dependencies ask for it."""
    kind = _interface(project, site, named)
    server, added, notes = server_for(kind, project, named if named and named.program != "python" else None, "Django")
    if kind == "asgi" and project.has("channels"):
        added, more = with_sockets(project, server, added, project.origin_of("channels"))
        notes += more
    rows = load("python").frameworks
    reference = site.asgi if kind == "asgi" else site.wsgi or site.asgi
    other = site.wsgi if kind == "asgi" else site.asgi
    module, _, name = reference.partition(":")
    app = App(module, name, "", site.app_origin, False, site.root)
    origin = site.asgi_origin if kind == "asgi" and site.asgi_origin.path else site.app_origin
    lost = (
        (Rejected(other, site.app_origin if kind == "asgi" else site.asgi_origin, _why(kind, project)),)
        if other
        else ()
    )
    settings = {"DJANGO_SETTINGS_MODULE": site.settings} if site.exports_settings else {}
    env = {**rows[server].env, **settings, **dict(site.given)}
    lacking = unmigrated(repo, site)
    migrate = " ".join(("python", site.manage, "migrate", *lacking.options))
    return Start(
        Sourced((*filled(rows[server].start, app, kind), *configured(repo, server)), origin, lost),
        framework=Sourced("django", project.origin_of("django")),
        port=Sourced(named.port, named.origin)
        if named and named.port >= 1024
        else Sourced(8000, Origin("default", note="Django")),
        health=_health(repo, site),
        env=env,
        added=added,
        import_root=site.root,
        entry=f"{site.root}/{site.entry_file}".lstrip("/") if site.entry_file else site.manage,
        django=site,
        writable=site.writable,
        links=site.links,
        commands=(("migrate", migrate),),
        why=TUNED.get(server, ""),
        notes=(
            *(n.replace("Django's own server", "manage.py runserver") for n in notes),
            *_static(project, site),
            *site.notes,
            *lacking.notes,
        ),
    )


def _health(repo: Repository, site: Django) -> str:
    """A route for health checks among those of the project's own urls.py, else the start page."""
    path = f"{site.root}/{site.settings.split('.')[0]}/urls.py".lstrip("/")
    lines = repo.source(path).splitlines() if repo.is_file(path) else []
    return health_route("\n".join(line for line in lines if "path(" in line)) or "/"


def _interface(project: Project, site: Django, named: Run | None) -> str:
    if not site.asgi:
        return "wsgi"
    if not site.wsgi or project.has("channels", "django-channels") or site.asks_asgi:
        return "asgi"
    rows = load("python").frameworks
    if named and named.program in rows:
        return "asgi" if named.program in PREFERENCE["asgi"] and named.program != "granian" else "wsgi"
    direct = {r.name for r, _ in project.direct}
    return "asgi" if direct.intersection(("daphne", "uvicorn", "hypercorn")) else "wsgi"


def _why(kind: str, project: Project) -> str:
    if kind == "asgi":
        return "an ASGI server is among the dependencies, or channels asks for one"
    return "no ASGI server is among the dependencies"


def _static(project: Project, site: Django) -> tuple[str, ...]:
    if site.static_root and not project.has("whitenoise") and not site.whitenoise and not site.remote_static:
        return (
            "Static files are collected, but the program does not hand them out: add WhiteNoise, or let a web server "
            f"in front serve {site.static_folder or 'STATIC_ROOT'}.",
        )
    if not site.static_root and site.uses_static and not site.remote_static:
        return (
            "No STATIC_ROOT is set, so no static files are collected; with it and WhiteNoise the image serves them.",
        )
    return ()
