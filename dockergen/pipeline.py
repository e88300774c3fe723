"""The pipeline: plan the repository, render the plan, check our own output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dockergen.audit.selfcheck import check
from dockergen.errors import ProjectError
from dockergen.model import GeneratedFile, Service
from dockergen.planner import service
from dockergen.render import UnprintableTextError, render
from dockergen.repository import Repository
from dockergen.settings import Settings


def service_at(path: Path | str, flags: dict[str, Any]) -> Service:
    """The service that the repository at `path` is planned as; raises DockergenError."""
    repo = opened(path)
    return service(repo, Settings.load(repo, flags, os.environ))


def opened(path: Path | str) -> Repository:
    """The repository at `path`; ProjectError when that is no folder that can be read."""
    root = Path(path)
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise ProjectError(f"{path} {what}.", "Give the folder of the project.", command="dockergen init .")
    return Repository(root)


def generated(path: Path, service: Service) -> list[GeneratedFile]:
    """The files of a service, checked; BugError when they do not pass, ProjectError when a name cannot be written."""
    repo = Repository(path).sub(service.root)
    try:
        files = render(service.plan)
    except UnprintableTextError as error:
        raise ProjectError(
            f"{error}; no Dockerfile can name it safely.", "Rename the file or change the value."
        ) from error
    check(repo, service.plan, files, render)
    return files
