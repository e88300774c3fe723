"""MANIFEST.in, which tells setuptools the files of a project that are no modules."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

_PLACED = ("include", "exclude")
_BELOW = ("recursive-include", "recursive-exclude")
_FOLDERS = ("graft", "prune")
_ANYWHERE = ("global-include", "global-exclude")


def named(text: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the paths that a line decides about, be it to take them along or to leave them out.

    Format: https://setuptools.pypa.io/en/latest/userguide/miscellaneous.html
    """
    lines = text.replace("\\\n", " ").splitlines()
    return tuple(re.compile(_expression(pattern)) for line in lines for pattern in _patterns(line.split()))


def _patterns(words: list[str]) -> Iterator[str]:
    key, rest = (words[0].lower(), [word.strip("/") for word in words[1:]]) if words else ("", [])
    if key in _PLACED:
        yield from rest
    elif key in _BELOW:
        yield from (f"{rest[0]}/**/{pattern}" for pattern in rest[1:])
    elif key in _FOLDERS:
        yield from (f"{folder}/**" for folder in rest)
    elif key in _ANYWHERE:
        yield from (f"**/{pattern}" for pattern in rest)


def _expression(pattern: str) -> str:
    """The pattern as a regular expression for whole paths: a star stays within its folder, two do not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^\]]+\])", pattern.removeprefix("./"))
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(known.get(part) or _class(part) or re.escape(part) for part in parts if part)


def _class(part: str) -> str:
    """[abc], [a-z] and [!abc] as a regular expression, "" for what is none of them."""
    if part[:1] != "[" or part[-1] != "]":
        return ""
    return fnmatch.translate(part)[len("(?s:") : -len(r")\Z")]  # what it puts around stands for a whole name
