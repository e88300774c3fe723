"""The build after an edit: which steps run again, and that the dependencies are not installed anew."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace

from dockergen.commands import build_options
from dockergen.dockerfile import Dockerfile, copy_sources
from dockergen.dockerignore import DockerignoreError
from dockergen.dockerignore import parse as parse_ignore
from dockergen.engine import BuildResult, Engine, Step
from dockergen.lazy import regex
from dockergen.model import BuildPlan
from dockergen.repository import Repository
from dockergen.verify.edited import edited_copy
from dockergen.verify.installs import installs
from dockergen.verify.report import Options, Problem, Report

_NOT_RUN = regex(r"^\[(internal|auth)\]|^(exporting|importing|resolve|docker-image|naming|writing|sending)|\] FROM ")


def rebuild(
    engine: Engine, report: Report, repo: Repository, dockerfile: Dockerfile, plan: BuildPlan | None, options: Options
) -> Report:
    """The report with the build after an edit of the program's file, or of any source that the image has."""
    try:
        ignore = parse_ignore(_ignore_text(repo, options))
    except DockerignoreError as error:
        return report.adding(Problem("rebuild", f".dockerignore: {error}.", "Mend that line."))
    touched = plan.touch if plan and plan.touch and repo.is_file(plan.touch) else _any_source(repo, dockerfile)
    if not touched or ignore.excludes(touched):
        return report
    with edited_copy(repo.root, ignore, touched) as context:
        path = context / options.dockerfile
        built = engine.build(
            context,
            path if path.exists() else repo.root / options.dockerfile,
            f"{report.image}-edited",
            lambda text: None,
            build_options(plan, os.environ, repo.root) if plan else [],
        )
    again = ran(built)
    report = replace(report, rebuild_seconds=built.seconds, rebuilt=again, touched=touched)
    if not built.ok:
        return report.adding(Problem("rebuild", f"The build fails after an edit of {touched}.", "Build again by hand."))
    repeated = [_shortened(step.name) for step in _ran(built) if installs(step.name)]
    if repeated:
        return report.adding(
            Problem(
                "rebuild",
                f"An edit of {touched} installs the dependencies again: {repeated[0]}.",
                "Install from the manifests before the source arrives.",
            ),
        )
    return report


def ran(built: BuildResult) -> tuple[str, ...]:
    """The steps that were not taken from the cache, shortened, without BuildKit's own."""
    return tuple(_shortened(step.name) for step in _ran(built))


def _ran(built: BuildResult) -> list[Step]:
    steps = (step for step in built.steps if not step.cached and not _NOT_RUN.search(step.name))
    return [step for step in steps if re.search(r"\b(RUN|COPY|ADD|WORKDIR)\b", step.name)]


def _shortened(name: str) -> str:
    text = re.sub(r"--mount=\S+\s+", "", re.sub(r"^\[[^\]]*\]\s*", "", name))
    return text if len(text) <= 240 else text[:237] + "..."


def _ignore_text(repo: Repository, options: Options) -> str:
    own = repo.first(f"{options.dockerfile}.dockerignore", ".dockerignore")
    return repo.read(own) if own else ""


def _any_source(repo: Repository, dockerfile: Dockerfile) -> str:
    """Some source file that a COPY brings in, for Dockerfiles of repositories that cannot be planned."""
    sources: Sequence[str] = [
        source.strip("/").removeprefix("./")
        for step in dockerfile.instructions
        if step.keyword == "COPY" and "from" not in dict(step.flags)
        for source in copy_sources(step)
    ]
    endings = (".py", ".js", ".ts", ".go", ".rb", ".java", ".rs", ".php", ".html")
    for path in repo.walk(depth=6, endings=endings):
        if any(s in ("", ".") or path == s or path.startswith(s + "/") for s in sources):
            return path
    return ""
