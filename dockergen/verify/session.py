"""One verification, step by step; everything it makes is removed afterwards."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from dockergen.commands import build_options
from dockergen.dockerfile import Dockerfile, DockerfileError, parse
from dockergen.engine import Engine, available
from dockergen.errors import ProjectError
from dockergen.model import BuildPlan
from dockergen.pipeline import opened, service_at
from dockergen.repository import Repository
from dockergen.verify.again import tried_again
from dockergen.verify.contents import leaks, sizes
from dockergen.verify.diagnosis import diagnosis
from dockergen.verify.rebuild import rebuild
from dockergen.verify.report import Options, Report
from dockergen.verify.run import Progress, run


def verify(folder: Path, options: Options, progress: Progress = lambda text: None) -> Report:
    """Builds, starts, probes, stops and rebuilds what the folder's Dockerfile describes.

    Raises ProjectError when there is no usable Dockerfile and EngineError when no engine answers or the engine fails
    for its own reason; whatever the image does wrong is a problem in the report.
    """
    root, plan = _planned(folder, options)
    repo = opened(root)
    dockerfile = _dockerfile(repo, options)
    engine = available(options.engine)
    with _cleaned(engine, options.keep) as (image, containers):
        progress("building")
        arguments = build_options(plan, os.environ, root) if plan else []
        built = engine.build(root, root / options.dockerfile, image, progress, arguments)
        report = Report(image, build_seconds=built.seconds, log=built.log)
        if not built.ok:
            return replace(report, problems=(diagnosis("build", built.log, "A build step failed."),))
        trial = partial(run, engine, repo, plan, containers, progress)
        needs = [need.value for need in plan.needs] if plan else []
        report = tried_again(trial, report, trial(report, options), repo, options, needs)
        progress("looking into the image")
        paths = plan.dependency_paths if plan else ()
        report = replace(report, sizes=sizes(engine, image, dockerfile, paths))
        report = report.adding(*leaks(engine, image, dockerfile))
        if options.rebuild:
            progress("building again after an edit")
            report = rebuild(engine, report, repo, dockerfile, plan, options)
        return report


def _planned(folder: Path, options: Options) -> tuple[Path, BuildPlan | None]:
    """The build context and the plan of the repository, which tells ports and folders; None where none can be made."""
    try:
        service = service_at(folder, dict(options.decisions))
    except ProjectError:
        return folder, None
    return (folder / service.root if service.root else folder), service.plan


def _dockerfile(repo: Repository, options: Options) -> Dockerfile:
    if not repo.is_file(options.dockerfile):
        raise ProjectError(
            f"There is no {options.dockerfile} in {repo.root}.",
            "Let dockergen write one first.",
            command="dockergen init",
        )
    try:
        return parse(repo.read(options.dockerfile))
    except DockerfileError as error:
        raise ProjectError(f"{options.dockerfile}:{error.line}: {error.problem}.", "Mend that line.") from error


@contextmanager
def _cleaned(engine: Engine, keep: bool) -> Iterator[tuple[str, list[str]]]:
    image = f"dockergen-verify-{uuid.uuid4().hex[:12]}"
    containers: list[str] = []
    try:
        yield image, containers
    finally:
        engine.remove(containers=containers, images=[f"{image}-edited", *([] if keep else [image])])
