"""What the manifests of a Python folder say, read once: the manager, what it installs, how the source is laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python import conda
from dockergen.languages.python.brought import brought
from dockergen.languages.python.entry import candidates
from dockergen.languages.python.freshness import Lock, Outdated, check_groups, outdated, stale_notes
from dockergen.languages.python.groups import Production, groups_of, production
from dockergen.languages.python.inline import Carrier, carrier
from dockergen.languages.python.manager_choice import environment, is_unsupported, manager, manifest
from dockergen.languages.python.markers import applies
from dockergen.languages.python.pinning import check_hashes, check_pins, moving
from dockergen.languages.python.requirements import (
    RequirementsTree,
    production_files,
    requirements_path,
    requirements_tree,
)
from dockergen.languages.python.setuptools_files import Setup, setup
from dockergen.languages.python.space import provided
from dockergen.languages.python.unlisted import imported_by
from dockergen.languages.python.wheels import ends_before
from dockergen.manifests.conda import CondaEnvironment
from dockergen.manifests.pyproject import Pyproject, poetry_dependencies, pyproject, texts
from dockergen.manifests.python_locks import Locked, closure, packages_of
from dockergen.manifests.requirements import Requirement, normalised, requirement
from dockergen.model import Origin, Sourced
from dockergen.repository import LOCK_LIMIT, Repository, normal
from dockergen.settings import Settings


@frozen
class Project:
    """The manifests of one folder, or of one member of a uv workspace."""

    manager: Sourced[str]
    pyproject: Pyproject = field(default_factory=Pyproject)
    setup: Setup = field(default_factory=Setup)
    requirements: RequirementsTree = field(default_factory=RequirementsTree)
    environment: CondaEnvironment = field(default_factory=CondaEnvironment)
    script: Carrier = field(default_factory=Carrier)
    lock: str = ""  # path of the lock file in use
    direct: tuple[tuple[Requirement, Origin], ...] = ()  # what the manifest asks for
    installed: Mapping[str, Origin] = field(default_factory=dict)  # all distributions that are known to be installed
    provided: tuple[str, ...] = ()  # what a platform installs besides: the image has to as well
    besides: tuple[str, ...] = ()  # what the same step installs although no line asks for it, as pip is told
    locked: Mapping[str, Locked] = field(default_factory=dict)
    production: Production = field(default_factory=Production)
    member: str = ""  # folder of the member of a workspace, "" for the root
    stale: bool = False  # the lock file is older than the manifest
    outdated: Outdated = field(default_factory=Outdated)
    unwritten: bool = False  # there is no manifest, and what is imported stands for one
    notes: tuple[str, ...] = ()

    __hash__ = object.__hash__  # it holds mappings; what is found out about it is remembered by the object

    def origin_of(self, name: str) -> Origin:
        """Where a distribution is asked for."""
        return self.installed.get(name, Origin("default"))

    def has(self, *names: str) -> str:
        """The first of the distributions that is installed, or ""."""
        return next((name for name in names if name in self.installed), "")

    @property
    def constraints(self) -> tuple[Requirement, ...]:
        """What holds the other distributions and installs nothing, of pip's files and of uv's table."""
        uv = self.pyproject.settings("uv")
        texts_of = (*texts(uv.get("constraint-dependencies")), *texts(uv.get("override-dependencies")))
        return (*self.requirements.constraints, *filter(None, map(requirement, texts_of)))

    def release_of(self, name: str) -> str:
        """The release of a distribution that is locked or, without a lock file, pinned; "" where none is known."""
        locked = self.locked.get(name)
        return locked.version if locked else next((r.pinned for r, _ in self.direct if r.name == name), "")

    def before(self, name: str, release: str) -> bool:
        """True when a distribution is locked, or asked for, in releases before that one only."""
        locked = self.locked.get(name)
        asked = next((wanted.specifier for wanted, _ in self.direct if wanted.name == name), "")
        return ends_before(f"=={locked.version}" if locked and locked.version else asked, release)

    def includes(self, asked: str) -> bool:
        """True for `pymysql` when it is installed, and for `pymysql<1.1.2` when it is in releases before that only."""
        name, _, release = asked.partition("<")
        return name in self.installed and (not release or self.before(name, release))

    @property
    def manifest(self) -> str:
        """Path of the pyproject.toml in use."""
        return f"{self.member}/pyproject.toml" if self.member else "pyproject.toml"


@lru_cache(maxsize=16)
def project(repo: Repository, settings: Settings, member: str = "", imported: tuple[str, ...] = ()) -> Project:
    """The manifests of the folder, or of a member of its uv workspace; `imported` names groups and extras that the
    program does not start without. Where there is no manifest, what the files import stands for one.

    Raises ProjectError for a manifest that is broken, a manager that is not supported, a lock file with conflict
    marks, or one that cannot be installed for what the manifest asks.
    """
    path = f"{member}/pyproject.toml" if member else "pyproject.toml"
    document = repo.toml(path) if repo.is_file(path) else {}
    table = pyproject(document)
    chosen, notes = manager(repo, table, settings)
    requirements = _requirements(repo, chosen.value, table, imported)
    setups = setup(repo) if chosen.value == "pip" and not requirements.path else Setup()
    converted = conda.converted(repo, environment(repo)) if _only_conda(repo, chosen.value) else CondaEnvironment()
    script = Carrier() if manifest(repo) else carrier(repo, settings)
    stating = table.has_project or table.has_build_system or setups.path or requirements.path
    known = groups_of(repo, chosen.value, path)
    extra = production(known, document, table, chosen.value, imported, alone=chosen.value == "pip" and not stating)
    direct = _direct(repo, chosen.value, path, table, requirements, setups, extra)
    direct = (*direct, *conda.requirements(repo, environment(repo), converted), *script.requirements(repo))
    unwritten = imported_by(repo, candidates(repo)) if not manifest(repo) and not script.path else {}
    direct = (*direct, *((Requirement(name), origin) for name, origin in unwritten.items()))
    if requirements.path:
        check_pins(direct)
        check_hashes(requirements)
    lock = next((f for f in load("python").managers[chosen.value].lock_files if repo.is_file(f)), "")
    text = _lock_text(repo, lock)
    stated = lock or requirements.path
    packages = packages_of(lock, text)
    locked = _locked(packages, lock, direct, table, extra)
    extra_rows = provided(repo, {r.name for r, _ in direct} | set(locked))
    installed = _installed((*direct, *extra_rows), locked, lock)
    if not lock:
        installed |= brought(repo, installed)
    if chosen.value == "pdm":
        check_groups(lock, text, (*extra.groups, *extra.extras))
    read = Lock(stated, text, packages)
    old = outdated(chosen.value, read, document, direct, path)
    stale = stale_notes(repo, chosen.value, read, old, document, direct, path)
    return Project(
        manager=chosen,
        pyproject=table,
        setup=setups,
        requirements=requirements,
        environment=converted,
        script=script,
        lock=lock,
        direct=(*direct, *extra_rows),
        provided=tuple(f"{r.name}{r.specifier}" for r, _ in extra_rows),
        installed=installed,
        locked=locked,
        production=extra,
        member=member,
        stale=bool(stale),
        outdated=old,
        unwritten=bool(unwritten),
        notes=(
            *(*notes, *conda.notes(repo, environment(repo), converted), *script.notes(repo)),
            *(*stale, *(() if lock else moving(direct))),
        ),
    )


def is_package(repo: Repository, project: Project) -> bool:
    """True for what an installer can build and install: then its console scripts are there."""
    table = project.pyproject
    if any(normal(wanted.path) == "" for wanted, _ in project.direct if wanted.path):
        return True  # by a line of its own, for which pip falls back on setuptools
    if project.manager.value == "uv":
        packaged = table.settings("uv").get("package")
        return packaged is not False and (table.has_build_system or packaged is True)
    if table.settings("poetry").get("package-mode") is False or table.settings("pdm").get("distribution") is False:
        return False
    return bool(project.setup.path or table.has_build_system or repo.sub(project.member).is_file("setup.py"))


def _only_conda(repo: Repository, chosen: str) -> bool:
    """True when a conda environment is all there is, which is converted because somebody asked for pip."""
    return chosen == "pip" and bool(environment(repo)) and is_unsupported(manifest(repo))


def _requirements(repo: Repository, chosen: str, table: Pyproject, imported: tuple[str, ...] = ()) -> RequirementsTree:
    if chosen == "rye":
        return requirements_tree(repo, "requirements.lock")
    if chosen != "pip":
        return RequirementsTree()
    wider = next((name for name in imported if name in production_files(repo)), "")
    return requirements_tree(repo, wider or requirements_path(repo) or _dynamic_file(repo, table))


def _dynamic_file(repo: Repository, table: Pyproject) -> str:
    """The requirements file that the build back end takes the project's dependencies from, "" when there is none."""
    if "dependencies" not in table.dynamic:
        return ""
    row = table.settings("setuptools", "dynamic", "dependencies").get("file")
    files = [row] if isinstance(row, str) else [*texts(row)]
    files += texts(table.settings("hatch", "metadata", "hooks", "requirements_txt").get("files"))
    return next((path for path in files if repo.is_file(path)), "")


