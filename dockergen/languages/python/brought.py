"""Frameworks that the program imports although no line names them: something else that is installed brings them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockergen.catalog import Framework, load
from dockergen.languages.python.entry import candidates, place
from dockergen.model import Origin
from dockergen.repository import Repository

_SERVES = ("wsgi", "asgi", "own", "django")
_BOTS = ("discord", "slack", "telegram")
_MOST_FILES = 25


def brought(repo: Repository, installed: Mapping[str, Origin]) -> dict[str, Origin]:
    """The framework of the likeliest file that imports one, with the line, or those of several that are as likely; {}
    where the manifests name a framework, or name a bot's and that file is the bot.

    Flask-RESTX brings Flask, strawberry-graphql[fastapi] brings FastAPI: people list what they think of.
    """
    rows = load("python").frameworks
    known = [row for row in rows.values() if not row.kind.endswith("-server") and row.kind != "worker"]
    if not installed or any(name in installed for row in known for name in row.dependencies):
        return {}
    modules = dict(framework_modules())
    bots = {module for name in _BOTS if _is_in(rows[name], installed) for module in rows[name].config}
    written = re.compile(rf"^(?:from|import)\s+({'|'.join(map(re.escape, (*modules, *sorted(bots))))})\b", re.MULTILINE)
    paths = candidates(repo)[:_MOST_FILES]
    seen = ((path, match) for path in paths if (match := written.search(repo.source(path))))
    found: dict[str, Origin] = {}
    first = None
    for path, match in seen:
        if first is None and match[1] in bots:
            return {}
        first = first or place(path)
        if place(path) != first:
            break
        if match[1] in modules:
            line = repo.source(path).count("\n", 0, match.start()) + 1
            found.setdefault(modules[match[1]], Origin("file", path, line))
    return found


def _is_in(row: Framework, installed: Mapping[str, Origin]) -> bool:
    return any(name in installed for name in row.dependencies)


def framework_modules() -> Iterator[tuple[str, str]]:
    """Top-level modules of frameworks that serve an app object, with the distribution that has them."""
    for row in load("python").frameworks.values():
        if row.kind == "django":
            yield "django", "django"
        if row.kind in _SERVES:
            for module in {constructor.split(".")[0] for constructor in row.constructors} & {
                name.replace("-", "_") for name in row.dependencies
            }:
                yield module, next(name for name in row.dependencies if name.replace("-", "_") == module)
