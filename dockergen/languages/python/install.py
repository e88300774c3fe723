"""How the dependencies get in: the files that the install step reads, what Debian adds, and the project itself."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.beside import data_root, source_root, written_root
from dockergen.languages.python.extension import Extension, extension, runs_from_source
from dockergen.languages.python.manager_version import lock_reader, manager_version, old_pip
from dockergen.languages.python.mounts import Mounts, is_archive, mounts
from dockergen.languages.python.old_builds import OldBuilds, old_builds
from dockergen.languages.python.old_setuptools import Legacy, old_setuptools
from dockergen.languages.python.private import has_credentials, is_public_index, private
from dockergen.languages.python.project import Project
from dockergen.languages.python.python_pins import Pin, pins
from dockergen.languages.python.scm import scm
from dockergen.languages.python.setuptools_files import setup
from dockergen.languages.python.source_roots import source_roots
from dockergen.languages.python.start import Start
from dockergen.languages.python.unlocked import for_pip
from dockergen.languages.python.unpublished import edits
from dockergen.languages.python.uv_workspace import members
from dockergen.languages.python.vcs import vcs
from dockergen.manifests.pyproject import files_read, table, texts
from dockergen.manifests.python_locks import without_files
from dockergen.manifests.requirements import bare_name, normalised
from dockergen.model import BuildArgument, Secret, Sourced
from dockergen.repository import LOCK_LIMIT, Repository, normal

_TOGETHER = ("requirements", "project", "setup")  # kinds whose step can be told more than the manifests say


@frozen
class Install:
    """What the install partials print."""

    kind: str  # requirements, uv, poetry, pdm, pipenv, pylock, project (PEP 621 without a lock) or setup
    manifests: tuple[str, ...]  # files that are bind-mounted for the dependency step
    folders: tuple[str, ...]  # packages of the repository that are built in it
    requirements: str  # path of the requirements file, or of pylock.toml
    inline: tuple[str, ...]  # requirements that only setup.py, a conda environment or an unlocked Poetry project states
    inline_from: str  # the file that states them
    flags: tuple[str, ...]  # groups, extras and member, in the words of the manager
    only_groups: bool  # nothing but [dependency-groups] says what the program needs
    locked: bool
    verified: bool  # the lock file is compared with the manifest again when the project is installed
    tools: tuple[str, ...]  # the manager and what goes with it, as pip is told
    reader: bool  # they print the manager's lock file in its place
    old_pip: bool  # the image's pip installs into its own environment only
    uv: str  # reference of the uv image
    insists: bool  # uv has to be told the image's Python, as a file of the source names another
    project: bool  # the project itself is installed
    local: tuple[str, ...]  # folders and archives of the repository that are installed besides the project
    waits: tuple[str, ...]  # names of those that uv would build in the dependency step
    checkouts: bool  # some distributions come from version control, of which no hash can be checked
    others: str  # requirements file without the lines that are installed apart or not at all, made in the step
    edits: tuple[str, ...]  # what makes that file of one with lines that no index answers
    unhashed: bool  # that file is without folders and checkouts too, as its other lines have hashes
    own: tuple[str, ...]  # what pip is told about those lines once the source is there
    reads: tuple[str, ...]  # readme, licence and version files that its build back end reads
    added: tuple[str, ...]
    besides: tuple[str, ...]  # what is installed together with the manifests, as one depends on the other
    legacy: Legacy  # the setuptools that old distributions want when they run
    builds: OldBuilds  # the one that they want when they are built
    source_first: bool  # the step cannot do without the source, which comes before it
    secrets: tuple[Secret, ...] = ()
    unsafe: tuple[str, ...] = ()  # files with a password in clear, which no layer may hold
    pip_config: str = ""  # pip's own configuration, kept in the repository
    arguments: tuple[BuildArgument, ...] = ()  # of the step that builds the project
    rust: bool = False
    missing: tuple[str, ...] = ()  # importable folders whose source lacks what only the build makes
    archives: tuple[str, ...] = ()  # wheels and the like of the repository, of which the environment has the content
    excluded: tuple[str, ...] = ()  # all three, where the source is copied
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
    itself = _installs_project(repo, project, start, taken, built)
    in_place = _in_place(repo, start) if itself and not built.must_build else ""
    missing = built.folders if itself and built.must_build else ()
    archives = _archives(repo, taken)
    uv = manager_version(repo, "uv", project.pyproject, project.lock, release.value)
    legacy = old_setuptools(repo, project, start.entry, release.value, old_pip(release.value))
    builds = old_builds(repo, project, kind, itself or bool(taken.own), release.value)
    words = tuple(_words(project)) if kind == "setup" or (split and not taken.unhashed) else ()
    besides = _besides(project, words)
    apart = _apart(project, kind, besides, old_pip(release.value))
    bare = _unhashed(repo, project)
    without = edits(project, kind, not split and not taken.unhashed)
    return Install(
        kind=kind,
        manifests=taken.files,
        folders=taken.folders,
        requirements=project.lock if kind == "pylock" else project.requirements.path,
        inline=(*words, *besides) if kind == "setup" else words,
        inline_from=_inline_from(project),
        flags=(*_old_flags(kind, uv.value), *_flags(repo, project, kind), *(["--without-hashes"] if bare else [])),
        only_groups=kind == "project" and not (project.pyproject.has_project or project.pyproject.has_build_system),
        locked=bool(project.lock),
        verified=bool(project.lock) and not project.stale,
        tools=_tools(repo, project, kind, release.value),
        reader=bool(project.lock and lock_reader(kind, release.value)),
        old_pip=old_pip(release.value),
        uv=str(catalog.images["uv"].at(uv.value)),
        insists=kind == "uv" and _contradicted(repo, release),
        project=itself,
        local=_local(project, kind, taken),
        waits=tuple(_waits(repo, project)) if kind == "uv" else (),
        checkouts=_has_checkouts(project) or (kind == "pdm" and _without_markers(repo, project)),
        others=_beside(project.requirements.path) if split or taken.unhashed or without.expressions else "",
        edits=without.expressions,
        unhashed=taken.unhashed,
        own=() if itself and taken.own else _own(project, kind, split, taken),
        reads=tuple(dict.fromkeys(_reads(repo, project))),
        added=(*project.provided, *start.added, *apart),
        besides=tuple(word for word in besides if word not in apart),
        legacy=legacy,
        builds=builds,
        source_first=_computed(project, kind) or (bool(taken.own) and not split and not project.lock),
        secrets=(*closed.secrets, *remote.secrets),
        unsafe=closed.unsafe,
        pip_config=closed.configuration,
        arguments=told.arguments if itself or taken.own else (),
        rust=built.language == "rust" and (itself or bool(taken.own)),
        missing=missing,
        archives=archives,
        excluded=(*closed.unsafe, *missing, *archives),
        in_place=in_place,
        copies_source=not itself
        or bool(in_place)
        or (built.must_build and runs_from_source(repo, project, start, built))
        or any(repo.is_file(word) for word in start.command.value)
        or _outside(project, start),
        build_packages=(*remote.packages, *(built.packages if itself or taken.own else ())),
        notes=(
            *(*closed.notes, *remote.notes, *(told.notes if itself or taken.own else ()), *built.notes),
            *(*legacy.notes, *builds.notes, *(_absent(repo) if itself or taken.own else ())),
            *_hashless(project, bare),
            *without.notes,
            *_advice(project, kind, catalog.managers[project.manager.value].title),
        ),
    )


def _in_place(repo: Repository, start: Start) -> str:
    """The folder that an installed program is imported from all the same: one of Django's has manage.py beside it,
    which the migrations run, and often its settings."""
    if start.django:
        return start.import_root or "."
    return source_root(repo, start.entry) or data_root(repo, start.entry) or written_root(repo, start.entry)


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


def _outside(project: Project, start: Start) -> bool:
    """True when the program begins in a file beside the packages of the project, such as wsgi.py."""
    folder, _, name = start.entry.rpartition("/")
    modules = texts(project.pyproject.settings("setuptools").get("py-modules"))
    return bool(name) and not start.script and folder == project.member and name.removesuffix(".py") not in modules


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
    if project.setup.path or project.environment.packages or project.environment.pip or project.script.path:
        return "setup"
    table = project.pyproject
    stated = table.has_project or table.has_build_system or project.production.groups
    return "project" if stated else "setup"  # where no manifest asks for anything, nothing is installed


def _installs_project(repo: Repository, project: Project, start: Start, taken: Mounts, built: Extension) -> bool:
    """A console script, an src layout or what only a build completes; everything else runs from the folder."""
    table = project.pyproject
    here = repo.sub(project.member)
    buildable = bool(project.setup.path or here.is_file("setup.py") or table.has_build_system)
    if start.script and not buildable:
        raise ProjectError(
            f"{start.command.origin} declares the command {start.command.value[0]}, but pyproject.toml has no "
            "[build-system] to install it.",
            "Add a build system, or say what to start.",
            command="dockergen init --start 'python main.py'",
        )
    if taken.own:
        # The manifest requires it by a line of its own, and mostly in place: where nothing is compiled, that works.
        return built.must_build and not built.complete
    if project.manager.value == "uv":
        packaged = table.settings("uv").get("package")
        return packaged is not False and (bool(table.has_build_system) or packaged is True)
    if table.settings("poetry").get("package-mode") is False or table.settings("pdm").get("distribution") is False:
        return False
    return buildable and (built.must_build or (_packaged(repo, project, start) and not _packs_nothing(here, project)))


def _packaged(repo: Repository, project: Project, start: Start) -> bool:
    return start.script or (start.import_root in source_roots(repo) and not project.requirements.path)


def _packs_nothing(here: Repository, project: Project) -> bool:
    """True for a project that Poetry refuses to build, as no folder or module has its name; `--no-root` hides that."""
    poetry = project.pyproject.settings("poetry")
    if not poetry or poetry.get("packages") or not project.pyproject.name:
        return False
    name = normalised(project.pyproject.name).replace("-", "_")
    places = (name, f"src/{name}", f"{name}.py", f"src/{name}.py")
    return not any(map(here.has, places))


def _computed(project: Project, kind: str) -> bool:
    """True when only the build back end knows the dependencies, for which it wants the source."""
    return kind == "project" and "dependencies" in project.pyproject.dynamic


def _own(project: Project, kind: str, split: bool, taken: Mounts) -> tuple[str, ...]:
    if split:
        locked = taken.unhashed or project.manager.value == "rye"
        return ("--no-deps", "-e", ".") if locked else _own_lines(project)
    if kind == "setup" and project.setup.path:
        return (".",)  # with what its requirements are, where they are computed
    return ("--no-deps", "-e", ".") if kind == "pipenv" and taken.own else ()


def _own_lines(project: Project) -> tuple[str, ...]:
    """The project as the requirements file asks for it; what it needs besides the other lines comes along."""
    found = [r for r, _, _ in project.requirements.requirements if (normal(r.path) if r.path else None) == ""]
    extras = sorted({extra for r in found for extra in r.extras})
    itself = f".[{','.join(extras)}]" if extras else "."
    return ("-e", itself) if any(r.editable for r in found) else (itself,)


def _local(project: Project, kind: str, taken: Mounts) -> tuple[str, ...]:
    """Packages of the repository that are installed besides the project itself."""
    if kind in ("poetry", "pdm", "pipenv"):
        # Poetry exports the hash of an archive, which pip then takes like any other file.
        return tuple(f"./{path}" for path in (taken.folders if kind == "poetry" else taken.builds))
    if kind == "requirements" and taken.unhashed:
        return tuple(f"./{path}" for path in taken.folders)
    if kind != "uv":
        return ()
    own = normalised(project.pyproject.name)
    return tuple(p.local for name, p in project.locked.items() if p.local and name != own)


def _waits(repo: Repository, project: Project) -> list[str]:
    """Path dependencies; members of the workspace wait anyway."""
    known = {".", *(m.path for m in members(repo))}
    return [name for name, p in project.locked.items() if p.local and normal(p.local) not in known and p.local != "."]


def _has_checkouts(project: Project) -> bool:
    if project.locked:
        return any(package.vcs for package in project.locked.values())
    return any(r.url.startswith(("git+", "hg+", "svn+", "bzr+")) for r, _ in project.direct)


def _without_markers(repo: Repository, project: Project) -> bool:
    """A lock file that PDM does not export: before 2.11 none inherits the markers of what asks."""
    metadata = table(repo.toml(project.lock, LOCK_LIMIT), "metadata") if project.lock else {}
    strategy = metadata.get("strategy")
    return bool(metadata) and "inherit_metadata" not in (strategy if isinstance(strategy, list) else ())


def _flags(repo: Repository, project: Project, kind: str) -> list[str]:
    """The production groups and extras, as the manager is told."""
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
        return ["--no-indexes"] if _of_public_index(repo, project) else []
    # PDM installs groups of [dependency-groups] as development ones only.
    return _pairs("--group", extra.extras) if kind == "pdm" else []


def _of_public_index(repo: Repository, project: Project) -> bool:
    """True for a Pipfile.lock that names no other index than pip uses unasked."""
    found = re.findall(r'"url":\s*"([^"]+)"', repo.read(project.lock, LOCK_LIMIT)) if project.lock else []
    return bool(found) and all(map(is_public_index, found))


def _unhashed(repo: Repository, project: Project) -> tuple[str, int] | None:
    """A package of the poetry.lock without hashes: pip checks those of all lines or of none."""
    if project.manager.value != "poetry" or not project.lock:
        return None
    return without_files(repo.read(project.lock, LOCK_LIMIT))


def _contradicted(repo: Repository, release: Sourced[str]) -> bool:
    stated = [pin for pin in pins(repo) if isinstance(pin, Pin) and pin.origin.path == ".python-version"]
    return any(release.value.split(".")[:2] != pin.release.split(".")[:2] or pin.free_threaded for pin in stated)


def _old_flags(kind: str, release: str) -> tuple[str, ...]:
    """uv before 0.9 does not know the variable UV_NO_DEV for certain."""
    old = kind == "uv" and tuple(int(part) for part in release.split(".")[:2]) < (0, 9)
    return ("--no-dev",) if old else ()


def _pairs(flag: str, names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in (flag, name)]


def _tools(repo: Repository, project: Project, kind: str, release: str) -> tuple[str, ...]:
    if kind not in ("poetry", "pdm", "pipenv"):
        return ()
    if project.lock and (reader := lock_reader(kind, release)):
        return reader
    version = manager_version(repo, kind, project.pyproject, project.lock, release).value
    pinned = f"{kind}=={version}" if version[:1].isdigit() else f"{kind}{version}"
    return (pinned, *load("python").lists.get(f"beside:{kind}", ()))


def _beside(path: str) -> str:
    """A name in the folder of the requirements file, so that what it includes is found from there."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/.others-{name}".lstrip("/")


