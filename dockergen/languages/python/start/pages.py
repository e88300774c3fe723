"""Programs that a framework's own command runs from a file: Streamlit, Chainlit, Panel, Marimo, Voila."""

from __future__ import annotations

import re

from dockergen.catalog import Framework
from dockergen.languages.python.entry import place
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.result import Start
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository


def page_file(
    repo: Repository, row: Framework, name: str, paths: list[str], runs: list[Run]
) -> tuple[str, Origin, tuple[Rejected, ...]]:
    """The file that the framework runs, "" when none uses it: a run line's, one with a pages folder, a usual name."""
    using = [p for p in paths if _imports(repo, p, row)]
    for run in runs:
        if run.program == name and run.file and repo.is_file(run.file):
            return run.file, run.origin, ()
    outer = [
        p for p in using if p.rpartition("/")[0].rsplit("/", 1)[-1] not in ("pages", "components", "utils", "views")
    ]
    named = [p for p in row.config if p in using]
    paged = [p for p in outer if repo.is_folder(f"{p.rpartition('/')[0]}/pages".lstrip("/"))]
    calling = [p for p in outer if any(f"{call}(" in repo.source(p) for call in row.runs)]
    ordered = list(dict.fromkeys((*paged[:1], *named, *calling, *outer, *using)))
    if not ordered:
        return "", Origin("default"), ()
    best = ordered[0]
    lost = tuple(
        Rejected(p, Origin("file", p, 1), f"{best} is likelier by its name and place")
        for p in ordered[1:5]
        if place(p) <= (1, 99)
    )
    return best, Origin("file", best, 1), lost


def page(
    project: Project, name: str, row: Framework, path: str, origin: Origin, lost: tuple[Rejected, ...], port: int
) -> Start:
    """The start of such a file."""
    argv = tuple(word.replace("{file}", path) for word in row.start)
    default = Sourced(row.port, Origin("default", note=row.title))
    return Start(
        Sourced(argv, origin, lost),
        framework=Sourced(name, project.origin_of(project.has(*row.dependencies))),
        port=Sourced(port, origin) if port else default,
        health=row.health or "/",
        env=dict(row.env),
        entry=path,
    )


def _imports(repo: Repository, path: str, row: Framework) -> bool:
    return any(
        re.search(rf"^\s*(?:import|from)\s+{re.escape(name.replace('-', '_'))}\b", repo.source(path), re.MULTILINE)
        for name in row.dependencies
    )
