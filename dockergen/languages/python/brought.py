"""Frameworks that the program imports although no line names them: something else that is installed brings them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockergen.catalog import load
from dockergen.languages.python.entry import candidates
from dockergen.model import Origin
from dockergen.repository import Repository

_SERVES = ("wsgi", "asgi", "own", "django")
_MOST_FILES = 25


def brought(repo: Repository, installed: Mapping[str, Origin]) -> dict[str, Origin]:
    """The framework of the likeliest file that imports one, with the line; {} where the manifests name a framework.

    Flask-RESTX brings Flask, strawberry-graphql[fastapi] brings FastAPI: people list what they think of.
    """
    rows = load("python").frameworks.values()
    known = [row for row in rows if not row.kind.endswith("-server") and row.kind != "worker"]
    if not installed or any(name in installed for row in known for name in row.dependencies):
        return {}
    modules = dict(_modules())
    written = re.compile(rf"^(?:from|import)\s+({'|'.join(map(re.escape, modules))})\b", re.MULTILINE)
    for path in candidates(repo)[:_MOST_FILES]:
        if found := written.search(repo.source(path)):
            line = repo.source(path).count("\n", 0, found.start()) + 1
            return {modules[found[1]]: Origin("file", path, line)}
    return {}


def _modules() -> Iterator[tuple[str, str]]:
    """Top-level modules of frameworks that serve an app object, with the distribution that has them."""
    for row in load("python").frameworks.values():
        if row.kind == "django":
            yield "django", "django"
        if row.kind in _SERVES:
            for module in {constructor.split(".")[0] for constructor in row.constructors} & {
                name.replace("-", "_") for name in row.dependencies
            }:
                yield module, next(name for name in row.dependencies if name.replace("-", "_") == module)
