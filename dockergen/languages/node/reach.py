"""Which source files a program is made of: its entry and what that imports by relative paths."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockergen.lazy import regex
from dockergen.repository import normal

_IMPORTS = regex(r"(?:\bfrom|\brequire\(|\bimport\(|\bimport)\s*['\"](\.{1,2}/[^'\"\n]+|\.{1,2})['\"]")
_ENDS = ("", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", "/index.ts", "/index.js", "/index.mjs", "/index.cjs")


def reached(texts: Mapping[str, str], entry: str) -> tuple[str, ...]:
    """The files that the entry imports, itself first; empty when its source is not among the texts."""
    first = _source(texts, entry)
    if first is None:
        return ()
    pending, found = [first], {first: True}
    while pending:
        path = pending.pop(0)
        folder = path.rpartition("/")[0]
        for name in _IMPORTS.findall(texts[path]):
            target = normal(f"{folder}/{name}".lstrip("/"))
            inside = _source(texts, target) if target else None
            if inside is not None and inside not in found:
                found[inside] = True
                pending.append(inside)
    return tuple(found)


def _source(texts: Mapping[str, str], path: str) -> str | None:
    """The file of an imported path: itself, with an ending, or the source of what a compiler makes of it."""
    bare = re.sub(r"\.[cm]?[jt]sx?$", "", path)
    exact = next((path + end for end in _ENDS if path + end in texts), None)
    if exact is not None:
        return exact
    known = next((bare + end for end in _ENDS if bare + end in texts), None)
    if known is not None:
        return known
    # dist/api/server.js comes from src/api/server.ts, or from server.ts where the output mirrors a folder.
    inner = bare.partition("/")[2]
    roots = [f"{root}{inner}{end}" for root in ("src/", "", "server/", "app/") for end in _ENDS[1:7] if inner]
    return next((name for name in roots if name in texts), None)
