"""Names that a program uses and later releases no longer have: where the manifest leaves it open, an earlier one is
installed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.project import Project
from dockergen.languages.python.syntax import dotted, nodes, parsed
from dockergen.languages.python.unlisted import is_here, runs_on_import
from dockergen.languages.python.wheels import begins_at, ends_before, key
from dockergen.manifests.requirements import Requirement
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 200  # of a Django project, whose files are named in texts and not imported
_DEPTH = 4


@frozen
class Bound:
    """The releases of a distribution that still have what the program uses, and the line that uses it."""

    requirement: Requirement
    name: str  # what is used
    origin: Origin

    @property
    def text(self) -> str:
        return f"{self.requirement.name}{self.requirement.specifier}"


def bounds(repo: Repository, project: Project, entry: str) -> tuple[Bound, ...]:
    """The bounds, each distribution once; none beside a lock file or hashes, and none that contradicts the manifest."""
    tree = project.requirements
    if project.manager.value != "pip" or not tree.path or project.lock or tree.hashed or tree.constrained or not entry:
        return ()
    rows = {row.name: row.bounds for row in _rows() if _open(project, row)}
    found: dict[str, Bound] = {}
    for name, origin in _used(repo, project, entry, rows) if rows else ():
        for distribution, release in _wanted(project, rows[name]):
            known = found.get(distribution)
            if known is None or key(release) < key(known.requirement.specifier):
                found[distribution] = Bound(Requirement(distribution, specifier=f"<{release}"), name, origin)
    return tuple(found[name] for name in sorted(found))


def advice(found: tuple[Bound, ...], path: str) -> list[str]:
    """One note for each line of the program that an open release breaks."""
    lines = {bound.origin: bound.name for bound in found}
    notes = []
    for origin, name in lines.items():
        held = ", ".join(bound.text for bound in found if bound.origin == origin)
        used = name.strip("('.)")
        notes.append(
            f"{origin} uses {used} in a way that later releases no longer know, and {path} leaves the release open: "
            f"the image holds {held}; write that there, or port the line."
        )
    return notes


@frozen
class _Row:
    name: str
    bounds: tuple[tuple[str, str], ...]  # distribution and the first release without the name
    settled: tuple[str, str]  # a distribution that asks for such releases itself, and its first release that does not


@lru_cache(maxsize=1)
def _rows() -> tuple[_Row, ...]:
    found = []
    for line in load("python-gone").lists["gone"]:
        named, _, settled = line.partition(" settled:")
        name, *fitting = named.split()
        pairs = tuple((bound.partition("<")[0], bound.partition("<")[2]) for bound in fitting)
        found.append(_Row(name, pairs, (settled.partition("<")[0], settled.partition("<")[2])))
    return tuple(found)


def _open(project: Project, row: _Row) -> bool:
    """True when the manifest allows the distribution and what has to fit it to be older, and does not say so yet."""
    if any(r.name == row.settled[0] and ends_before(r.specifier, row.settled[1]) for r, _ in project.direct):
        return False
    for index, (name, release) in enumerate(row.bounds):
        stated = [r for r, _ in project.direct if r.name == name]
        if any(r.url or r.path or begins_at(r.specifier, release) for r in stated):
            return False
        if index == 0 and any(ends_before(r.specifier, release) for r in stated):
            return False
    return any(name in project.installed for name, _ in row.bounds)


def _wanted(project: Project, row: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    """The distribution itself, and what is installed besides and not older anyway."""
    for index, (name, release) in enumerate(row):
        older = any(ends_before(r.specifier, release) for r, _ in project.direct if r.name == name)
        if index == 0 or (name in project.installed and not older):
            yield name, release


def _used(repo: Repository, project: Project, entry: str, rows: Mapping[str, object]) -> Iterator[tuple[str, Origin]]:
    """The names that the program uses, with the first line of each file that does."""
    last = {re.sub(r"\W+$", "", name).rpartition(".")[2] for name in rows}
    hint = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(last)))})\b")
    for path in _files(repo, project, entry):
        text = repo.source(path)
        if hint.search(text):
            seen: dict[str, int] = {}
            for name, line in (*_imported(text), *_reached(text)):
                if name in rows and (name.startswith(".") or not is_here(repo, path, name.split(".")[0])):
                    seen.setdefault(name, line)
            yield from ((name, Origin("file", path, line)) for name, line in seen.items())


def _files(repo: Repository, project: Project, entry: str) -> Iterator[str]:
    found = dict.fromkeys(whole_program(repo, entry))
    if project.has("django"):
        skipped = frozenset(load("python").lists["not_the_program"])
        below = repo.walk(depth=_DEPTH, endings=(".py",))
        found |= dict.fromkeys(path for path in below if skipped.isdisjoint(path.split("/")[:-1]))
    yield from list(found)[:_MOST_FILES]


def _imported(text: str) -> Iterator[tuple[str, int]]:
    """What is imported as soon as the file runs; a try block that expects failure imports nothing for sure."""
    for node in runs_on_import(parsed(text).body):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = [] if node.level else [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            yield from ((prefix, node.lineno) for prefix in _prefixes(name))


def _reached(text: str) -> Iterator[tuple[str, int]]:
    """Attributes of what is imported, and methods of whatever object."""
    module = parsed(text)
    for node in (inner for statement in module.body for inner in nodes(statement)):
        if isinstance(node, ast.Attribute):
            yield f".{node.attr}", node.lineno
            parts = dotted(node)
            origin = module.imports.get(parts[0], "") if parts else ""
            if origin and not origin.startswith("."):
                yield ".".join([origin, *parts[1:]]), node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield f".{node.func.attr}('')", node.lineno


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:count]) for count in range(2, len(parts) + 1))
