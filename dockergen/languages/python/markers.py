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
_PYTHON = regex(
    r"^\(*\s*python_(?:full_)?version\s*(===?|!=|<=?|>=?)\s*\\?[\"'](\d{1,9}(?:\.\d{1,9}){0,3})(?:\.\*)?\\?[\"']\s*\)*$"
)
_CLAUSE = regex(r"^\(*\s*(\w+)\s*(==|!=)\s*[\"']([^\"']*)[\"']\s*\)*$")


def applies(marker: str, minor: str = "") -> bool:
    """False when the marker excludes Linux, CPython or, where one is given, the minor release for sure."""
    if not marker:
        return True
    parts = re.split(r"\bor\b", marker)
    return any(all(_holds(clause, minor) for clause in re.split(r"\band\b", part)) for part in parts)


def settled(marker: str) -> bool:
    """True when the minor release of the image's Python answers all of the marker: pip need not be asked."""
    for clause in (part.strip() for part in re.split(r"\b(?:and|or)\b", marker)):
        stated, other = _PYTHON.match(clause), _CLAUSE.match(clause)
        if not (stated and stated[2].count(".") < 2) and not (other and other[1] in _FIXED):
            return False
    return "(" not in marker


def _holds(clause: str, minor: str) -> bool:
    if minor and (stated := _PYTHON.match(clause.strip())):
        return _compares(_numbers(minor), stated[1], _numbers(stated[2]))
    found = _CLAUSE.match(clause.strip())
    if not found or found[1] not in _FIXED:
        return "extra" not in clause
    return (_FIXED[found[1]] == found[3]) == (found[2] == "==")


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def _compares(minor: tuple[int, ...], operator: str, stated: tuple[int, ...]) -> bool:
    """The image has the newest patch of the minor: what is said of one patch holds, or does not, for all later ones."""
    patch, stated = len(stated) > 2, stated[:2]
    if patch and operator in ("!=", ">"):
        return operator == "!=" or minor >= stated
    if operator in ("==", "==="):
        return minor[: len(stated)] == stated
    if operator == "!=":
        return minor != stated
    return (
        minor < stated
        if operator == "<"
        else minor >= stated
        if operator == ">="
        else (minor > stated if operator == ">" else minor <= stated)
    )
