"""The lock files of uv, Poetry, PDM and Pipenv: which distributions they lock, and what each needs.

Lock files are large and written by tools, so they are scanned line by line instead of parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dockergen.frozen import frozen
from dockergen.manifests.requirements import normalised

_PACKAGE = re.compile(r"^\[\[package\]\]\s*$", re.MULTILINE)
_NAME = re.compile(r'^name = "([^"]+)"', re.MULTILINE)
_VERSION = re.compile(r'^version = "([^"]+)"', re.MULTILINE)
_SOURCE = re.compile(r"^source = \{([^}]*)\}", re.MULTILINE)
_UV_NEEDS = re.compile(r"^dependencies = \[\n(.*?)^\]", re.MULTILINE | re.DOTALL)
_UV_EXTRAS = re.compile(r"^\[package\.optional-dependencies\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_UV_EXTRA = re.compile(r"^([A-Za-z0-9._-]+) = \[\n(.*?)^\]", re.MULTILINE | re.DOTALL)
_UV_NEED = re.compile(r'\{ name = "([^"]+)"([^}]*)\}')
_UV_EXTRA_OF = re.compile(r"extra = \[([^\]]*)\]")
_POETRY_NEEDS = re.compile(r"^\[package\.dependencies\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_POETRY_GROUPS = re.compile(r"^groups = \[([^\]]*)\]", re.MULTILINE)
_WHEEL = re.compile(r'[/"]([A-Za-z0-9_.]+)-[^-"/]+(?:-\d[^-"/]*)?-([a-z0-9.]+)-([a-z0-9_.]+)-([a-z0-9_.]+)\.whl')
_FILES = re.compile(r'^"?([A-Za-z0-9._-]+)"? = \[\n(.*?)^\]', re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r'"([^"]+)"')


@frozen
class Locked:
    """One locked distribution; `needs` are the names it pulls in, `extras` those that an extra adds."""

    name: str
    version: str
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()  # name and extras asked of it
    extras: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] | None = None
    source: str = ""  # as written: registry, editable, virtual, git, directory
    production: bool | None = None  # what the lock itself says; None when it does not say
    wheels: tuple[tuple[str, str, str], ...] = ()  # interpreter, ABI and platform tags
    line: int = 0
    only_source: bool = False  # the lock lists a source distribution and no wheel

    def has_wheel(self, minor: str) -> bool:
        """True when a wheel for that Python on x86-64 or ARM Linux with glibc exists, or the lock lists none at all."""
        return not self.wheels or any(_fits(tags, minor) for tags in self.wheels)


def toml_lock(text: str) -> dict[str, Locked]:
    """The packages of a uv.lock, poetry.lock or pdm.lock by normalised name; {} for junk.

    Formats: none is specified; the fields are those that uv 0.4-0.13, Poetry 1.1-2.5 and PDM 2 write.
    """
    text = text.replace("\r\n", "\n")
    starts = [found.end() for found in _PACKAGE.finditer(text)]
    packages: dict[str, Locked] = {}
    line = position = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=False):
        line += text.count("\n", position, start)
        position = start
        found = _package(text[start:end], line + 1)
        if found:
            packages.setdefault(found.name, found)
    return _with_listed_wheels(packages, text)


def _with_listed_wheels(packages: dict[str, Locked], text: str) -> dict[str, Locked]:
    """Poetry before 1.3 lists the files of all packages in a table of its own at the end."""
    _, mark, tail = text.partition("\n[metadata.files]\n")
    for row in _FILES.finditer(tail) if mark else ():
        package = packages.get(normalised(row[1]))
        if package is not None and not package.wheels:
            packages[package.name] = replace(package, wheels=_wheels(row[2]), only_source=_only_source(row[2]))
    return packages


def _wheels(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(dict.fromkeys((str(found[2]), str(found[3]), str(found[4])) for found in _WHEEL.finditer(text)))


def _only_source(text: str) -> bool:
    return ".whl" not in text and any(ending in text for ending in ('.tar.gz"', '.zip"', '.tar.bz2"', '.tgz"'))


def pipfile_lock(text: str) -> dict[str, Locked]:
    """The `default` packages of a Pipfile.lock; {} for junk. Format: https://pipenv.pypa.io/en/latest/pipfile.html"""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    rows = document.get("default") if isinstance(document, dict) else None
    packages = {}
    for name, row in rows.items() if isinstance(rows, dict) else ():
        version = row.get("version", "") if isinstance(row, dict) else ""
        packages[normalised(name)] = Locked(normalised(name), str(version).lstrip("="), production=True)
    return packages


def closure(packages: Mapping[str, Locked], roots: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, Locked]:
    """The packages that the roots (name, extras) pull in, themselves included."""
    found: dict[str, Locked] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    pending = list(roots)
    while pending:
        item = pending.pop()
        package = packages.get(item[0])
        if item in seen or package is None:
            continue
        seen.add(item)
        found[package.name] = package
        pending += package.needs
        for extra in item[1]:
            pending += (package.extras or {}).get(extra, ())
    return found


def _package(block: str, line: int) -> Locked | None:
    name = _NAME.search(block)
    if not name:
        return None
    version, source = _VERSION.search(block), _SOURCE.search(block)
    groups = _POETRY_GROUPS.search(block)
    production = bool({"main", "default"} & set(_QUOTED.findall(groups[1]))) if groups else None
    if 'category = "dev"' in block:
        production = False
    return Locked(
        normalised(name[1]),
        version[1] if version else "",
        _needs(block),
        _extras(block),
        source[1].strip() if source else "",
        production,
        _wheels(block),
        line,
        _only_source(block),
    )


def _needs(block: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if found := _UV_NEEDS.search(block):
        listed = _uv_needs(found[1])
        if listed:
            return listed
        names = (re.match(r"[A-Za-z0-9._-]+", text) for text in _QUOTED.findall(found[1]))  # PDM writes PEP 508 lines
        return tuple((normalised(name[0]), ()) for name in names if name)
    if found := _POETRY_NEEDS.search(block):
        names = (re.match(r'"?([A-Za-z0-9._-]+)"? = (.*)', row) for row in found[1].split("\n"))
        return tuple((normalised(name[1]), ()) for name in names if name and "optional = true" not in name[2])
    return ()


def _extras(block: str) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    found = _UV_EXTRAS.search(block)
    return {normalised(row[1]): _uv_needs(row[2]) for row in _UV_EXTRA.finditer(found[1])} if found else {}


def _uv_needs(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    needs = []
    for found in _UV_NEED.finditer(text):
        if "sys_platform == 'win32'" in found[2] and " or " not in found[2]:
            continue
        extras = _UV_EXTRA_OF.search(found[2])
        needs.append((normalised(found[1]), tuple(_QUOTED.findall(extras[1])) if extras else ()))
    return tuple(needs)


def _fits(tags: tuple[str, str, str], minor: str) -> bool:
    interpreters, abis, platforms = tags
    if "any" not in platforms and not re.search(r"linux.*_(x86_64|aarch64)", platforms):
        return False
    if "musllinux" in platforms and "manylinux" not in platforms:
        return False
    wanted = "cp" + minor.replace(".", "")
    names = interpreters.split(".")
    if wanted in names or "py3" in names:
        return not abis.endswith("t") or "abi3" in abis or abis == "none"
    if "abi3" not in abis:
        return any(name == f"py{minor.replace('.', '')}" for name in names)
    return any(name[:3] == "cp3" and name[3:].isdigit() and int(name[3:]) <= int(minor.split(".")[1]) for name in names)
