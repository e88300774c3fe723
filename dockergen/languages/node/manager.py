"""Which package manager installs the dependencies, in which version, and which lock file it reads."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.errors import ProjectError, UsageError
from dockergen.frozen import frozen
from dockergen.languages.node.evidence import field_line
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import LOCK_LIMIT, Repository
from dockergen.settings import Settings

_PINNED = regex(r"([a-z]+)@v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.]+)?)(?:\+[\w.+/=-]+)?")
_PNPM_FORMAT = regex(r"^lockfileVersion:\s*['\"]?([\d.]+)", re.MULTILINE)
# Where several lie side by side and nothing decides: the first wins.
_BY_LOCK = {
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "yarn.lock": "yarn",
    "npm-shrinkwrap.json": "npm",
    "package-lock.json": "npm",
}
_KNOWN = ("npm", "pnpm", "yarn")
_WRITES_LOCK = {
    "bun": "bun install --lockfile-only",
    "npm": "npm install --package-lock-only",
    "pnpm": "pnpm install --lockfile-only",
    "yarn": "yarn install",
}


@frozen
class Manager:
    """The settled package manager."""

    name: Sourced[str]  # npm, pnpm, yarn or bun
    kind: str  # npm, pnpm, yarn1, yarn or bun: the row of the catalog and the install partial
    version: str  # "" when the image's own is right
    lock: str  # "" when there is none
    yarn_path: str  # the release that the repository carries
    notes: tuple[str, ...]


def manager(repo: Repository, package: PackageJson, settings: Settings, runs: bool = True) -> Manager:
    """The package manager: flag > packageManager > the lock file > .yarnrc.yml > engines > npm.

    Raises UsageError for an unknown name, ProjectError for Bun where the program `runs` in the image: as its own
    runtime it is not built yet.
    """
    locks = [name for name in _BY_LOCK if _filled(repo, name)]
    chosen, version, notes = _chosen(repo, package, locks, settings)
    if chosen.value == "bun" and runs:
        raise ProjectError(
            f"{chosen.origin} belongs to Bun, which dockergen does not build yet.",
            "Let npm install the dependencies, or write the lock file of npm, pnpm or Yarn.",
            command="dockergen init --manager npm",
        )
    lock = next((name for name in locks if _BY_LOCK[name] == chosen.value), "")
    if not lock and package.all_dependencies:
        command = _WRITES_LOCK[chosen.value]
        notes.append(f"There is no lock file, so each build may get other versions; `{command}` writes one to commit.")
    yarn_path = _yarn_path(repo) if chosen.value == "yarn" else ""
    kind = _yarn_kind(repo, lock, version, yarn_path) if chosen.value == "yarn" else chosen.value
    return Manager(chosen, kind, _version(repo, package, kind, version, lock), lock, yarn_path, tuple(notes))


def _filled(repo: Repository, name: str) -> bool:
    """A lock file of no bytes locks nothing."""
    if not repo.is_file(name):
        return False
    return name == "bun.lockb" or bool(repo.read(name, LOCK_LIMIT).strip())


def _chosen(
    repo: Repository, package: PackageJson, locks: list[str], settings: Settings
) -> tuple[Sourced[str], str, list[str]]:
    candidates, version, notes = _candidates(repo, package, locks)
    if settings.manager is not None:
        if settings.manager.value not in _KNOWN:
            raise UsageError(
                f"{settings.manager.origin}: {settings.manager.value!r} is no package manager of Node.js known here.",
                f"Choose one of: {', '.join(_KNOWN)}.",
                command="dockergen init --manager npm",
            )
        version = version if candidates[0].value == settings.manager.value else ""
        candidates.insert(0, settings.manager)
    first = candidates[0]
    lost = tuple(
        Rejected(c.value, c.origin, f"{first.origin} wins")
        for c in candidates[1:]
        if c.value != first.value and c.origin.kind == "file"
    )
    if len({_BY_LOCK[name] for name in locks}) > 1:
        names = ", ".join(locks)
        notes.append(
            f"Locks of several package managers lie here ({names}); {first.value} was taken. Delete the others."
        )
    return Sourced(first.value, first.origin, lost), version, notes


def _candidates(repo: Repository, package: PackageJson, locks: list[str]) -> tuple[list[Sourced[str]], str, list[str]]:
    """Every claim, strongest first; the version that packageManager pins; notes."""
    found: list[Sourced[str]] = []
    version, notes = "", []
    if text := package.package_manager:
        origin = Origin("file", "package.json", field_line(repo, "packageManager"))
        pinned = _PINNED.fullmatch(text)
        if pinned and pinned[1] in (*_KNOWN, "bun"):
            found.append(Sourced(pinned[1], origin))
            version = pinned[2]
        else:
            notes.append(f"{origin} says {text[:40]!r}, which is no name@version; it was passed over.")
    found += [Sourced(_BY_LOCK[name], Origin("file", name)) for name in locks]
    if repo.has(".yarnrc.yml"):
        found.append(Sourced("yarn", Origin("file", ".yarnrc.yml")))
    if repo.has("pnpm-workspace.yaml"):
        found.append(Sourced("pnpm", Origin("file", "pnpm-workspace.yaml")))
    found += [
        Sourced(name, Origin("file", "package.json", field_line(repo, "engines", name)))
        for name in ("pnpm", "yarn", "bun")
        if name in package.engines
    ]
    return [*found, Sourced("npm", Origin("default", note="Node.js"))], version, notes


def _yarn_path(repo: Repository) -> str:
    if not repo.is_file(".yarnrc.yml"):
        return ""
    found = re.search(r"^yarnPath:\s*[\"']?([\w./@+-]+)", repo.source(".yarnrc.yml"), re.MULTILINE)
    path = found[1].removeprefix("./") if found else ""
    return path if repo.is_file(path) else ""


def _yarn_kind(repo: Repository, lock: str, version: str, yarn_path: str) -> str:
    if version:
        return "yarn1" if version.split(".", maxsplit=1)[0] in ("0", "1") else "yarn"
    if yarn_path or repo.has(".yarnrc.yml"):
        return "yarn"
    return "yarn" if lock and "__metadata:" in repo.read(lock, LOCK_LIMIT)[:4000] else "yarn1"


def _version(repo: Repository, package: PackageJson, kind: str, pinned: str, lock: str) -> str:
    if kind == "npm":
        return ""  # every npm of a supported image reads every lock file
    row = load("node").managers[kind]
    if pinned.count(".") >= 2:
        return pinned
    if kind == "bun":
        stated = (package.engines.get("bun", ""), repo.source(".bun-version").strip().removeprefix("v"))
        return next((text for text in stated if re.fullmatch(r"\d+\.\d+\.\d+", text)), row.version)
    if kind == "pnpm":
        exact = re.fullmatch(r"\d+\.\d+\.\d+", package.engines.get("pnpm", ""))
        written = _PNPM_FORMAT.search(repo.read(lock, LOCK_LIMIT)) if lock else None
        return exact[0] if exact else row.versions.get(written[1] if written else "", row.version)
    return row.version
