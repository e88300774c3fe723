"""A source distribution, as an index hands it out: it tells its version, and lists its files for the build."""

from __future__ import annotations

import re

from dockergen.lazy import regex
from dockergen.repository import Repository

_VERSION = regex(r"^Version:[ \t]*([^\s]+)[ \t]*$", re.MULTILINE)

_NAME = regex(r"^Name:[ \t]*([^\s]+)[ \t]*$", re.MULTILINE)
_COMMANDS = regex(r"^\[console_scripts\]\n((?:[^\[\n]*\n)*)", re.MULTILINE)
_COMMAND = regex(r"^([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*$", re.MULTILINE)


def told_scripts(repo: Repository) -> dict[str, str]:
    """The commands that a source distribution of setuptools lists, which its setup.py may compute."""
    if not distributed(repo):
        return {}
    for path in (*repo.glob("*.egg-info/entry_points.txt"), *repo.glob("src/*.egg-info/entry_points.txt")):
        section = _COMMANDS.search(repo.source(path))
        return dict(_COMMAND.findall(section[1])) if section else {}
    return {}


def told_name(repo: Repository) -> str:
    """What a source distribution says that it is called, "" for any other folder."""
    found = _NAME.search(repo.source("PKG-INFO").partition("\n\n")[0]) if distributed(repo) else None
    return found[1] if found else ""


def distributed(repo: Repository) -> str:
    """The version in the PKG-INFO of a source distribution, "" for any other folder.

    Format: https://packaging.python.org/en/latest/specifications/source-distribution-format/
    """
    head = repo.source("PKG-INFO").partition("\n\n")[0] if repo.is_file("PKG-INFO") else ""
    found = _VERSION.search(head) if head.startswith("Metadata-Version:") else None
    return found[1] if found else ""
