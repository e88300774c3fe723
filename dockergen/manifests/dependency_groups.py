"""The named groups of dependencies: PEP 735, what Poetry, PDM and uv had before it, and the categories of a Pipfile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockergen.frozen import frozen
from dockergen.manifests.pyproject import poetry_dependencies, table, texts
from dockergen.manifests.requirements import Requirement, normalised, requirement

_NO_CATEGORIES = ("source", "packages", "default", "requires", "scripts", "pipenv", "pipfile")


@frozen
class Group:
    """One group as it is named in the file, with what its includes bring."""

    name: str
    requirements: tuple[Requirement, ...] = ()
    optional: bool = False  # installed only where somebody asks for it


def dependency_groups(document: Mapping[str, Any]) -> tuple[Group, ...]:
    """All groups of the file, in its order; a group that includes itself, or one that does not exist, adds nothing.

    Format: https://packaging.python.org/en/latest/specifications/dependency-groups/
    """
    rows = table(document, "dependency-groups")
    tool = table(document, "tool")
    found = {normalised(name): Group(name, _members(rows, name, ())) for name in rows}
    for name, row in table(tool, "poetry", "group").items():
        wanted = poetry_dependencies(table(row, "dependencies"))
        optional = row.get("optional") is True if isinstance(row, Mapping) else False
        before = found.get(normalised(name), Group(name))
        found[normalised(name)] = Group(before.name, (*before.requirements, *wanted), optional)
    for name, value in table(tool, "pdm", "dev-dependencies").items():
        found.setdefault(normalised(name), Group(name, _requirements(texts(value))))
    legacy = (
        poetry_dependencies(table(tool, "poetry", "dev-dependencies")),
        _requirements(texts(table(tool, "uv").get("dev-dependencies"))),
    )
    for wanted in filter(None, legacy):
        found.setdefault("dev", Group("dev", wanted))
    return tuple(found.values())


def pipfile_groups(document: Mapping[str, Any]) -> tuple[Group, ...]:
    """The categories of a Pipfile besides [packages], in its order; [dev-packages] is one of them.

    Format: https://pipenv.pypa.io/en/latest/pipfile.html
    """
    named = ((name, row) for name, row in document.items() if name not in _NO_CATEGORIES and isinstance(row, Mapping))
    return tuple(Group(name, poetry_dependencies(row), optional=True) for name, row in named)


def default_groups(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The groups that `uv sync` installs when nobody asks for any: `default-groups`, () where the file has no such key.

    Setting: https://docs.astral.sh/uv/reference/settings/#default-groups
    """
    value = table(document, "tool", "uv").get("default-groups")
    return tuple(table(document, "dependency-groups")) if value == "all" else texts(value)


def _members(rows: Mapping[str, Any], name: str, chain: tuple[str, ...]) -> tuple[Requirement, ...]:
    wanted = normalised(name)
    value = next((row for key, row in rows.items() if normalised(key) == wanted), None)
    if wanted in chain or not isinstance(value, list):
        return ()
    found: list[Requirement] = []
    for item in value:
        if isinstance(item, str):
            found += _requirements((item,))
        elif isinstance(item, dict) and isinstance(item.get("include-group"), str):
            found += _members(rows, item["include-group"], (*chain, wanted))
    return tuple(found)


def _requirements(lines: tuple[str, ...]) -> tuple[Requirement, ...]:
    return tuple(found for text in lines if (found := requirement(text)))
