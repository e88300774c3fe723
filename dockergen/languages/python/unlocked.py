"""Poetry's constraints as pip reads them: without a lock file there is nothing that only Poetry could install."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement

_CLAUSE = regex(
    r"(?P<operator>\^|~=|~|={2,3}|!=|<=|>=|<|>|=)?\s*v?(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9}){0,5})"
    r"(?:(?P<any>\.\*)|(?P<rest>(?:[.-]?(?:a|b|c|rc|alpha|beta|pre|preview|post|dev)[.-]?[0-9]{0,9}){0,3}))"
)
_NAME = regex(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_SEPARATOR = regex(r"\s*,\s*|\s+(?=[\^~=!<>])")


def for_pip(project: Project) -> tuple[Requirement, ...]:
    """The requirements of an unlocked Poetry project in pip's words; () when pip cannot be told all of them."""
    if project.manager.value != "poetry" or project.lock or project.pyproject.settings("poetry").get("source"):
        return ()
    if any(isinstance(value, list) for value in _stated(project)):
        return ()  # one constraint for each Python
    found = [_translated(requirement) for requirement, _ in project.direct]
    return tuple(r for r in found if r is not None) if None not in found else ()


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
