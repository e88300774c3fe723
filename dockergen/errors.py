"""What can go wrong, told to the person who has to mend it; each class has its own exit code."""

from __future__ import annotations


class DockergenError(Exception):
    """A problem (what was found, with path and line) and its remedy (what to do, with the command)."""

    exit_code = 1

    def __init__(self, problem: str, remedy: str, *, command: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.command = command


class VerificationFailedError(DockergenError):
    """The image does not do what the plan promises."""

    exit_code = 1


class UsageError(DockergenError):
    """A flag, variable or configuration key that means nothing."""

    exit_code = 2


class ProjectError(DockergenError):
    """The repository cannot be planned as it is."""

    exit_code = 3


class RefusedError(DockergenError):
    """A file is in the way."""

    exit_code = 4


class EngineError(DockergenError):
    """There is no container engine, or it failed for its own reason."""

    exit_code = 5


class BugError(DockergenError):
    """Our own output failed our own check."""

    exit_code = 70
