"""Releases that the program was written for, where the manifest leaves them open: later ones lack what it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.along import Bound, brought_along, floor, stated
from dockergen.languages.python.apis import api, uses
from dockergen.languages.python.project import Project
from dockergen.languages.python.template_tags import template_tags
from dockergen.languages.python.unlisted import is_here
from dockergen.languages.python.wheels import begins_with, ends_before, key
from dockergen.model import Origin
from dockergen.repository import Repository


def outgrown(repo: Repository, project: Project, paths: Iterable[str]) -> tuple[Bound, ...]:
    """What the files use of libraries whose newest release has it no more, each library with its lowest bound.

    Nothing for a lock file, and for a library that the manifest holds below already, or insists on.
    """
    rows = dict(_open(project)) if not project.locked else {}
    found = {bound.name: bound for _, bound in _lowest(repo, paths, rows)}
    for one in _of_templates(repo, frozenset(rows.values())):
        if "django" not in found or key(one.below) < key(found["django"].below):
            found["django"] = one
    return tuple(found[name] for name in sorted(found))


def _of_templates(repo: Repository, left: frozenset[tuple[str, str]]) -> Iterator[Bound]:
    """What templates ask of Django, of whose bounds only those that are left open count."""
    tags = dict(row.split() for row in load("python-apis").lists["django_tags"])
    tags = {tag: below for tag, below in tags.items() if ("django", below) in left}
    for tag, origin in template_tags(repo, "", tags) if tags else ():
        yield Bound("django", tags[tag], f"the template tag {tag}", origin)


@frozen
class Insisted:
    """What the program uses of a library of which a line insists on releases that have it no more."""

    bound: Bound
    held: str  # the line's words, or the locked release
    origin: Origin


def insisted(repo: Repository, project: Project, paths: Iterable[str]) -> tuple[Insisted, ...]:
    """The bounds that the program's files ask for and that no image can keep, as a line or the lock file holds a later
    release; each library with its lowest one."""
    rows = dict(_held(project))
    bounds = {row: (name, below) for row, (name, below, _, _) in rows.items()}
    found = [Insisted(bound, *rows[row][2:]) for row, bound in _lowest(repo, paths, bounds)]
    return tuple(sorted(found, key=lambda one: one.bound.name))


def _lowest(repo: Repository, paths: Iterable[str], rows: Mapping[str, tuple[str, str]]) -> Iterable[tuple[str, Bound]]:
    """The lowest bound of each library that the files ask for, with the row that says so; a module of the
    repository's own that is called like a library asks for nothing."""
    found: dict[str, tuple[str, Bound]] = {}
    for row, origin in uses(repo, paths, rows):
        name, below = rows[row]
        if api(row).top and is_here(repo, origin.path, api(row).top):
            continue
        if name not in found or key(below) < key(found[name][1].below):
            found[name] = (row, Bound(name, below, api(row).shown, origin))
    return found.values()


def _held(project: Project) -> Iterator[tuple[str, tuple[str, str, str, Origin]]]:
    """The rows of libraries of which no release with them is left: library, first release without, what holds it."""
    asked, present = stated(project), brought_along(project)
    lines = {wanted.name: origin for wanted, origin in project.direct if wanted.specifier}
    for name, releases in load("python-apis").apis.items():
        if name == "python":
            continue
        locked = project.locked.get(name)
        held = locked.version if locked else asked.get(name, "")
        line = Origin("file", project.lock, locked.line) if locked else lines.get(name)
        if not held or line is None or (locked and (locked.local or locked.vcs)):
            continue
        for below, rows in _effective(name, releases, present):
            if key(locked.version) >= key(below) if locked else begins_with(held, below):
                yield from ((row, (name, below, held, line)) for row in rows)


def _open(project: Project) -> Iterator[tuple[str, tuple[str, str]]]:
    """The rows of libraries that are installed in whatever release is newest, with the first release without it."""
    apart = {wanted.name for wanted, _ in project.direct if wanted.url or wanted.path}
    asked = stated(project)
    present = brought_along(project)
    for name, releases in load("python-apis").apis.items():
        if name == "python" or name not in present or name in apart:
            continue
        settled, least, specifier = _settled(name, asked), floor(name, asked), asked.get(name, "")
        for below, rows in _effective(name, releases, present):
            told = below in settled or ends_before(specifier, below) or begins_with(specifier, below)
            if not told and key(below) > least:
                yield from ((row, (name, below)) for row in rows)


def _settled(name: str, asked: Mapping[str, str]) -> frozenset[str]:
    """Bounds of the library that a pinned distribution keeps by itself."""
    rows = [row.replace("<", " ").split() for row in load("python-apis").lists["settled"]]
    return frozenset(
        below
        for library, below, other, first in rows
        if library == name and other in asked and ends_before(asked[other], first)
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
