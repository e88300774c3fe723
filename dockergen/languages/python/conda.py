"""A conda environment as a list for pip: only when somebody asks for it, and with a word on what it cannot say."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.manifests.conda import CondaEnvironment, conda_environment
from dockergen.manifests.pixi import pixi_environment
from dockergen.manifests.requirements import Requirement, normalised, requirements_file
from dockergen.model import Origin
from dockergen.repository import Repository, normal
from dockergen.shortened import shortened

_MOST_SHOWN = 6


def environment_of(repo: Repository, path: str) -> CondaEnvironment:
    """What conda's or pixi's manifest asks for, as it stands there."""
    return pixi_environment(repo.toml(path)) if path.endswith(".toml") else conda_environment(repo.yaml(path))


def converted(repo: Repository, path: str) -> CondaEnvironment:
    """The environment with the names that PyPI has, and those of Debian's packages for programs.

    Raises ProjectError with the line of each package that neither of them has.
    """
    found = environment_of(repo, path)
    lists = load("python").lists
    renamed, programs = (dict(row.split() for row in lists[name]) for name in ("conda_names", "conda_debian"))
    with_cuda = any(renamed.get(r.name, r.name) in lists["brings_cuda"] for r in (*found.packages, *found.pip))
    cuda = [r.name for r in found.packages if any(fnmatchcase(r.name, row) for row in lists["conda_cuda"])]
    only = {*lists["conda_only"], *(() if with_cuda else cuda)}
    lost = [r.name for r in found.packages if r.name in only or r.name.startswith("r-")]
    if lost:
        raise ProjectError(
            f"{path}:{repo.line_of(path, lost[0])} asks for {', '.join(lost)} of conda's channels, which dockergen "
            "does not install from, and PyPI has no such distribution.",
            "Remove what only conda has and let pip install the rest; Debian's packages are named like this:",
            command="dockergen init --manager pip --package NAME",
        )
    carried = tuple(r.name for r in found.packages if r.name not in programs and (r.name in cuda or carries(r.name)))
    packages = tuple(
        Requirement(normalised(renamed.get(r.name, r.name)), r.extras, r.specifier)
        for r in found.packages
        if r.name not in programs and r.name not in carried
    )
    listed = [r for name in found.pip_files for r in _listed(repo, path, name)]
    debian = tuple((r.name, programs[r.name]) for r in found.packages if r.name in programs)
    return CondaEnvironment(found.python, packages, (*found.pip, *listed), debian=debian, carried=carried)


@cache
def carries(name: str) -> bool:
    """True for what conda makes packages of and pip does not: libraries, compilers, and parts of other systems."""
    rows = load("python").lists["conda_carried"]
    if not any(fnmatchcase(name, row) for row in rows):
        return False
    measured = (load("python-floors").floors, load("python-wheels").wheels, load("python-runs").runs)
    return name in rows or not any(name in table for table in (*measured, load("python-packages").packages))


def requirements(repo: Repository, path: str, found: CondaEnvironment) -> tuple[tuple[Requirement, Origin], ...]:
    """Everything that is installed, with its line."""
    rows = (*found.packages, *found.pip)
    return tuple((r, Origin("file", path, repo.line_of(path, r.name))) for r in rows)


def notes(repo: Repository, path: str, found: CondaEnvironment) -> tuple[str, ...]:
    """What the conversion takes for granted; () when nothing was converted."""
    told = []
    if found.packages:
        told.append(
            f"{path} names packages of conda's channels; the image installs those of the same names from PyPI, whose "
            "builds may differ."
        )
    if named := [name for name in found.carried if not name.startswith("-")]:
        told.append(
            f"{path}: {shortened(named, _MOST_SHOWN)} are left out, as the image and the wheels bring their own."
        )
    return tuple(told)


def _listed(repo: Repository, path: str, name: str) -> tuple[Requirement, ...]:
    target = normal(name)
    if target is None or not repo.is_file(target):
        raise ProjectError(f"{path} includes {name}, which does not exist.", "Correct the path.")
    return requirements_file(repo.read(target)).requirements
