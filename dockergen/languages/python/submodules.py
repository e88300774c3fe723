"""Git submodules that were not brought along: their folders are empty, and so they would be in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.lazy import regex
from dockergen.repository import Repository, normal

_PATH = regex(r"^[ \t]*path[ \t]*=[ \t]*(\S+)[ \t]*$", re.MULTILINE)


def missing_submodules(repo: Repository) -> Iterator[str]:
    """A note where a folder of .gitmodules is empty or not there."""
    text = repo.source(".gitmodules") if repo.is_file(".gitmodules") else ""
    rows = [(path, found.start()) for found in _PATH.finditer(text) if (path := normal(found[1]))]
    empty = [(path, text.count("\n", 0, start) + 1) for path, start in rows if not repo.entries(path)]
    if empty:
        names = ", ".join(path for path, _ in empty[:3])
        yield (
            f".gitmodules:{empty[0][1]}: the submodule {names} is not here, so the image lacks it; "
            "`git submodule update --init` brings it."
        )
