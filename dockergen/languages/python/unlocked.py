"""Poetry's constraints as pip reads them: without a lock file there is nothing that only Poetry could install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement
from dockergen.repository import LOCK_LIMIT, Repository

_CLAUSE = regex(
    r"(?P<operator>\^|~=|~|={2,3}|!=|<=|>=|<|>|=)?\s*v?(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9}){0,5})"
    r"(?:(?P<any>\.\*)|(?P<rest>(?:[.-]?(?:a|b|c|rc|alpha|beta|pre|preview|post|dev)[.-]?[0-9]{0,9}){0,3}))"
)
_NAME = regex(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_SEPARATOR = regex(r"\s*,\s*|\s+(?=[\^~=!<>])")


def for_pip(project: Project) -> tuple[Requirement, ...]:
    """The requirements of a Poetry project without a lock file that Poetry would install from, in pip's words; () when
    pip cannot be told all of them."""
    fresh = project.lock and not project.outdated.why
    if project.manager.value != "poetry" or fresh or project.pyproject.settings("poetry").get("source"):
        return ()
    if any(isinstance(value, list) for value in _stated(project)):
        return ()  # one constraint for each Python
    found = [_translated(requirement) for requirement, _ in project.direct]
    return tuple(r for r in found if r is not None) if None not in found else ()


def kept(repo: Repository, project: Project) -> str:
    """The sed script that makes constraints for pip of an outdated poetry.lock, with all of it that still fits."""
    from packaging.specifiers import SpecifierSet

    names = re.findall(r'^name = "([^"]+)"$', repo.read(project.lock, LOCK_LIMIT), re.MULTILINE)
    dropped = {name for name in names if names.count(name) > 1 or not _NAME.fullmatch(name.lower())}
    dropped |= {name for name, package in project.locked.items() if package.local or package.vcs}
    for wanted in for_pip(project):
        package = project.locked.get(wanted.name)
        if package and not SpecifierSet(wanted.specifier).contains(package.version, prereleases=True):
            dropped |= _with_needs(wanted.name, project)
    without = "".join(f'/^name = "{re.escape(name)}"$/d;' for name in sorted(dropped))
    return f'{without}/^name = "/{{N;s/^name = "(.*)"\\nversion = "(.*)"$/\\1==\\2/p}}'


def _with_needs(name: str, project: Project) -> set[str]:
    """The distribution, and what is locked because of it."""
    found: set[str] = set()
    pending = [name]
    while pending:
        found.add(one := pending.pop())
        package = project.locked.get(one)
        pending += [need for need, _ in package.needs if need not in found] if package else []
    return found


def _stated(project: Project) -> Iterator[object]:
    """What the manifest says of each dependency, of all groups."""
    yield from project.pyproject.settings("poetry", "dependencies").values()
    for name in project.pyproject.settings("poetry", "group"):
        yield from project.pyproject.settings("poetry", "group", name, "dependencies").values()


def specifier(constraint: str) -> str | None:
    """A Poetry constraint as a PEP 440 specifier; None where there is none, as for alternatives.

    Rules: https://python-poetry.org/docs/dependency-specification/
    """
    clauses: list[str] = []
    for clause in filter(None, _SEPARATOR.split(constraint.strip())):
        if clause == "*":
            continue
        found = _CLAUSE.fullmatch(clause)
        operator = (found["operator"] or "==") if found else ""
        if found is None or (found["any"] and operator not in ("==", "!=", "=")):
            return None
        clauses += _clauses(operator, found["release"], found["any"] or found["rest"] or "")
    return ",".join(clauses)


def _clauses(operator: str, release: str, rest: str) -> Iterator[str]:
    if operator == "=":
        operator = "=="
    if operator not in ("^", "~"):
        yield f"{operator}{release}{rest}"
        return
    numbers = [int(part) for part in release.split(".")]
    yield f">={release}{rest}"
    if operator == "~":
        kept = numbers[:2]
    else:
        significant = next((index for index, part in enumerate(numbers) if part), len(numbers) - 1)
        kept = numbers[: significant + 1]
    yield f"<{'.'.join(map(str, [*kept[:-1], kept[-1] + 1]))}"


def _translated(requirement: Requirement) -> Requirement | None:
    wanted = specifier(requirement.specifier)
    if wanted is None or requirement.path or requirement.url:
        return None  # a checkout names its branch beside the address
    if not all(map(_NAME.fullmatch, (requirement.name, *requirement.extras))):
        return None  # pip would take it for an option
    if requirement.marker and not _is_marker(requirement.marker):
        return None
    return replace(requirement, specifier=wanted)


def _is_marker(text: str) -> bool:
    from packaging.markers import InvalidMarker, Marker

    try:
        Marker(text)
    except InvalidMarker:
        return False
    return True
