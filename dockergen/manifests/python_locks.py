"""The lock files of uv, Poetry, PDM, Pipenv and PEP 751: which distributions they lock, and what each needs.

Lock files are large and written by tools, so they are scanned line by line instead of parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.manifests.requirements import normalised

_PACKAGE = regex(r"^\[\[package\]\]\s*$", re.MULTILINE)
_NAME = regex(r'^name = "([^"]+)"', re.MULTILINE)
_VERSION = regex(r'^version = "([^"]+)"', re.MULTILINE)
# What one line holds ends with it: where a bracket never closes, each one would search the rest of the file.
_SOURCE = regex(r"^source = \{([^}\n]*)\}", re.MULTILINE)
_UV_EXTRAS = regex(r"^\[package\.optional-dependencies\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
# Where several indexes have it, the row holds a table of its own: source = { registry = "..." }.
_REST = r"([^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)?)\}"
_UV_NEED = regex(r'\{ name = "([^"\n]+)"' + _REST)
_UV_EXTRA_OF = regex(r"extra = \[([^\]\n]*)\]")
_ARRAY = regex(r'^"?([A-Za-z0-9._-]+)"? = \[\n', re.MULTILINE)
_POETRY_NEEDS = regex(r"^\[package\.dependencies\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_POETRY_EXTRAS = regex(r"^\[package\.extras\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_POETRY_EXTRA = regex(r'^"?([A-Za-z0-9._-]+)"? = \[([^\n]*)\]$', re.MULTILINE)
_POETRY_EXTRAS_OF = regex(r"\bextras = \[([^\]\n]*)\]")
_POETRY_GROUPS = regex(r"^groups = \[([^\]\n]*)\]", re.MULTILINE)
_POETRY_MARKERS = regex(r'^markers = ".*"$', re.MULTILINE)
_WHEEL = regex(r'[/"]([A-Za-z0-9_.]+)-[^-"/]+(?:-\d[^-"/]*)?-([a-z0-9.]+)-([a-z0-9_.]+)-([a-z0-9_.]+)\.whl')
_UV_LOCAL = regex(r'\b(?:editable|directory|virtual|path) = "([^"]+)"')
_POETRY_SOURCE = regex(r'^\[package\.source\]\ntype = "([a-z]+)"\nurl = "([^"]+)"', re.MULTILINE)
_PIPFILE_KEY = regex(r'^ {8}"([^"]+)": \{', re.MULTILINE)
_PDM_LOCAL = regex(r'^path = "([^"]+)"', re.MULTILINE)
_PDM_VCS = regex(r"^(?:git|hg|svn|bzr) = \"", re.MULTILINE)
_NEED = regex(r"(?P<name>[A-Za-z0-9._-]+)\s*(?:\[(?P<extras>[^\]]*)\])?")
_PDM_EXTRAS = regex(r"^extras = \[([^\]\n]*)\]", re.MULTILINE)
_PDM_GROUPS = regex(r"^\[metadata\]\n(?:(?!groups)[^\[\n]*\n)*groups = \[([^\]]*)\]", re.MULTILINE)
_HEAD = 4_000  # characters within which the [metadata] of a pdm.lock begins
_QUOTED = regex(r'"([^"]+)"')
_TEXT = regex(r'"((?:[^"\\\n]|\\.)*)"')
_ELSEWHERE = regex(
    r"\bsys_platform == '(?!linux')|\bplatform_system == '(?!Linux')|\bos_name == '(?!posix')"
    r"|\bsys_platform != 'linux'|\bplatform_system != 'Linux'|\bos_name != 'posix'"
    r"|\b(?:implementation_name|platform_python_implementation) == '(?![Cc]Python')"
)


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
    local: str = ""  # folder or archive of the repository that it is built from
    vcs: bool = False  # a checkout, of which no hash can be checked
    marker: str = ""  # what Pipenv and PEP 751 write beside it
    optional: bool = False  # Poetry installs it with an extra only
    groups: tuple[str, ...] = ()  # those that it is locked for, where the lock says so

    def has_wheel(self, minor: str) -> bool:
        """True when a wheel for that Python on x86-64 or ARM Linux with glibc exists, or the lock lists none at all."""
        return not self.wheels or any(_fits(tags, minor) for tags in self.wheels)


def packages_of(path: str, text: str) -> dict[str, Locked]:
    """The packages of a lock file by normalised name, in the format that its name tells; {} for junk."""
    if path.endswith("Pipfile.lock"):
        return pipfile_lock(text)
    return pylock(text) if path.startswith("pylock.") else toml_lock(text)


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
            before = packages.get(found.name)
            packages[found.name] = _merged(before, found) if before else found
    return _with_listed_wheels(packages, text)


def _merged(one: Locked, other: Locked) -> Locked:
    """One entry of two with the same name: PDM locks a distribution with extras apart from the one without, and all
    tools lock several releases where the Pythons of a range need different ones."""
    extras = {**(one.extras or {})}
    for extra, needs in (other.extras or {}).items():
        extras[extra] = (*extras.get(extra, ()), *needs)
    return replace(
        one,
        needs=tuple(dict.fromkeys((*one.needs, *other.needs))),
        extras=extras,
        production=one.production if other.production is None else bool(one.production) or other.production,
        wheels=tuple(dict.fromkeys((*one.wheels, *other.wheels))),
        only_source=one.only_source and other.only_source,
        optional=one.optional and other.optional,
        groups=tuple(dict.fromkeys((*one.groups, *other.groups))),
    )


def _with_listed_wheels(packages: dict[str, Locked], text: str) -> dict[str, Locked]:
    """Poetry before 1.3 lists the files of all packages in a table of its own at the end."""
    _, mark, tail = text.partition("\n[metadata.files]\n")
    for name, rows in _arrays(tail) if mark else ():
        package = packages.get(normalised(name))
        if package is not None and not package.wheels:
            packages[package.name] = replace(package, wheels=_wheels(rows), only_source=_only_source(rows))
    return packages


def wheel(path: str) -> Locked | None:
    """The distribution that a wheel file holds, by its name; None for any other file.

    Format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    parts = path.rsplit("/", 1)[-1].split("-")
    tags = _wheels(f'/{path.rsplit("/", 1)[-1]}"')
    return Locked(normalised(parts[0]), parts[1], wheels=tags) if tags and len(parts) in (5, 6) else None


