"""The package that the repository itself is: whether the image installs it, in what words, what else of it is installed
along, and what the program imports from the source all the same."""

from __future__ import annotations

from dockergen.errors import ProjectError
from dockergen.languages.python.beside import data_root, source_root, written_root
from dockergen.languages.python.extension import Extension, runs_from_source
from dockergen.languages.python.mounts import Mounts
from dockergen.languages.python.project import Project, is_package
from dockergen.languages.python.setuptools_files import setup
from dockergen.languages.python.source_roots import source_roots
from dockergen.languages.python.start import Start
from dockergen.languages.python.uv_workspace import members
from dockergen.manifests.pyproject import files_read, papers, texts
from dockergen.manifests.requirements import normalised
from dockergen.repository import Repository, normal


def installs_itself(repo: Repository, project: Project, start: Start, taken: Mounts, built: Extension) -> bool:
    """True for a console script, an src layout or what only a build completes; everything else runs from the folder.

    Raises ProjectError for a console script of a project that nothing can build.
    """
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
    package = is_package(repo, project) and (start.script or not hatch_packs_nothing(here, project))
    if not package or project.manager.value == "uv":
        return package
    return built.must_build or (_packaged(repo, project, start) and not _packs_nothing(here, project))


def in_place(repo: Repository, start: Start) -> str:
    """The folder that an installed program is imported from all the same, "." for the root and "" for none: one of
    Django's has manage.py beside it, which the migrations run, and often its settings."""
    if start.django:
        return start.import_root or "."
    return source_root(repo, start.entry) or data_root(repo, start.entry) or written_root(repo, start.entry)


def copies_source(
    repo: Repository, project: Project, start: Start, built: Extension, itself: bool, placed: str
) -> bool:
    """True when the program runs from its source, as a whole or in part, though the package may be installed."""
    return (
        not itself
        or bool(placed)
        or (built.must_build and runs_from_source(repo, project, start, built))
        or any(repo.is_file(word) for word in start.command.value)
        or _outside(project, start)
    )


def own_words(repo: Repository, project: Project, kind: str, split: bool, taken: Mounts) -> tuple[str, ...]:
    """What pip is told about the package once the source is there; nothing where the manager's own step has it, or
    where there is nothing to build."""
    if taken.own and hatch_packs_nothing(repo.sub(project.member), project):
        return ()
    if split:
        locked = taken.unhashed or project.manager.value == "rye"
        return ("--no-deps", "-e", ".") if locked else _own_lines(project)
    if kind == "setup" and project.setup.path:
        return (".",)  # with what its requirements are, where they are computed
    return ("--no-deps", "-e", ".") if kind == "pipenv" and taken.own else ()


def local_packages(project: Project, kind: str, taken: Mounts) -> tuple[str, ...]:
    """Folders and archives of the repository that are installed besides the project itself."""
    if kind in ("poetry", "pdm", "pipenv"):
        # Poetry exports the hash of an archive, which pip then takes like any other file.
        return tuple(f"./{path}" for path in (taken.folders if kind == "poetry" else taken.builds))
    if kind == "requirements" and taken.unhashed:
        return tuple(f"./{path}" for path in taken.folders)
    if kind != "uv":
        return ()
    own = normalised(project.pyproject.name)
    return tuple(p.local for name, p in project.locked.items() if p.local and name != own)


def waiting(repo: Repository, project: Project) -> list[str]:
    """Names of the path dependencies of uv, which the step before the source cannot build; members of the workspace
    wait anyway."""
    known = {".", *(m.path for m in members(repo))}
    return [name for name, p in project.locked.items() if p.local and normal(p.local) not in known and p.local != "."]


def read_by_build(repo: Repository, project: Project) -> list[str]:
    """Files that the build back end reads besides the manifests: readme, licence, version, members of the workspace."""
    prefix = f"{project.member}/" if project.member else ""
    named = [path for name in project.pyproject.named_files if (path := normal(prefix + name))]
    if project.manager.value == "uv":
        # `uv sync --locked` looks at all members, and builds those that are needed.
        named += [f"{m.path}/pyproject.toml" for m in members(repo)]
        named += [path for m in members(repo) for path in _named_files(repo, m.path)]
    stated = setup(repo).reads if project.manager.value == "pip" else ()
    starred = [path for pattern in named if "*" in pattern for path in repo.glob(pattern)]
    return [path for path in (*named, *starred, *stated) if repo.has(path)]


