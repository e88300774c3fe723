"""What the package manager of the install step is told: groups, extras and members, and its own release for pip."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.languages.python.freshness import unmendable
from dockergen.languages.python.manager_version import lock_reader, manager_version
from dockergen.languages.python.private import is_public_index
from dockergen.languages.python.project import Project
from dockergen.languages.python.python_pins import Pin, is_range, pins
from dockergen.model import Sourced
from dockergen.repository import LOCK_LIMIT, Repository


def options(project: Project, kind: str, uv: str) -> tuple[str, ...]:
    """The production groups and extras in the words of the manager, of which `uv` is the release where it is uv."""
    return (*_old_options(kind, uv), *_chosen(project, kind))


def tools(repo: Repository, project: Project, kind: str, release: str) -> tuple[str, ...]:
    """The manager and what goes with it, as pip is told on that Python; nothing where pip or uv is the manager."""
    if kind not in ("poetry", "pdm", "pipenv"):
        return ()
    if project.lock and (reader := lock_reader(kind, release)):
        return reader
    version = manager_version(repo, kind, project.pyproject, project.lock, release).value
    pinned = f"{kind}=={version}" if version[:1].isdigit() else f"{kind}{version}"
    return (pinned, *load("python").lists.get(f"beside:{kind}", ()))


def renewing(project: Project, release: str) -> tuple[str, ...]:
    """What brings an outdated lock file up to date and keeps what it holds as far as that still fits, in the words of
    the manager that the image has on that Python; () for uv, which does so as it installs.

    Raises ProjectError where the manager cannot do so.
    """
    kind = project.manager.value
    if kind == "poetry" or (kind == "pipenv" and (lock_reader(kind, release) or project.production.groups)):
        raise unmendable(project.outdated.why, kind)
    if kind == "pipenv":
        return ("upgrade", "--lock-only", *project.outdated.lacks)
    return ("lock", "--update-reuse") if kind == "pdm" else ()


def contradicted(repo: Repository, release: Sourced[str]) -> bool:
    """True where uv has to be told the image's Python, as a .python-version among the source names another."""
    stated = [pin for pin in pins(repo) if pin.origin.path in (".python-version", ".python-versions")]
    return any(
        release.value.split(".")[:2] != pin.release.split(".")[:2] or pin.free_threaded
        if isinstance(pin, Pin)
        else not is_range(pin)
        for pin in stated
    )


def _chosen(project: Project, kind: str) -> list[str]:
    extra = project.production
    if kind == "uv":
        found = ["--package", project.pyproject.name] if project.member else []
        found += ["--no-default-groups"] if extra.replaces_defaults else []
        return [*found, *_pairs("--group", extra.groups), *_pairs("--extra", extra.extras)]
    if kind == "project":
        return [*_pairs("--group", extra.groups), *_pairs("--extra", extra.extras)]
    if kind == "poetry":
        return ["--only", ",".join(("main", *extra.groups)), *_pairs("--extras", extra.extras)]
    if kind == "pipenv":
        return ["--categories", f"packages {' '.join(extra.groups)}"] if extra.groups else []
    if kind == "pdm":
        # Every group counts for development there, so that --prod takes none of them; naming one leaves out the others.
        return [*([] if extra.groups else ["--prod"]), *_pairs("--group", (*extra.groups, *extra.extras))]
    return []


def of_public_index(repo: Repository, project: Project) -> bool:
    """True for a Pipfile.lock that names no other index than pip uses unasked."""
    found = re.findall(r'"url":\s*"([^"]+)"', repo.read(project.lock, LOCK_LIMIT)) if project.lock else []
    return bool(found) and all(map(is_public_index, found))


def _old_options(kind: str, release: str) -> tuple[str, ...]:
    """uv before 0.9 does not know the variable UV_NO_DEV for certain."""
    old = kind == "uv" and tuple(int(part) for part in release.split(".")[:2]) < (0, 9)
    return ("--no-dev",) if old else ()


def _pairs(flag: str, names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in (flag, name)]
