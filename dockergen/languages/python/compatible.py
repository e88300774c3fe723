"""Which of the fitting Pythons runs what the manifests pin and has wheels of it: the index's, the repository's own."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.catalog import load, versions_of
from dockergen.languages.python.era import contemporary, era
from dockergen.languages.python.markers import applies
from dockergen.languages.python.project import Project
from dockergen.languages.python.removed import removed
from dockergen.languages.python.wheels import (
    ends_before,
    key,
    newer_than_python,
    older_than_python,
    older_than_wheels,
    outgrown_by_python,
)
from dockergen.lazy import regex
from dockergen.manifests.python_locks import Locked, markers_of, wheel
from dockergen.manifests.requirements import Requirement
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import LOCK_LIMIT, Repository, normal

_EXTRA = regex(r"""\bextra\s*==\s*(?:"[^"]*"|'[^']*')""")
_Missing = dict[str, Origin]  # what speaks against a release, and where it is pinned


def with_wheels(
    repo: Repository, best: Sourced[str], fitting: list[str], project: Project, entry: str = ""
) -> Sourced[str]:
    """The newest of the fitting releases on which the fewest pinned distributions fail, and then have to be compiled;
    none that came out long after the pins were made.

    A distribution that has no wheel for any of them decides nothing.
    """
    versions = versions_of("python")
    pins = era(project, versions) if len(fitting) > 1 else None
    tried = contemporary(fitting, pins, versions) if pins else fitting
    gone = removed(repo, entry, project.installed) if len(tried) > 1 else None
    having = [release for release in tried if gone and key(release) < key(gone.since)]
    lacking, tried = (tried[len(having) :], having) if having else ([], tried)
    failing = {release: dict(_failing(repo, project, release)) for release in tried}
    missing = {r: {**failing[r], **dict(_without_wheel(repo, project, r))} for r in tried}
    weights = {release: (len(failing[release]), len(missing[release])) for release in tried}
    least = min(weights.values())
    chosen = next(release for release in reversed(tried) if weights[release] == least)
    newer = tried[tried.index(chosen) + 1 :]
    lost = tuple(_rejected(release, missing[release], missing[chosen]) for release in reversed(newer))
    if gone:
        why = f"its standard library has no {gone.name}"
        lost = (*(Rejected(release, gone.origin, why) for release in reversed(lacking)), *lost)
    if pins:
        why = f"it is younger than {pins.pin}, the newest of the pins known here"
        untried = [release for release in fitting if release not in (*tried, *lacking)]
        lost = (*(Rejected(release, pins.origin, why) for release in reversed(untried)), *lost)
    return Sourced(chosen, lost[-1].origin if lost else best.origin, lost)


def trouble(repo: Repository, project: Project, minor: str) -> dict[str, Origin]:
    """What fails or has to be compiled on that Python, in words that end a sentence about it, with the lines."""
    return {**dict(_failing(repo, project, minor)), **dict(_without_wheel(repo, project, minor))}


def _rejected(release: str, missing: _Missing, anyway: _Missing) -> Rejected:
    what = next(name for name in missing if name not in anyway)  # it lacks more than the chosen one
    return Rejected(release, missing[what], what)


def _failing(repo: Repository, project: Project, minor: str) -> Iterator[tuple[str, Origin]]:
    for name, package in project.locked.items():
        if older_than_python(name, f"=={package.version}", minor, project.installed) and asked_for(
            repo, project, package, minor
        ):
            yield f"{name} {package.version} does not run on it", Origin("file", project.lock, package.line)
    for requirement, origin in _stated(project, minor):
        if older_than_python(requirement.name, requirement.specifier, minor, project.installed):
            yield f"{_named(requirement)} does not run on it", origin
        elif outgrown_by_python(requirement.name, requirement.specifier, minor):
            yield f"{_named(requirement)} wants an older one", origin
    yield from refusing(project, minor)


