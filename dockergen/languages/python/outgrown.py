"""Releases that the program was written for, where the manifest leaves them open: later ones lack what it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dockergen.catalog import load
from dockergen.languages.python.along import Bound, brought_along
from dockergen.languages.python.apis import api, uses
from dockergen.languages.python.project import Project
from dockergen.languages.python.unlisted import is_here
from dockergen.languages.python.wheels import begins_with, ends_before, key
from dockergen.manifests.requirements import Requirement
from dockergen.repository import Repository


def outgrown(repo: Repository, project: Project, paths: Iterable[str]) -> tuple[Bound, ...]:
    """What the files use of libraries whose newest release has it no more, each library with its lowest bound.

    Nothing for a lock file, and for a library that the manifest holds below already, or insists on.
    """
    rows = dict(_open(project)) if not project.locked else {}
    found: dict[str, Bound] = {}
    for row, origin in uses(repo, paths, rows):
        name, below = rows[row]
        if api(row).top and is_here(repo, origin.path, api(row).top):
            continue
        if name not in found or key(below) < key(found[name].below):
            found[name] = Bound(name, below, api(row).name, origin)
    return tuple(found[name] for name in sorted(found))


def _open(project: Project) -> Iterator[tuple[str, tuple[str, str]]]:
    """The rows of libraries that are installed in whatever release is newest, with the first release without it."""
    asked = {wanted.name: wanted for wanted, _ in project.direct}
    present = brought_along(project)
    for name, releases in load("python-apis").apis.items():
        wanted = asked.get(name, Requirement(name))
        if name == "python" or name not in present or wanted.url or wanted.path:
            continue
        settled = _settled(name, asked)
        for below, rows in _effective(name, releases, present):
            told = below in settled or ends_before(wanted.specifier, below) or begins_with(wanted.specifier, below)
            if not told:
                yield from ((row, (name, below)) for row in rows)


def _settled(name: str, asked: Mapping[str, Requirement]) -> frozenset[str]:
    """Bounds of the library that another line decides: one that keeps them by itself, or that insists on later ones."""
    lists = load("python-apis").lists
    return frozenset(
        below
        for rows, decides in ((lists["settled"], ends_before), (lists["insisting"], begins_with))
        for library, below, other, first in (row.replace("<", " ").replace(">=", " ").split() for row in rows)
        if library == name and other in asked and decides(asked[other].specifier, first)
    )


def _effective(
    name: str, releases: Mapping[str, tuple[str, ...]], present: frozenset[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The releases with what they took away; what moved to a distribution that is there as well, the next one does."""
    moved = dict(row.split() for row in load("python-apis").lists["moved"])
    known = list(releases)
    for position, below in enumerate(known):
        away = moved.get(f"{name}<{below}") in present
        yield known[position + 1] if away else below, tuple(releases[below])
