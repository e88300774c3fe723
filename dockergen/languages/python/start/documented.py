"""What the documentation shows of a declared command: the option by which it is told to listen for the outside."""

from __future__ import annotations

import re

from dockergen.languages.python.commandline import CommandLine
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_PAPERS = ("README.md", "README.rst", "README", "README.txt", "DOCUMENTATION.md", "INSTALL.md", "USAGE.md")
_ADDRESS = regex(r"(?:(--?[\w-]+)(?:=|[ \t]+))0\.0\.0\.0:(\d{2,5})(?:,\[::\]:\2)?(?=\s|$)")


def documented(repo: Repository, name: str, package: str) -> CommandLine:
    """The option with an address and a port that a line of the papers gives the command, as {port}; empty for none."""
    begin = rf"^[ \t>$#]*(?:{re.escape(name)}|python3?[ \t]+-m[ \t]+{re.escape(package)})[ \t]+([^\n`|&;<]+)"
    for path in _PAPERS:
        text = repo.source(path) if repo.is_file(path) else ""
        for line in re.finditer(begin, text, re.MULTILINE) if "0.0.0.0" in text else ():
            if found := _ADDRESS.search(line[1]):
                origin = Origin("file", path, text.count("\n", 0, line.start(1)) + 1)
                return CommandLine((found[1], "0.0.0.0:{port}"), int(found[2]), origin)
    return CommandLine()
