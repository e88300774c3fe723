"""What comes without a hash that pip could check: checkouts, and what lock files say too little about."""

from __future__ import annotations

from dockergen.languages.python.project import Project
from dockergen.manifests.pyproject import table
from dockergen.manifests.python_locks import without_files
from dockergen.repository import LOCK_LIMIT, Repository


def unchecked(repo: Repository, project: Project, kind: str) -> bool:
    """True where some distributions come from version control, or where PDM exports nothing that pip could check."""
    return _has_checkouts(project) or (kind == "pdm" and _without_markers(repo, project))


def unhashed(repo: Repository, project: Project) -> tuple[str, int] | None:
    """A package of the poetry.lock without hashes: pip checks those of all lines or of none."""
    if project.manager.value != "poetry" or not project.lock:
        return None
    return without_files(repo.read(project.lock, LOCK_LIMIT))


def hashless(project: Project, found: tuple[str, int] | None) -> list[str]:
    """The note about such a package."""
    if not found:
        return []
    return [f"{project.lock}:{found[1]} lists no files of {found[0]}, so no hash is checked; `poetry lock` lists them."]


def _has_checkouts(project: Project) -> bool:
    if project.locked:
        return any(package.vcs for package in project.locked.values())
    return any(r.vcs for r, _ in project.direct)


def _without_markers(repo: Repository, project: Project) -> bool:
    """A lock file that PDM does not export: before 2.11 none inherits the markers of what asks."""
    metadata = table(repo.toml(project.lock, LOCK_LIMIT), "metadata") if project.lock else {}
    strategy = metadata.get("strategy")
    return bool(metadata) and "inherit_metadata" not in (strategy if isinstance(strategy, list) else ())
