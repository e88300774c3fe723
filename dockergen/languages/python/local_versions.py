"""Pins such as torch==2.9.1+cpu, as `pip freeze` writes them: releases that another index than the usual one has."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.lazy import regex

_LOCAL = regex(r"\+([A-Za-z][\w.]*)$")


@frozen
class Indexes:
    """What the install step is told besides, and why."""

    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def local_versions(project: Project) -> Indexes:
    """The indexes that have what the lines pin and the public one has not; none where the lines name their own."""
    if project.locked or project.requirements.names_indexes:
        return Indexes()
    found = dict(reversed([*_found(project)]))  # the first line of each
    return Indexes(tuple(sorted(found)), tuple(found[url] for url in sorted(found)))


def _found(project: Project) -> Iterator[tuple[str, str]]:
    rows = [row.split() for row in load("python").lists["local_indexes"]]
    for requirement, origin in project.direct:
        local = _LOCAL.search(requirement.pinned)
        row = next((row for row in rows if local and requirement.name in row[1:]), None)
        if local and row:
            url = row[0].format(local=local[1])
            yield (
                url,
                f"{origin} pins {requirement.name} {requirement.pinned}, which only {url} has; the image asks it too.",
            )
