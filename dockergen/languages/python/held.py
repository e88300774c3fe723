"""Variables of the environment that a file keeps under a name, for itself and for the files that import it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from dockergen.languages.python.imports import files_of
from dockergen.languages.python.syntax import Module, last_name, nodes, parsed
from dockergen.lazy import regex
from dockergen.repository import Repository

# A name that holds a variable without a default.
KEEPS = regex(r"^[ \t]*\w+[ \t]*(?::[^=\n]+)?=[ \t]*[\w.]*(?:getenv|environ\.get)\([^,()\n]+\)", re.MULTILINE)


def asked(node: ast.expr, *, empty: bool = False) -> str:
    """The variable of os.environ.get("X") and os.getenv("X") without a default; `empty`: or with one that is empty."""
    if not isinstance(node, ast.Call) or not node.args or node.keywords:
        return ""
    if not all(empty and isinstance(default, ast.Constant) and not default.value for default in node.args[1:]):
        return ""
    of = node.func.value if isinstance(node.func, ast.Attribute) else None
    reads = last_name(node.func) == "getenv" or (
        last_name(node.func) == "get" and of is not None and last_name(of) == "environ"
    )
    first = node.args[0]
    return first.value if reads and isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def hold(node: ast.stmt, holding: dict[str, str], *, empty: bool = False) -> None:
    """What names hold nothing but a variable behind the statement; one that it gives another value does not."""
    for inner in nodes(node) if holding else ():
        if isinstance(inner, (ast.Name, ast.Attribute)) and isinstance(inner.ctx, ast.Store) and spelled(inner):
            name = spelled(inner)
            for key in [key for key in holding if key == name or key.startswith(f"{name}.")]:
                del holding[key]
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    )
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(target, ast.Name) and value is not None and (name := asked(value, empty=empty)):
        holding[target.id] = name


def spelled(node: ast.expr) -> str:
    """A name, or that of an attribute with what it is of: `settings.DB_HOST`; "" for other expressions."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def brought(repo: Repository, path: str, module: Module) -> dict[str, str]:
    """What the names that a file imports from others of the repository hold: DB_HOST of `from config import DB_HOST`,
    config.DB_HOST of `import config`, and settings.DB_HOST where `settings` is made of a class that has it."""
    found: dict[str, str] = {}
    for name, origin in module.imports.items():
        dots = origin[: len(origin) - len(origin.lstrip("."))]
        above, _, last = origin[len(dots) :].rpartition(".")
        for file in files_of(repo, path, f"{dots}{above}") if dots or above else ():
            found |= {f"{name}{rest}": var for rest, var in _of_name(_kept(repo.source(file)), last)}
        for file in files_of(repo, path, origin):
            found |= {f"{name}.{held}": var for held, var in _kept(repo.source(file)).items() if "." not in held}
    return found


def _of_name(kept: Mapping[str, str], wanted: str) -> Iterator[tuple[str, str]]:
    for held, variable in kept.items():
        first, dot, rest = held.partition(".")
        if first == wanted:
            yield f"{dot}{rest}", variable


@lru_cache(maxsize=2048)
def _kept(text: str) -> Mapping[str, str]:
    """What names hold nothing but a variable after the file has run, and what objects of its classes do; remembered,
    as many files import the same one."""
    if not KEEPS.search(text):
        return {}
    body = parsed(text).body
    kept: dict[str, str] = {}
    classes: dict[str, dict[str, str]] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            fields: dict[str, str] = {}
            for statement in node.body:
                hold(statement, fields)
            classes[node.name] = fields
        hold(node, kept)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call):
            fields = classes.get(spelled(node.value.func), {})
            kept |= {f"{node.targets[0].id}.{field}": variable for field, variable in fields.items()}
    return kept | {f"{name}.{field}": var for name, fields in classes.items() for field, var in fields.items()}