def _wheels(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(dict.fromkeys((str(found[2]), str(found[3]), str(found[4])) for found in _WHEEL.finditer(text)))


def _only_source(text: str) -> bool:
    return ".whl" not in text and any(ending in text for ending in ('.tar.gz"', '.zip"', '.tar.bz2"', '.tgz"'))


def pipfile_lock(text: str) -> dict[str, Locked]:
    """The packages of a Pipfile.lock but those of `develop`; {} for junk. Format: https://pipenv.pypa.io/en/latest/pipfile.html"""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    sections = document if isinstance(document, dict) else {}
    lines = dict(_lines(text))
    packages: dict[str, Locked] = {}
    listed = [
        (section, name, value)
        for section, rows in sections.items()
        if section not in ("_meta", "develop") and isinstance(rows, dict)
        for name, value in rows.items()
    ]
    for section, name, value in listed:
        row = value if isinstance(value, dict) else {}
        version = str(row.get("version", "")).lstrip("=")
        path = row.get("path", row.get("file", ""))
        local = path if isinstance(path, str) and "://" not in path else ""
        vcs = not {"git", "hg", "svn", "bzr"}.isdisjoint(row)
        found = Locked(
            normalised(name),
            version,
            production=section == "default",
            line=lines.get(name, 0),
            local=local,
            vcs=vcs,
            marker=str(row.get("markers", "")),
            groups=(normalised(section),),
        )
        before = packages.get(found.name)
        packages[found.name] = _merged(before, found) if before else found
    return packages


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Packages of a Pipfile.lock with the lines of their keys."""
    line, position = 1, 0
    for found in _PIPFILE_KEY.finditer(text):
        line += text.count("\n", position, found.start())
        position = found.start()
        yield found[1], line


def pylock(text: str) -> dict[str, Locked]:
    """The packages of a pylock.toml by normalised name, those of extras and groups left out; {} for junk.

    Format: https://packaging.python.org/en/latest/specifications/pylock-toml/
    """
    import tomli

    try:
        rows = tomli.loads(text).get("packages")
    except (tomli.TOMLDecodeError, RecursionError):
        return {}
    found = {}
    for row in rows if isinstance(rows, list) else ():
        name = row.get("name") if isinstance(row, dict) else None
        marker = str(row.get("marker", "")) if isinstance(name, str) else ""
        if isinstance(name, str) and "in extras" not in marker and "in dependency_groups" not in marker:
            found[normalised(name)] = _pylocked(name, row)
    return found


def _pylocked(name: str, row: Mapping[str, Any]) -> Locked:
    listed, wanted = row.get("wheels"), row.get("dependencies")
    wheels = [w for w in listed if isinstance(w, dict)] if isinstance(listed, list) else []
    files = "".join(f'/{w.get("name") or w.get("url") or w.get("path")}"' for w in wheels)
    places = [row.get(key) for key in ("directory", "archive", "sdist")] + wheels
    paths = [str(place["path"]) for place in places if isinstance(place, dict) and place.get("path")]
    rows = [d for d in wanted if isinstance(d, dict)] if isinstance(wanted, list) else []
    needs = [d["name"] for d in rows if isinstance(d.get("name"), str)]
    return Locked(
        normalised(name),
        str(row.get("version", "")),
        tuple((normalised(need), ()) for need in needs),
        production=True,
        wheels=_wheels(files),
        local=paths[0] if paths else "",
        vcs="vcs" in row,
    )


def without_files(text: str) -> tuple[str, int] | None:
    """The first package of a poetry.lock that it lists no file of, as some releases of Poetry lost them, and its line;
    None when all have some. Checkouts and folders have none by nature."""
    text = text.replace("\r\n", "\n")
    head, mark, tail = text.partition("\n[metadata.files]\n")
    elsewhere = {
        found[1]
        for block in head.split("[[package]]")
        if "[package.source]" in block and (found := _NAME.search(block))
    }
    for found in re.finditer(r'^"?([A-Za-z0-9._-]+)"? = \[\]$', tail, re.MULTILINE):
        if found[1] not in elsewhere:
            return normalised(found[1]), text.count("\n", 0, len(head) + len(mark) + found.start()) + 1
    place = 0
    for block in head.split("[[package]]"):
        empty, named = re.search(r"^files = \[\]$", block, re.MULTILINE), _NAME.search(block)
        if empty and named and named[1] not in elsewhere:
            return normalised(named[1]), text.count("\n", 0, place + empty.start()) + 1
        place += len(block) + len("[[package]]")
    return None


def locked_groups(text: str) -> tuple[tuple[str, ...], int]:
    """The groups and extras that a pdm.lock was made for, and the line that says so; none where it does not."""
    found = _PDM_GROUPS.search(text[:_HEAD])
    return (tuple(_QUOTED.findall(found[1])), text.count("\n", 0, found.start(1)) + 1) if found else ((), 0)


@lru_cache(maxsize=256)
def markers_of(text: str, name: str) -> tuple[str, ...]:
    """The markers under which other packages of a uv.lock, poetry.lock or pdm.lock ask for one; () when one of them
    asks without any."""
    text = text.replace("\r\n", "\n")
    written = "[-_.]+".join(map(re.escape, name.split("-")))
    if re.search(rf'(?im)^"?{written}"? = \[$', text) or re.search(rf'(?im)^"?{written}"? = \[\s*\{{', text):
        return ()  # Poetry's rows for one Python each
    uv = re.findall(rf'\{{ name = "{written}"' + _REST, text)
    found = [_quoted_after("marker = ", row) for row in uv]
    poetry = re.findall(rf'(?im)^"?{written}"? = (\{{.*\}}|".*")$', text)
    found += [_quoted_after("markers = ", row) for row in poetry]
    pdm = re.findall(rf'(?im)^    "{written}(?![\w.-])((?:[^"\\]|\\.)*)",$', text)
    found += [row.partition(";")[2].replace('\\"', '"').strip() for row in pdm]
    return tuple(found) if all(found) else ()


def _quoted_after(key: str, row: str) -> str:
    found = re.search(rf'\b{re.escape(key)}"((?:[^"\\]|\\.)*)"', row)
    return found[1].replace('\\"', '"') if found else ""


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
    with_extras = _PDM_EXTRAS.search(block)
    groups = _POETRY_GROUPS.search(block)
    listed = tuple(map(normalised, _QUOTED.findall(groups[1]))) if groups else ()
    production = not {"main", "default"}.isdisjoint(listed) if groups else None
    if 'category = "dev"' in block or ((markers := _POETRY_MARKERS.search(block)) and _elsewhere(markers[0])):
        production, listed = False, ()
    return Locked(
        normalised(name[1]),
        version[1] if version else "",
        () if with_extras else _needs(block),
        _extras(block),
        source[1].strip() if source else "",
        production,
        _wheels(block),
        line,
        _only_source(block),
        _local(block, source[1] if source else ""),
        "git = " in source[1] if source else _is_checkout(block),
        optional="\noptional = true\n" in block,
        groups=listed,
    )


def _local(block: str, source: str) -> str:
    if "\n[package.source]\n" in block and (poetry := _POETRY_SOURCE.search(block)):
        return poetry[2] if poetry[1] in ("directory", "file") else ""
    found = _UV_LOCAL.search(source) if source else _PDM_LOCAL.search(block) if '\npath = "' in block else None
    return found[1] if found else ""


def _is_checkout(block: str) -> bool:
    if "\n[package.source]\n" in block and (poetry := _POETRY_SOURCE.search(block)):
        return poetry[1] in ("git", "hg")
    return bool(_PDM_VCS.search(block))


def _needs(block: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = next((rows for name, rows in _arrays(block) if name == "dependencies"), None)
    if rows is not None:
        return _uv_needs(rows) or _pdm_needs(rows)
    if found := _POETRY_NEEDS.search(block):
        names = (re.match(r'"?([A-Za-z0-9._-]+)"? = (.*)', row) for row in found[1].split("\n"))
        wanted = (name for name in names if name and "optional = true" not in name[2] and not _elsewhere(name[2]))
        return tuple((normalised(name[1]), _extras_of(name[2])) for name in wanted)
    return ()


def _extras_of(row: str) -> tuple[str, ...]:
    found = _POETRY_EXTRAS_OF.search(row)
    return tuple(map(normalised, _QUOTED.findall(found[1]))) if found else ()


def _pdm_needs(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return _pep508(re.findall(r"""^    ["'](.*)["'],$""", text, re.MULTILINE))


def _pep508(lines: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = filter(None, map(_NEED.match, lines))
    return tuple(
        (normalised(n["name"]), tuple(map(normalised, re.findall(r"[\w.-]+", n["extras"] or "")))) for n in names
    )


def _extras(block: str) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    if own := _PDM_EXTRAS.search(block):
        # Each extra may bring each of them; which one does is not written down.
        return {normalised(extra): _needs(block) for extra in _QUOTED.findall(own[1])}
    if found := _POETRY_EXTRAS.search(block):
        rows = ((name, _TEXT.findall(row)) for name, row in _POETRY_EXTRA.findall(found[1]))
        return {normalised(name): _pep508([line for line in lines if not _is_elsewhere(line)]) for name, lines in rows}
    found = _UV_EXTRAS.search(block)
    return {normalised(name): _uv_needs(rows) for name, rows in _arrays(found[1])} if found else {}


def _arrays(text: str) -> Iterator[tuple[str, str]]:
    """Names and rows of arrays that are written over several lines."""
    place = 0
    while (found := _ARRAY.search(text, place)) and (end := text.find("\n]", found.end() - 1)) >= 0:
        yield found[1], text[found.end() : end + 1]
        place = end + 2


def _uv_needs(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    needs = []
    for found in _UV_NEED.finditer(text):
        if _elsewhere(found[2]):
            continue
        extras = _UV_EXTRA_OF.search(found[2])
        needs.append((normalised(found[1]), tuple(_QUOTED.findall(extras[1])) if extras else ()))
    return tuple(needs)


def _elsewhere(text: str) -> bool:
    """True when the marker of an entry holds on no Linux with CPython: each of its alternatives names another place."""
    _, mark, marker = text.replace('\\"', "'").replace('"', "'").partition("marker")
    return bool(mark) and all(_ELSEWHERE.search(part) for part in marker.split(" or "))


def _is_elsewhere(line: str) -> bool:
    """The same for a line of PEP 508."""
    return _elsewhere(f"marker {line.partition(';')[2]}")


def _fits(tags: tuple[str, str, str], minor: str) -> bool:
    interpreters, abis, platforms = tags
    if platforms != "any" and not re.search(r"linux.*_(x86_64|aarch64)", platforms):
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
