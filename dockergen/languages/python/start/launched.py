"""A command that prepares the program and then gives its app to a server fit for production, in its own code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.entry import Modules
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.listening import Listening
from dockergen.languages.python.start.served import host_variable
from dockergen.languages.python.syntax import dotted, last_name, nodes
from dockergen.lazy import regex
from dockergen.model import Origin

_MOST_FILES = 25
_MOST_FUNCTIONS = 60
# Calls that say something or read what they are told, and prepare nothing.
_IDLE = regex(r"(?i)log|print|echo|banner|header|version|pars|arg|warn|title|exit|debug|info")


@frozen
class Launch:
    """Where a command starts its server, and the words by which it is told to."""

    words: tuple[str, ...]
    origin: Origin


@frozen
class _Step:
    """A function on the way from the command to the server."""

    path: str
    name: str
    words: tuple[str, ...] = ()
    prepares: bool = False


def launched(modules: Modules, entry: str, function: str) -> Launch | None:
    """The launch that the function of that file comes to; None where it starts no such server or prepares nothing."""
    if not any(_serves(modules, path) for path in program_files(modules.repo, entry, _MOST_FILES)):
        return None
    pending, seen = [_Step(entry, function)], {(entry, function)}
    while pending and len(seen) < _MOST_FUNCTIONS:
        step = pending.pop(0)
        node = _function(modules, step.path, step.name)
        if node is None:
            continue
        prepared = list(_prepared(modules, step.path, node))
        if line := _production(modules, step.path, node):
            if step.prepares or any(at < line for _, at in prepared):
                return Launch(step.words, Origin("file", step.path, line))
            continue
        found = []
        for path, name, word in sorted(_used(modules, step.path, node), key=lambda item: _likely(item[2])):
            if (path, name) not in seen:
                seen.add((path, name))
                prepares = step.prepares or any(place != (path, name) for place, _ in prepared)
                found.append(_Step(path, name, step.words or ((word,) if word else ()), prepares))
        pending = [*found, *pending]  # the likeliest subcommand to its end before the others
    return None


def _serves(modules: Modules, path: str) -> bool:
    return bool(_gunicorns(modules, path)) or any(_is_production(modules, path, s) for s in modules.listening(path))


def _likely(word: str) -> int:
    """The place of a subcommand among those that start servers, last for one that is none of them."""
    known = load("python").lists["serving_commands"]
    return -1 if not word else known.index(word) if word in known else len(known)


def _function(modules: Modules, path: str, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    found = (node for node in modules.module(path).body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return next((node for node in found if node.name == name), None)


def _used(modules: Modules, path: str, node: ast.AST) -> Iterator[tuple[str, str, str]]:
    """The functions of this repository that the node names: file, name, and the word of a table of subcommands."""
    tables = [table for table in nodes(node) if isinstance(table, ast.Dict)]
    words = {
        id(value): key.value
        for table in tables
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    for inner in nodes(node):
        if isinstance(inner, (ast.Name, ast.Attribute)) and (place := _place(modules, path, inner)):
            yield (*place, words.get(id(inner), ""))


def _place(modules: Modules, path: str, node: ast.expr) -> tuple[str, str] | None:
    """File and name of a function of this repository; None for anything else."""
    parts = dotted(node)
    if not parts:
        return None
    if len(parts) == 1 and _function(modules, path, parts[0]):
        return path, parts[0]
    origin = modules.module(path).imports.get(parts[0], "")
    if not origin or len(parts) > 2:
        return None
    module, _, name = ".".join((origin, *parts[1:])).rpartition(".")
    module = module or "."
    other = modules.file_from(path, module)
    return (other, name) if other and other != path and _function(modules, other, name) else None


def _prepared(modules: Modules, path: str, function: ast.AST) -> Iterator[tuple[tuple[str, str], int]]:
    """Functions of this repository that statements of the function have done, with their lines: a call, a thread."""
    for node in nodes(function):
        if not isinstance(node, ast.Expr):
            continue
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and not _IDLE.search(last_name(call.func)):
            named = (inner for inner in nodes(call) if isinstance(inner, (ast.Name, ast.Attribute)))
            places = (_place(modules, path, inner) for inner in named)
            yield from ((place, node.lineno) for place in places if place and not _IDLE.search(place[1]))


def _production(modules: Modules, path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The line on which the function starts a server that is fit for production; 0 for none."""
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    found = [s.line for s in modules.listening(path) if s.line in lines and _is_production(modules, path, s)]
    if classes := _gunicorns(modules, path):
        made = (call for call in nodes(node) if isinstance(call, ast.Call) and last_name(call.func) in classes)
        found += [call.lineno for call in made]
    return min(found, default=0)


def _gunicorns(modules: Modules, path: str) -> set[str]:
    """The classes of the file that are Gunicorn with the program's own settings."""
    if "gunicorn.app" not in modules.repo.source(path):
        return set()
    found = (node for statement in modules.module(path).body for node in nodes(statement))
    known = load("python").lists["gunicorn_classes"]
    return {n.name for n in found if isinstance(n, ast.ClassDef) and any(last_name(b) in known for b in n.bases)}


def _is_production(modules: Modules, path: str, server: Listening) -> bool:
    """True for a server that is fit for production, and that the outside reaches or is let reach by a variable."""
    owner, _, last = server.function.rpartition(".")
    name = f"{modules.module(path).imports.get(owner, owner)}.{last}"
    fit = name in load("python").lists["production_calls"]
    return fit and (not server.loopback or bool(host_variable(modules.repo, path, server)))
