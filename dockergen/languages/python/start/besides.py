"""What runs besides the service: further processes of the same image, and what runs once for a release."""

from __future__ import annotations

import shlex

from dockergen.languages.python.project import Project
from dockergen.languages.python.start import named as naming
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.workers import workers
from dockergen.repository import Repository

_APP_OPTION = "2.2"  # the first Flask with `flask --app`


def besides(
    repo: Repository, project: Project, paths: list[str], runs: list[Run], found: Start
) -> tuple[tuple[str, str], ...]:
    """Further processes of the same image, and what runs once for a release."""
    shown = dict(found.commands)
    main = " ".join(found.command.value)
    for run in runs:
        for command in run.once if run.weight != "hint" else ():
            if not _is_done(naming.once_name(command), found):
                shown.setdefault(naming.once_name(command), command)
        if run.weight == "platform" and run.process == "release":
            shown.setdefault(naming.once_name(run.text), run.text)
        elif _works_besides(run) and run.text != main:
            shown.setdefault(run.process, run.text)
    for worker in workers(repo, project, paths, found.import_root):
        if " ".join(worker.argv) != main and not any(
            worker.argv[0] in text and worker.name in text for text in shown.values()
        ):
            shown.setdefault(worker.name, " ".join(worker.argv))
    if repo.is_file("alembic.ini") and project.has("alembic"):
        shown.setdefault("migrate", "alembic upgrade head")
    elif project.has("flask-migrate") and repo.is_folder("migrations"):
        shown.setdefault("migrate", _migration(repo, project, _flask_app(found)))
    return tuple(shown.items())


def _migration(repo: Repository, project: Project, app: str) -> str:
    """Flask-Migrate's command; before 2.2 Flask knew its app by the variable only, before 1.0 by its file."""
    if project.before("flask", _APP_OPTION):
        module, _, name = app.partition(":")
        file = f"{module.replace('.', '/')}.py"
        known = repo.is_file(file) and name in ("", "app", "application")
        return f"env FLASK_APP={file if known else shlex.quote(app)} flask db upgrade"
    return f"flask --app {shlex.quote(app)} db upgrade"


def _is_done(name: str, found: Start) -> bool:
    """True for what the build of the image does already."""
    return name == "collectstatic" and found.django is not None and bool(found.django.static_root)


def _works_besides(run: Run) -> bool:
    """A process of a platform's manifest, or a worker of a compose file."""
    told = run.weight == "platform" or (run.weight == "container" and not run.is_web)
    return told and run.process not in ("web", "app")


def _flask_app(found: Start) -> str:
    return next((word for word in found.command.value if ":" in word and not word.startswith("-")), "app")
