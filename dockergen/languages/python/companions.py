"""Releases that fit the others: of servers for an old Python, of what old pins require without saying up to which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dockergen.catalog import load
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
    pairs = {name: older.get(name.partition("==")[0], name) for name in begun.added}
    notes = begun.notes
    for new, old in pairs.items():
        notes = tuple(note.replace(new, old) for note in notes)
    return replace(begun, added=tuple(pairs.values()), notes=notes)


def companions(project: Project) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Bounds for what old pins pull in, and a note: without a lock file pip takes the newest."""
    if project.locked or not project.requirements.path:
        return (), ()
    stated = {wanted.name for wanted, _ in project.direct if wanted.specifier or wanted.url}
    bounds: dict[str, str] = {}
    whose = ""
    for who, name, bound in _rows(project):
        if name in stated:
            continue
        whose = whose or who
        if name not in bounds or key(bound) < key(bounds[name]):
            bounds[name] = bound
    added = tuple(f"{name}<{bound}" for name, bound in sorted(bounds.items()))
    if not added:
        return (), ()
    note = (
        f"{whose} does not work with the newest of what it requires, so the image holds {', '.join(added)}; "
        "`pip freeze` where the program runs tells the releases to pin."
    )
    return added, (note,)


def _rows(project: Project) -> Iterator[tuple[str, str, str]]:
    for row in load("python").lists["companions"]:
        head, *fitting = row.split()
        name, _, first = head.partition("<")
        for wanted, origin in project.direct:
            if wanted.name == name and ends_before(wanted.specifier, first):
                for companion in fitting:
                    other, _, bound = companion.partition("<")
                    yield f"{origin}: {name} {re.sub('^==', '', wanted.specifier)}", other, bound
