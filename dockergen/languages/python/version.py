"""Which Python the image has, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.catalog import Versions, load
from dockergen.errors import ProjectError
from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.manifests.pyproject import table
from dockergen.manifests.tool_versions import tool_versions
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, settled

_RELEASE = regex(r"3\.\d{1,2}(\.\d{1,2})?")
_CLAUSE = regex(r"\s*(===|==|!=|<=|>=|~=|<|>|\^|~|=)?\s*v?(\d+(?:\.\d+)*)((?:\.\*)?)[a-z0-9.]*\s*")


def version(repo: Repository, project: Project, settings: Settings) -> tuple[Sourced[str], list[str]]:
    """The Python release (a minor such as 3.13, or the exact patch that the repository pins) and notes about it.

    Raises ProjectError when the repository asks for a release that does not exist.
    """
    versions = load("python").versions
    assert versions is not None
    pins, ranges = list(_pins(repo)), list(_ranges(repo, project))
    chosen = _detected(pins, ranges, project, versions)
    chosen = settled("version", settings.version, chosen)
    _check(chosen, versions, settings)
    minor = _minor(chosen.value)
    notes = []
    if ended := versions.ended(minor):
        notes.append(
            f"Python {minor} ({chosen.origin}) has had no security fixes since {ended}; {versions.default} has."
        )
    for text, origin in ranges:
        if not allows(text, minor):
            notes.append(f"Python {chosen.value} ({chosen.origin}) is outside of {text} ({origin}).")
            break
    return chosen, notes


def allows(constraint: str, minor: str) -> bool:
    """True when the newest patch of the minor satisfies the constraint (PEP 440 specifiers, and Poetry's ^ ~ ||)."""
    wanted = tuple(int(part) for part in minor.split("."))
    parts = re.split(r"\s*\|\|?\s*", constraint)
    return any(all(_clause_holds(clause, wanted) for clause in _clauses(part)) for part in parts)


def _clauses(text: str) -> list[str]:
    return [clause for clause in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", text.strip()) if clause and clause != "*"]


def _clause_holds(clause: str, minor: tuple[int, ...]) -> bool:
    found = _CLAUSE.fullmatch(clause)
    if not found:
        return True  # a clause that nobody understands excludes nothing
    operator = found[1] or "=="
    release = tuple(int(part) for part in found[2].split("."))[:3]
    newest = (*minor, 99)  # the tag of a minor is its newest patch
    padded = (*release, 0, 0, 0)[:3]
    if operator in ("==", "===", "="):
        return minor[: len(release)] == release[:2]
    if operator == "!=":
        return not (minor == release or (found[3] and minor[: len(release)] == release))
    if operator in ("<", "<="):
        return newest < padded if operator == "<" else minor <= release[:2]
    if operator in (">", ">="):
        return newest >= padded if operator == ">=" else newest > padded
    if operator == "^" or (operator == "~=" and len(release) == 2):
        return newest >= padded and minor[0] == release[0]
    if operator == "~" and len(release) == 1:
        return minor[0] == release[0]
    return newest >= padded and minor == release[:2]


def _detected(
    pins: list[Sourced[str]], ranges: list[tuple[str, Origin]], project: Project, versions: Versions
) -> Sourced[str]:
    if pins:
        best, *others = pins
        lost = tuple(Rejected(o.value, o.origin, f"{best.origin} wins") for o in others if o.value != best.value)
        lost += tuple(Rejected(text, origin, "a range; the pin wins") for text, origin in ranges)
        return Sourced(best.value, best.origin, lost)
    known = (*(v for v in versions.end_of_life if v not in versions.supported), *versions.supported)
    for text, origin in ranges:
        exact = re.fullmatch(r"\s*={2,3}\s*(3\.\d+\.\d+)\s*", text)
        if exact:
            return Sourced(exact[1], origin)
        fitting = [v for v in known if allows(text, v) and all(allows(other, v) for other, _ in ranges)] or [
            v for v in known if allows(text, v)
        ]
        if not fitting:
            raise ProjectError(
                f"{origin} asks for Python {text}, and no release known here is in that range.",
                f"Correct the range; the supported releases are {', '.join(versions.supported)}.",
                command=f"dockergen init --version {versions.default}",
            )
        return _with_wheels(Sourced(fitting[-1], origin), fitting, project)
    return _with_wheels(
        Sourced(versions.default, Origin("default", note="newest supported")), list(versions.supported), project
    )


def _with_wheels(best: Sourced[str], fitting: list[str], project: Project) -> Sourced[str]:
    """The newest fitting release for which all pinned distributions are published as wheels."""
    lost: tuple[Rejected, ...] = ()
    for candidate in reversed(fitting):
        missing = _without_wheel(project, candidate)
        if missing is None:
            return Sourced(candidate, best.origin if not lost else lost[-1].origin, lost)
        lost = (*lost, Rejected(candidate, missing[1], f"{missing[0]} has no wheel for it"))
    return best


def _without_wheel(project: Project, minor: str) -> tuple[str, Origin] | None:
    for name, package in project.locked.items():
        if not package.has_wheel(minor) or (not package.wheels and _older_than_wheels(name, package.version, minor)):
            return f"{name} {package.version}", Origin("file", project.lock, package.line)
    if project.locked:
        return None
    for requirement, origin in project.direct:
        if requirement.pinned and _older_than_wheels(requirement.name, requirement.pinned, minor):
            return f"{requirement.name} {requirement.pinned}", origin
    return None


def _older_than_wheels(name: str, release: str, minor: str) -> bool:
    """True when the release is known to come before the first one with wheels for that Python."""
    rows = (row.split() for row in load("python").lists.get(f"wheels:{name}", ()))
    return any(_key(python) == _key(minor) and _key(release) < _key(first) for python, first in rows)


def _pins(repo: Repository) -> Iterator[Sourced[str]]:
    for name in (".python-version", "runtime.txt", ".tool-versions"):
        if repo.is_file(name):
            yield from _pinned_in(repo, name)
    for name in ("mise.toml", ".mise.toml"):
        value = table(repo.toml(name), "tools").get("python") if repo.is_file(name) else None
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and _RELEASE.fullmatch(value):
            yield Sourced(value, Origin("file", name, repo.line_of(name, "python")))
    if repo.is_file("Pipfile"):
        requires = table(repo.toml("Pipfile"), "requires")
        for key in ("python_full_version", "python_version"):
            value = requires.get(key)
            if isinstance(value, str) and _RELEASE.fullmatch(value):
                yield Sourced(value, Origin("file", "Pipfile", repo.line_of("Pipfile", key)))


def _pinned_in(repo: Repository, name: str) -> Iterator[Sourced[str]]:
    if name == ".tool-versions":
        value, line = tool_versions(repo.read(name)).get("python", ("", 0))
        if re.match(r"\d", value):
            yield Sourced(value, Origin("file", name, line))
        return
    for number, text in enumerate(repo.lines(name), 1):
        value = re.sub(r"^(cpython|python|pypy)?[-@]?", "", text.split("#")[0].strip())
        if re.match(r"\d+(\.\d+)*t?([a-z]+\d*)?$", value):
            yield Sourced(value, Origin("file", name, number))
            return


def _ranges(repo: Repository, project: Project) -> Iterator[tuple[str, Origin]]:
    if project.pyproject.requires_python:
        yield project.pyproject.requires_python, _line(repo, "pyproject.toml", "requires-python")
    constraint = project.pyproject.settings("poetry", "dependencies").get("python")
    if isinstance(constraint, str) and constraint.strip() not in ("", "*"):
        yield constraint, _line(repo, "pyproject.toml", re.compile(r"^\s*python\s*=", re.MULTILINE))
    if project.setup.python_requires:
        yield project.setup.python_requires, _line(repo, project.setup.path, "python_requires")


def _line(repo: Repository, path: str, needle: str | re.Pattern[str]) -> Origin:
    return Origin("file", path, repo.line_of(path, needle))


def _check(chosen: Sourced[str], versions: Versions, settings: Settings) -> None:
    newest = versions.supported[-1]
    way_out = f"dockergen init --version {versions.default}"
    if not _RELEASE.fullmatch(chosen.value):
        raise ProjectError(
            f"{chosen.origin} asks for Python {chosen.value!r}, for which there is no image.",
            f"Name a release such as {versions.default}.",
            command=way_out,
        )
    minor = _minor(chosen.value)
    if _key(minor) < (3, 6):
        raise ProjectError(
            f"{chosen.origin} asks for Python {chosen.value}; releases before 3.6 have no usable image.",
            "Move to a supported release.",
            command=way_out,
        )
    if _key(minor) > _key(newest) and settings.version is None:
        raise ProjectError(
            f"{chosen.origin} asks for Python {chosen.value}; the newest release known here is {newest}.",
            f"Correct the line, or insist with --version {chosen.value} when that image exists.",
            command=way_out,
        )


def _minor(value: str) -> str:
    return ".".join(value.split(".")[:2])


def _key(value: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", value))
