"""A program of one file that carries its requirements in itself (PEP 723), where no manifest says what is needed."""

from __future__ import annotations

import shlex

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.manifests.inline_script import InlineScript, inline_script
from dockergen.manifests.requirements import Requirement
from dockergen.model import Origin
from dockergen.repository import Repository
from dockergen.settings import Settings


@frozen
class Carrier:
    """The script that carries its requirements; no path where there is none."""

    path: str = ""
    says: InlineScript = InlineScript()

    @property
    def origin(self) -> Origin:
        """Where its requirements stand."""
        return Origin("file", self.path, self.says.line)

    def requirements(self, repo: Repository) -> tuple[tuple[Requirement, Origin], ...]:
        """Everything that it asks for, with its line.

        Raises ProjectError where it comes from places that only uv is told of.
        """
        if self.says.sources:
            raise ProjectError(
                f"{self.origin} says in words of uv where the script's requirements come from.",
                "Write them into a file that pip reads.",
                command=self.exported,
            )
        rows = self.says.requirements
        return tuple((r, Origin("file", self.path, repo.line_of(self.path, r.name) or self.says.line)) for r in rows)

    @property
    def exported(self) -> str:
        """The command that writes its requirements into a file."""
        return f"uv export --script {shlex.quote(self.path)} --format requirements-txt -o requirements.txt"

    def notes(self, repo: Repository) -> tuple[str, ...]:
        """What is not reproduced."""
        return (*self._unpinned(repo), *self._dated(repo))

    def _dated(self, repo: Repository) -> tuple[str, ...]:
        if not self.says.before:
            return ()
        line = repo.line_of(self.path, "exclude-newer")
        return (
            f"{self.path}:{line} wants nothing newer than {self.says.before}, in words of uv that pip does not know; "
            f"`{self.exported}` writes the releases of that day into a file.",
        )

    def _unpinned(self, repo: Repository) -> tuple[str, ...]:
        lock = f"{self.path}.lock"
        if self.path and repo.is_file(lock):
            return (f"{lock} is not installed from; `{self.exported}` writes its versions into a file that is.",)
        if self.path and not any(r.pinned for r in self.says.requirements):
            return (
                f"{self.origin} pins no version, so each build may install other ones; `{self.exported}` pins them.",
            )
        return ()


def carrier(repo: Repository, settings: Settings) -> Carrier:
    """The script of this folder with requirements of its own; of several the one that is to be started, one of a usual
    name, or one that asks for a framework."""
    names = load("python").lists["entry_names"]
    asked = settings.start.value if settings.start else ()
    served = {name for row in load("python").frameworks.values() for name in row.dependencies}

    def place(found: Carrier) -> tuple[bool, int, bool]:
        stem = found.path[:-3]
        usual = names.index(stem) if stem in names else len(names)
        return found.path not in asked, usual, served.isdisjoint(r.name for r in found.says.requirements)

    files = sorted(name for name in repo.entries() if name.endswith(".py") and repo.is_file(name))
    found = (Carrier(path, says) for path in files if (says := inline_script(repo.source(path))))
    return min(found, key=place, default=Carrier())


def refuse_other_carrier(repo: Repository, entry: str, installed: str) -> None:
    """ProjectError for a program that carries requirements which are not those that are installed."""
    says = inline_script(repo.source(entry)) if installed else None
    if says:
        raise ProjectError(
            f"{installed} and {entry} carry requirements of their own, and nothing tells which one is the service.",
            "Name the one to start.",
            command=f"dockergen init --start {shlex.quote(f'python {shlex.quote(entry)}')}",
        )
