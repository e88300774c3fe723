"""Which groups and extras an image gets: those for production, never those for development."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.manifests.dependency_groups import Group, default_groups, dependency_groups, pipfile_groups
from dockergen.manifests.pyproject import Pyproject
from dockergen.manifests.requirements import Requirement, normalised
from dockergen.repository import Repository

_WITH_GROUPS = ("uv", "poetry", "pdm", "pip")


@frozen
class Production:
    """The groups and extras that are installed besides the main dependencies, as the file names them."""

    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    replaces_defaults: bool = False  # the file names default groups, which hold some that are for development


def groups_of(repo: Repository, manager: str, manifest: str) -> tuple[Group, ...]:
    """The groups that the manager knows of, in the order of its file; Poetry and PDM alone install those unasked."""
    if manager == "pipenv":
        return pipfile_groups(repo.toml("Pipfile")) if repo.is_file("Pipfile") else ()
    if manager not in _WITH_GROUPS or not repo.is_file(manifest):
        return ()
    found = dependency_groups(repo.toml(manifest))
    return found if manager in ("poetry", "pdm") else tuple(replace(group, optional=True) for group in found)


def production(
    known: tuple[Group, ...],
    document: Mapping[str, Any],
    pyproject: Pyproject,
    manager: str,
    imported: tuple[str, ...] = (),
    *,
    alone: bool = False,
) -> Production:
    """What of the `known` groups is installed: default groups without those for development, groups and extras that
    are called after production or that the program imports from, and the one that brings the server where the others
    have none.

    `alone` when nothing but the groups says what the program needs: then all that are not for development count.
    """
    defaults = {normalised(name) for name in default_groups(document)}
    extras = tuple(Group(name, rows) for name, rows in pyproject.optional.items()) if manager != "pipenv" else ()
    main = {r.name for r in pyproject.dependencies}
    groups = [g for g in known if normalised(g.name) in defaults and not for_development(g.name)]
    groups += [g for g in known if g not in groups and (_for_production(g.name) or g.name in imported)]
    if alone:
        groups = [g for g in known if not for_development(g.name)]
    chosen = [e for e in extras if _for_production(e.name) or e.name in imported]
    if not _servers(main | {r.name for g in [*groups, *chosen] for r in g.requirements}):
        group, extra = _serving(known), _serving(extras)
        chosen += [extra] if extra else []
        groups += [group] if group and not extra else []
    return Production(
        tuple(g.name for g in groups),
        tuple(e.name for e in chosen),
        tuple(r for g in [*groups, *chosen] for r in g.requirements),
        any(for_development(name) and name != "dev" for name in defaults),
    )


def _serving(groups: tuple[Group, ...]) -> Group | None:
    """The only group or extra, development aside, that holds a server."""
    found = [g for g in groups if not for_development(g.name) and _servers({r.name for r in g.requirements})]
    return found[0] if len(found) == 1 else None


def _servers(names: set[str]) -> bool:
    rows = load("python").frameworks.values()
    return any(row.kind.endswith("-server") and not names.isdisjoint(row.dependencies) for row in rows)


def _for_production(name: str) -> bool:
    return normalised(name) in load("python").lists["production_groups"]


def for_development(name: str) -> bool:
    """True for a group or an extra that is called after what developers do."""
    words = normalised(name).split("-")
    return not set(load("python").lists["development_groups"]).isdisjoint(words)
