"""npm version ranges: which releases they allow, read as npm reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dockergen.lazy import regex

_WORD = r"(\d+)(?:\.[xX*\d]+){0,2}"
_AT_LEAST = regex(rf">=?\s*v?{_WORD}")
_WITHIN = regex(r"[\^~]?\s*v?(\d+)(?:\.[xX*]){0,2}")
_LONGEST = 200  # characters; no real range is longer, and the parser's time grows with the length


def newest(wanted: str, majors: Iterable[str]) -> str | None:
    """The first of `majors` (version lines, best first) that the range allows: "22", or "22.4" where only some
    minors are; "" when none fits, None when the text is no range.

    Ranges: https://docs.npmjs.com/cli/using-npm/semver
    """
    text = wanted.strip()
    if len(text) > _LONGEST:
        return None
    known = tuple(majors)
    if text in ("", "*", "x", "X"):
        return known[0]
    if within := _WITHIN.fullmatch(text):
        return within[1] if within[1] in known else ""
    if (least := _AT_LEAST.fullmatch(text)) and int(least[1]) < int(known[0]):
        return known[0]
    return _searched(text, known)


def allows(wanted: str, version: str) -> bool:
    """True when a release of the version line is within the range, or the text is no range."""
    import nodesemver

    parts = version.split(".")
    padded = ".".join([*parts, *["99"] * (3 - len(parts))])
    lowest = ".".join([*parts, *["0"] * (3 - len(parts))])
    try:
        if len(wanted) > _LONGEST or nodesemver.valid_range(wanted, True) is None:
            return True
        return any(nodesemver.satisfies(v, wanted, True) for v in {padded, lowest})
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return True


def _searched(text: str, known: tuple[str, ...]) -> str | None:
    import nodesemver

    try:
        if nodesemver.valid_range(text, True) is None:
            return None
        exact = re.fullmatch(r"[=v\s]*(\d+\.\d+\.\d+)", text)
        if exact:
            return exact[1] if exact[1].split(".")[0] in known else ""
        for major in known:
            if nodesemver.satisfies(f"{major}.99.99", text, True):
                return major
            for minor in range(30, -1, -1):
                if nodesemver.satisfies(f"{major}.{minor}.99", text, True):
                    return f"{major}.{minor}"
        pinned = [v for v in re.findall(r"\d+\.\d+\.\d+", text) if nodesemver.satisfies(v, text, True)]
        pinned = [v for v in pinned if v.split(".")[0] in known]
        return max(pinned, key=lambda v: tuple(map(int, v.split("."))), default="")
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return None
