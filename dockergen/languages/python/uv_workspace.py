"""The members of a uv workspace: which folders they are, by the globs of the root's pyproject.toml."""

from __future__ import annotations

import fnmatch
from functools import lru_cache

from dockergen.frozen import frozen
from dockergen.manifests.pyproject import pyproject, table, texts
from dockergen.manifests.requirements import normalised
from dockergen.repository import Repository, normal


@frozen
class Member:
    """One package of the workspace; the path is relative to its root."""

    name: str
    path: str


@lru_cache(maxsize=16)
def members(repo: Repository) -> tuple[Member, ...]:
    """The members in the order of their paths, the root left out; () where the folder is no workspace.

    Rules: https://docs.astral.sh/uv/concepts/projects/workspaces/
    """
    if not repo.is_file("pyproject.toml"):
        return ()
    row = table(repo.toml("pyproject.toml"), "tool", "uv", "workspace")
    excluded = [path for glob in texts(row.get("exclude")) if (path := normal(glob))]
    found = {path for glob in texts(row.get("members")) for path in repo.glob(normal(glob) or "")}
    paths = [
        path
        for path in sorted(found)
        if repo.is_file(f"{path}/pyproject.toml") and not any(fnmatch.fnmatchcase(path, glob) for glob in excluded)
    ]
    return tuple(Member(_name(repo, path), path) for path in paths)


def named(repo: Repository, wanted: str) -> str:
    """The path of the member of that name or path, "" when there is none."""
    path = normal(wanted)
    by_path = [m.path for m in members(repo) if m.path == path]
    by_name = [m.path for m in members(repo) if normalised(wanted) in (m.name, normalised(m.path.rsplit("/", 1)[-1]))]
    return next(iter([*by_path, *by_name]), "")


def _name(repo: Repository, path: str) -> str:
    manifest = f"{path}/pyproject.toml"
    return normalised(pyproject(repo.toml(manifest)).name) or normalised(path.rsplit("/", 1)[-1])
