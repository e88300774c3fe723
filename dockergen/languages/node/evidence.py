"""Where a field of package.json stands, for the evidence of a decision."""

from __future__ import annotations

import re

from dockergen.manifests.package_json import PackageJson, package_json
from dockergen.repository import Repository

MANIFEST = "package.json"


def manifest(repo: Repository) -> PackageJson:
    """The package.json of the folder; empty when there is none, ProjectError when it cannot be read."""
    return package_json(repo.json(MANIFEST)) if repo.has(MANIFEST) else PackageJson()


def field_line(repo: Repository, *keys: str) -> int:
    """1-based line of the last of the keys, each looked for behind the one before; 0 when one is missing."""
    text = repo.source(MANIFEST)
    index = 0
    for key in keys:
        found = re.compile(rf'"{re.escape(key)}"\s*:').search(text, index)
        if found is None:
            return 0
        index = found.end()
    return text.count("\n", 0, index) + 1
