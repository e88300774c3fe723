"""Commands that a project gives names to, for `pdm run start`, `poe serve`, `pipenv run web` and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.python.start.command import Run, run
from dockergen.lazy import regex
from dockergen.manifests.pyproject import table
from dockergen.model import Origin
from dockergen.repository import Repository

_TABLES = (
    ("pyproject.toml", ("tool", "pdm", "scripts")),
    ("pyproject.toml", ("tool", "rye", "scripts")),
    ("pyproject.toml", ("tool", "poe", "tasks")),
    ("pyproject.toml", ("tool", "taskipy", "tasks")),
    ("pyproject.toml", ("tool", "pixi", "tasks")),
    ("pyproject.toml", ("tool", "hatch", "envs", "default", "scripts")),
    ("Pipfile", ("scripts",)),
    ("pixi.toml", ("tasks",)),
)
_FUNCTION = regex(r"([\w.]+:[\w.]+)(?:\(\))?")
_PRODUCTION = ("prod", "production", "start-prod", "serve-prod")


def tasks(repo: Repository) -> Iterator[Run]:
    """The commands whose names say that they start the service, those for production first."""
    names = (*_PRODUCTION, *load("python").lists["serving_commands"])
    for path, keys in _TABLES:
        rows = table(_document(repo, path), *keys)
        for name in names:
            if command := _command(rows.get(name)):
                written = re.compile(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=|^\[.*\.{re.escape(name)}\]", re.MULTILINE)
                yield run(command, Origin("file", path, repo.line_of(path, written)), "task")


def called(repo: Repository) -> dict[str, str]:
    """The function that a task calls whose name says that it starts the service, as a console script names one."""
    for path, keys in _TABLES:
        rows = table(_document(repo, path), *keys)
        for name in (*_PRODUCTION, *load("python").lists["serving_commands"]):
            if target := _function(rows.get(name)):
                return {name: target}
    return {}


def _function(value: Any) -> str:
    named = (value.get("call") or value.get("script")) if isinstance(value, Mapping) else ""
    found = _FUNCTION.fullmatch(named) if isinstance(named, str) else None
    return found[1] if found else ""


def _command(value: Any) -> str:
    """The command line of a task: text, a list, or the text of the key that each tool has for it."""
    if isinstance(value, Mapping):
        if named := _function(value):
            return f"python -m {named.partition(':')[0]}"
        value = next((value[key] for key in ("cmd", "shell", "composite") if key in value), "")
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return " ".join(value)
    return value if isinstance(value, str) else ""


def _document(repo: Repository, path: str) -> Mapping[str, Any]:
    try:
        return repo.toml(path) if repo.is_file(path) else {}
    except ProjectError:
        return {}  # it is evidence only
