"""What left the standard library: a program that uses it needs a Python that still has it."""

from __future__ import annotations

import re
from collections.abc import Collection

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.apis import api, uses
from dockergen.languages.python.imports import whole_program
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

# In the first column: what stands in a try block has a way out.
_IMPORT = regex(r"^(?:import|from)[ \t]+(\w+)", re.MULTILINE)


@frozen
class Removed:
    """A module that the program imports, or a name that it uses, the first Python without it, and the line."""

    name: str
    since: str
    origin: Origin


def removed(repo: Repository, entry: str, installed: Collection[str]) -> Removed | None:
    """The use that needs the oldest Python, None when there is none that no distribution brings back."""
    since = {module: row.split()[0] for row in load("python").lists["removed_modules"] for module in row.split()[1:]}
    found: list[Removed] = []
    paths = whole_program(repo, entry) if entry else ()
    names = {row: first for first, rows in load("python-apis").apis["python"].items() for row in rows}
    found += [Removed(api(row).name, names[row], origin) for row, origin in uses(repo, paths, names)]
    for path in paths:
        text = repo.source(path)
        for match in _IMPORT.finditer(text):
            module = match[1]
            if module in since and not _brought(repo, path, module, installed):
                line = text.count("\n", 0, match.start()) + 1
                found.append(Removed(module, since[module], Origin("file", path, line)))
    return min(found, key=lambda item: int(item.since.split(".")[1]), default=None)


def _brought(repo: Repository, path: str, module: str, installed: Collection[str]) -> bool:
    """True for the repository's own module of that name and for distributions such as audioop-lts or legacy-cgi."""
    folder = path.rpartition("/")[0]
    own = (f"{module}.py", f"{folder}/{module}.py".lstrip("/"), f"{module}/__init__.py")
    prefixes = ("", "legacy-", "standard-", "zombie-", "py")
    brings = {f"{prefix}{module}" for prefix in prefixes} | {f"{module}-lts"}
    brings |= {"setuptools"} if module == "distutils" else set()
    return any(map(repo.is_file, own)) or not brings.isdisjoint(installed)
