"""Which package manager the repository uses, by its files; the losers are kept as rejected candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.python.conda import carries, converted, environment_of
from dockergen.languages.python.inline import Carrier, carrier
from dockergen.languages.python.requirements import misnamed, requirements_path, requirements_tree
from dockergen.lazy import regex
from dockergen.manifests.pyproject import Pyproject
from dockergen.manifests.python_locks import packages_of
from dockergen.manifests.requirements import normalised, requirements_file
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import LOCK_LIMIT, Repository
from dockergen.settings import Settings, settled

# Manifests that make a folder Python's, strongest first.
_MANIFESTS = ("Pipfile", "pyproject.toml", "setup.py", "setup.cfg")
_SMALL = 8_000  # characters of a lock file that may hold next to no distribution
_SETUP = regex(r"\bsetup[ \t]*\(|\bsetuptools\b|\bdistutils\b")
_TABLES = regex(
    r"^\s*\[(project|tool\.poetry|tool\.pdm|tool\.flit\.metadata|tool\.uv|build-system|dependency-groups)[.\]]", re.M
)


def manifest(repo: Repository) -> str:
    """The manifest that makes a folder Python's, "" when there is none; a pyproject.toml of tool tables is none."""
    locks = [lock for row in load("python").managers.values() for lock in row.lock_files]
    for name in (*locks, *_MANIFESTS):
        if repo.has(name) and _counts(repo, name):
            return name
    return requirements_path(repo) or next((path for path, _, _ in _unsupported() if repo.is_file(path)), "")


def manager(repo: Repository, table: Pyproject, settings: Settings) -> tuple[Sourced[str], list[str]]:
    """The manager, and notes about manifests that are left out.

    Raises ProjectError for a manager that is recognized and not supported, or one that does not exist.
    """
    catalog = load("python")
    found = list(_evidence(repo, table))
    if not found:
        asked = settings.manager is not None and settings.manager.value == "pip" and bool(environment(repo))
        if not (asked or _leaves_to_pip(repo)):
            _refuse_pixi(repo, table)
            _refuse_unsupported(repo)
        path = manifest(repo)
        script = Carrier() if path else carrier(repo, settings)
        stated = Origin("file", path) if path else script.origin if script.path else Origin("default")
        found = [Sourced("pip", stated)]
    first = found[0]
    lost = {s.value: Rejected(s.value, s.origin, f"{first.origin} wins") for s in reversed(found) if s != first}
    lost.pop(first.value, None)
    best = Sourced(first.value, first.origin, tuple(lost.values())[::-1])
    chosen = settled("manager", settings.manager, best)
    if chosen.value not in catalog.managers:
        raise ProjectError(
            f"{chosen.origin}: dockergen does not know the package manager {chosen.value!r}.",
            f"Choose one of: {', '.join(catalog.managers)}.",
            command=f"dockergen init --manager {best.value}",
        )
    _check_manifest(repo, chosen, best)
    notes = [*_left_out(repo, found), *_of_pixi(repo, table)] if chosen.value == best.value else []
    notes += _spelt(repo) if chosen.value == "pip" else []
    return chosen, notes


def _check_manifest(repo: Repository, chosen: Sourced[str], best: Sourced[str]) -> None:
    """ProjectError when somebody asks for a manager whose manifests are not there."""
    row = load("python").managers[chosen.value]
    wanted = (*row.lock_files, *row.manifests)
    there = any(repo.has(path) for path in wanted) or (chosen.value == "pip" and bool(requirements_path(repo)))
    if chosen.origin.kind in ("file", "default") or there or (chosen.value == "pip" and environment(repo)):
        return
    raise ProjectError(
        f"{chosen.origin}: {row.title} reads {' or '.join(wanted)}, which is not here.",
        "Leave the manager to dockergen, or add the manifest.",
        command=f"dockergen init --manager {best.value}",
    )


def environment(repo: Repository) -> str:
    """The file of an environment of conda's or pixi's, "" when there is none."""
    return next((n for n in ("environment.yml", "environment.yaml", "pixi.toml") if repo.is_file(n)), "")


def _leaves_to_pip(repo: Repository) -> bool:
    """True for an environment whose packages pip installs anyway: conda brings only Python and pip."""
    if not environment(repo) or manifest(repo) != environment(repo):
        return False
    found = environment_of(repo, environment(repo))
    return bool(found.pip or found.pip_files) and not found.packages


def _evidence(repo: Repository, table: Pyproject) -> Iterator[Sourced[str]]:
    """Claims of managers, strongest first: lock files, pinned requirements, tables of tools, other manifests."""
    rows = load("python").managers
    path = requirements_path(repo)
    for name, row in rows.items():
        locks = [lock for lock in row.lock_files if _is_lock(repo, name, lock)]
        yield from (Sourced(name, Origin("file", lock)) for lock in locks if not path or _holds(repo, lock, path))
    pinned = bool(path) and _pins(repo, path)
    if pinned:
        yield Sourced("pip", Origin("file", path))
    for name in ("uv", "poetry", "pdm"):
        # Settings of uv beside a requirements file are for development.
        if table.settings(name) and not (name == "uv" and path) and not (name == "pdm" and table.has_project and path):
            yield Sourced(name, Origin("file", "pyproject.toml", repo.line_of("pyproject.toml", f"[tool.{name}")))
    if repo.is_file("Pipfile"):
        yield Sourced("pipenv", Origin("file", "Pipfile"))
    if path and not pinned:
        yield Sourced("pip", Origin("file", path))


def _is_lock(repo: Repository, name: str, lock: str) -> bool:
    """True for a lock file of that manager; requirements.lock is anybody's unless Rye wrote it."""
    if not repo.is_file(lock):
        return False
    return name != "rye" or "rye" in repo.source(lock)[:200] or "[tool.rye" in repo.source("pyproject.toml")


