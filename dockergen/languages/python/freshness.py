"""Whether a lock file still answers its manifest: what is missing stops the plan, what is only older becomes a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.content_hash import hash_of_pipfile, pipfile_hash, poetry_hash, poetry_hashes
from dockergen.manifests.pyproject import table, texts
from dockergen.manifests.python_locks import Locked, locked_groups
from dockergen.manifests.requirements import Requirement, normalised, requirement, requirements_file
from dockergen.model import Origin
from dockergen.repository import Repository, normal

_COMMANDS = {"uv": "uv lock", "poetry": "poetry lock", "pdm": "pdm lock", "pipenv": "pipenv lock"}
_BLOCK = re.MULTILINE | re.DOTALL
_Direct = tuple[tuple[Requirement, Origin], ...]


@frozen
class Lock:
    """A lock file, read once."""

    path: str = ""
    text: str = ""
    packages: Mapping[str, Locked] = field(default_factory=dict)


@frozen
class Outdated:
    """Why the lock file cannot be installed from as it is; the build keeps what still fits and adds the rest."""

    why: str = ""
    lacks: tuple[str, ...] = ()  # distributions that the manifest asks for


def outdated(manager: str, found: Lock, document: Mapping[str, Any], direct: _Direct, manifest: str) -> Outdated:
    """What stands between the lock file and the manifest, nothing where it installs all that is asked for.

    Raises ProjectError where the build could not mend it: in a workspace, and where a folder or a checkout is missing.
    """
    if not found.path or manager not in _COMMANDS:
        return Outdated()
    hashed = poetry_hash(found.text) if manager == "poetry" else ""
    if hashed and hashed not in poetry_hashes(document):
        place = Origin("file", found.path, found.text.count("\n", 0, found.text.index(hashed)) + 1)
        return Outdated(f"{place} is not the content-hash of {manifest}, so Poetry does not install from it")
    lacking = list(_lacking(found, document, direct))
    if not lacking:
        return Outdated()
    wanted, origin = lacking[0]
    why = f"{origin} asks for {wanted.name}, which {found.path} does not have"
    if any(w.path or w.url for w, _ in lacking) or table(document, "tool", "uv", "workspace"):
        raise unmendable(why, manager)
    return Outdated(why, tuple(dict.fromkeys(w.name for w, _ in lacking)))


def unmendable(why: str, manager: str) -> ProjectError:
    """The error for a lock file that the build cannot bring up to date."""
    return ProjectError(f"{why}: the lock file is older.", "Lock anew and commit the file.", command=_COMMANDS[manager])


def _lacking(found: Lock, document: Mapping[str, Any], direct: _Direct) -> Iterator[tuple[Requirement, Origin]]:
    left_out = _left_out(document)
    for wanted, origin in direct if found.packages else ():
        if wanted.name and not wanted.marker and wanted.name not in found.packages and wanted.name not in left_out:
            yield wanted, origin


def stale_notes(
    repo: Repository,
    manager: str,
    found: Lock,
    old: Outdated,
    document: Mapping[str, Any],
    direct: _Direct,
    manifest: str,
) -> tuple[str, ...]:
    """Notes about a lock file that is older than its manifest, () when they agree.

    Raises ProjectError where a compiled requirements file lacks something that its source asks for.
    """
    if manager == "pip":
        _check_compiled(repo, found.path)
    lock, text, packages = found.path, found.text, found.packages
    if not lock or manager not in _COMMANDS:
        return ()
    if old.why:
        return (
            f"{old.why}: the image keeps what it holds as far as that fits, and what is new may be another release "
            f"each time; `{_COMMANDS[manager]}` writes the one to commit.",
        )
    notes = list(_out_of_range(packages, direct, lock, _COMMANDS[manager]))
    notes += _older(repo, found, document, manifest) if manager == "uv" else ()
    hashed = pipfile_hash(text) if manager == "pipenv" and not notes else ""
    if hashed and (now := hash_of_pipfile(repo)) and hashed != now:
        notes = [f"Pipfile has changed since {lock} was written; `{_COMMANDS[manager]}` brings it up to date."]
    return tuple(notes[:1])


def check_groups(lock: str, text: str, wanted: tuple[str, ...]) -> None:
    """ProjectError when a pdm.lock was made without a group or an extra that the image needs: PDM would leave out
    what it brings, and say nothing."""
    listed, line = locked_groups(text) if lock else ((), 0)
    known = set(map(normalised, listed))
    missing = [name for name in wanted if known and normalised(name) not in known]
    if missing:
        raise ProjectError(
            f"{lock}:{line} locks the groups {', '.join(listed)}, without {missing[0]}, which the program needs.",
            "Lock all of them and commit the file.",
            command="pdm lock -G :all",
        )


def _left_out(document: Mapping[str, Any]) -> set[str]:
    """Names that settings of uv and PDM keep out of the lock file, or replace by something that is never true."""
    uv, pdm = table(document, "tool", "uv"), table(document, "tool", "pdm", "resolution")
    rows = (
        *texts(uv.get("exclude-dependencies")),
        *texts(uv.get("override-dependencies")),
        *texts(pdm.get("excludes")),
    )
    return {found.name for row in rows if (found := requirement(row))}


def _check_compiled(repo: Repository, path: str) -> None:
    """ProjectError when a file that pip-compile or uv wrote lacks what its source asks for."""
    source = f"{path.removesuffix('.txt')}.in"
    if not path.endswith(".txt") or not repo.is_file(source):
        return
    text = repo.read(path)
    written = re.search(r"autogenerated by (pip-compile|uv)\b", text[:400])
    names = {r.name for r in requirements_file(text).requirements}
    for wanted in requirements_file(repo.read(source)).requirements if written else ():
        if wanted.name and wanted.name not in names and not wanted.marker:
            command = "pip-compile" if written and written[1] == "pip-compile" else f"uv pip compile -o {path}"
            raise ProjectError(
                f"{Origin('file', source, wanted.line)} asks for {wanted.name}, which {path} does not have: "
                "the compiled file is older.",
                "Compile it anew and commit it.",
                command=f"{command} {source}",
            )


def _out_of_range(packages: Mapping[str, Locked], direct: _Direct, lock: str, command: str) -> Iterator[str]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    for wanted, origin in direct:
        package = packages.get(wanted.name)
        if package is None or not package.version or package.local or wanted.marker or not wanted.specifier:
            continue
        try:
            fits = SpecifierSet(wanted.specifier).contains(package.version, prereleases=True)
        except InvalidSpecifier:
            continue  # Poetry's ^ and ~; the content-hash speaks for those
        if not fits:
            place = Origin("file", lock, package.line)
            yield (
                f"{origin} asks for {wanted.name}{wanted.specifier}, {place} has {package.version}: "
                f"the image gets what is locked, and `{command}` brings the lock file up to date."
            )


def _older(repo: Repository, lock: Lock, document: Mapping[str, Any], manifest: str) -> Iterator[str]:
    """What makes `uv sync --locked` refuse a lock file although all that it holds is right: a version that went up
    since, requirements that are written otherwise."""
    update = "the image gets what is locked, and `uv lock` brings the lock file up to date."
    for package in lock.packages.values():
        path = (normal(f"{package.local}/pyproject.toml") or "") if package.local else ""
        stated = table(repo.toml(path), "project").get("version") if repo.is_file(path) else None
        if isinstance(stated, str) and package.version and not _same_version(stated, package.version):
            line = repo.line_of(path, re.compile(r"^version\s*=", re.MULTILINE))
            place = Origin("file", lock.path, package.line)
            yield f"{Origin('file', path, line)} is version {stated}, {place} has {package.version}: {update}"
        if repo.is_file(path) and (names := _grouped(repo.toml(path)) ^ _recorded_groups(lock, package)):
            name = min(names)
            place = Origin("file", path, repo.line_of(path, name) or 1)
            yield f"{place} has other groups than when {lock.path} was written ({name}): {update}"
    wanted, recorded = _wanted(document), _recorded(lock)
    if wanted is not None and recorded is not None and wanted != recorded:
        name = sorted({name for name, _ in wanted ^ recorded})[0]
        place = Origin("file", manifest, repo.line_of(manifest, name))
        yield f"{place} asks otherwise for {name} than when {lock.path} was written: {update}"


def _grouped(document: Mapping[str, Any]) -> set[str]:
    """Names of what the groups of a manifest ask for, without what uv's settings keep out of the lock file."""
    rows = [row for group in table(document, "dependency-groups").values() for row in texts(group)]
    rows += texts(table(document, "tool", "uv").get("dev-dependencies"))
    return {found.name for row in rows if (found := requirement(row)) and found.name} - _left_out(document)


