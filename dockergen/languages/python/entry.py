"""Where a program starts: the files that are looked at, and the app objects and scripts that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.source import app_objects, guard_line
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 400  # Python files that are read before the search gives up
_DEPTH = 5
_IMPORT = regex(r"^\s*(?:from|import)\s+(\.*[A-Za-z_]\w*)", re.MULTILINE)


@frozen
class App:
    """An app object with its place, as a server is told: module, name, and the folder that must be on the path."""

    module: str
    name: str
    constructor: str
    origin: Origin
    factory: bool
    import_root: str  # "" for the root of the repository
    rank: int  # smaller is likelier

    @property
    def reference(self) -> str:
        return f"{self.module}:{self.name}"


def candidates(repo: Repository) -> list[str]:
    """Python files that may hold the program, likeliest first: conventional names at the root, in src, in packages."""
    names = load("python").lists["entry_names"]
    skipped = frozenset(load("python").lists["not_the_program"])
    found = []
    for path in repo.walk(depth=_DEPTH, endings=(".py",)):
        parts = path.split("/")
        if not skipped.intersection(parts[:-1]) and not _is_test(parts[-1]):
            found.append(path)
            if len(found) >= _MOST_FILES * 5:
                break
    order = {name: index for index, name in enumerate(names)}

    def rank(path: str) -> tuple[int, int, str]:
        stem = path.rsplit("/", 1)[-1][:-3]
        depth = path.removeprefix("src/").count("/")
        known = order.get(stem, len(order) + (0 if stem in ("__init__", "__main__") else 1))
        return (depth if known < len(order) else depth + 3, known, path)

    return sorted(found, key=rank)[:_MOST_FILES]


def apps(repo: Repository, paths: list[str], constructors: Mapping[str, str]) -> list[App]:
    """All app objects in the files, likeliest first; module-level objects before factories of the same file."""
    words = {name.split(".")[-1] for name in constructors} | {"create_app", "make_app", "build_app", "get_app"}
    hint = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, words))) + r")\b")
    found: list[App] = []
    for rank, path in enumerate(paths):
        text = repo.source(path)
        if not hint.search(text):
            continue
        module, root = module_of(repo, path)
        objects = app_objects(text, constructors)
        for item in sorted(objects, key=lambda o: (o.factory, o.name not in ("app", "application", "api", "server"))):
            origin = Origin("file", path, item.line)
            found.append(App(module, item.name, item.constructor, origin, item.factory, root, rank))
    known = (
        _constructor_called(repo, paths, constructors) if any(a.constructor not in constructors for a in found) else ""
    )
    settled = (app if app.constructor in constructors else replace(app, constructor=known) for app in found)
    return [app for app in settled if app.constructor]


def _constructor_called(repo: Repository, paths: list[str], constructors: Mapping[str, str]) -> str:
    """What an imported factory makes: the constructor that some file of the program calls, "" when none does."""
    for path in paths:
        text = repo.source(path)
        for dotted in constructors:
            if re.search(rf"\b{re.escape(dotted.split('.')[-1])}\(", text) and dotted.split(".")[0] in text:
                return dotted
    return ""


def module_of(repo: Repository, path: str) -> tuple[str, str]:
    """The dotted name of a file and the folder that must be on the import path for it."""
    folder = path.rpartition("/")[0]
    root = import_root(repo, path)
    parts = path.removeprefix(f"{root}/" if root else "")[:-3].split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts), root if folder else ""


def import_root(repo: Repository, path: str) -> str:
    """The folder from which the absolute imports of the file resolve; regular packages never are such a folder."""
    folder = path.rpartition("/")[0]
    roots = [folder]
    while roots[-1]:
        roots.append(roots[-1].rpartition("/")[0])
    while len(roots) > 1 and repo.is_file(f"{roots[0]}/__init__.py"):
        roots.pop(0)
    if len(roots) == 1:
        return roots[0]
    wanted = {name for name in _IMPORT.findall(repo.source(path)) if not name.startswith(".")}
    relative = bool(re.search(r"^\s*from\s+\.", repo.source(path), re.MULTILINE))
    scores = {root: sum(_resolves(repo, root, name) for name in wanted) for root in roots}
    if relative and scores.get(folder) is not None:
        scores[folder] = -1  # a file with relative imports is no top-level module
    best = max(scores.values())
    likely = [root for root in reversed(roots) if scores[root] == best]
    if best > 0:
        return likely[0]
    return "src" if "src" in likely else likely[0]


def guarded(repo: Repository, paths: list[str]) -> Iterator[tuple[str, int]]:
    """Files with a `__main__` guard, likeliest first, and the line of the guard."""
    for path in paths:
        if line := guard_line(repo.source(path)):
            yield path, line


def _resolves(repo: Repository, root: str, name: str) -> bool:
    place = f"{root}/{name}" if root else name
    return repo.is_file(f"{place}.py") or repo.is_folder(place)


def _is_test(name: str) -> bool:
    return (
        name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "setup.py", "noxfile.py", "fabfile.py", "manage.py")
    )
