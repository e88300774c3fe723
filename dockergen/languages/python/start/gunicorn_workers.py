"""Workers of Gunicorn that a command or a configuration names: what they import, and the releases that have them."""

from __future__ import annotations

import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.along import brought_along
from dockergen.languages.python.bound import configuration
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.wheels import ends_before
from dockergen.lazy import regex
from dockergen.manifests.requirements import bare_name
from dockergen.repository import Repository

_STATED_WORKER = regex(r"(?:^|\s)(?:-k|--worker-class)[\s=]*['\"]?([\w.]+)")
_WORKER_CLASS = regex(r"""^\s*worker_class\s*=\s*["']([\w.]+)["']""", re.MULTILINE)
# What the workers for ASGI are called, and the distribution that has them.
_ASGI = (("uvicorn_worker", "uvicorn-worker"), ("uvicorn.workers", "uvicorn"), ("uvicorn_worker", "uvicorn"))


def with_workers(repo: Repository, project: Project, found: Start) -> Start:
    """The start with a Gunicorn that has the workers, and with what these import."""
    words = " ".join(found.command.value)
    if "gunicorn" not in words:
        return found
    configured = worker_class(repo, found.command.value)
    worker = f"{words} {configured}"
    stated = _STATED_WORKER.search(words)
    found = _with_its_distribution(project, found, stated[1] if stated else configured)
    for row in load("python").lists["gunicorn_workers_before"]:
        name, first, last = row.split()
        if name in worker and project.before(name, first):
            return _with_older(found, last)
    if "gevent" in worker and _unpinned(project) and not project.has("packaging"):
        # Gunicorn 27 has what its gevent workers import in an extra, and asks for it by itself no more.
        return replace(found, added=(*found.added, "packaging"))
    return _with_eventlet(project, found) if "eventlet" in worker else found


def _with_its_distribution(project: Project, found: Start, named: str) -> Start:
    """The start with what has the worker of that name, where no line brings it."""
    rows = (row.split() for row in load("python").lists["gunicorn_workers"])
    name = next((name for module, name in rows if named == module or named.startswith(f"{module}.")), "")
    there = {*brought_along(project), *(bare_name(word) for word in found.added)}
    if not name or name in there:
        return found
    note = f"{found.command.origin} has Gunicorn's worker {named}, which no manifest brings: the image adds {name}."
    return replace(found, added=(*found.added, name), notes=(*found.notes, note))


def worker_class(repo: Repository, words: tuple[str, ...] = ()) -> str:
    """The worker that Gunicorn's configuration file names, "" for none."""
    path = configuration(words)
    found = _WORKER_CLASS.search(repo.source(path)) if repo.is_file(path) else None
    return found[1] if found else ""


def serves_asgi(repo: Repository, project: Project) -> bool:
    """True when Gunicorn's own configuration has workers for ASGI, which are installed."""
    worker = worker_class(repo)
    known = any(worker.startswith(f"{module}.") and project.has(name) for module, name in _ASGI)
    return bool(worker) and bool(project.has("gunicorn")) and known


def _unpinned(project: Project) -> bool:
    return not (project.locked or any(r.name == "gunicorn" and r.pinned for r, _ in project.direct))


def _with_older(found: Start, last: str) -> Start:
    """The start with that release of Gunicorn, where it is what dockergen adds."""
    older = f"gunicorn=={last}"
    pair = next((a for a in found.added if a.startswith("gunicorn==")), older)
    added = tuple(older if a == pair else a for a in found.added)
    return replace(found, added=added, notes=tuple(note.replace(pair, older) for note in found.notes))


def _with_eventlet(project: Project, found: Start) -> Start:
    last, first, without = load("python").lists["gunicorn_with_eventlet"]
    if any(a.startswith("gunicorn==") for a in found.added):
        return _with_older(found, last)
    asked = next(((r, origin) for r, origin in project.direct if r.name == "gunicorn"), None)
    if asked is None or project.locked or ends_before(asked[0].specifier, first):
        return found
    if not asked[0].pinned:
        note = f"{asked[1]}: the eventlet worker is gone from Gunicorn {without}, so the image holds gunicorn<{first}."
        return replace(found, added=(*found.added, f"gunicorn<{first}"), notes=(*found.notes, note))
    if ends_before(asked[0].specifier, without):
        return found
    note = f"{asked[1]} pins a Gunicorn that has no eventlet worker, which the command names; {last} has it."
    return replace(found, notes=(*found.notes, note))
