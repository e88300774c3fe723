"""The closed set of what the dependency step reads: manifests, lock files, and what they name in the repository."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.uv_workspace import members
from dockergen.lazy import regex
from dockergen.manifests.pyproject import table, texts
from dockergen.model import Origin
from dockergen.repository import Repository, normal

_ELSEWHERE = regex(r"/|[A-Za-z]:[\\/]")
_SETTINGS = {"uv": ("uv.toml",), "project": ("uv.toml",), "poetry": ("poetry.toml",), "pdm": ("pdm.toml",)}


@frozen
class Mounts:
    """Files and folders of wheels are mounted to be read; packages so that a build may write, which is thrown away."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # packages of the repository that are built
    builds: tuple[str, ...] = ()  # the same with archives, in the order of the manifest
    own: tuple[Origin, ...] = ()  # lines that require the project itself
    unhashed: bool = False  # some lines have hashes, and some name what has none


def mounts(repo: Repository, project: Project, kind: str) -> Mounts:
    """What the step reads. ProjectError for a path that does not exist, leads out, or cannot be hashed."""
    named = list(_named(repo, project, kind))
    own = tuple(origin for path, origin in named if not path)
    paths = list(dict.fromkeys(path for path, _ in named if path))
    wheels = list(_wheel_folders(repo, project, kind))
    files = [*_manifests(repo, project, kind), *(p for p in (*paths, *wheels) if repo.is_file(p))]
    return Mounts(
        tuple(dict.fromkeys([*filter(repo.is_file, files), *filter(repo.is_folder, wheels)])),
        tuple(filter(repo.is_folder, paths)),
        tuple(paths),
        own,
        kind == "requirements" and project.requirements.hashed and any(_without_hash(repo, project)),
    )


def _manifests(repo: Repository, project: Project, kind: str) -> list[str]:
    if kind == "requirements":
        return [*project.requirements.files]
    if kind == "pipenv":
        return ["Pipfile", "Pipfile.lock"]
    if kind == "setup":
        return []
    if kind == "pylock":
        return [project.lock]
    names = ["pyproject.toml", project.lock]
    if kind == "uv":
        names += [f"{path}/pyproject.toml" for path in _needed_members(repo, project)]
    return [*names, *_SETTINGS.get(kind, ())]


def _needed_members(repo: Repository, project: Project) -> list[str]:
    """The members that uv has to know: the chosen one and those that it pulls in; all where no lock file tells."""
    known = [member.path for member in members(repo)]
    if not project.lock:
        return known
    local = {normal(package.local) for package in project.locked.values() if package.local}
    return [path for path in known if path in local or path == project.member]


def _named(repo: Repository, project: Project, kind: str) -> Iterator[tuple[str, Origin]]:
    """Folders and archives of the repository that are installed, "" for the project itself, with who says so."""
    if kind == "requirements":
        yield from _required(repo, project)
        return
    if kind in ("poetry", "pdm", "pipenv", "pylock"):
        locked = [(p.local, Origin("file", project.lock, p.line)) for p in project.locked.values() if p.local]
        stated = [(r.path, origin) for r, origin in project.direct if r.path]
        yield from ((_inside(repo, path, origin), origin) for path, origin in (locked if project.locked else stated))
    if kind == "uv":
        _check_root(repo, project)
    if kind == "uv" and not project.lock:
        for name, row in project.pyproject.settings("uv", "sources").items():
            if isinstance(row, dict) and isinstance(row.get("path"), str):
                origin = Origin("file", project.manifest, repo.line_of(project.manifest, name))
                yield _inside(repo, row["path"], origin), origin


