"""A lock file that the program has left behind: what it imports, a requirements file beside it names instead."""

from __future__ import annotations

from dataclasses import replace

from dockergen.errors import ProjectError
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.project import Project, project
from dockergen.languages.python.requirements import requirements_path
from dockergen.languages.python.start import Start
from dockergen.languages.python.unnamed import Unnamed, unnamed
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings
from dockergen.shortened import shortened

_MOST_SHOWN = 3


def overtaken(
    repo: Repository, settings: Settings, found: Project, begun: Start | None
) -> tuple[Settings, tuple[str, ...]]:
    """The settings with pip as the manager, and the note that says why, where the program does not start with what the
    lock file holds and lacks nothing with the requirements file; else the settings as they are."""
    path = requirements_path(repo) if found.lock and not found.member and settings.manager is None else ""
    if not path or begun is None or not begun.entry:
        return settings, ()
    lacking = _lacking(repo, found, begun)
    other = replace(settings, manager=Sourced("pip", Origin("file", path)))
    if not lacking or not _complete(repo, other, begun):
        return settings, ()
    shown = shortened([f"{one.name} ({one.origin})" for one in lacking], _MOST_SHOWN)
    note = f"{found.lock} is not installed: it does not hold {shown}, which {path} names, or what that brings."
    return other, (note,)


def _complete(repo: Repository, settings: Settings, begun: Start) -> bool:
    try:
        return not _lacking(repo, project(repo, settings), begun)
    except ProjectError:
        return False


def _lacking(repo: Repository, found: Project, begun: Start) -> tuple[Unnamed, ...]:
    return unnamed(repo, found, begun, tuple(whole_program(repo, begun.entry)))
