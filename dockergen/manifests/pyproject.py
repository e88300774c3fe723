"""pyproject.toml: the tables of PEP 518, 621 and 735, and those of uv, Poetry, PDM and setuptools for an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from dockergen.frozen import frozen
from dockergen.manifests.requirements import Requirement, normalised, requirement

_EMPTY: Mapping[str, Any] = {}
_INDEXES = (("uv", "index"), ("poetry", "source"), ("pdm", "source"))
_OF_PIPENV = ("sys_platform", "platform_system", "os_name", "platform_machine")  # == 'win32', as its own papers have it


@frozen
class Pyproject:
    """What the file says about the project; fields are empty where it says nothing or nonsense."""

    name: str = ""
    has_project: bool = False  # a [project] table
    requires_python: str = ""
    dependencies: tuple[Requirement, ...] = ()
    optional: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    dynamic: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)  # command -> module:function
    backend: str = ""  # of [build-system]
    build_requires: tuple[str, ...] = ()
    has_build_system: bool = False
    classifiers: tuple[str, ...] = ()
    named_files: tuple[str, ...] = ()  # readme and licence files that a build back end reads
    tool: Mapping[str, Any] = field(default_factory=dict)

    @property
    def states_dependencies(self) -> bool:
        """True when [project] lists them, and setuptools takes none from setup.py or setup.cfg."""
        return self.has_project and bool(self.dependencies) and "dependencies" not in self.dynamic

    @property
    def names_indexes(self) -> bool:
        """True where a table of a manager names indexes, of which another one may have the same name."""
        return any(self.settings(tool).get(key) for tool, key in _INDEXES)

    def settings(self, *path: str) -> Mapping[str, Any]:
        """The table [tool.<path>], empty when it does not exist."""
        return table(self.tool, *path)


def pyproject(document: Mapping[str, Any]) -> Pyproject:
    """The typed view of a parsed file; values of the wrong type count as absent.

    Format: https://packaging.python.org/en/latest/specifications/pyproject-toml/
    """
    project = table(document, "project")
    build = table(document, "build-system")
    tool = table(document, "tool")
    poetry = table(tool, "poetry")
    flit = table(tool, "flit", "metadata")
    optional = table(project, "optional-dependencies")
    return Pyproject(
        name=_text(project.get("name")) or _text(poetry.get("name")) or _text(flit.get("module")),
        has_project=bool(project),
        requires_python=_text(project.get("requires-python")) or _text(flit.get("requires-python")),
        dependencies=_requirements(project.get("dependencies"))
        or poetry_dependencies(table(poetry, "dependencies"))
        or _requirements(flit.get("requires")),
        optional={key: _requirements(value) for key, value in optional.items()},
        dynamic=texts(project.get("dynamic")),
        scripts={**_scripts(poetry), **_scripts(table(tool, "flit")), **_scripts(project)},
        backend=_text(build.get("build-backend")),
        build_requires=texts(build.get("requires")),
        has_build_system=bool(build),
        classifiers=texts(project.get("classifiers")) or texts(poetry.get("classifiers")),
        named_files=files_read(document),
        tool=tool,
    )


def papers(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The readme and the licence that the metadata is made with, of [project] and of Poetry."""
    project, poetry = table(document, "project"), table(document, "tool", "poetry")
    found: list[str] = []
    for value in (project.get("readme"), poetry.get("readme")):
        named = value.get("file") if isinstance(value, dict) else value
        found += [named] if isinstance(named, str) else texts(named)
    licence = project.get("license")
    found += [_text(licence.get("file"))] if isinstance(licence, dict) else []
    return tuple(name for name in dict.fromkeys(found) if name)