def _check_root(repo: Repository, project: Project) -> None:
    """ProjectError when a source is a member of a workspace whose root lies outside of the folder."""
    known = {member.name for member in members(repo)}
    for name, row in project.pyproject.settings("uv", "sources").items():
        if isinstance(row, dict) and row.get("workspace") is True and not known:
            line = repo.line_of(project.manifest, re.compile(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=", re.MULTILINE))
            raise ProjectError(
                f"{Origin('file', project.manifest, line)} takes {name} from a uv workspace, whose root is not in this "
                "folder.",
                "Run dockergen in the root of the workspace and choose this member.",
                command=f"dockergen init --app {project.pyproject.name or '.'}",
            )


def _required(repo: Repository, project: Project) -> Iterator[tuple[str, Origin]]:
    """Paths in requirement files; pip resolves them against its working folder, which is the root."""
    if project.requirements.hashed:
        for what, origin in _without_hash(repo, project):
            # The lines of the file itself are taken out and installed apart; an included file stays as it is.
            if origin.path != project.requirements.path:
                raise _unhashable(origin, what)
    for requirement, origin, _ in project.requirements.requirements:
        if requirement.path:
            written = requirement.path.removeprefix("file:")
            if requirement.name and not requirement.editable and _ELSEWHERE.match(written):
                raise _of_another_machine(project, requirement.name, written, origin)
            yield _inside(repo, written, origin), origin


def _of_another_machine(project: Project, name: str, written: str, origin: Origin) -> ProjectError:
    """`pip freeze` names what conda has built by the folder that it was built in, on a machine of conda's makers."""
    rows = [r for r, o, _ in project.requirements.requirements if o.path == origin.path and _ELSEWHERE.match(r.path)]
    others = f", and {len(rows) - 1} more like it" if len(rows) > 1 else ""
    return ProjectError(
        f"{origin} takes {name} from {written[:60]!r}, a folder of another machine{others}: `pip freeze` writes this "
        "where conda installed it.",
        f"Write the versions instead, where the program runs: pip list --format=freeze > {origin.path}. Or leave them "
        "out, which takes the newest:",
        command=f"sed -i -E 's, *@ *file:.*,,' {shlex.quote(origin.path)}",
    )


def _without_hash(repo: Repository, project: Project) -> Iterator[tuple[str, Origin]]:
    """Lines of which no hash can be checked."""
    for requirement, origin, _ in project.requirements.requirements:
        if requirement.vcs:
            yield "a checkout", origin
        elif requirement.path and repo.is_folder(normal(requirement.path.removeprefix("file:")) or ""):
            yield f"the folder {requirement.path}", origin


def _inside(repo: Repository, written: str, origin: Origin) -> str:
    path = normal(written)
    if path is None or (path and not repo.has(path)):
        what = "leads out of this folder" if path is None and not written.startswith("/") else "is not in this folder"
        raise ProjectError(
            f"{origin} names {written[:80]!r}, which {what}.",
            "Correct the path, run dockergen in the folder that holds both, or publish the package and name it.",
        )
    return path


def _unhashable(origin: Origin, what: str) -> ProjectError:
    return ProjectError(
        f"{origin} requires {what}, while other lines have hashes: pip checks all or none, and that has no hash.",
        "Move the line into the file that includes this one, take an archive with a hash, or leave the hashes out.",
    )


def is_archive(name: str) -> bool:
    """True for a file that pip installs as it is."""
    return name.endswith((".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"))


def _wheel_folders(repo: Repository, project: Project, kind: str) -> Iterator[str]:
    """Folders of wheels and archives that an option names; pip looks beside the naming file first."""
    for option, value, origin in project.requirements.options:
        if option == "--find-links" and "://" not in value:
            folder = origin.path.rpartition("/")[0]
            beside = normal(f"{folder}/{value}" if folder else value)
            found = next((p for p in (beside, normal(value)) if p and repo.has(p)), "")
            if not found and _inside(repo, value, origin) == "":
                yield from (name for name in sorted(repo.entries()) if is_archive(name))  # the root is no mount
            if found:
                yield found
    if kind in ("uv", "project"):
        named = texts(project.pyproject.settings("uv").get("find-links"))
        named += texts(table(repo.toml("uv.toml")).get("find-links")) if repo.is_file("uv.toml") else ()
        yield from (path for value in named if "://" not in value and (path := normal(value)) and repo.has(path))
