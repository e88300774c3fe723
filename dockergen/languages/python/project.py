"""What the manifests of a Python folder say, read once: the manager, what it installs, how the source is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.markers import applies
from dockergen.languages.python.requirements import RequirementsTree, requirements_path, requirements_tree
from dockergen.languages.python.setuptools_files import Setup, setup
from dockergen.manifests.pyproject import Pyproject, poetry_dependencies, pyproject
from dockergen.manifests.python_locks import Locked, closure, pipfile_lock, toml_lock
from dockergen.manifests.requirements import Requirement, normalised
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import LOCK_LIMIT, Repository
from dockergen.settings import Settings, settled

MANIFESTS = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "Pipfile",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
)


@frozen
class Project:
    """The manifests of one folder."""

    manager: Sourced[str]
    pyproject: Pyproject = field(default_factory=Pyproject)
    setup: Setup = field(default_factory=Setup)
    requirements: RequirementsTree = field(default_factory=RequirementsTree)
    lock: str = ""  # path of the lock file in use
    direct: tuple[tuple[Requirement, Origin], ...] = ()  # what the manifest asks for
    installed: Mapping[str, Origin] = field(default_factory=dict)  # all distributions that are known to be installed
    locked: Mapping[str, Locked] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def origin_of(self, name: str) -> Origin:
        """Where a distribution is asked for."""
        return self.installed.get(name, Origin("default"))

    def has(self, *names: str) -> str:
        """The first of the distributions that is installed, or ""."""
        return next((name for name in names if name in self.installed), "")


def manifest(repo: Repository) -> str:
    """The manifest that makes a folder Python's, "" when there is none; a pyproject.toml of tool tables is none."""
    for name in MANIFESTS:
        if repo.has(name) and (name != "pyproject.toml" or _declares(repo)) and (name != "setup.cfg" or _cfg(repo)):
            return name
    return requirements_path(repo) or next((n for n in ("environment.yml", "environment.yaml") if repo.is_file(n)), "")


@lru_cache(maxsize=8)
def project(repo: Repository, settings: Settings) -> Project:
    """The folder's manifests.

    Raises ProjectError for a manifest that is broken, a manager that is not supported, or a lock file with conflict
    marks.
    """
    table = pyproject(repo.toml("pyproject.toml")) if repo.is_file("pyproject.toml") else Pyproject()
    manager, notes = _manager(repo, table, settings)
    requirements = requirements_tree(repo, requirements_path(repo)) if manager.value == "pip" else RequirementsTree()
    setups = setup(repo) if manager.value == "pip" and not requirements.path else Setup()
    direct = _direct(repo, manager.value, table, requirements, setups)
    lock = next((f for f in load("python").managers[manager.value].lock_files if repo.is_file(f)), "")
    locked = _locked(repo, lock, direct, table)
    return Project(
        manager, table, setups, requirements, lock, direct, _installed(direct, locked, lock), locked, tuple(notes)
    )


def _manager(repo: Repository, table: Pyproject, settings: Settings) -> tuple[Sourced[str], list[str]]:
    catalog = load("python")
    found: list[Sourced[str]] = []
    for name, row in catalog.managers.items():
        found += [Sourced(name, Origin("file", lock)) for lock in row.lock_files if repo.is_file(lock)][:1]
    path = requirements_path(repo)
    for name in ("poetry", "pdm", "uv"):
        unlocked_uv = name == "uv" and (path or not table.settings("uv"))
        if table.settings(name) and not unlocked_uv and not any(s.value == name for s in found):
            wanted = name != "pdm" or not table.has_project
            found += (
                [Sourced(name, Origin("file", "pyproject.toml", repo.line_of("pyproject.toml", f"[tool.{name}")))]
                if wanted
                else []
            )
    if path:
        found.append(Sourced("pip", Origin("file", path)))
    elif repo.is_file("Pipfile") and not any(s.value == "pipenv" for s in found):
        found.append(Sourced("pipenv", Origin("file", "Pipfile")))
    if not found:
        if not manifest(repo) or manifest(repo).startswith("environment."):
            _refuse_unsupported(repo)
        found = [Sourced("pip", Origin("file", manifest(repo)) if manifest(repo) else Origin("default"))]
    lost = tuple(Rejected(s.value, s.origin, f"{found[0].origin} wins") for s in found[1:])
    best = Sourced(found[0].value, found[0].origin, lost)
    notes = [
        f"{s.origin} is not installed: {found[0].origin} is what {catalog.managers[found[0].value].title} installs."
        for s in found[1:]
        if s.value == "pip"
    ]
    chosen = settled("manager", settings.manager, best)
    if chosen.value not in catalog.managers:
        raise ProjectError(
            f"{chosen.origin}: dockergen does not know the package manager {chosen.value!r}.",
            f"Choose one of: {', '.join(catalog.managers)}.",
            command=f"dockergen init --manager {best.value}",
        )
    return chosen, notes if chosen.value == best.value else []