def _reads(repo: Repository, project: Project) -> list[str]:
    prefix = f"{project.member}/" if project.member else ""
    named = [path for name in project.pyproject.named_files if (path := normal(prefix + name))]
    if project.manager.value == "uv":
        # `uv sync --locked` looks at all members, and builds those that are needed.
        named += [f"{m.path}/pyproject.toml" for m in members(repo)]
        named += [path for m in members(repo) for path in _named_files(repo, m.path)]
    stated = setup(repo).reads if project.manager.value == "pip" else ()
    return [path for path in (*named, *stated) if repo.is_file(path)]


def _named_files(repo: Repository, folder: str) -> list[str]:
    named = files_read(repo.toml(f"{folder}/pyproject.toml"))
    return [path for name in named if (path := normal(f"{folder}/{name}"))]


def _inline_from(project: Project) -> str:
    if project.environment.packages or project.environment.pip:
        return project.direct[0][1].path if project.direct else ""
    return project.setup.path or project.script.path or project.manifest


def _words(project: Project) -> list[str]:
    """The requirements that pip is told one by one; a folder comes with the source."""
    found = []
    listed = {r.name for r, _, _ in project.requirements.requirements}
    for requirement in for_pip(project) or [requirement for requirement, _ in project.direct]:
        if has_credentials(requirement.url) or requirement.path or requirement.name in listed:
            continue  # `pip install .` gets it, from setup.py itself
        extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
        what = f" @ {requirement.url}" if requirement.url else requirement.specifier
        marker = f" ; {requirement.marker}" if requirement.marker else ""
        found.append(f"{requirement.name}{extras}{what}{marker}")
    return list(dict.fromkeys(found))


def _absent(repo: Repository) -> list[str]:
    """What setup.py opens and would not find, which ends the build."""
    return [
        f"setup.py:{line} opens {path}, which is not here, so the package cannot be built; add the file or take it out."
        for path, line in setup(repo).absent[:1]
    ]


def _hashless(project: Project, found: tuple[str, int] | None) -> list[str]:
    if not found:
        return []
    return [f"{project.lock}:{found[1]} lists no files of {found[0]}, so no hash is checked; `poetry lock` lists them."]


def _advice(project: Project, kind: str, title: str) -> list[str]:
    if project.script.path:
        return []  # it tells by itself
    if kind in ("project", "setup") and project.manager.value != "poetry" and project.direct:
        return ["There is no lock file, so each build may install other versions; `uv lock` writes one."]
    if kind == "requirements" and not any(
        r.specifier.startswith("==") or r.hashed or r.url or r.path for r, _ in project.direct
    ):
        return [
            f"{project.requirements.path} pins no version, so each build may install other ones; "
            "`pip freeze` tells yours."
        ]
    manager = project.manager.value
    if manager in ("uv", "poetry", "pdm", "pipenv") and not project.lock:
        return [f"There is no lock file, so each build may install other versions; `{manager} lock` writes one."]
    return []
