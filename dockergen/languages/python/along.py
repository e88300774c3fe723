"""What comes along with what a manifest names, and the releases that it has to stay below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.wheels import begins_with, key
from dockergen.manifests.requirements import Requirement
from dockergen.model import Origin


@frozen
class Bound:
    """A release that a distribution has to stay below, "" for one that has to be there."""

    name: str
    below: str
    cause: str  # what the program uses, or the distribution that does not work with later ones
    origin: Origin  # of the cause

    @property
    def text(self) -> str:
        """As pip is told."""
        return f"{self.name}<{self.below}" if self.below else self.name


def held(project: Project, found: Iterable[Bound]) -> Project:
    """The project as if its manifest had the bounds: the version of Python and all else follow from these."""
    bounds = {one.name: one for one in found}
    named = {wanted.name for wanted, _ in project.direct}
    asked = [
        (replace(wanted, specifier=_joined(wanted.specifier, bounds[wanted.name])), origin)
        if wanted.name in bounds
        else (wanted, origin)
        for wanted, origin in project.direct
    ]
    asked += [(Requirement(n, specifier=_joined("", b)), b.origin) for n, b in bounds.items() if n not in named]
    installed = {**{name: one.origin for name, one in bounds.items()}, **project.installed}
    return replace(project, direct=tuple(asked), installed=installed)


def stated(project: Project) -> dict[str, str]:
    """What the lines and the constraints leave of each distribution that they name, "" for any release."""
    found: dict[str, list[str]] = {}
    for wanted in (*(wanted for wanted, _ in project.direct), *project.constraints):
        found.setdefault(wanted.name, []).append(wanted.specifier)
    return {name: ",".join(filter(None, specifiers)) for name, specifiers in found.items()}


def floor(name: str, asked: Mapping[str, str]) -> tuple[int, ...]:
    """The release of the library that what the lines hold above requires: with a bound below, pip finds nothing."""
    floors: list[tuple[int, ...]] = [()]
    for row in load("python-apis").lists["required"]:
        (other, first), *required = (word.split(">=") for word in row.split())
        if begins_with(asked.get(other, ""), first):
            floors += [key(release) for library, release in required if library == name]
    return max(floors)


def _joined(specifier: str, bound: Bound) -> str:
    return ",".join(filter(None, (specifier, bound.text.removeprefix(bound.name))))


def brought_along(project: Project) -> frozenset[str]:
    """What comes with what the manifests name, as far as it is known."""
    found = {*project.locked, *(wanted.name for wanted, _ in project.direct if wanted.name)}
    found |= {f"{wanted.name}[{extra}]" for wanted, _ in project.direct for extra in wanted.extras}
    rows = [row.split() for row in load("python").lists["brought_by"]]
    bounds = {word for row in rows for word in row if "<" in word}
    found |= {word for word in bounds if project.includes(word)}
    while more := {name for name, *others in rows if name not in found and not found.isdisjoint(others)}:
        found |= more
    return frozenset(found)
