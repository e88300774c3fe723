"""A source distribution, as an index hands it out: it tells its version, and lists its files for the build."""

from __future__ import annotations

import re

from dockergen.lazy import regex
from dockergen.repository import Repository

_VERSION = regex(r"^Version:[ \t]*([^\s]+)[ \t]*$", re.MULTILINE)


def distributed(repo: Repository) -> str:
    """The version in the PKG-INFO of a source distribution, "" for any other folder.

    Format: https://packaging.python.org/en/latest/specifications/source-distribution-format/
    """
    head = repo.source("PKG-INFO").partition("\n\n")[0] if repo.is_file("PKG-INFO") else ""
    found = _VERSION.search(head) if head.startswith("Metadata-Version:") else None
    return found[1] if found else ""
