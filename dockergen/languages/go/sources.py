"""The Go files of a repository, and those that one program is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.languages.go.constraint import built_by_name, built_by_text
from dockergen.languages.go.modules import Modules
from dockergen.lazy import regex
from dockergen.repository import Repository

_SCAN_LIMIT = 2000  # source files read for evidence
_IMPORT_BLOCK = regex(r"^import\s*\((.*?)^\s*\)", re.M | re.S)
_IMPORT_LINE = regex(r'^import\s+(?:[\w.]+\s+)?"([^"\n]+)"', re.M)
_QUOTED = regex(r'^\s*(?:[\w.]+\s+)?"([^"\n]+)"', re.M)


def go_files(repo: Repository, mods: Modules) -> tuple[str, ...]:
    """Go files that a build for Linux compiles, without tests and without modules that are no part of the build."""
    return tuple(_walked(repo, mods))


def reached(repo: Repository, mods: Modules, files: tuple[str, ...], package: str) -> tuple[str, ...]:
    """The files of a main package and of all packages of the repository that it imports, the near ones first."""
    by_folder: dict[str, list[str]] = {}
    for path in files:
        by_folder.setdefault(path.rpartition("/")[0], []).append(path)
    roots = {file.module: folder for folder, file in mods.by_folder.items() if file.module}
    pending, seen = [package], {package}
    found: list[str] = []
    while pending:
        here = by_folder.get(pending.pop(0), [])
        found += here
        for name in sorted({name for path in here for name in imports(repo, path)}):
            inside = _folder(roots, name)
            if inside is not None and inside not in seen:
                seen.add(inside)
                pending.append(inside)
    return tuple(found)


def imports(repo: Repository, path: str) -> list[str]:
    """The import paths of a file, in their order."""
    text = repo.source(path)
    blocks = [name for block in _IMPORT_BLOCK.findall(text) for name in _QUOTED.findall(block)]
    return [*_IMPORT_LINE.findall(text), *blocks]


def _folder(roots: dict[str, str], name: str) -> str | None:
    """The folder of an imported package of the repository; None for one from elsewhere."""
    known = [module for module in roots if name == module or name.startswith(f"{module}/")]
    if not known:
        return None
    module = max(known, key=len)
    return f"{roots[module]}/{name.removeprefix(module).strip('/')}".strip("/")


def _walked(repo: Repository, mods: Modules) -> Iterator[str]:
    # Members of a workspace may lie in one another: a file belongs to the nearest go.mod above it.
    owner = {"": ""}
    seen = 0
    for member in sorted(mods.by_folder) if mods.manifest == "go.work" else [""]:
        for path in repo.walk(member, depth=12, endings=(".go",)):
            parent, _, name = path.rpartition("/")
            if not built_by_name(name) or _owner(repo, parent, owner) not in (member, *_replaced(mods)):
                continue
            seen += 1
            if seen > _SCAN_LIMIT:
                return
            if built_by_text(repo.source(path)):
                yield path


def _replaced(mods: Modules) -> tuple[str, ...]:
    """Modules of the repository that go.mod points to."""
    return tuple(mods.by_folder) if mods.manifest == "go.mod" else ()


def _owner(repo: Repository, folder: str, known: dict[str, str]) -> str:
    if folder not in known:
        known[folder] = folder if repo.has(f"{folder}/go.mod") else _owner(repo, folder.rpartition("/")[0], known)
    return known[folder]
