"""Poetry's constraints as pip reads them: without a lock file there is nothing that only Poetry could install."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement

_CLAUSE = regex(r"(\^|~=|~|={2,3}|!=|<=|>=|<|>|=)?\s*v?(\d[\w.*+!-]*)")
_SEPARATOR = regex(r"\s*,\s*|\s+(?=[\^~=!<>])")


def for_pip(project: Project) -> tuple[Requirement, ...]:
    """The requirements of an unlocked Poetry project in pip's words; () when pip cannot be told all of them."""
    if project.manager.value != "poetry" or project.lock or project.pyproject.settings("poetry").get("source"):
        return ()
    found = [_translated(requirement) for requirement, _ in project.direct]
    return tuple(r for r in found if r is not None) if None not in found else ()


def specifier(constraint: str) -> str | None:
    """A Poetry constraint as a PEP 440 specifier; None where there is none, as for alternatives.

    Rules: https://python-poetry.org/docs/dependency-specification/
    """
    clauses: list[str] = []
    for clause in filter(None, _SEPARATOR.split(constraint.strip())):
        if clause == "*":
            continue
        found = _CLAUSE.fullmatch(clause)
        if found is None:
            return None
        clauses += _clauses(found[1] or "==", found[2])
    return ",".join(clauses)


def _clauses(operator: str, version: str) -> Iterator[str]:
    if operator == "=":
        operator = "=="
    if operator not in ("^", "~"):
        yield f"{operator}{version}"
        return
    numbers = [int(part) for part in version.split("+", maxsplit=1)[0].split(".") if part.isdigit()]
    yield f">={version}"
    if operator == "~":
        kept = numbers[:2]
    else:
        significant = next((index for index, part in enumerate(numbers) if part), len(numbers) - 1)
        kept = numbers[: significant + 1]
    yield f"<{'.'.join(map(str, [*kept[:-1], kept[-1] + 1]))}"


def _translated(requirement: Requirement) -> Requirement | None:
    wanted = specifier(requirement.specifier)
    if wanted is None or requirement.path or requirement.url or not requirement.name:
        return None  # a checkout names its branch beside the address
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
