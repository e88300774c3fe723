"""The driver that SQLAlchemy takes for an address without one."""

from __future__ import annotations

from dockergen.languages.python.along import Bound, brought_along, stated
from dockergen.languages.python.project import Project
from dockergen.languages.python.wheels import begins_with, ends_before

# From 2.1 on `postgresql://` is psycopg's. https://docs.sqlalchemy.org/en/21/changelog/migration_21.html
_LIBRARY, _CHANGED, _NOW = "sqlalchemy", "2.1", "psycopg"
_BEFORE = ("psycopg2", "psycopg2-binary")
_EXTRAS = ("postgresql", "postgresql-psycopg2binary")


def driver_bound(project: Project) -> Bound | None:
    """The release below which SQLAlchemy takes the driver of the manifest, where that leaves it open; else None."""
    asked = stated(project)
    before = next(((name, origin) for r, origin in project.direct if (name := _driver(r.name, r.extras))), None)
    if before is None or _NOW in asked or _LIBRARY not in brought_along(project):
        return None
    if ends_before(asked.get(_LIBRARY, ""), _CHANGED) or begins_with(asked.get(_LIBRARY, ""), _CHANGED):
        return None
    return Bound(_LIBRARY, _CHANGED, *before)


def driver_note(one: Bound) -> str:
    return (
        f"{one.origin} asks for {one.cause}, and SQLAlchemy takes {_NOW} for postgresql:// since {one.below}, so the "
        f"image holds {one.text}; state that bound, or ask for {_NOW}."
    )


def _driver(name: str, extras: tuple[str, ...]) -> str:
    """What the line asks for of the driver of before, "" for nothing."""
    if name == _LIBRARY:
        return next((f"{name}[{extra}]" for extra in extras if extra in _EXTRAS), "")
    return name if name in _BEFORE else ""
