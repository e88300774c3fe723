"""Wheels that the Debian of today does not load: what they hold is built from source instead."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.languages.python.project import Project
from dockergen.languages.python.wheels import key
from dockergen.model import Sourced


def unloadable(project: Project) -> tuple[Sourced[str], ...]:
    """The distributions that are installed in such a release, with the lines that name it."""
    return tuple(_found(project))


def _found(project: Project) -> Iterator[Sourced[str]]:
    for name, first, fixed in (row.split() for row in load("python").lists["unloadable_wheels"]):
        release = project.release_of(name)
        if release and key(first) <= key(release) < key(fixed):
            yield Sourced(name, project.origin_of(name))
