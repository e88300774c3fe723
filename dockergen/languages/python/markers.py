"""Environment markers, judged for the image: Linux, CPython."""

from __future__ import annotations

import re

from dockergen.lazy import regex

_FIXED = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
_CLAUSE = regex(r"^\(*\s*(\w+)\s*(==|!=)\s*[\"']([^\"']*)[\"']\s*\)*$")


def applies(marker: str) -> bool:
    """False when the marker excludes Linux or CPython for sure; what depends on the Python version counts as true."""
    if not marker:
        return True
    return any(all(_holds(clause) for clause in re.split(r"\band\b", part)) for part in re.split(r"\bor\b", marker))


def _holds(clause: str) -> bool:
    found = _CLAUSE.match(clause.strip())
    if not found or found[1] not in _FIXED:
        return "extra" not in clause
    return (_FIXED[found[1]] == found[3]) == (found[2] == "==")