def _holds(repo: Repository, lock: str, path: str) -> bool:
    """False for a lock file without a distribution, as `uv init` leaves it beside requirements that nobody moved, and
    for one of a few of the requirements, the framework not among them, as `pipenv install pytest` leaves it."""
    if len(found := repo.read(lock, LOCK_LIMIT)) > _SMALL or lock == "requirements.lock":
        return True
    names = {normalised(name) for name, row in packages_of(lock, found).items() if not row.local}
    listed = {r.name for r, _, _ in requirements_tree(repo, path).requirements}
    known = {name for row in load("python").frameworks.values() for name in row.dependencies}
    return bool(names) and not (names < listed and known.isdisjoint(names) and not known.isdisjoint(listed))


def _pins(repo: Repository, path: str) -> bool:
    parsed = requirements_file(repo.source(path))
    return any(r.pinned or r.hashed for r in parsed.requirements)


def _left_out(repo: Repository, found: list[Sourced[str]]) -> Iterator[str]:
    first = found[0]
    title = load("python").managers[first.value].title
    for path in dict.fromkeys(s.origin.path for s in found[1:] if s.value != first.value):
        if path not in (first.origin.path, "pyproject.toml"):
            yield f"{path} is not installed: {first.origin} is what {title} installs."
    for path, _, _ in _unsupported():
        if repo.is_file(path) and path != first.origin.path:
            more = _only_there(repo, path) if first.value == "pip" else ""
            yield f"{path} is not installed: {first.origin} is what {title} installs{more}."


def _spelt(repo: Repository) -> Iterator[str]:
    """What is said of a requirements file that no tool finds by itself."""
    path = requirements_path(repo)
    if path and path == misnamed(repo) and path not in load("python").lists["requirements"]:
        what = "is installed as the requirements, under a name that no tool looks for"
        yield f"{path} {what}: mv {path} requirements.txt"


def _refuse_pixi(repo: Repository, table: Pyproject) -> None:
    """ProjectError for a pyproject.toml that tells pixi alone what the program needs."""
    line = repo.line_of("pyproject.toml", "[tool.pixi") if table.settings("pixi") else 0
    if line and not (table.has_project or table.has_build_system or table.settings("poetry")):
        raise ProjectError(
            f"pyproject.toml:{line} belongs to pixi, which dockergen does not install from.",
            "For an image now: hand its packages over and let pip install those of the same names from PyPI.",
            command="pixi workspace export conda-environment environment.yml && dockergen init --manager pip",
        )


def _of_pixi(repo: Repository, table: Pyproject) -> Iterator[str]:
    """What pixi takes from conda's channels beside the dependencies of the project."""
    renamed, programs = (dict(row.split() for row in load("python").lists[n]) for n in ("conda_names", "conda_debian"))
    known = {"python", "pip", *(r.name for r in table.dependencies)}
    names = [normalised(name) for name in table.settings("pixi", "dependencies")]
    missing = [name for name in names if renamed.get(name, name) not in known and not carries(name)]
    if missing:
        line = repo.line_of("pyproject.toml", "[tool.pixi.dependencies]")
        debian = " ".join(f"--package {programs[name]}" for name in missing if name in programs)
        way = f"; Debian's packages are added by `dockergen init {debian}`" if debian else ""
        yield (
            f"pyproject.toml:{line} has pixi install {', '.join(missing)} from conda's channels, and the image has "
            f"what [project] names{way}."
        )


def _only_there(repo: Repository, path: str) -> str:
    """What only the conda environment names, as the end of a sentence."""
    if path != environment(repo) or path.endswith(".toml"):
        return ""
    listed = {r.name for r, _, _ in requirements_tree(repo, requirements_path(repo)).requirements}
    renamed = dict(row.split() for row in load("python").lists["conda_names"])
    found = environment_of(repo, path)
    programs = dict(row.split() for row in load("python").lists["conda_debian"])
    names = [renamed.get(r.name, r.name) for r in (*found.packages, *found.pip) if r.name not in ("pip", "python")]
    missing = [name for name in dict.fromkeys(names) if name and name not in listed and not carries(name)]
    shown = f"{', '.join(missing[:8])}{', ...' if len(missing) > 8 else ''}"
    debian = " ".join(f"--package {programs[name]}" for name in missing if name in programs)
    way = f"; Debian's packages are added by `dockergen init {debian}`" if debian else ""
    return f", without what only {path} names: {shown}{way}" if missing else ""


def is_unsupported(path: str) -> bool:
    """True for the manifest of a manager that is recognized and not installed from."""
    return any(path == known for known, _, _ in _unsupported())


def _unsupported() -> list[tuple[str, str, str]]:
    rows = (row.split("|") for row in load("python").lists["unsupported"])
    return [(path, title, remedy) for path, title, remedy in rows]


def _refuse_unsupported(repo: Repository) -> None:
    for path, title, remedy in _unsupported():
        if repo.is_file(path):
            if path == environment(repo):
                converted(repo, path)  # what the way out does not bring is told at once
            what, _, command = remedy.partition("`")
            raise ProjectError(
                f"{path} belongs to {title}, which dockergen does not install from.",
                f"For an image now: {what.strip()}",
                command=command.rstrip("`"),
            )


def _counts(repo: Repository, name: str) -> bool:
    if name == "requirements.lock":
        return _is_lock(repo, "rye", name)
    if name == "setup.py":
        return not repo.source(name) or bool(_SETUP.search(repo.source(name)))  # a module may be called so
    if name == "pyproject.toml":
        text = repo.source(name)
        return not text or bool(_TABLES.search(text))
    return name != "setup.cfg" or "[metadata]" in repo.source(name)
