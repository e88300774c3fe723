"""How the dependencies get in: the files that the install step reads, what Debian adds, and the project itself."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.beside import lost_data
from dockergen.languages.python.extension import extension
from dockergen.languages.python.foreign import run_by_setup
from dockergen.languages.python.hashes import hashless, unchecked, unhashed
from dockergen.languages.python.local_versions import local_versions
from dockergen.languages.python.manager_options import contradicted, of_public_index, options, renewing, tools
from dockergen.languages.python.manager_version import lock_reader, manager_version, newer_pip, old_pip
from dockergen.languages.python.markers import applies, settled
from dockergen.languages.python.mounts import Mounts, is_archive, mounts
from dockergen.languages.python.old_builds import OldBuilds, old_builds
from dockergen.languages.python.old_setuptools import Legacy, old_setuptools
from dockergen.languages.python.own_package import (
    absent_from_build,
    absent_papers,
    copies_source,
    in_place,
    installs_itself,
    local_packages,
    own_words,
    read_by_build,
    unpacked,
    waiting,
    without_papers,
)
from dockergen.languages.python.private import has_credentials, private
from dockergen.languages.python.project import Project
from dockergen.languages.python.scm import scm
from dockergen.languages.python.start import Start
from dockergen.languages.python.unloadable import unloadable
from dockergen.languages.python.unlocked import for_pip, kept
from dockergen.languages.python.unpublished import edits
from dockergen.languages.python.vcs import vcs
from dockergen.lazy import regex
from dockergen.manifests.requirements import bare_name
from dockergen.model import BuildArgument, Secret, Sourced
from dockergen.repository import LOCK_LIMIT, Repository

_TOGETHER = ("requirements", "project", "setup")  # kinds whose step can be told more than the manifests say
# Of a package in a uv.lock.
_OUTSIDE = regex(r"^source = \{ (?:directory|editable|virtual|path) = \"(?:\.\./|/)", re.MULTILINE)


@frozen
class Install:
    """What the install partials print."""

    kind: str  # requirements, uv, poetry, pdm, pipenv, pylock, project (PEP 621 without a lock) or setup
    manifests: tuple[str, ...]  # files that are bind-mounted for the dependency step
    folders: tuple[str, ...]  # packages of the repository that are built in it
    requirements: str  # path of the requirements file, or of pylock.toml
    inline: tuple[str, ...]  # requirements that only setup.py, a conda environment or an unlocked Poetry project states
    inline_from: str  # the file that states them, "" where only imports do
    flags: tuple[str, ...]  # groups, extras and member, in the words of the manager
    only_groups: bool  # nothing but [dependency-groups] says what the program needs
    locked: bool
    verified: bool  # the lock file is compared with the manifest again when the project is installed
    tools: tuple[str, ...]  # the manager and what goes with it, as pip is told
    renews: tuple[str, ...]  # what brings an outdated lock file up to date, in the words of the manager
    renewed: tuple[str, ...]  # the files that it writes anew for itself
    kept_from: str  # an outdated lock file whose releases pip keeps to
    kept: str  # the script for sed that makes constraints of it
    reader: bool  # they print the manager's lock file in its place
    no_indexes: bool  # it names no index that pip would not use unasked
    old_pip: bool  # the image's pip installs into its own environment only
    newer_pip: str  # what the environment's pip is replaced by before it installs, "" where that is new enough
    uv: str  # reference of the uv image
    insists: bool  # uv has to be told the image's Python, as a file of the source names another
    project: bool  # the project itself is installed
    local: tuple[str, ...]  # folders and archives of the repository that are installed besides the project
    waits: tuple[str, ...]  # names of those that uv would build in the dependency step
    checkouts: bool  # some distributions come from version control, of which no hash can be checked
    others: str  # requirements file without the lines that are installed apart or not at all, made in the step
    edits: tuple[str, ...]  # what makes that file of one with lines that no index answers
    utf16: bool  # that file is made of one in UTF-16, which sed does not read
    unhashed: bool  # that file is without folders and checkouts too, as its other lines have hashes
    own: tuple[str, ...]  # what pip is told about those lines once the source is there
    reads: tuple[str, ...]  # readme, licence and version files that its build back end reads
    added: tuple[str, ...]
    indexes: tuple[str, ...]  # addresses that are asked besides, for releases that only they have
    besides: tuple[str, ...]  # what is installed together with the manifests, as one depends on the other
    legacy: Legacy  # the setuptools that old distributions want when they run
    builds: OldBuilds  # the one that they want when they are built
    anew: tuple[str, ...]  # what is built from source although it has wheels, as those do not load
    source_first: bool  # the step cannot do without the source, which comes before it
    secrets: tuple[Secret, ...] = ()
    unsafe: tuple[str, ...] = ()  # files with a password in clear, which no layer may hold
    pip_config: str = ""  # pip's own configuration, kept in the repository
    arguments: tuple[BuildArgument, ...] = ()  # of the step that builds the project
    rust: bool = False
    by_pip: bool = False  # the project itself, although uv installs the rest
    missing: tuple[str, ...] = ()  # importable folders whose source lacks what only the build makes
    archives: tuple[str, ...] = ()  # wheels and the like of the repository, of which the environment has the content
    excluded: tuple[str, ...] = ()  # all three, where the source is copied
    absent: tuple[str, ...] = ()  # readme and licence that the manifest names and the repository lacks
    grafted: str = ""  # package whose files the build is told, as it sees no version control
    in_place: str = ""  # folder that is imported from although the project is installed, "." for the root
    copies_source: bool = True  # the program runs from its source, as a whole or in part
    build_packages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def install(repo: Repository, project: Project, start: Start, release: Sourced[str]) -> Install:
    """The install steps on that Python; ProjectError when a file that they need is not there."""
    catalog = load("python")
    kind = _kind(project)
    closed = private(repo, project)
    remote = vcs(repo, project)
    told = scm(repo, project)
    built = extension(repo, project, told)
    taken = mounts(repo, project, kind)
    split = bool(taken.own) and kind == "requirements" and {o.path for o in taken.own} == {project.requirements.path}
    itself = installs_itself(repo, project, start, taken, built)
    own = () if itself and taken.own else own_words(repo, project, kind, split, taken)
    # A line of the requirements that is the project installs its command too, unless in place.
    inside = itself or (start.script and bool(taken.own) and bool(own) and "-e" not in own)
    placed = in_place(repo, start) if inside and not built.must_build else ""
    missing = built.folders if itself and built.must_build else ()
    archives = _archives(repo, taken)
    uv = manager_version(repo, "uv", project.pyproject, project.lock, release.value)
    legacy = old_setuptools(repo, project, start.entry, release.value, old_pip(release.value))
    builds = old_builds(repo, project, kind, itself or bool(taken.own), release.value)
    words = tuple(_words(project, release.value)) if kind == "setup" or (split and not taken.unhashed) else ()
    besides = _besides(project, words)
    apart = _apart(project, kind, besides, old_pip(release.value))
    bare = unhashed(repo, project)
    without = edits(repo, project, kind, not split and not taken.unhashed)
    elsewhere = local_versions(project)
    outdated, by_pip = bool(project.outdated.why), kind == "setup"
    absent = absent_papers(repo, project) if itself or own else ()
    return Install(
        kind=kind,
        manifests=taken.files,
        folders=taken.folders,
        requirements=project.lock if kind == "pylock" else project.requirements.path,
        inline=(*words, *besides) if kind == "setup" else words,
        inline_from=_inline_from(project),
        flags=(*options(project, kind, uv.value), *(["--without-hashes"] if bare else [])),
        only_groups=kind == "project" and not (project.pyproject.has_project or project.pyproject.has_build_system),
        locked=bool(project.lock),
        verified=bool(project.lock) and not project.stale and not _knows_other_folders(repo, project),
        tools=tools(repo, project, kind, release.value),
        renews=renewing(project, release.value) if outdated and not by_pip else (),
        renewed=_renewed(project) if outdated and not by_pip else (),
        kept_from=project.lock if outdated and by_pip else "",
        kept=kept(repo, project) if outdated and by_pip else "",
        reader=bool(project.lock and lock_reader(kind, release.value)),
        no_indexes=of_public_index(repo, project) if kind == "pipenv" else False,
        old_pip=old_pip(release.value),
        newer_pip=newer_pip(release.value),
        uv=str(catalog.images["uv"].at(uv.value)),
        insists=kind == "uv" and contradicted(repo, release),
        project=itself,
        local=local_packages(project, kind, taken),
        waits=tuple(waiting(repo, project)) if kind == "uv" else (),
        checkouts=unchecked(repo, project, kind),
        others=_beside(project.requirements.path) if split or taken.unhashed or without.expressions else "",
        edits=without.expressions,
        utf16=bool(project.requirements.path) and repo.is_utf16(project.requirements.path),
        unhashed=taken.unhashed,
        own=own,
        reads=tuple(dict.fromkeys(read_by_build(repo, project))),
        added=(*project.provided, *start.added, *apart),
        indexes=elsewhere.urls,
        besides=tuple(word for word in besides if word not in apart),
        legacy=legacy,
        builds=builds,
        anew=tuple(found.value for found in unloadable(project)),
        source_first=_computed(project, kind) or (bool(taken.own) and not split and not project.lock),
        secrets=(*closed.secrets, *remote.secrets),
        unsafe=closed.unsafe,
        pip_config=closed.configuration,
        arguments=told.arguments if itself or taken.own else (),
        rust=built.language == "rust" and (itself or bool(taken.own)),
        by_pip=built.language == "rust" and itself and _for_pip(project, kind, closed.secrets),
        missing=missing,
        archives=archives,
        excluded=(*closed.unsafe, *missing, *archives),
        absent=absent,
        grafted=lost_data(repo, start.entry) if itself and built.must_build else "",
        in_place=placed,
        copies_source=copies_source(repo, project, start, built, inside, placed),
        build_packages=(
            *remote.packages,
            *((*built.packages, *run_by_setup(repo.sub(project.member))) if itself or taken.own else ()),
        ),
        notes=(
            *(*closed.notes, *remote.notes, *(told.notes if itself or taken.own else ()), *built.notes),
            *(*legacy.notes, *builds.notes, *(absent_from_build(repo) if itself or taken.own else ())),
            *hashless(project, bare),
            *without.notes,
            *without_papers(repo, project, absent),
            *unpacked(repo, project, itself or bool(own)),
            *elsewhere.notes,
            *_advice(project, kind),
        ),
    )


def _knows_other_folders(repo: Repository, project: Project) -> bool:
    """True for a uv.lock with a package from a folder beside the repository, which a check against the manifest wants
    to read although nothing that is installed needs it."""
    asked = project.manager.value == "uv" and project.lock
    return bool(asked) and _OUTSIDE.search(repo.read(project.lock, LOCK_LIMIT)) is not None


def _renewed(project: Project) -> tuple[str, ...]:
    return (project.lock, "Pipfile") if project.manager.value == "pipenv" else (project.lock,)


def _for_pip(project: Project, kind: str, secrets: tuple[Secret, ...]) -> bool:
    """True where pip can take the project from uv: it is alone, and its build needs no index that only uv knows."""
    alone = not any(package.local and package.local != "." for package in project.locked.values())
    return kind in ("project", "uv") and alone and not project.member and not secrets


def _besides(project: Project, words: tuple[str, ...]) -> tuple[str, ...]:
    """What no line asks for, without what is told one by one anyway."""
    told = {bare_name(word) for word in words}
    return tuple(word for word in project.besides if bare_name(word) not in told)


def _apart(project: Project, kind: str, besides: tuple[str, ...], old: bool) -> tuple[str, ...]:
    """What of it a step of its own installs: all where the tool cannot be told more, and for the pip of an old venv,
    which refuses a name that is told twice, what the file names as well."""
    if kind not in _TOGETHER:
        return besides
    named = {r.name for r, _, _ in project.requirements.requirements} if old and kind == "requirements" else set()
    return tuple(word for word in besides if bare_name(word) in named)


def _archives(repo: Repository, taken: Mounts) -> tuple[str, ...]:
    """Archives that the dependency step reads, a folder of nothing else as a whole."""
    kept = (".gitignore", ".gitkeep")
    folders = tuple(
        p for p in taken.files if repo.is_folder(p) and all(is_archive(n) or n in kept for n in repo.entries(p))
    )
    alone = (p for p in taken.files if is_archive(p) and p.rpartition("/")[0] not in folders)
    return (*folders, *alone)


def _kind(project: Project) -> str:
    manager = project.manager.value
    if manager == "rye" or project.requirements.path:
        return "requirements"
    if manager == "uv" and not project.lock and not project.pyproject.settings("uv", "sources"):
        # Without a lock `uv sync` builds the project to learn its metadata, which needs the source.
        return "project"
    if manager == "poetry" and for_pip(project):
        return "setup"
    if manager != "pip":
        return manager
    table = project.pyproject
    apart = project.environment.packages or project.environment.pip or project.script.path
    if apart or (project.setup.path and not table.states_dependencies):
        return "setup"
    stated = table.has_project or table.has_build_system or project.production.groups
    return "project" if stated else "setup"  # where no manifest asks for anything, nothing is installed


def _computed(project: Project, kind: str) -> bool:
    """True when only the build back end knows the dependencies, for which it wants the source."""
    return kind == "project" and "dependencies" in project.pyproject.dynamic


def _beside(path: str) -> str:
    """A name in the folder of the requirements file, so that what it includes is found from there."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/.others-{name}".lstrip("/")


