"""Typed access to data/*.toml: versions, images, managers, frameworks and system packages, as frozen values."""

from __future__ import annotations

import contextlib
import difflib
import marshal
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from dockergen.frozen import frozen
from dockergen.model import Image

R = TypeVar("R")
_DATA = Path(__file__).parent / "data"


class CatalogError(ValueError):
    """A data file of ours is wrong; the message names file, table and key."""


@frozen
class Versions:
    """Releases of a language, newest last, and the day each stops being supported (ISO dates)."""

    default: str
    supported: tuple[str, ...]
    reviewed: str  # the day the table was last compared with the project's own calendar
    end_of_life: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)  # code names such as "krypton"
    latest: str = ""  # released, and taken only where a repository insists: few distributions are ready for it

    def ended(self, version: str) -> str:
        """The day support ended, or "" when it goes on as far as this catalog knows."""
        day = self.end_of_life.get(version, "")
        return day if day and day <= self.reviewed else ""


@frozen
class ImageRow:
    """A base image; `{version}` in the tag is filled with the decided version."""

    repository: str
    tag: str
    suites: Mapping[str, str] = field(default_factory=dict)  # version -> Debian suite of the tag
    has_shell: bool = True
    user: str = ""  # numeric user of the image that owns its folders, when it brings one

    def at(self, version: str = "", suite: str = "") -> Image:
        """The image for a version."""
        return Image(self.repository, self.tag.format(version=version, suite=suite))


@frozen
class Manager:
    """A package manager: the files that reveal it, where it caches, and the version used when none is pinned."""

    title: str
    lock_files: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    cache: str = ""
    version: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)  # lock format -> version that writes it


@frozen
class Framework:
    """A framework or server: the dependency that reveals it and how its programs are started."""

    title: str
    dependencies: tuple[str, ...] = ()
    kind: str = ""  # the language's own grouping, such as "wsgi" or "static"
    port: int = 0
    start: tuple[str, ...] = ()
    health: str = ""
    health_before: Mapping[str, str] = field(default_factory=dict)  # release -> what all before it had instead
    writable: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # files that it writes beside the program
    env: Mapping[str, str] = field(default_factory=dict)
    constructors: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()  # calls by which a program starts the framework's own server
    output: str = ""
    config: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()  # what only a file that the framework can serve has
    corrected: tuple[str, ...] = ()  # the start that overrides what the program gives its server
    fit: tuple[str, ...] = ()  # what all stands in a program that needs no such start
    unfit: tuple[str, ...] = ()  # arguments of `runs`, besides an address of this machine only, that make it necessary
    instead: str = ""  # the command that makes it startable, where it is known and is not


@frozen
class SystemPackages:
    """What a library needs from the operating system to be built and to run."""

    build: tuple[str, ...] = ()  # to compile it, where it is not published compiled
    run: tuple[str, ...] = ()  # to run it, however it was made
    links: tuple[str, ...] = ()  # to run what was compiled here: published binaries bundle these libraries
    why: str = ""
    unless: tuple[str, ...] = ()  # sibling distributions that bundle the library
    pulls: tuple[str, ...] = ()  # distributions with rows of their own that it requires
    imports: tuple[str, ...] = ()  # modules whose use by the program needs this, with no distribution to reveal it
    wheels: Mapping[str, str] = field(default_factory=dict)  # language version, or "any" -> first release with binaries
    rust: bool = False  # compiled from Rust, which takes minutes and may refuse newer language versions
    cuda: bool = False  # its usual binaries bring CUDA libraries
    note: str = ""  # what the person should know that no package settles
    compiled: str = ""  # the same, where it is compiled


@frozen
class OldSetuptools:
    """Which releases of a library want a setuptools of their time."""

    runs: str = "0"  # the first release that imports pkg_resources no more; "" while the newest one does
    after: str = "0"  # the last release that does not import it yet
    brings: str = ""  # what it pins, where that imports it
    builds: str = ""  # the first release with a wheel or a source that today's setuptools builds, where `below` is set
    below: str = ""  # the setuptools that builds the releases before is below this one


