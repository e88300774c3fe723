"""Programs of other packages that the source runs by their names, and that a slim image does not have."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

from dockergen.catalog import load
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.syntax import last_name, nodes, parsed
from dockergen.lazy import regex
from dockergen.repository import Repository

_CALLS = ("run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec", "create_subprocess_shell")
_HINT = regex(r"\bsubprocess\b|\bcreate_subprocess_")


def foreign(repo: Repository, entry: str, packages: Container[str]) -> Iterator[str]:
    """What is told about each of them once, with its first line; `packages` are those that the image gets anyway."""
    told: set[str] = set()
    for path in whole_program(repo, entry) if entry else ():
        for name, package, line in _run_by(repo, path):
            if package not in packages and package not in told:
                told.add(package)
                yield (
                    f"{path}:{line} runs {name}, which the image has not: if the service needs it, "
                    f"dockergen init --force --package {package}."
                )


def run_by_setup(repo: Repository) -> tuple[str, ...]:
    """The Debian packages of the programs that setup.py runs when the project is built, such as git for its version."""
    found = _run_by(repo, "setup.py") if repo.is_file("setup.py") else ()
    return tuple(sorted({package for _, package, _ in found}))


def _run_by(repo: Repository, path: str) -> Iterator[tuple[str, str, int]]:
    """Each known program that the file runs, with its Debian package and the line."""
    known = dict(row.split() for row in load("python").lists["foreign_programs"])
    for statement in parsed(repo.source(path)).body if _HINT.search(repo.source(path)) else ():
        for call in (node for node in nodes(statement) if isinstance(node, ast.Call)):
            name = _program(call)
            if name in known:
                yield name, known[name], call.lineno


def _program(call: ast.Call) -> str:
    """The first word of what the call runs, "" where it is not literal."""
    first = call.args[0] if call.args and last_name(call.func) in _CALLS else None
    if isinstance(first, (ast.List, ast.Tuple)) and first.elts:
        first = first.elts[0]
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return text.split()[0] if text.split() else ""
