"""Folders that the build back ends are told to take packages from: modules are imported from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dockergen.errors import ProjectError
from dockergen.lazy import regex
from dockergen.manifests.pyproject import Pyproject, pyproject, texts
from dockergen.repository import Repository, normal

_SETUP = regex(
    r"""package_dir\s*=\s*\{\s*["']["']\s*:\s*["']([\w./-]+)["']|find_(?:namespace_)?packages\(\s*(?:where\s*=\s*)?["']([\w./-]+)["']"""
)
_CONFIGURED = regex(r"^package_dir\s*=\s*\n?\s*=\s*([\w./-]+)\s*$", re.MULTILINE)


@lru_cache(maxsize=8)
def source_roots(repo: Repository) -> tuple[str, ...]:
    """The folders that manifests name, relative to the repository; src, which needs no naming, comes first."""
    found = ["src", *_stated(repo)]
    return tuple(dict.fromkeys(path for name in found if (path := normal(name)) and repo.is_folder(path)))


def _stated(repo: Repository) -> Iterator[str]:
    try:
        declared = pyproject(repo.toml("pyproject.toml")) if repo.is_file("pyproject.toml") else Pyproject()
    except ProjectError:
        declared = Pyproject()  # whoever installs from it tells
    yield from _of_back_end(declared)
    if repo.is_file("setup.py"):
        yield from (one or other for one, other in _SETUP.findall(repo.source("setup.py")))
    if repo.is_file("setup.cfg"):
        yield from _CONFIGURED.findall(repo.source("setup.cfg"))


def _of_back_end(declared: Pyproject) -> Iterator[str]:
    yield from _text(declared.settings("maturin").get("python-source"))
    yield from texts(declared.settings("setuptools", "packages", "find").get("where"))
    yield from _text(declared.settings("setuptools", "package-dir").get(""))
    yield from _text(declared.settings("pdm", "build").get("package-dir"))
    rows = declared.settings("poetry").get("packages")
    for row in rows if isinstance(rows, list) else []:
        yield from _text(row.get("from")) if isinstance(row, dict) else ()
    wheel = declared.settings("hatch", "build", "targets", "wheel")
    yield from texts(wheel.get("sources"))
    yield from (name.rpartition("/")[0] for name in texts(wheel.get("packages")))


def _text(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else ()
