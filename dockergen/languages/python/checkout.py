"""What a checkout of git may lack: folders of submodules, and files that Git LFS keeps elsewhere."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from itertools import islice

from dockergen.lazy import regex
from dockergen.repository import Repository, normal

_PATH = regex(r"^[ \t]*path[ \t]*=[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_LFS = regex(r"^[ \t]*(\S+)[^#\n]*\bfilter=lfs\b", re.MULTILINE)
_POINTER = "version https://git-lfs.github.com/spec/"
_MOST_FILES = 20  # of those that LFS keeps: where one is a pointer, mostly all are
_MOST_WALKED = 20_000


def missing_parts(repo: Repository) -> Iterator[str]:
    """A note where a folder of .gitmodules is empty or not there, and one where a file is a pointer of Git LFS."""
    yield from _submodules(repo)
    yield from _pointers(repo)


def _submodules(repo: Repository) -> Iterator[str]:
    text = repo.source(".gitmodules") if repo.is_file(".gitmodules") else ""
    rows = [(path, found.start()) for found in _PATH.finditer(text) if (path := normal(found[1]))]
    empty = [(path, text.count("\n", 0, start) + 1) for path, start in rows if not repo.entries(path)]
    if empty:
        names = ", ".join(path for path, _ in empty[:3])
        yield (
            f".gitmodules:{empty[0][1]}: the submodule {names} is not here, so the image lacks it; "
            "`git submodule update --init` brings it."
        )


def _pointers(repo: Repository) -> Iterator[str]:
    text = repo.source(".gitattributes") if repo.is_file(".gitattributes") else ""
    patterns = [pattern.lstrip("/") for pattern in _LFS.findall(text)]
    walked = islice(repo.walk(), _MOST_WALKED) if patterns else ()
    kept = (path for path in walked if any(_matches(path, pattern) for pattern in patterns))
    found = [path for path in islice(kept, _MOST_FILES) if repo.source(path).startswith(_POINTER)]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield (
            f"{found[0]}{more} is a pointer of Git LFS and not the file itself, which the program would not take; "
            "`git lfs pull` brings what it stands for, before the build."
        )


def _matches(path: str, pattern: str) -> bool:
    """As .gitattributes means it: a pattern without a slash is one of names, in any folder."""
    return fnmatch.fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern.replace("**/", "*"))