def _direct(
    repo: Repository,
    chosen: str,
    manifest: str,
    table: Pyproject,
    requirements: RequirementsTree,
    setups: Setup,
    extra: Production,
) -> tuple[tuple[Requirement, Origin], ...]:
    stated = [(r, _toml_origin(repo, manifest, r.name)) for r in (*table.dependencies, *extra.requirements)]
    if requirements.path:
        found = [(r, origin) for r, origin, _ in requirements.requirements]
        if any(r.path.rstrip("/") in (".", "./") for r, _ in found):
            own = setup(repo)
            found += [*stated, *((r, _line(repo, own.path, r.name)) for r in own.requirements)]
    elif chosen == "pipenv":
        rows = repo.toml("Pipfile").get("packages") if repo.is_file("Pipfile") else None
        wanted = (*poetry_dependencies(rows if isinstance(rows, dict) else {}), *extra.requirements)
        found = [(r, _line(repo, "Pipfile", r.name)) for r in wanted]
    else:
        # What [project] states is all that setuptools takes, whatever setup.py and setup.cfg say besides.
        rows = () if table.states_dependencies else setups.requirements
        found = stated + [(r, _line(repo, setups.path, r.name)) for r in rows]
    return tuple((r, origin) for r, origin in found if applies(r.marker))


