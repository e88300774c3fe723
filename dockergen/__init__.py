"""dockergen looks at a repository and writes its Dockerfile and .dockerignore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockergen.model import BuildPlan, GeneratedFile

__version__ = "0.1.0"
__all__ = ["__version__", "generate", "plan"]


def plan(path: Path | str = ".", **decisions: Any) -> BuildPlan:
    """The build plan of the repository at `path`; decisions are named as the flags of `dockergen init`.

    Raises DockergenError, with the problem, the remedy and an exit code.
    """
    from dockergen.pipeline import service_at

    return service_at(path, decisions).plan


def generate(path: Path | str = ".", **decisions: Any) -> list[GeneratedFile]:
    """The files that `dockergen init` would write at `path`, checked; nothing is written.

    Raises DockergenError, with the problem, the remedy and an exit code.
    """
    from dockergen.pipeline import generated, service_at

    return generated(Path(path), service_at(path, decisions))
