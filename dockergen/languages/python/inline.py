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
        lock = f"{self.path}.lock"
        if self.path and repo.is_file(lock):
            return (f"{lock} is not installed from; `{self.exported}` writes its versions into a file that is.",)
        if self.path and not any(r.pinned for r in self.says.requirements):
            return (
                f"{self.origin} pins no version, so each build may install other ones; `{self.exported}` pins them.",
            )
        return ()


def carrier(repo: Repository) -> Carrier:
    """The script of this folder with requirements of its own, the likeliest by its name where there are several."""
    names = load("python").lists["entry_names"]
    files = sorted(name for name in repo.entries() if name.endswith(".py") and repo.is_file(name))
    files.sort(key=lambda name: names.index(name[:-3]) if name[:-3] in names else len(names))
    found = ((path, inline_script(repo.source(path))) for path in files)
    return next((Carrier(path, says) for path, says in found if says), Carrier())
