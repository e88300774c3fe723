"""Files of the repository that a program finds from where its own source lies, and that no package takes along."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.own_place import place
from dockergen.languages.python.setuptools_files import includes_data, takes_data
from dockergen.languages.python.syntax import last_name, nodes, parsed
from dockergen.languages.python.writes import written
from dockergen.lazy import regex
from dockergen.repository import Repository

_HINT = regex(r"__file__")
_NO_DATA = (".py", ".pyi", ".pyc", ".md", ".rst", ".pyx", ".pxd", ".c", ".h", ".po", ".pot")  # what no program reads
_TESTS = frozenset(("tests", "test", "__pycache__"))


def data_root(repo: Repository, entry: str) -> str:
    """The folder whose modules have to be imported in place, as setuptools installs nothing of the program's package
    but its modules, and there is more in it; "" where it takes all along."""
    inside = _incomplete(repo, entry)
    return (inside.rpartition("/")[0] or ".") if inside else ""


def lost_data(repo: Repository, entry: str) -> str:
    """The package of the program whose data setuptools takes along only where it can ask git for the files, "" where
    it takes all of it, or never does."""
    return _incomplete(repo, entry) if includes_data(repo) else ""


def _incomplete(repo: Repository, entry: str) -> str:
    """The package of the program of which setuptools leaves data out, "" for none."""
    inside = _package(repo, entry) if entry else ""
    return "" if not inside or takes_data(repo, filter(_is_data, repo.walk(inside))) else inside


def written_root(repo: Repository, entry: str) -> str:
    """The folder whose modules have to be imported in place, as the program writes into its own package, which nobody
    may where it is installed; "" when it does not."""
    inside = _package(repo, entry) if entry else ""
    items = written(repo, entry) if inside else ()
    within = any(item.path.startswith(f"/app/{inside}/") for item in items)
    return (inside.rpartition("/")[0] or ".") if within else ""


def _is_data(path: str) -> bool:
    *folders, name = path.split("/")
    if name.startswith(".") or not _TESTS.isdisjoint(folders):
        return False
    return not name.endswith(_NO_DATA) and name not in ("py.typed", "LICENSE")


def source_root(repo: Repository, entry: str) -> str:
    """The folder whose modules have to be imported in place, "." for the repository itself, as one of the program's
    files reads what lies beside its package; "" when none does."""
    files = whole_program(repo, entry) if entry else ()
    if not any(_HINT.search(repo.source(path)) for path in files):
        return ""
    named: dict[str, str] = {}
    for path in files:
        named |= dict(_named(repo, path))
    # What version control leaves out is put here by the owner.
    owners = {line.strip().lstrip("/") for line in repo.source(".gitignore").splitlines()}
    for path in files:
        inside = _package(repo, path)
        for target in _joined(repo, path, named) if inside else ():
            beside = not f"{target}/".startswith((f"{inside}/", "../", "./"))
            if beside and (target in owners or repo.has(target)):
                return inside.rpartition("/")[0] or "."
    return ""


def _package(repo: Repository, path: str) -> str:
    """What is installed with the file: its outermost package, or its part of src, maybe itself; "" for nothing."""
    folder = path.rpartition("/")[0]
    if path.startswith("src/"):
        return "/".join(path.split("/")[:2])
    while folder and repo.is_file(f"{folder}/__init__.py") and repo.is_file(f"{folder.rpartition('/')[0]}/__init__.py"):
        folder = folder.rpartition("/")[0]
    return folder if repo.is_file(f"{folder}/__init__.py") else ""


def _named(repo: Repository, path: str) -> Iterator[tuple[str, str]]:
    """Names of the file that stand for a place: BASE_DIR = Path(__file__).parent.parent."""
    text = repo.source(path)
    for node in parsed(text).body if _HINT.search(text) else ():
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        found = place(node.value, path, {}) if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and found is not None:
            yield target.id, found


def _joined(repo: Repository, path: str, named: dict[str, str]) -> Iterator[str]:
    """What the file joins to its own place, or to such a name."""
    text = repo.source(path)
    if not _HINT.search(text) and not any(name in text for name in named):
        return
    for statement in parsed(text).body:
        for node in nodes(statement):
            if _joins(node) and (found := place(node, path, named)):
                yield found


def _joins(node: ast.AST) -> TypeGuard[ast.expr]:
    """True for `a / b`, a.joinpath(b, c) and os.path.join(a, b, c)."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div)
    return isinstance(node, ast.Call) and last_name(node.func) in ("join", "joinpath")
