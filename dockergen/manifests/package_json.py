"""The package.json of npm and its relatives: what it says, with everything of the wrong type left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from dockergen.frozen import frozen


@frozen
class PackageJson:
    """The fields that decide how a package is installed, built and started."""

    name: str = ""
    main: str = ""
    programs: tuple[str, ...] = ()  # files of "bin"
    module: bool = False  # "type": "module"
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)  # what the program needs when it runs
    development: Mapping[str, str] = field(default_factory=dict)  # devDependencies
    optional: Mapping[str, str] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=dict)
    package_manager: str = ""
    volta: Mapping[str, str] = field(default_factory=dict)
    runtime: tuple[str, str] = ("", "")  # devEngines.runtime: name, version
    workspaces: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()  # files named in patchedDependencies, pnpm's or Bun's
    prisma_schema: str = ""

    @property
    def all_dependencies(self) -> dict[str, str]:
        """Dependencies of every kind, by name."""
        return {**self.development, **self.optional, **self.dependencies}


def package_json(value: Any) -> PackageJson:
    """The manifest out of parsed JSON; fields of another type than npm documents count as absent.

    Format: https://docs.npmjs.com/cli/configuring-npm/package-json
    """
    table = _table(value)
    workspaces = table.get("workspaces")
    if isinstance(workspaces, dict):
        workspaces = workspaces.get("packages")
    return PackageJson(
        name=_text(table.get("name")),
        main=_text(table.get("main")),
        programs=_programs(table.get("bin")),
        module=table.get("type") == "module",
        scripts=_texts(table.get("scripts")),
        dependencies=_texts(table.get("dependencies")),
        development=_texts(table.get("devDependencies")),
        optional=_texts(table.get("optionalDependencies")),
        engines=_texts(table.get("engines")),
        package_manager=_text(table.get("packageManager")),
        volta=_texts(table.get("volta")),
        runtime=_runtime(table.get("devEngines")),
        workspaces=tuple(w for w in workspaces if isinstance(w, str)) if isinstance(workspaces, list) else (),
        patches=tuple(
            path
            for place in (_table(table.get("pnpm")), table)
            for path in _texts(place.get("patchedDependencies")).values()
        ),
        prisma_schema=_text(_table(table.get("prisma")).get("schema")),
    )


def _programs(value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else list(_texts(value).values())
    return tuple(dict.fromkeys(path for path in found if path))


def _runtime(engines: Any) -> tuple[str, str]:
    runtime = _table(engines).get("runtime")
    first = _table(runtime[0] if isinstance(runtime, list) and runtime else runtime)
    return _text(first.get("name")), _text(first.get("version"))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    return {k: v.strip() for k, v in _table(value).items() if isinstance(v, str) and v.strip()}