def _toml_origin(repo: Repository, manifest: str, name: str) -> Origin:
    """The line that asks for it, as a key or at the beginning of a text; descriptions name it too."""
    written = "[-_.]+".join(map(re.escape, name.split("-")))
    return _line(repo, manifest, re.compile(rf"(?im)^\s*[\"']?{written}[\"']?\s*=|[\"']{written}(?=[\s\[(<>=!~;@\"'])"))


def _line(repo: Repository, path: str, needle: str | re.Pattern[str]) -> Origin:
    return Origin("file", path, repo.line_of(path, needle))


def _lock_text(repo: Repository, lock: str) -> str:
    text = repo.read(lock, LOCK_LIMIT) if lock else ""
    for mark in ("\n<<<<<<< ", "\n>>>>>>> "):
        if mark in text:
            line = text.count("\n", 0, text.index(mark)) + 2
            raise ProjectError(f"{lock}:{line} holds marks of an unresolved merge.", "Resolve the merge, or lock anew.")
    return text


def _locked(
    packages: Mapping[str, Locked],
    lock: str,
    direct: tuple[tuple[Requirement, Origin], ...],
    table: Pyproject,
    extra: Production,
) -> Mapping[str, Locked]:
    if any(package.production is not None for package in packages.values()):
        # Poetry does not say in every lock file which extra brings an optional one: with any, all are there.
        chosen = {*map(normalised, (*extra.groups, *extra.extras))}
        kept = {n: p for n, p in packages.items() if p.production is not False or chosen.intersection(p.groups)}
        return {n: p for n, p in kept.items() if extra.extras or not p.optional}
    if lock.startswith("pylock."):
        return packages
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
            for name in bundles.get(key, ()):
                found.setdefault(name, origin)
        for extra in r.extras:
            if extra in ("binary", "c"):
                found.setdefault(f"{r.name}-{extra}", origin)
    for name, package in locked.items():
        found.setdefault(name, Origin("file", lock, package.line))
    return found
