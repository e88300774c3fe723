"""Versions that a build back end takes from tags of git: the build sees no .git and is told instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.distributed import distributed
from dockergen.languages.python.project import Project
from dockergen.lazy import regex
from dockergen.manifests.pyproject import Pyproject, table
from dockergen.manifests.requirements import normalised
from dockergen.model import BuildArgument
from dockergen.repository import Repository, normal

_NAME = regex(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = regex(r"v?\d+(\.\d+)*([abc]|rc|\.dev|\.post)?\d*(\+[A-Za-z0-9.]+)?")
_NOTHING_KNOWN = "0.0.0"
# Where each tool has the version for a folder without tags, and the file that it writes into the package.
_FALLBACKS = (
    ("setuptools_scm", "fallback_version"),
    ("hatch", "version", "fallback-version"),
    ("hatch", "version", "raw-options", "fallback_version"),
    ("pdm", "version", "fallback_version"),
)
_WRITTEN = (
    ("setuptools_scm", "version_file"),
    ("setuptools_scm", "write_to"),
    ("hatch", "build", "hooks", "vcs", "version-file"),
    ("hatch", "build", "hooks", "vcs", "file"),
    ("pdm", "version", "write_to"),
)


@frozen
class Scm:
    """How the version gets into the build."""

    arguments: tuple[BuildArgument, ...] = ()
    writes: str = ""  # a module that only the build makes, "" when the repository has it or none is made
    notes: tuple[str, ...] = ()


def scm(repo: Repository, project: Project) -> Scm:
    """The build argument that stands in for the tags; nothing when the version is written down."""
    here = repo.sub(project.member)
    declared = project.pyproject
    requires = {normalised(found[0]) for text in declared.build_requires if (found := _NAME.match(text.strip()))}
    setup = here.source("setup.py") if here.is_file("setup.py") else ""
    requires |= {"setuptools-scm"} if "use_scm_version" in setup else set()
    requires |= {"pbr"} if re.search(r"\bpbr\s*=\s*True", setup) else set()
    if not _computes(declared, requires, setup):
        return Scm()
    writes = _text(declared.tool, _WRITTEN)
    path = normal(writes) if writes.endswith(".py") else None
    made = path if path and not here.is_file(path) else ""
    stated = distributed(here)
    for row in load("python").lists["version_variables"]:
        distribution, variable = row.split()
        if distribution in requires:
            argument = _argument(declared, variable, stated)
            if stated:
                return Scm((argument,), made)
            note = (
                f"The version comes from tags ({distribution}), which the build does not see: it is {argument.default} "
                f"unless you say another, --build-arg {argument.name}=1.2.3."
            )
            return Scm((argument,), made, (note,))
    return Scm(writes=made)


def _computes(declared: Pyproject, requires: set[str], setup: str) -> bool:
    if "version" in declared.dynamic or "use_scm_version" in setup or "pbr" in requires:
        return "pdm-backend" not in requires or declared.settings("pdm", "version").get("source") == "scm"
    dynamic = declared.settings("poetry-dynamic-versioning")
    return dynamic.get("enable") is True and "poetry-dynamic-versioning" in requires


def _argument(declared: Pyproject, variable: str, stated: str) -> BuildArgument:
    # setuptools-scm learns the project's name from [project] only; the bare name counts for everything in the step.
    name = re.sub(r"[^A-Z0-9]+", "_", declared.name.upper()) if declared.has_project else ""
    fallback = stated or _text(declared.tool, _FALLBACKS)
    default = fallback if _VERSION.fullmatch(fallback) else _NOTHING_KNOWN
    filled = variable.format(name=name) if name else variable.removesuffix("_FOR_{name}")
    return BuildArgument(filled, default, "The version, which comes from tags")


def _text(tool: Mapping[str, Any], places: tuple[tuple[str, ...], ...]) -> str:
    values = (table(tool, *path[:-1]).get(path[-1]) for path in places)
    return next((value for value in values if isinstance(value, str) and value), "")