def _refuse_unsupported(repo: Repository) -> None:
    for row in load("python").lists["unsupported"]:
        path, title, remedy = row.split("|")
        if repo.is_file(path):
            raise ProjectError(
                f"{path} belongs to {title}, which dockergen does not install from yet.", f"For an image now: {remedy}."
            )


def _declares(repo: Repository) -> bool:
    text = repo.source("pyproject.toml")
    return (
        any(
            mark in text
            for mark in ("[project]", "[project.", "[tool.poetry]", "[tool.poetry.", "[tool.pdm", "[build-system]")
        )
        or not text
    )


def _cfg(repo: Repository) -> bool:
    return "[metadata]" in repo.source("setup.cfg")


def _direct(
    repo: Repository, manager: str, table: Pyproject, requirements: RequirementsTree, setups: Setup
) -> tuple[tuple[Requirement, Origin], ...]:
    if requirements.path:
        found = [(r, origin) for r, origin, _ in requirements.requirements]
        own = any(r.path.rstrip("/") in (".", "./") for r, _ in found)
        found += [(r, _toml_origin(repo, r.name)) for r in table.dependencies] if own else []
    elif manager == "pipenv":
        rows = repo.toml("Pipfile").get("packages") if repo.is_file("Pipfile") else None
        found = [
            (r, Origin("file", "Pipfile", repo.line_of("Pipfile", r.name)))
            for r in poetry_dependencies(rows if isinstance(rows, dict) else {})
        ]
    else:
        found = [(r, _toml_origin(repo, r.name)) for r in table.dependencies]
        found += [(r, Origin("file", setups.path, repo.line_of(setups.path, r.name))) for r in setups.requirements]
    return tuple((r, origin) for r, origin in found if applies(r.marker))


def _toml_origin(repo: Repository, name: str) -> Origin:
    import re

    wanted = re.compile(rf"(?i)[\"']?\b{re.escape(name).replace('-', '[-_.]+')}\b")
    return Origin("file", "pyproject.toml", repo.line_of("pyproject.toml", wanted))


def _locked(
    repo: Repository, lock: str, direct: tuple[tuple[Requirement, Origin], ...], table: Pyproject
) -> Mapping[str, Locked]:
    if not lock:
        return {}
    text = repo.read(lock, LOCK_LIMIT)
    for mark in ("\n<<<<<<< ", "\n>>>>>>> "):
        if mark in text:
            line = text.count("\n", 0, text.index(mark)) + 2
            raise ProjectError(f"{lock}:{line} holds marks of an unresolved merge.", "Resolve the merge, or lock anew.")
    packages = pipfile_lock(text) if lock == "Pipfile.lock" else toml_lock(text)
    if any(package.production is not None for package in packages.values()):
        return {name: package for name, package in packages.items() if package.production is not False}
    roots = [(r.name, r.extras) for r, _ in direct]
    own = packages.get(normalised(table.name)) if table.name else None
    return closure(packages, [*roots, *(own.needs if own else ())])


def _installed(
    direct: tuple[tuple[Requirement, Origin], ...], locked: Mapping[str, Locked], lock: str
) -> dict[str, Origin]:
    bundles = load("python").lists
    found: dict[str, Origin] = {r.name: origin for r, origin in direct if r.name}
    for r, origin in direct:
        for key in (r.name, *(f"{r.name}[{extra}]" for extra in r.extras)):
            for name in bundles.get(key, ()) if not key.startswith("wheels:") else ():
                found.setdefault(name, origin)
        for extra in r.extras:
            if extra in ("binary", "c"):
                found.setdefault(f"{r.name}-{extra}", origin)
    for name, package in locked.items():
        found.setdefault(name, Origin("file", lock, package.line))
    return found
