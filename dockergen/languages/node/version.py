"""Which Node.js: what the repository pins, else the LTS that its engines allow."""

from __future__ import annotations

from dataclasses import replace

from dockergen.catalog import Versions, versions_of
from dockergen.errors import ProjectError
from dockergen.languages.node.evidence import field_line
from dockergen.lazy import regex
from dockergen.manifests.node_range import allows, newest
from dockergen.manifests.package_json import PackageJson
from dockergen.manifests.tool_versions import tool_versions
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings

_RELEASE = regex(r"v?(\d{1,3}(?:\.\d{1,3}){0,2})")
_ALIAS = regex(r"lts/([a-z]+|-\d)")
_MOVING = ("node", "current", "latest", "stable", "lts", "lts/*")


def version(repo: Repository, package: PackageJson, settings: Settings) -> tuple[Sourced[str], list[str]]:
    """The version for the image tag, and notes about it.

    Order: flag > .node-version > .nvmrc > .tool-versions > volta > devEngines > engines > the default LTS. Raises
    ProjectError for a release that does not exist as far as the catalog knows.
    """
    versions = versions_of("node")
    pins, notes = _pins(repo, package, versions)
    asked = [settings.version] if settings.version is not None else []
    engines, unread = _engines(repo, package, versions, pinned=bool(asked or pins))
    notes += unread
    candidates = [*asked, *pins, *([engines] if engines else [])]
    if not candidates:
        return Sourced(versions.default, Origin("default", note="LTS")), notes
    chosen = candidates[0]
    lost = tuple(
        Rejected(c.value, c.origin, f"{chosen.origin} wins") for c in candidates[1:] if c.value != chosen.value
    )
    _check(chosen, versions, settings)
    notes += _outside(chosen, package, engines) + _ended(chosen, versions)
    return replace(chosen, rejected=(*chosen.rejected, *lost)), notes


def _pins(repo: Repository, package: PackageJson, versions: Versions) -> tuple[list[Sourced[str]], list[str]]:
    found, notes = [], []
    for text, origin in _written(repo, package):
        value = _settled(text, versions)
        if value:
            found.append(Sourced(value, origin))
        else:
            notes.append(f"{origin} says {text[:40]!r}, which names no Node.js release; it was passed over.")
    return found, notes


def _written(repo: Repository, package: PackageJson) -> list[tuple[str, Origin]]:
    """Every pin as it stands there, strongest first."""
    found: list[tuple[str, Origin]] = []
    for path in (".node-version", ".nvmrc"):
        if repo.has(path):
            found += _first_line(repo, path)
    if repo.has(".tool-versions"):
        tools = tool_versions(repo.read(".tool-versions"))
        value, line = tools.get("nodejs") or tools.get("node") or ("", 0)
        found += [(value, Origin("file", ".tool-versions", line))] if value else []
    if value := package.volta.get("node", ""):
        found.append((value, Origin("file", "package.json", field_line(repo, "volta", "node"))))
    if package.runtime[0] == "node" and package.runtime[1]:
        found.append((package.runtime[1], Origin("file", "package.json", field_line(repo, "devEngines", "version"))))
    return found


def _first_line(repo: Repository, path: str) -> list[tuple[str, Origin]]:
    for number, line in enumerate(repo.lines(path), 1):
        if text := line.split("#", 1)[0].strip():
            return [(text, Origin("file", path, number))]
    return []


def _settled(text: str, versions: Versions) -> str:
    """The version that a pin means; "" when it means none."""
    value = text.strip().lower().removeprefix("node-").removeprefix("node@")
    if release := _RELEASE.fullmatch(value):
        return release[1]
    if value in _MOVING:
        return versions.default
    if named := _ALIAS.fullmatch(value):
        name = named[1]
        if name.startswith("-"):
            return versions.supported[max(-len(versions.supported), -1 - int(name[1:]))]
        return versions.aliases.get(name, "")
    return newest(value, [versions.default, *reversed(versions.supported)]) or ""


def _engines(
    repo: Repository, package: PackageJson, versions: Versions, pinned: bool
) -> tuple[Sourced[str] | None, list[str]]:
    wanted = package.engines.get("node", "")
    if not wanted:
        return None, []
    origin = Origin("file", "package.json", field_line(repo, "engines", "node"))
    ended = sorted(filter(versions.ended, versions.end_of_life), key=int, reverse=True)
    # The default first, then the newest with support, then the even and the odd ones without.
    lts = [versions.default, *reversed(versions.supported), *sorted(ended, key=lambda major: int(major) % 2)]
    value = newest(wanted, lts)
    if value is None:
        return None, [f"{origin} says {wanted[:40]!r}, which is no version range; it was passed over."]
    if value:
        return Sourced(value, origin), []
    if pinned:
        return None, [f"{origin} asks for {wanted[:40]!r}, a range without any known release."]
    raise ProjectError(
        f"{origin} asks for Node.js {wanted[:40]!r}, and no release known here is in that range.",
        f"Correct the range; the releases with support are {', '.join(versions.supported)}.",
        command=f"dockergen init --version {versions.default}",
    )


def _check(chosen: Sourced[str], versions: Versions, settings: Settings) -> None:
    major = chosen.value.split(".")[0]
    known = major in versions.supported or major in versions.end_of_life
    # The catalog may be older than the release, so a flag is believed where it is newer than everything known.
    if known or (settings.version is not None and major.isdigit() and int(major) > int(versions.supported[-1])):
        return
    raise ProjectError(
        f"{chosen.origin} asks for Node.js {chosen.value}; no such release is known here, the newest is "
        f"{versions.supported[-1]}.",
        f"Name a release that exists: {', '.join(versions.supported)}.",
        command=f"dockergen init --version {versions.default}",
    )


def _outside(chosen: Sourced[str], package: PackageJson, engines: Sourced[str] | None) -> list[str]:
    wanted = package.engines.get("node", "")
    if (
        engines is None
        or engines.origin == chosen.origin
        or engines.value == chosen.value
        or allows(wanted, chosen.value)
    ):
        return []
    return [f"Node.js {chosen.value} ({chosen.origin}) is outside of the range {wanted[:40]!r} ({engines.origin})."]


def _ended(chosen: Sourced[str], versions: Versions) -> list[str]:
    day = versions.ended(chosen.value.split(".")[0])
    if not day:
        return []
    return [f"Node.js {chosen.value} ({chosen.origin}) has had no security fixes since {day}; {versions.default} has."]