def files_read(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that the build back end reads to make the metadata: readme, licences, where the version is written; and
    what it installs from outside of the packages, with stars where the setting has them.

    Settings: [project] readme and license, Poetry's readme, setuptools' dynamic `file`, Hatch's and PDM's `path`;
    setuptools' data-files, Hatch's force-include and shared-data.
    """
    project, tool = table(document, "project"), table(document, "tool")
    found: list[str] = []
    for value in (project.get("readme"), project.get("license"), table(tool, "poetry").get("readme")):
        if isinstance(value, dict):
            found += [_text(value.get("file"))]
        elif isinstance(value, list):
            found += texts(value)
        elif value is not project.get("license"):
            found += [_text(value)]
    found += texts(project.get("license-files"))
    for row in table(tool, "setuptools", "dynamic").values():
        named = row.get("file") if isinstance(row, dict) else None
        found += [named] if isinstance(named, str) else texts(named)
    found += [_text(table(tool, *path).get("path")) for path in (("hatch", "version"), ("pdm", "version"))]
    found += texts(table(tool, "hatch", "metadata", "hooks", "requirements_txt").get("files"))
    hook = table(tool, "hatch", "metadata", "hooks", "fancy-pypi-readme").get("fragments")
    found += [_text(row.get("path")) for row in hook if isinstance(row, dict)] if isinstance(hook, list) else []
    found += [_text(table(tool, "flit", "metadata").get("description-file"))]
    for row in table(tool, "setuptools", "data-files").values():
        found += texts(row)
    for path in (("build",), ("build", "targets", "wheel")):
        for key in ("force-include", "shared-data"):
            found += table(tool, "hatch", *path, key)
    return tuple(name for name in dict.fromkeys(found) if name)


def table(document: Any, *path: str) -> Mapping[str, Any]:
    """The table at the path, empty when a part is missing or no table."""
    for part in path:
        document = document.get(part) if isinstance(document, Mapping) else None
    return document if isinstance(document, Mapping) else _EMPTY


def texts(value: Any) -> tuple[str, ...]:
    """The strings of an array; empty when it is none."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def poetry_dependencies(rows: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """The requirements of a [tool.poetry.dependencies] table, without the interpreter and optional ones."""
    found = []
    for name, value in rows.items():
        row = value if isinstance(value, dict) else _of_one_platform(value)
        if name.lower() == "python" or row.get("optional") is True:
            continue
        extras = tuple(sorted(normalised(extra) for extra in texts(row.get("extras"))))
        url = _text(row.get("url")) or checkout(row)
        path = _text(row.get("path"))
        version = value if isinstance(value, str) else _text(row.get("version"))
        marker = _text(row.get("markers")) or _limits(row)
        editable = row.get("develop") is True
        specifier = f"=={version}" if version[:1].isdigit() else version
        found.append(Requirement(normalised(name), extras, specifier, marker, url, path, editable))
    return tuple(found)


def checkout(row: Mapping[str, Any]) -> str:
    """The URL of a checkout in the words of pip, "" where the row of Poetry, Pipenv or pixi names none; `ref` is
    Pipenv's key."""
    if not (address := _text(row.get("git")).removeprefix("git+")):
        return ""
    revision = next((value for key in ("rev", "tag", "ref", "branch") if (value := _text(row.get(key)))), "")
    folder = _text(row.get("subdirectory"))
    return f"git+{address}{f'@{revision}' if revision else ''}{f'#subdirectory={folder}' if folder else ''}"


def _of_one_platform(value: Any) -> dict[str, Any]:
    """The platform of several constraints of Poetry, where each of them names one; {} for anything else."""
    rows = value if isinstance(value, list) else []
    named = [_text(row.get("platform")) if isinstance(row, dict) else "" for row in rows]
    return {"platform": named[0]} if named and all(named) else {}


def _limits(row: Mapping[str, Any]) -> str:
    """The `python` and `platform` keys of a Poetry dependency, and Pipenv's keys for systems, as a marker; releases are
    left to whoever reads it."""
    if own := [f"{key} {value}" for key in _OF_PIPENV if (value := _text(row.get(key)))]:
        return " and ".join(own)
    if platform := _text(row.get("platform")):
        return f"sys_platform == '{platform}'"
    return f"python_version {_text(row.get('python'))}" if row.get("python") else ""


def _requirements(value: Any) -> tuple[Requirement, ...]:
    return tuple(found for text in texts(value) if (found := requirement(text)))


def _scripts(project: Mapping[str, Any]) -> dict[str, str]:
    rows = table(project, "scripts")
    callables = {key: row.get("callable") if isinstance(row, dict) else row for key, row in rows.items()}
    return {key: value for key, value in callables.items() if isinstance(value, str) and ":" in value}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
