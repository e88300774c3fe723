"""Processes that take work from a queue: Celery, RQ, Dramatiq, Arq, Huey, Taskiq."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dockergen.frozen import frozen
from dockergen.languages.python.entry import Modules, apps, module_of, search_path
from dockergen.languages.python.objects import calls
from dockergen.languages.python.project import Project
from dockergen.languages.python.source import guard_line
from dockergen.languages.python.syntax import dotted
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_SCHEDULES = regex(r"beat_schedule|CELERY_BEAT_SCHEDULE|add_periodic_task|django_celery_beat|redbeat", re.IGNORECASE)


_RQ_WORKER = regex(r"^\s*from\s+rq(?:\.\w+)?\s+import\s[^#\n]*Worker\b", re.MULTILINE)


@frozen
class Worker:
    """One process: its framework, its name, its command, and where its object is made."""

    framework: str
    name: str
    argv: tuple[str, ...]
    origin: Origin
    import_root: str


def workers(repo: Repository, project: Project, paths: list[str], root: str = "") -> list[Worker]:
    """The workers of a repository, the one that does the work first; `root` is what the service has on its path."""
    found: list[Worker] = []
    if project.has("celery"):
        found += _celery(repo, project, paths, root)
    if project.has("dramatiq"):
        found += _dramatiq(repo, paths)
    if project.has("arq"):
        found += _classes(repo, paths)
    for name, constructor, argv in (
        ("huey", r"(?:Redis|Sqlite|Memory|Priority|File)\w*Huey|Huey", ("huey_consumer.py", "{dotted}")),
        ("taskiq", r"\w+Broker", ("taskiq", "worker", "{app}")),
    ):
        if project.has(name):
            found += _objects(repo, paths, name, constructor, argv)
    if project.has("rq", "django-rq") and not found:
        found += _rq(repo, project, paths)
    return found


def _celery(repo: Repository, project: Project, paths: list[str], root: str) -> Iterator[Worker]:
    modules = Modules(repo, {"celery.Celery": "celery", "celery.app.Celery": "celery"})
    objects = [
        app
        for app in apps(modules, [p for p in paths if "elery" in repo.source(p)])
        if not app.factory and not app.imported
    ]
    if not objects:
        return
    app = objects[0]
    origin, reference = app.origin, app.reference
    if root and origin.path.startswith(f"{root}/"):
        reference = f"{origin.path[len(root) + 1 : -3].replace('/', '.').removesuffix('.__init__')}:{app.name}"
    else:
        root = app.import_root
    yield Worker("celery", "worker", ("celery", "--app", reference, "worker", "--loglevel", "info"), origin, root)
    scheduled = next((p for p in paths if _SCHEDULES.search(repo.source(p))), "")
    if scheduled:
        place = ("--schedule", "/tmp/celerybeat-schedule")
        if project.has("django-celery-beat"):
            place = ("--scheduler", "django_celery_beat.schedulers:DatabaseScheduler")
        beat = ("celery", "--app", reference, "beat", *place, "--loglevel", "info")
        yield Worker("celery", "beat", beat, Origin("file", scheduled, repo.line_of(scheduled, _SCHEDULES)), root)


def _dramatiq(repo: Repository, paths: list[str]) -> Iterator[Worker]:
    using = [p for p in paths if re.search(r"^@(?:dramatiq\.)?actor\b", repo.source(p), re.MULTILINE)]
    if not using:
        return
    named = [module_of(repo, path) for path in using[:8]]
    names = [module for module, root in named if root == named[0][1]]
    origin = Origin("file", using[0], repo.line_of(using[0], re.compile(r"^@(?:dramatiq\.)?actor\b", re.MULTILINE)))
    yield Worker("dramatiq", "worker", ("dramatiq", *names), origin, named[0][1])


def _classes(repo: Repository, paths: list[str]) -> Iterator[Worker]:
    wanted = re.compile(r"^class (\w*WorkerSettings)\b", re.MULTILINE)
    for path in paths:
        if found := wanted.search(repo.source(path)):
            module, root = module_of(repo, path)
            yield Worker(
                "arq", "worker", ("arq", f"{module}.{found[1]}"), Origin("file", path, repo.line_of(path, wanted)), root
            )
            return


def _objects(
    repo: Repository, paths: list[str], name: str, constructor: str, argv: tuple[str, ...]
) -> Iterator[Worker]:
    wanted = re.compile(rf"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*(?:{constructor})\(", re.MULTILINE)
    for path in paths:
        text = repo.source(path)
        if name in text and (found := wanted.search(text)):
            module, root = module_of(repo, path)
            words = tuple(
                w.replace("{dotted}", f"{module}.{found[1]}").replace("{app}", f"{module}:{found[1]}") for w in argv
            )
            yield Worker(name, "worker", words, Origin("file", path, text.count("\n", 0, found.start()) + 1), root)
            return


def _rq(repo: Repository, project: Project, paths: list[str]) -> Iterator[Worker]:
    """The program that makes a worker, else a worker for the queues that the source names; rq reads RQ_REDIS_URL."""
    modules = Modules(repo, {})
    for path in paths:
        text = repo.source(path)
        if _RQ_WORKER.search(text) and ".work(" in text and (line := guard_line(text)):
            yield Worker("rq", "worker", ("python", path), Origin("file", path, line), search_path(repo, path))
            return
    for path in paths:
        if "rq" not in repo.source(path):
            continue
        for name, call, _ in calls(modules.module(path)):
            if name in ("rq.Queue", "rq.queue.Queue"):
                first = call.args[0] if call.args else None
                named = [str(first.value)] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
                if not named or dotted(call.func):
                    origin = Origin("file", path, call.lineno)
                    yield Worker("rq", "worker", ("rq", "worker", *named), origin, "")
                    return