def refusing(project: Project, minor: str) -> Iterator[tuple[str, Origin]]:
    """Which lines of an unlocked manifest pip refuses on that Python, as they want a newer or an older one."""
    for requirement, origin in _stated(project, minor):
        if newer_than_python(requirement.name, requirement.specifier, minor):
            yield f"{_named(requirement)} wants a newer one", origin
        elif outgrown_by_python(requirement.name, requirement.specifier, minor, wholly=True):
            yield f"{_named(requirement)} wants an older one", origin


def _without_wheel(repo: Repository, project: Project, minor: str) -> Iterator[tuple[str, Origin]]:
    for name, package in project.locked.items():
        late = not package.wheels and older_than_wheels(name, f"=={package.version}", minor)
        if (late or not package.has_wheel(minor)) and asked_for(repo, project, package, minor):
            yield f"{name} {package.version} has no wheel for it", Origin("file", project.lock, package.line)
    for requirement, origin in _stated(project, minor):
        # psycopg[binary] is psycopg and psycopg-binary, of one release.
        for name in (requirement.name, *(f"{requirement.name}-{extra}" for extra in requirement.extras)):
            if name and older_than_wheels(name, requirement.specifier, minor):
                yield f"{name} {requirement.pinned or requirement.specifier} has no wheel for it", origin
        for name, bound in _held(requirement):
            if older_than_wheels(name, bound, minor):
                yield f"{name}{bound}, which {_named(requirement)} holds, has no wheel for it", origin
    for own, origin in _own_wheels(repo, project).values():
        if not own.has_wheel(minor):
            yield f"{own.name} {own.version} has no wheel for it", origin


def _held(requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Compiled distributions that come with an old release of what is asked for, and the bound that it has for them."""
    names = (requirement.name, *(f"{requirement.name}[{extra}]" for extra in requirement.extras))
    for row in load("python").lists["holds"]:
        holder, held = row.split()
        name, _, first = holder.partition("<")
        if name in names and ends_before(requirement.specifier, first):
            yield held.partition("<")[0], f"<{held.partition('<')[2]}"


def _named(requirement: Requirement) -> str:
    return f"{requirement.name} {requirement.pinned or requirement.specifier}".strip()


def _stated(project: Project, minor: str) -> Iterator[tuple[Requirement, Origin]]:
    """What the manifests of an unlocked project ask for on that Python."""
    for requirement, origin in project.direct if not project.locked else ():
        if applies(requirement.marker, minor):
            yield requirement, origin


def asked_for(repo: Repository, project: Project, package: Locked, minor: str) -> bool:
    """False for a backport and the like, which is locked and not installed on that Python."""
    if any(r.name == package.name and applies(r.marker, minor) for r, _ in project.direct):
        return True
    markers = (package.marker,) if package.marker else markers_of(repo.read(project.lock, LOCK_LIMIT), package.name)
    # What is locked for an extra of another distribution is installed with that.
    plain = (_EXTRA.sub("python_version >= '3.0'", marker) for marker in markers)
    return not markers or any(applies(marker, minor) for marker in plain)


def _own_wheels(repo: Repository, project: Project) -> dict[str, tuple[Locked, Origin]]:
    """Wheels of the repository, by the name of the distribution: those that a line names, those in folders that pip
    is told to look into, of which all builds of a distribution count together."""
    wanted = {r.name: origin for r, origin in project.direct if r.name}
    found: dict[str, tuple[Locked, Origin]] = {}
    for requirement, origin in project.direct:
        if requirement.path.endswith(".whl") and (own := wheel(requirement.path)):
            found[own.name] = (own, origin)
    for option, value, origin in project.requirements.options:
        folder = normal(value) if option == "--find-links" and "://" not in value else None
        for own in filter(None, map(wheel, repo.entries(folder) if folder else ())):
            if own.name in wanted:
                before = found.get(own.name, (own, origin))[0].wheels
                found[own.name] = (Locked(own.name, own.version, wheels=(*before, *own.wheels)), wanted[own.name])
    return found
