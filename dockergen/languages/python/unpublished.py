"""Requirements that no index has: modules of Python itself, and modules that are published under another name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.standard import standard_library
from dockergen.model import Origin


@frozen
class Edits:
    """What is done to the requirements file before pip reads it, as expressions of sed, and what the notes say."""

    expressions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class _Row:
    """One requirement that cannot be had; `instead` is the distribution that is meant, "" for Python itself."""

    name: str
    origin: Origin
    instead: str


def edits(project: Project, kind: str, editable: bool) -> Edits:
    """How the requirements file reads without what no index has; `editable` where the install step can do that.

    Raises ProjectError, with the command, where the line is another manifest's.
    """
    rows = list(_rows(project, kind))
    path = project.requirements.path
    if not rows:
        return Edits()
    first = next((row for row in rows if kind != "requirements" or not editable or row.origin.path != path), None)
    if first is not None:
        found = f"{first.origin} asks for {first.name}, {_what(first)}."
        remedy = (
            f"Write {first.instead} instead." if first.instead else "Take the line out; imports of it go on working."
        )
        raise ProjectError(found, remedy, command=_command(project, kind, first))
    notes = (f"{row.origin} asks for {row.name}, {_what(row)}; the image {_deed(row)}." for row in rows)
    return Edits(tuple(_expression(row) for row in rows), tuple(notes))


def _rows(project: Project, kind: str) -> Iterator[_Row]:
    lists = load("python").lists
    standard = standard_library() - {*lists["standard_published"]} | (
        {*lists["refused_by_uv"]} if kind == "uv" else set()
    )
    meant = dict(row.split() for row in lists["published_otherwise"])
    for found, origin in project.direct:
        if found.url or found.path or not found.name:
            continue
        if found.name in meant or found.name.replace("-", "_") in standard:
            yield _Row(found.name, origin, meant.get(found.name, ""))


def _what(row: _Row) -> str:
    return "the name of a module that is published under another" if row.instead else "which Python brings itself"


def _deed(row: _Row) -> str:
    return f"has {row.instead}" if row.instead else "is built without the line"


def _expression(row: _Row) -> str:
    """pip compares names without regard to case, and takes - and _ for the same."""
    line = f"^\\s*{row.name.replace('-', '[-_.]')}([^[:alnum:]._-].*)?$"
    return f"s/{line}/{row.instead}/I" if row.instead else f"/{line}/Id"


def _command(project: Project, kind: str, row: _Row) -> str:
    if row.origin.path.endswith(".txt"):
        return f"sed -i -E {shlex.quote(_expression(row))} {shlex.quote(row.origin.path)}"
    manager = project.manager.value
    return f"{manager} remove {row.name}" if manager in ("uv", "poetry", "pdm", "pipenv") else ""
