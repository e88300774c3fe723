"""Which member of a uv workspace is built, and its start as seen from the root that is the build context."""

from __future__ import annotations

import shlex
from dataclasses import replace

from dockergen.errors import ProjectError
from dockergen.languages.python.django import Django
from dockergen.languages.python.entry import candidates
from dockergen.languages.python.project import project
from dockergen.languages.python.start import Start, start, startable
from dockergen.languages.python.uv_workspace import members, named
from dockergen.manifests.pyproject import table
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings


def member(repo: Repository, settings: Settings) -> str:
    """The folder of the member that is built, "" where it is the root or the folder is no workspace.

    Raises ProjectError that lists the members when several can be started and none was chosen.
    """
    known = members(repo)
    if not known:
        return ""
    if settings.app is not None and (path := named(repo, settings.app.value)):
        return path
    if _root_starts(repo, settings):
        return ""
    startables = [m for m in known if startable(repo.sub(m.path), project(repo, settings, m.path), settings)]
    # What other members require is a library, even where it can be run for a look.
    libraries = {r.name for m in known for r, _ in project(repo, settings, m.path).direct}
    services = [m for m in startables if m.name not in libraries] or startables
    if len(services) > 1 and settings.start is None:
        listed = ", ".join(f"{m.name} ({m.path})" for m in services)
        raise ProjectError(
            f"The workspace of pyproject.toml has {len(services)} members that can be started: {listed}.",
            "Choose one; each gets a Dockerfile of its own.",
            command=shlex.join(["dockergen", "init", "--app", services[0].name]),
        )
    return services[0].path if len(services) == 1 else ""


def apps(repo: Repository) -> tuple[str, ...]:
    """What --app may choose from: the members by name, by path and by folder."""
    return tuple(dict.fromkeys(name for m in members(repo) for name in (m.name, m.path, m.path.rpartition("/")[2])))


def start_of(repo: Repository, settings: Settings, path: str) -> Start:
    """The start of the member, with its paths as they are in the image; raises what `start` raises."""
    begun = start(repo.sub(path), project(repo, settings, path), settings)
    return _placed(repo, begun, path) if path else begun


def _root_starts(repo: Repository, settings: Settings) -> bool:
    """True when the root itself holds the program, rather than a project below that a search comes across."""
    found = project(repo, settings)
    if not startable(repo, found, settings):
        return False
    try:
        entry = start(repo, found, settings).entry
    except ProjectError:
        # A root that is no project, or holds no program but theirs, leaves the choice to its members.
        folders = [f"{m.path}/" for m in members(repo)]
        own = (path for path in candidates(repo) if not any(path.startswith(folder) for folder in folders))
        return bool(table(repo.toml("pyproject.toml"), "project")) and any(own)
    parts = entry.split("/")[:-1]
    above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return bool(entry) and not any(repo.is_file(f"{folder}/pyproject.toml") for folder in above)


def _placed(repo: Repository, begun: Start, path: str) -> Start:
    def below(name: str) -> str:
        return f"{path}/{name}".strip("/") if not name.startswith(f"{path}/") else name

    def origin(found: Origin) -> Origin:
        return replace(found, path=below(found.path)) if found.kind == "file" else found

    here = repo.sub(path)
    words = tuple(below(word) if here.is_file(word) else word for word in begun.command.value)
    return replace(
        begun,
        command=Sourced(words, origin(begun.command.origin), begun.command.rejected),
        port=Sourced(begun.port.value, origin(begun.port.origin), begun.port.rejected) if begun.port else None,
        import_root=begun.import_root
        if begun.script
        else path
        if begun.import_root == "."
        else below(begun.import_root),
        entry=below(begun.entry) if begun.entry else "",
        django=_site(begun.django, below) if begun.django else None,
    )


def _site(site: Django, below: object) -> Django:
    assert callable(below)
    return replace(
        site,
        manage=below(site.manage),
        root=below(site.root),
        writable=tuple(below(folder) for folder in site.writable),
    )
