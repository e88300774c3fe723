"""Files of the repository that a program finds from where its own source lies, and that no package takes along."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.setuptools_files import includes_data, takes_data
from dockergen.languages.python.syntax import last_name, nodes, parsed
from dockergen.languages.python.writes import written
from dockergen.lazy import regex
from dockergen.repository import Repository, normal

_HINT = regex(r"__file__")
_NO_DATA = (".py", ".pyi", ".pyc", ".md", ".rst", ".pyx", ".pxd", ".c", ".h", ".po", ".pot")  # what no program reads
_TESTS = frozenset(("tests", "test", "__pycache__"))
_SAME = ("resolve", "absolute", "abspath", "realpath", "str", "Path", "fspath", "expanduser")


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
            beside = target and target != inside and not target.startswith(f"{inside}/")
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
    """Names of the file that stand for a folder: BASE_DIR = Path(__file__).parent.parent."""
    text = repo.source(path)
    for node in parsed(text).body if _HINT.search(text) else ():
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        folder = _folder(node.value, path, {}) if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and folder is not None:
            yield target.id, folder


def _joined(repo: Repository, path: str, named: dict[str, str]) -> Iterator[str]:
    """What the file joins to such a folder."""
    text = repo.source(path)
    if not _HINT.search(text) and not any(name in text for name in named):
        return
    for statement in parsed(text).body:
        for node in nodes(statement):
            parts = _parts(node)
            words = [p.value for p in parts[1:] if isinstance(p, ast.Constant) and isinstance(p.value, str)]
            folder = _folder(parts[0], path, named) if words and len(words) == len(parts) - 1 else None
            if folder is not None:
                yield normal("/".join(part.strip("/") for part in (folder, *words) if part.strip("/"))) or ""


def _parts(node: ast.AST) -> tuple[ast.expr, ...]:
    """What `a / b`, a.joinpath(b, c) and os.path.join(a, b, c) put together."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return node.left, node.right
    if not isinstance(node, ast.Call):
        return ()
    if isinstance(node.func, ast.Attribute) and node.func.attr == "joinpath":
        return (node.func.value, *node.args)
    return tuple(node.args) if last_name(node.func) in ("join", "joinpath") else ()


def _folder(node: ast.expr, path: str, named: dict[str, str]) -> str | None:
    """The folder or file of the repository that the expression names, None where it names none for sure."""
    if isinstance(node, ast.Name):
        return path if node.id == "__file__" else named.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        return _above(_folder(node.value, path, named), 1)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return _above(_folder(node.value.value, path, named), index + 1) if isinstance(index, int) else None
    if not isinstance(node, ast.Call):
        return None
    name = last_name(node.func)
    if name == "dirname" and node.args:
        return _above(_folder(node.args[0], path, named), 1)
    if name in _SAME:
        inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        return _folder(inner, path, named) if inner is not None else None
    return None


def _above(path: str | None, levels: int) -> str | None:
    for _ in range(min(max(levels, 0), 20)):
        if not path:
            return None  # above the repository, or unknown
        path = path.rpartition("/")[0]
    return path