def _recorded_groups(lock: Lock, package: Locked) -> set[str]:
    rows = re.search(r"^\[package\.metadata\.requires-dev\]\n(.*?)(?=^\[|\Z)", _entry(lock, package), _BLOCK)
    return set(map(normalised, re.findall(r'\bname = "([^"]*)"', rows[1]))) if rows else set()


def _same_version(one: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return True


def _wanted(document: Mapping[str, Any]) -> set[tuple[str, str]] | None:
    """Names and specifiers of the main dependencies; None where they are not written down, or are replaced."""
    project = table(document, "project")
    sources = table(document, "tool", "uv", "sources")
    if not isinstance(project.get("dependencies"), list) or sources or table(document, "tool", "uv", "workspace"):
        return None
    found = [requirement(row) for row in texts(project["dependencies"])]
    return {(r.name, _sorted(r.specifier)) for r in found if r is not None and not r.url and not r.path}


def _recorded(lock: Lock) -> set[tuple[str, str]] | None:
    """The same of the lock file's own entry for the project, without what extras ask for."""
    root = next((p for p in lock.packages.values() if p.local in (".", "./")), None)
    rows = re.search(r"^requires-dist = \[(.*?)^\]", _entry(lock, root), _BLOCK) if root else None
    if rows is None:
        return None
    entries = [row for row in re.findall(r"\{ (name = .*?) \}", rows[1]) if "extra ==" not in row]
    if any(re.search(r"\b(?:git|url|path|directory|editable|virtual) = ", row) for row in entries):
        return None
    values = [dict(re.findall(r'\b(name|specifier) = "([^"]*)"', row)) for row in entries]
    return {(normalised(row["name"]), _sorted(row.get("specifier", ""))) for row in values}


def _entry(lock: Lock, package: Locked) -> str:
    """What the lock file says of a package behind its name, with the tables below it; "" where it has no such line."""
    found = re.search(rf'^name = "{re.escape(package.name)}"$(.*?)(?=^\[\[package\]\]|\Z)', lock.text, _BLOCK)
    return found[1] if found else ""


def _sorted(specifier: str) -> str:
    return ",".join(sorted(part.replace(" ", "") for part in specifier.split(",") if part.strip()))
