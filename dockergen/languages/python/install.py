"""How the dependencies get in: the files that the install step reads, what Debian adds, and the project itself."""

from __future__ import annotations

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.private import has_credentials, private
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.languages.python.vcs import vcs
from dockergen.model import Secret
from dockergen.repository import Repository, normal


@frozen
class Install:
    """What the install partials print."""

    kind: str  # requirements, uv, poetry, pdm, pipenv, project (PEP 621 without a lock) or setup
    manifests: tuple[str, ...]  # files that are bind-mounted for the dependency step
    requirements: str  # path of the requirements file
    inline: tuple[str, ...]  # requirements that only setup.py states
    locked: bool
    version: str  # of the manager
    uv: str  # reference of the uv image
    project: bool  # the project itself is installed
    reads: tuple[str, ...]  # readme and licence files that its build back end reads
    added: tuple[str, ...]
    source_first: bool  # local paths among the requirements: the source comes before the install
    secrets: tuple[Secret, ...] = ()
    unsafe: tuple[str, ...] = ()  # files with a password in clear, which no layer may hold
    pip_config: str = ""  # pip's own configuration, kept in the repository
    build_packages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def install(repo: Repository, project: Project, start: Start) -> Install:
    """The install steps; ProjectError when a file that they need is not there."""
    catalog = load("python")
    kind = _kind(project)
    own = _installs_project(repo, project, start)
    row = catalog.managers[project.manager.value]
    requirements = project.requirements
    local = _local(repo, project)
    closed = private(repo, project)
    remote = vcs(repo, project)
    return Install(
        kind=kind,
        manifests=_manifests(repo, project, kind),
        requirements=requirements.path,
        inline=tuple(_words(project)) if kind == "setup" else (),
        locked=bool(project.lock),
        version=_version(repo, project),
        uv=str(catalog.images["uv"].at(catalog.managers["uv"].version)),
        project=own,
        reads=tuple(p for p in project.pyproject.named_files if repo.is_file(p)),
        added=start.added,
        source_first=local,
        secrets=(*closed.secrets, *remote.secrets),
        unsafe=closed.unsafe,
        pip_config=closed.configuration,
        build_packages=remote.packages,
        notes=(*closed.notes, *remote.notes, *_advice(project, kind, row.title)),
    )


def _local(repo: Repository, project: Project) -> bool:
    """True when a requirement is a folder or archive of the repository; ProjectError when it is not there."""
    found = [(r, origin, folder) for r, origin, folder in project.requirements.requirements if r.path]
    for requirement, origin, folder in found:
        # pip resolves such paths against its working folder, which is the root.
        path = normal(requirement.path.removeprefix("file:"))
        if path is None or (path and not repo.has(path)):
            raise ProjectError(
                f"{origin} names {requirement.path[:80]!r}, which is not in this folder"
                f"{f' ({folder})' if folder else ''}.",
                "Correct the path, or publish the package and name it.",
            )
    return bool(found)


def _kind(project: Project) -> str:
    if project.manager.value == "uv" and not project.lock and not project.pyproject.settings("uv", "sources"):
        # Without a lock `uv sync` builds the project to learn its metadata, which needs the source.
        return "project"
    if project.manager.value != "pip":
        return project.manager.value
    if project.requirements.path:
        return "requirements"
    return "setup" if project.setup.path else "project"


def _installs_project(repo: Repository, project: Project, start: Start) -> bool:
    """A console script or an src layout that can be built; everything else runs from the folder."""
    table = project.pyproject
    buildable = bool(project.setup.path or repo.is_file("setup.py") or table.has_build_system)
    if start.script and not buildable:
        raise ProjectError(
            f"{start.command.origin} declares the command {start.command.value[0]}, but pyproject.toml has no "
            "[build-system] to install it.",
            "Add a build system, or say what to start.",
            command="dockergen init --start 'python main.py'",
        )
    return buildable and (
        start.script or start.import_root == "src" or (project.manager.value == "uv" and bool(table.has_build_system))
    )


def _manifests(repo: Repository, project: Project, kind: str) -> tuple[str, ...]:
    if kind == "requirements":
        names = [*project.requirements.files]
    elif kind == "pipenv":
        names = ["Pipfile", "Pipfile.lock"]
    elif kind == "setup":
        names = []
    else:
        names = ["pyproject.toml", project.lock]
        names += (
            [p for p in repo.glob("**/pyproject.toml") if p != "pyproject.toml"]
            if "workspace" in str(project.pyproject.tool)
            else []
        )
        names += ["poetry.toml", "uv.toml"]
    return tuple(dict.fromkeys(name for name in names if name and repo.is_file(name)))


def _words(project: Project) -> list[str]:
    found = []
    for requirement, _ in project.direct:
        if has_credentials(requirement.url):
            continue  # `pip install .` gets it, from setup.py itself
        extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
        found.append(
            f"{requirement.name}{extras}{requirement.specifier}"
            if not requirement.url
            else f"{requirement.name} @ {requirement.url}"
        )
    return found


def _version(repo: Repository, project: Project) -> str:
    row = load("python").managers[project.manager.value]
    if project.manager.value == "poetry" and project.lock:
        head = repo.source(project.lock)[:200]
        import re

        if found := re.search(r"by Poetry (\d+)\.", head):
            return row.versions.get(found[1], row.version)
        return row.version if head.startswith("#") else row.versions.get("1", row.version)
    return row.version


def _advice(project: Project, kind: str, title: str) -> list[str]:
    if kind in ("project", "setup"):
        return ["There is no lock file, so each build may install other versions; `uv lock` writes one."]
    if kind == "requirements" and not any(
        r.specifier.startswith("==") or r.hashed or r.url or r.path for r, _ in project.direct
    ):
        return [
            f"{project.requirements.path} pins no version, so each build may install other ones; "
            "`pip freeze` tells yours."
        ]
    if kind in ("uv", "poetry", "pdm", "pipenv") and not project.lock:
        return [f"There is no lock file, so each build may install other versions; {title}'s lock command writes one."]
    return []