def _inline_from(project: Project) -> str:
    if project.unwritten:
        return ""
    if project.environment.packages or project.environment.pip:
        return project.direct[0][1].path if project.direct else ""
    return project.setup.path or project.script.path or project.manifest


def _words(project: Project, release: str) -> list[str]:
    """The requirements that pip is told one by one; a folder comes with the source."""
    found = []
    minor = re.findall(r"^\d+\.\d+", release)
    listed = {r.name for r, _, _ in project.requirements.requirements}
    for requirement in for_pip(project) or [requirement for requirement, _ in project.direct]:
        if has_credentials(requirement.url) or requirement.path or requirement.name in listed:
            continue  # `pip install .` gets it, from setup.py itself
        extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
        what = f" @ {requirement.url}" if requirement.url else requirement.specifier.replace(" ", "")
        known = bool(minor) and settled(requirement.marker)
        if minor and "full_version" not in requirement.marker and not applies(requirement.marker, minor[0]):
            continue
        marker = f" ; {_readable(requirement.marker)}" if requirement.marker and not known else ""
        found.append(f"{requirement.name}{extras}{what}{marker}")
    return list(dict.fromkeys(found))


def _readable(marker: str) -> str:
    """The marker in the one kind of quote that a shell's word needs no escape for."""
    return marker if '"' in marker else marker.replace("'", '"')


def _advice(project: Project, kind: str) -> list[str]:
    if project.script.path or project.unwritten:
        return []  # it tells by itself
    listed = kind == "requirements" or bool(project.environment.packages or project.environment.pip)
    if not listed and kind in ("project", "setup") and project.manager.value != "poetry" and project.direct:
        return ["There is no lock file, so each build may install other versions; `uv lock` writes one."]
    if listed and not any(r.specifier.startswith("==") or r.hashed or r.url or r.path for r, _ in project.direct):
        path = project.requirements.path or project.direct[0][1].path
        return [f"{path} pins no version, so each build may install other ones; `pip freeze` tells yours."]
    manager = project.manager.value
    if manager in ("uv", "poetry", "pdm", "pipenv") and not project.lock:
        return [f"There is no lock file, so each build may install other versions; `{manager} lock` writes one."]
    return []
