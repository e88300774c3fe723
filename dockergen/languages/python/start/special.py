"""Applications without an object in the source: Pyramid's ini files and Bottle's default app."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.languages.python.entry import Modules
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import default_app
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository


def default_start(
    modules: Modules, project: Project, paths: list[str], present: Mapping[str, Framework]
) -> Start | None:
    """Bottle's module-level routes, which belong to an app without a name."""
    for path in paths if "bottle" in present else ():
        module = modules.module(path)
        if "bottle" in {o.split(".")[0] for o in module.imports.values()} and re.search(
            r"^@(?:bottle\.)?(?:route|get|post)\(", modules.repo.source(path), re.MULTILINE
        ):
            return default_app(modules, project, path)
    return None


def notebook_start(repo: Repository, project: Project) -> Start | None:
    """Notebooks as pages, where the project asks for Voila."""
    row = load("python").frameworks["voila"]
    notebooks = [path for path in repo.walk(depth=2) if path.endswith(".ipynb")]
    if not notebooks or not project.has(*row.dependencies):
        return None
    # Of one notebook the page itself, of several the list.
    argv = tuple(w.replace("{file}", notebooks[0] if len(notebooks) == 1 else "") for w in row.start)
    return Start(
        Sourced(tuple(w for w in argv if w), Origin("file", notebooks[0])),
        framework=Sourced("voila", project.origin_of("voila")),
        port=Sourced(row.port, Origin("default", note=row.title)),
        env=dict(row.env),
        entry=notebooks[0],
    )


def refuse_reflex(repo: Repository, project: Project) -> None:
    """ProjectError for Reflex, which compiles a front end with Node.js when it starts."""
    if repo.is_file("rxconfig.py") and project.has("reflex"):
        raise ProjectError(
            "rxconfig.py belongs to Reflex, which compiles a front end with Node.js: that build is not written yet.",
            "Serve what `reflex export --frontend-only` makes as a static site, and start the back end alone here.",
            command="dockergen init --start 'reflex run --env prod --backend-only' --port 8000",
        )


def ini_start(repo: Repository, project: Project) -> Start | None:
    """An application that an ini file puts together, on the server that the file names or on gunicorn."""
    path = next((p for p in ("production.ini", "prod.ini", "development.ini") if repo.is_file(p)), "")
    text = repo.source(path) if path else ""
    if not path or not project.has("pyramid") or not re.search(r"^\[(?:app|pipeline|composite):", text, re.MULTILINE):
        return None
    listen = re.search(r"^(?:listen|port)\s*=\s*(?:\S*?:)?(\d{2,5})", text, re.MULTILINE)
    everywhere = re.search(r"^(?:listen|host)\s*=\s*(?:0\.0\.0\.0|\*)", text, re.MULTILINE)
    line = repo.line_of(path, listen[0]) if listen else 1
    port = (
        Sourced(int(listen[1]), Origin("file", path, line))
        if listen
        else Sourced(6543, Origin("default", note="Pyramid"))
    )
    framework = Sourced("pyramid", project.origin_of("pyramid"))
    if everywhere:
        return Start(Sourced(("pserve", path), Origin("file", path, line)), framework=framework, port=port, script=True)
    added = (
        () if project.has("gunicorn") else tuple(r for r in load("python").lists["added"] if r.startswith("gunicorn"))
    )
    note = f"{path}:{line} listens on this machine only, so gunicorn serves what the file puts together."
    argv = ("gunicorn", "--worker-tmp-dir", "/dev/shm", "--paste", path)
    return Start(
        Sourced(argv, Origin("file", path, 1)), framework=framework, port=port, script=True, added=added, notes=(note,)
    )
