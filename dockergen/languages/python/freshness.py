"""Whether a lock file still answers its manifest: what is missing stops the plan, what is only older becomes a note."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.manifests.pyproject import table
from dockergen.manifests.python_locks import Locked
from dockergen.manifests.requirements import Requirement
from dockergen.model import Origin
from dockergen.repository import Repository

_COMMANDS = {"uv": "uv lock", "poetry": "poetry lock", "pdm": "pdm lock", "pipenv": "pipenv lock"}
_Direct = tuple[tuple[Requirement, Origin], ...]


@frozen
class Lock:
    """A lock file, read once."""

    path: str = ""
    text: str = ""
    packages: Mapping[str, Locked] = field(default_factory=dict)


def stale_notes(
    repo: Repository, manager: str, found: Lock, document: Mapping[str, Any], direct: _Direct, manifest: str
) -> tuple[str, ...]:
    """Notes about a lock file that is older than its manifest, () when they agree.

    Raises ProjectError when the image could not be built or would lack something that the manifest asks for.
    """
    lock, text, packages = found.path, found.text, found.packages
    if not lock or manager not in _COMMANDS:
        return ()
    for wanted, origin in direct:
        if packages and wanted.name and wanted.name not in packages and not wanted.marker:
            missing = f"{origin} asks for {wanted.name}, which {lock} does not have: the lock file is older."
            raise _outdated(missing, manager)
    if manager == "poetry" and (hashed := _poetry_hash(text)) and hashed not in _poetry_hashes(document):
        line = text.count("\n", 0, text.index(hashed)) + 1
        other = f"{lock}:{line} is not the content-hash of {manifest}, so Poetry refuses to install from it."
        raise _outdated(other, manager)
    notes = list(_out_of_range(packages, direct, lock, _COMMANDS[manager]))
    hashed = _pipfile_hash(text) if manager == "pipenv" and not notes else ""
    if hashed and (now := _pipfile(repo)) and hashed != now:
        notes = [f"Pipfile has changed since {lock} was written; `{_COMMANDS[manager]}` brings it up to date."]
    return tuple(notes[:1])


def _outdated(found: str, manager: str) -> ProjectError:
    return ProjectError(found, "Lock anew and commit the file.", command=_COMMANDS[manager])


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


# --- hashes over the manifest, as the tools compute them


def _poetry_hash(text: str) -> str:
    found = re.search(r'^content-hash = "([0-9a-f]{64})"', text, re.MULTILINE)
    return found[1] if found else ""


def _poetry_hashes(document: Mapping[str, Any]) -> set[str]:
    """The content-hashes that the releases of Poetry since 1.1 compute (poetry.packages.locker)."""
    poetry = table(document, "tool", "poetry")
    legacy = {key: poetry.get(key) for key in ("dependencies", "source", "extras", "dev-dependencies")}
    group = {"group": poetry["group"]} if poetry.get("group") is not None else {}
    contents: list[Any] = [{**legacy, **group}]
    project = {
        key: value
        for key in ("requires-python", "dependencies", "optional-dependencies")
        if (value := table(document, "project").get(key)) is not None
    }
    present = {key: value for key, value in {**legacy, **group}.items() if value is not None}
    groups = table(document, "dependency-groups")
    if project:
        contents.append({"project": project, "tool": {"poetry": present}})
    if project or groups:
        parts: dict[str, Any] = {"project": project} if project else {}
        parts |= {"dependency-groups": groups} if groups else {}
        contents.append({**parts, "tool": {"poetry": present}})
    return {digest for content in contents if (digest := _digest(content, None))}


def _pipfile_hash(text: str) -> str:
    found = re.search(r'"hash":\s*\{\s*"sha256":\s*"([0-9a-f]{64})"', text)
    return found[1] if found else ""


def _pipfile(repo: Repository) -> str:
    """The hash that Pipenv computes over a Pipfile (plette.pipfiles.Pipfile.get_hash); "" where it cannot be known:
    without a [[source]] Pipenv fills in one of its own."""
    document = repo.toml("Pipfile") if repo.is_file("Pipfile") else {}
    if not document.get("source"):
        return ""
    known = {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop"}
    content = {
        "_meta": {"sources": document["source"], "requires": document.get("requires", {})},
        "default": document.get("packages", {}),
        "develop": document.get("dev-packages", {}),
        **{key: value for key, value in document.items() if key not in known},
    }
    return _digest(content, (",", ":"))


def _digest(content: Any, separators: tuple[str, str] | None) -> str:
    try:
        text = json.dumps(content, sort_keys=True, separators=separators)
    except (TypeError, ValueError):
        return ""  # a date in the manifest: no tool could have computed it either
    return hashlib.sha256(text.encode()).hexdigest()
