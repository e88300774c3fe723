"""Packages that a program imports although no manifest names any: such an image would stop at the first import."""

from __future__ import annotations

import re
import sys

from dockergen.errors import ProjectError
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.syntax import parsed
from dockergen.repository import Repository

_MOST_FILES = 40


def refuse_unlisted(repo: Repository, entry: str) -> None:
    """Raises ProjectError with the line of the first import that neither Python nor the repository answers."""
    for path in program_files(repo, entry, _MOST_FILES):
        for origin in parsed(repo.source(path)).imports.values():
            name = origin.split(".")[0]
            if not name or name in sys.stdlib_module_names or _here(repo, path, name):
                continue
            line = repo.line_of(path, re.compile(rf"^\s*(?:import|from)\s[^#\n]*\b{re.escape(name)}\b", re.MULTILINE))
            raise ProjectError(
                f"{path}:{line} imports {name}, and no manifest here names what is to be installed.",
                "List what the program needs in requirements.txt; pip freeze tells what you have.",
                command="pip freeze > requirements.txt",
            )


def _here(repo: Repository, path: str, name: str) -> bool:
    folders = ("", "src", path.rpartition("/")[0])
    places = [f"{folder}/{name}" if folder else name for folder in folders]
    return any(repo.is_file(f"{place}.py") or repo.is_folder(place) for place in places)
