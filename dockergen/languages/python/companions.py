"""Releases that fit the others: of servers for an old Python, of what old pins require without saying up to which."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.along import Bound, brought_along, floor, stated
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.languages.python.wheels import ends_before, key


def of_their_time(begun: Start, release: str) -> Start:
    """The start with servers that exist for that Python: what is added, and what the notes say about it."""
    rows = [row.split() for row in load("python").lists["added_before"]]
    fitting = next((names for first, *names in rows if key(release)[:2] < key(first)), [])
    if not fitting or not begun.added:
        return begun
    older = {name.partition("==")[0]: name for name in fitting}
    pairs = {name: _older(name, older.get(name.partition("==")[0], name)) for name in begun.added}
    notes = begun.notes
    for new, old in pairs.items():
        notes = tuple(note.replace(new, old) for note in notes)
    return replace(begun, added=tuple(pairs.values()), notes=notes)


def _older(one: str, other: str) -> str:
    """The older of two releases of a distribution, the first where it is not held to one."""
    return min(one, other, key=lambda word: key(word.partition("==")[2])) if "==" in one else other


def companions(project: Project, settled: Container[str]) -> tuple[Bound, ...]:
    """Bounds for what the lines pull in, each distribution once: without a lock file pip takes the newest.

    Nothing for the `settled` distributions, which the manifest has a word on, for what is below already, and for what
    another line requires from there on.
    """
    asked = stated(project)
    named = {wanted.name for wanted, _ in project.direct}
    found: dict[str, Bound] = {}
    for bound in _bounds(project) if not project.locked else ():
        there = ends_before(asked.get(bound.name, ""), bound.below) if bound.below else bound.name in named
        if bound.name in settled or there or (bound.below and key(bound.below) <= floor(bound.name, asked)):
            continue
        if bound.name not in found or key(bound.below) < key(found[bound.name].below):
            found[bound.name] = bound
    return tuple(found[name] for name in sorted(found))


def _bounds(project: Project) -> Iterator[Bound]:
    present = brought_along(project)
    for row in load("python").lists["companions"]:
        head, *fitting = row.split()
        who, _, first = head.partition("<")
        for wanted, origin in project.direct:
            names = (wanted.name, *(f"{wanted.name}[{extra}]" for extra in wanted.extras))
            if who not in names or (first and not ends_before(wanted.specifier, first)):
                continue
            for companion in fitting:
                name, _, below = companion.removesuffix("?").partition("<")
                if not companion.endswith("?") or name in present:
                    yield Bound(name, below, f"{who} {re.sub('^==', '', wanted.specifier)}".strip(), origin)