def unpacked(repo: Repository, project: Project, itself: bool) -> list[str]:
    """What is said of a project that its back end would not build, where the program does without."""
    wanted = project.pyproject.has_build_system and not itself
    if not wanted or not hatch_packs_nothing(repo.sub(project.member), project):
        return []
    line = repo.line_of(project.manifest, "hatchling.build")
    return [
        f"{project.manifest}:{line}: hatchling finds nothing called {project.pyproject.name} to pack, so the project "
        "itself is not installed and the program runs from its source; `packages` in [tool.hatch.build.targets.wheel] "
        "names what to pack."
    ]


def absent_papers(repo: Repository, project: Project) -> tuple[str, ...]:
    """Readmes and licences that the manifest names and the repository lacks, without which no back end builds it."""
    path = project.manifest
    lenient = project.pyproject.backend.startswith("setuptools")  # which only warns
    named = papers(repo.toml(path)) if repo.is_file(path) and not lenient else ()
    prefix = f"{project.member}/" if project.member else ""
    places = (place for name in named if "*" not in name and (place := normal(prefix + name)))
    return tuple(place for place in places if not repo.has(place) and repo.is_folder(place.rpartition("/")[0]))


def without_papers(repo: Repository, project: Project, absent: tuple[str, ...]) -> list[str]:
    """Notes about them, with the file that differs in its capital letters where that is meant."""
    found = []
    for place in absent:
        folder, _, name = place.rpartition("/")
        other = next((n for n in repo.entries(folder) if n.lower() == name.lower()), "")
        line = repo.line_of(project.manifest, name)
        there = f" ({other} is, and Linux tells capital letters apart)" if other else ""
        found.append(
            f"{project.manifest}:{line} names {place}, which is not here{there}: nothing builds the project without, "
            "so the image is built with an empty one; add it or take the name out."
        )
    return found


def absent_from_build(repo: Repository) -> list[str]:
    """What setup.py opens and would not find, which ends the build."""
    return [
        f"setup.py:{line} opens {path}, which is not here, so the package cannot be built; add the file or take it out."
        for path, line in setup(repo).absent[:1]
    ]


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


def hatch_packs_nothing(here: Repository, project: Project) -> bool:
    """True for a project that hatchling refuses to build since 1.19: nothing has its name, and no setting names a
    package. https://hatch.pypa.io/latest/plugins/builder/wheel/#default-file-selection"""
    table = project.pyproject
    build = table.settings("hatch").get("build")
    if table.backend != "hatchling.build" or not table.name or build or here.is_file("hatch.toml"):
        return False
    name = normalised(table.name).replace("-", "_")
    places = (f"{name}/__init__.py", f"src/{name}/__init__.py", f"{name}.py", f"*/{name}/__init__.py")
    return not any(here.glob(place) for place in places) and not _in_other_letters(here, name)


def _in_other_letters(here: Repository, name: str) -> bool:
    return any(entry.lower() in (name, f"{name}.py") for folder in ("", "src") for entry in here.entries(folder))


def _outside(project: Project, start: Start) -> bool:
    """True when the program begins in a file beside the packages of the project, such as wsgi.py."""
    folder, _, name = start.entry.rpartition("/")
    modules = texts(project.pyproject.settings("setuptools").get("py-modules"))
    return bool(name) and not start.script and folder == project.member and name.removesuffix(".py") not in modules


def _own_lines(project: Project) -> tuple[str, ...]:
    """The project as the requirements file asks for it; what it needs besides the other lines comes along."""
    found = [r for r, _, _ in project.requirements.requirements if (normal(r.path) if r.path else None) == ""]
    extras = sorted({extra for r in found for extra in r.extras})
    itself = f".[{','.join(extras)}]" if extras else "."
    return ("-e", itself) if any(r.editable for r in found) else (itself,)


def _named_files(repo: Repository, folder: str) -> list[str]:
    named = files_read(repo.toml(f"{folder}/pyproject.toml"))
    return [path for name in named if (path := normal(f"{folder}/{name}"))]
