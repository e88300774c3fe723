"""A conda environment as a list for pip: only when somebody asks for it, and with a word on what it cannot say."""

from __future__ import annotations

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.manifests.conda import CondaEnvironment, conda_environment
from dockergen.manifests.requirements import Requirement, normalised, requirements_file
from dockergen.model import Origin
from dockergen.repository import Repository, normal


def converted(repo: Repository, path: str) -> CondaEnvironment:
    """The environment with the names that PyPI has.

    Raises ProjectError with the line of each package that is no Python distribution.
    """
    found = conda_environment(repo.yaml(path))
    renamed = dict(row.split() for row in load("python").lists["conda_names"])
    foreign = set(load("python").lists["conda_only"])
    lost = [r.name for r in found.packages if r.name in foreign or r.name.startswith(("r-", "lib"))]
    if lost:
        raise ProjectError(
            f"{path}:{repo.line_of(path, lost[0])} asks for {', '.join(lost)}, which pip does not install: PyPI has no "
            "such distribution.",
            "Remove what only conda has and name the Debian packages instead.",
            command="dockergen init --manager pip --package NAME",
        )
    packages = tuple(
        Requirement(normalised(renamed.get(r.name, r.name)), r.extras, r.specifier) for r in found.packages
    )
    listed = [r for name in found.pip_files for r in _listed(repo, path, name)]
    return CondaEnvironment(found.python, packages, (*found.pip, *listed))


def requirements(repo: Repository, path: str, found: CondaEnvironment) -> tuple[tuple[Requirement, Origin], ...]:
    """Everything that is installed, with its line."""
    rows = (*found.packages, *found.pip)
    return tuple((r, Origin("file", path, repo.line_of(path, r.name))) for r in rows)


def notes(repo: Repository, path: str, found: CondaEnvironment) -> tuple[str, ...]:
    """What the conversion takes for granted; () when nothing was converted."""
    if not (found.packages or found.pip):
        return ()
    return (
        f"{path} names packages of conda's channels; the image installs those of the same names from PyPI, whose "
        "builds may differ.",
    )


def _listed(repo: Repository, path: str, name: str) -> tuple[Requirement, ...]:
    target = normal(name)
    if target is None or not repo.is_file(target):
        raise ProjectError(f"{path} includes {name}, which does not exist.", "Correct the path.")
    return requirements_file(repo.read(target)).requirements