@frozen
class Catalog:
    """One data file."""

    versions: Versions | None = None
    images: Mapping[str, ImageRow] = field(default_factory=dict)
    managers: Mapping[str, Manager] = field(default_factory=dict)
    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    packages: Mapping[str, SystemPackages] = field(default_factory=dict)
    setuptools: Mapping[str, OldSetuptools] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # named lists of names, such as cgo modules
    # distribution -> "3.13:1.2 3.14:1.5", the first release that has wheels for each, or that runs on it
    wheels: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[str, str] = field(default_factory=dict)
    # distribution -> "3.10:5.0 3.12:6.0", the first release that each is the oldest for
    floors: Mapping[str, str] = field(default_factory=dict)
    # distribution -> "3.13:0.14.0-1.2 3.14:0.98.0-", the releases that refuse each as too new
    ceilings: Mapping[str, str] = field(default_factory=dict)
    # distribution -> "1.14.4-1.53.1 -0.3", pairs of releases between which the index has none
    gone: Mapping[str, str] = field(default_factory=dict)
    suites: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # older Debian suite -> name now -> name there
    eras: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # distribution -> language version -> first release published after that came out
    apis: Mapping[str, Mapping[str, tuple[str, ...]]] = field(
        default_factory=dict
    )  # distribution -> release -> what it and all later ones have no more


_ROWS: dict[str, type] = {
    "images": ImageRow,
    "managers": Manager,
    "frameworks": Framework,
    "packages": SystemPackages,
    "setuptools": OldSetuptools,
}


@cache
def load(name: str) -> Catalog:
    """The catalog of one language, from data/<name>.toml; a row is checked when it is asked for."""
    path = _DATA / f"{name}.toml"
    return _catalog(_table(path), path.name)


def versions_of(name: str) -> Versions:
    """The releases of a language; CatalogError for a data file that names none."""
    versions = load(name).versions
    if versions is None:
        raise CatalogError(f"{name}.toml: there is no table [versions].")
    return versions


def _table(path: Path) -> dict[str, Any]:
    """The parsed file, kept beside our bytecode: of a fast run, a third would be reading the same TOML again."""
    status = path.stat()
    stamp = [status.st_mtime_ns, status.st_size]
    kept = Path(__file__).parent / "__pycache__" / f"{path.name}.{sys.implementation.cache_tag}"
    try:
        known = marshal.loads(kept.read_bytes())
        if known[0] == stamp:
            table: dict[str, Any] = known[1]
            return table
    except (OSError, ValueError, EOFError, TypeError, LookupError):
        pass  # not kept yet, or not as we keep it
    import tomli

    table = tomli.loads(path.read_text(encoding="utf-8"))
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):
            fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
            fresh.write_bytes(marshal.dumps([stamp, table]))
            fresh.replace(kept)
    return table


def parse(table: Mapping[str, Any], where: str) -> Catalog:
    """A catalog out of a parsed table, every row checked; CatalogError names the first unknown or missing key."""
    catalog = _catalog(table, where)
    for section in _ROWS:
        dict(getattr(catalog, section))
    return catalog


def _catalog(table: Mapping[str, Any], where: str) -> Catalog:
    _known(table, {f.name for f in fields(Catalog)}, where)
    versions = table.get("versions")
    return Catalog(
        versions=_row(Versions, versions, f"{where} [versions]") if versions else None,
        lists={key: tuple(value) for key, value in table.get("lists", {}).items()},
        wheels=MappingProxyType(table.get("wheels", {})),
        runs=MappingProxyType(table.get("runs", {})),
        floors=MappingProxyType(table.get("floors", {})),
        gone=MappingProxyType(table.get("gone", {})),
        ceilings=MappingProxyType(table.get("ceilings", {})),
        suites={key: MappingProxyType(names) for key, names in table.get("suites", {}).items()},
        eras=table.get("eras", {}),
        apis=table.get("apis", {}),
        **{section: _Rows(kind, table.get(section, {}), f"{where} [{section}.") for section, kind in _ROWS.items()},
    )


class _Rows(Mapping[str, R]):
    """Rows that are made when they are asked for: of hundreds a run needs a few."""

    def __init__(self, kind: type[R], table: Mapping[str, Any], where: str) -> None:
        self._kind = kind
        self._table = table
        self._where = where
        self._made: dict[str, R] = {}

    def __getitem__(self, key: str) -> R:
        if key not in self._made:
            self._made[key] = _row(self._kind, self._table[key], f"{self._where}{key}]")
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def _row(kind: type[R], table: Mapping[str, Any], where: str) -> R:
    known, demanded = _keys(kind)  # type: ignore[arg-type]  # classes are hashable
    _known(table, known, where)
    for name in demanded:
        if name not in table:
            raise CatalogError(f"{where}: the key {name!r} is missing")
    return kind(**{key: _frozen(value) for key, value in table.items()})


@cache
def _keys(kind: Any) -> tuple[set[str], tuple[str, ...]]:
    """The keys that a row may have, and those that it must have."""
    rows = fields(kind)
    return {f.name for f in rows}, tuple(f.name for f in rows if f.default is MISSING and f.default_factory is MISSING)


def _known(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise CatalogError(f"{where}: unknown key {key!r}{hint}")


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return MappingProxyType(value) if isinstance(value, dict) else value
