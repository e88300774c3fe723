"""Programs that a framework's own command runs from a file: Streamlit, Chainlit, Panel, Marimo, Voila."""

from __future__ import annotations

import re
import shlex

from dockergen.catalog import Framework, load
from dockergen.languages.python.entry import place, search_path
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.command import Run
from dockergen.languages.python.start.program import UndecidedError
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.wheels import key
from dockergen.manifests.pyproject import table
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository


def page_file(
    repo: Repository, row: Framework, name: str, paths: list[str], runs: list[Run]
) -> tuple[str, Origin, tuple[Rejected, ...]]:
    """The file that the framework runs, "" when none uses it: a run line's, one with a pages folder, a usual name.

    Raises UndecidedError where folders side by side hold one of the same name each.
    """
    using = [p for p in paths if _imports(repo, p, row)]
    marked = [p for p in using if _marked(repo, p, row)]
    if not marked and any(_run_by_itself(repo, p, row) for p in using):
        return "", Origin("default"), ()
    using = marked or using
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
    if best not in paged:
        _refuse_rivals(row, best, ordered)
    lost = tuple(
        Rejected(p, Origin("file", p, 1), f"{best} is likelier by its name and place")
        for p in ordered[1:5]
        if place(p) <= (1, 99)
    )
    return best, Origin("file", best, 1), lost


def _refuse_rivals(row: Framework, best: str, pages: list[str]) -> None:
    above, _, name = best.rpartition("/")
    rivals = [p for p in pages if above and p.endswith(f"/{name}") and p.count("/") == best.count("/")]
    if len(rivals) > 1:
        shown = ", ".join(rivals[:6]) + (", ..." if len(rivals) > 6 else "")
        told = row.start[: row.start.index("{file}")] if "{file}" in row.start else ()
        words = (*(word for word in told if not word.startswith("-")), best)
        raise UndecidedError(
            f"{len(rivals)} folders hold a program of {row.title} called {name}, and nothing tells which is the "
            f"service: {shown}.",
            "Name the one to start.",
            command=f"dockergen init --start {shlex.quote(shlex.join(words))}",
        )


def page(
    repo: Repository,
    project: Project,
    name: str,
    row: Framework,
    path: str,
    origin: Origin,
    lost: tuple[Rejected, ...],
    port: int,
) -> Start:
    """The start of such a file."""
    argv: tuple[str, ...] = ()
    for word in row.start:
        argv = (*argv, *_siblings(repo, row, path)) if word == "{files}" else (*argv, word.replace("{file}", path))
    own, below = configured_page(repo, name)
    default = own or Sourced(row.port, Origin("default", note=row.title))
    return Start(
        Sourced(argv, origin, lost),
        framework=Sourced(name, project.origin_of(project.has(*row.dependencies))),
        port=Sourced(port, origin) if port else default,
        health=f"{below}{_health(project, row)}",
        env=dict(row.env),
        import_root=search_path(repo, path),
        entry=path,
    )


def _health(project: Project, row: Framework) -> str:
    """The path that the installed release has."""
    pinned = {r.name: r.pinned for r, _ in project.direct}
    for name in row.dependencies:
        release = project.locked[name].version if name in project.locked else pinned.get(name, "")
        for since, path in row.health_before.items():
            if release and key(release) < key(since):
                return path
    return row.health or "/"


def configured_page(repo: Repository, name: str) -> tuple[Sourced[int] | None, str]:
    """The port that Streamlit's own configuration names, and the path below which it serves."""
    path = ".streamlit/config.toml"
    if name != "streamlit" or not repo.is_file(path):
        return None, ""
    server = table(repo.toml(path), "server")
    port, base = server.get("port"), server.get("baseUrlPath")
    below = f"/{base.strip('/')}" if isinstance(base, str) and re.fullmatch(r"[\w/.-]+", base.strip("/")) else ""
    if not isinstance(port, int) or not 1024 <= port <= 65535:
        return None, below
    return Sourced(port, Origin("file", path, repo.line_of(path, re.compile(r"^\s*port\s*=", re.MULTILINE)))), below


def _siblings(repo: Repository, row: Framework, path: str) -> tuple[str, ...]:
    """The files beside it that are pages as well, where its name does not single it out."""
    folder, _, name = path.rpartition("/")
    if not row.marks or name[:-3] in load("python").lists["entry_names"]:
        return (path,)
    beside = [p for p in repo.glob(f"{folder}/*.py".lstrip("/")) if _imports(repo, p, row) and _marked(repo, p, row)]
    return tuple(sorted(beside)) if path in beside else (path,)


def _marked(repo: Repository, path: str, row: Framework) -> bool:
    return any(mark in repo.source(path) for mark in row.marks)


def _run_by_itself(repo: Repository, path: str, row: Framework) -> bool:
    """True when the file starts the server of the same package on its own."""
    twins = [r for r in load("python").frameworks.values() if r.kind == "script" and r.dependencies == row.dependencies]
    return any(f"{call}(" in repo.source(path) for twin in twins for call in twin.runs)


def _imports(repo: Repository, path: str, row: Framework) -> bool:
    return any(
        re.search(rf"^\s*(?:import|from)\s+{re.escape(name.replace('-', '_'))}\b", repo.source(path), re.MULTILINE)
        for name in row.dependencies
    )
