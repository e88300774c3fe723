"""Manifests of languages that no module here plans."""

from __future__ import annotations

from dockergen.catalog import load
from dockergen.repository import Repository


def unplanned(repo: Repository) -> tuple[str, str] | None:
    """The first manifest at the root that belongs to another language, and that language; None where there is none."""
    known = dict(row.split(" ", 1) for row in load("common").lists["foreign_manifests"])
    pairs = ((name, end, title) for name in repo.entries() for end, title in known.items())
    return next(((n, title) for n, end, title in pairs if n == end or (end[0] == "." and n.endswith(end))), None)
