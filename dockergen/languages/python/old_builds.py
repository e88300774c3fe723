"""The setuptools that builds what is published as source only, by a setup.py that today's refuses.

pip and uv build in environments of their own, with the newest setuptools: only a constraint on builds reaches those.
"""

from __future__ import annotations

import re

from dockergen.catalog import OldSetuptools, load
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.wheels import key
from dockergen.manifests.requirements import normalised, requirements_file
from dockergen.model import Decision, Origin, Sourced
from dockergen.repository import Repository

_FILE = "build-constraints.txt"  # what people write themselves, where we know of no need
_NEW_PYTHON = (3, 12)  # no setuptools before 66.1 runs on it
_OLDEST_THERE = "66.1"


@frozen
class OldBuilds:
    """The constraint on builds, for whom, and how the installer is told."""

    bound: str = ""  # "setuptools<70"
    file: str = ""  # the repository's own constraints instead
    who: tuple[str, ...] = ()  # "django-allauth 0.45.0"
    variables: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class _Need:
    who: str
    origin: Origin
    row: OldSetuptools

    @property
    def bound(self) -> str:
        return f"setuptools<{self.row.below}"

    @property
    def remedy(self) -> str:
        name = self.who.split()[0]
        return (
            f"{name} {self.row.builds} and later need no such care"
            if self.row.builds
            else "no release of it is different"
        )


def old_builds(repo: Repository, project: Project, kind: str, built: bool, release: str) -> OldBuilds:
    """The constraint for that kind of install on that Python; `built` when the project itself is built, too."""
    if repo.is_file(_FILE) and kind != "uv":
        decision = Decision("build_constraints", Sourced(_FILE, Origin("file", _FILE, 1)))
        against = _contradicted(repo, project)
        return OldBuilds(file=_FILE, variables=_variables(kind, not against), decisions=(decision,), notes=against)
    needs = _needs(project)
    if not needs:
        return OldBuilds()
    need = min(needs, key=lambda one: key(one.row.below))
    prefix = f"{need.origin}: {need.who} is published as source only, which {need.bound} builds and newer ones do not"
    if kind == "uv":
        line = f'build-constraint-dependencies = ["{need.bound}"]'
        if "setuptools" in str(project.pyproject.settings("uv").get("build-constraint-dependencies")):
            return OldBuilds()
        return OldBuilds(notes=(f"{prefix}: add {line} to [tool.uv] and lock anew; {need.remedy}.",))
    if key(release)[:2] >= _NEW_PYTHON and key(need.row.below) < key(_OLDEST_THERE):
        away = f"that one does not run on Python {release}, so: dockergen init --force --version 3.11"
        return OldBuilds(notes=(f"{prefix}; {away}; {need.remedy}.",))
    if built and (other := _wants_newer(project, need.row.below)):
        return OldBuilds(notes=(f"{prefix}; pyproject.toml asks for {other} to build the project; {need.remedy}.",))
    decision = Decision("build_constraints", Sourced(need.bound, need.origin))
    return OldBuilds(
        bound=need.bound,
        who=tuple(one.who for one in needs),
        variables=_variables(kind, not _installs_newer(project, need.row.below)),
        decisions=(decision,),
        notes=(f"{prefix}, so builds are held below; {need.remedy}.",),
    )


def _variables(kind: str, alone: bool) -> tuple[str, ...]:
    """Until 25.3 pip holds builds by the constraints of what it installs; later ones have a variable of their own."""
    if kind == "project":
        return ("UV_BUILD_CONSTRAINT",)
    return ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT") if alone else ("PIP_BUILD_CONSTRAINT",)


def _contradicted(repo: Repository, project: Project) -> tuple[str, ...]:
    """The line of the repository's constraints that excludes what is installed, as a note; () where none does."""
    pinned = {r.name: (r.pinned, origin) for r, origin in project.direct if r.pinned}
    pinned |= {name: (p.version, project.origin_of(name)) for name, p in project.locked.items() if p.version}
    for held in requirements_file(repo.source(_FILE)).requirements:
        version, origin = pinned.get(held.name, ("", None))
        if version and held.specifier and _excludes(held.specifier, version):
            return (
                f"{_FILE}:{held.line} holds {held.name}{held.specifier} for builds and {origin} installs {version}: a "
                "pip before 25.3 cannot tell one from the other, so such a one builds without it.",
            )
    return ()


def _excludes(specifier: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return not SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _needs(project: Project) -> list[_Need]:
    rows = load("python-setuptools").setuptools
    found = []
    for name, origin in project.installed.items():
        row = rows.get(name)
        if row is None or not row.below:
            continue
        locked, version = project.locked.get(name), project.release_of(name)
        old = key(version) < key(row.builds) if version and row.builds else not row.builds
        if old and not (locked and (locked.wheels or locked.vcs)):
            found.append(_Need(f"{name} {version}".strip(), origin, row))
    return found


def _wants_newer(project: Project, below: str) -> str:
    """What the project's own build asks for that the bound excludes, "" when nothing."""
    for text in project.pyproject.build_requires:
        found = re.match(r"\s*([A-Za-z0-9._-]{1,100})(?![A-Za-z0-9._-])[^>=~]{0,100}(?:>=?|==|~=)\s*([\d.]+)", text)
        if found and normalised(found[1]) == "setuptools" and key(found[2]) >= key(below):
            return text
    return ""


def _installs_newer(project: Project, below: str) -> bool:
    locked = project.locked.get("setuptools")
    pinned = [r.pinned for r, _ in project.direct if r.name == "setuptools"]
    return any(key(version) >= key(below) for version in (locked.version if locked else "", *pinned) if version)
