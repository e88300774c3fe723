"""Which releases of a distribution are published for which Python, and work on it."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from dockergen.catalog import load
from dockergen.lazy import regex

NONE = "-"  # no release so far
_Numbers = tuple[int, ...]
_FLOOR = regex(r"(===?|~=|>=?|\^|~)\s*v?(\d+(?:\.\d+)*)")
_BOUND = regex(r"(===?|~=|<=?|\^|~)\s*v?(\d+(?:\.\d+)*)(\.\*)?")


def older_than_wheels(name: str, specifier: str, minor: str) -> bool:
    """True when every release that the specifier leaves is known to come before the first one for that Python."""
    return _ends(specifier, _first(name, minor))


def older_than_python(name: str, specifier: str, minor: str, installed: Container[str] = ()) -> bool:
    """True when every release that the specifier leaves is known to fail on that Python, with what is installed."""
    known = _pairs(load("python-runs").runs.get(name, ""))
    first = known.get(minor, "")
    return known.get("unless", "") not in installed and (first == NONE or _ends(specifier, first))


def newer_than_python(name: str, specifier: str, minor: str) -> bool:
    """True when every release that the specifier leaves is known to want a Python newer than that one."""
    row = _pairs(load("python-floors").floors.get(name, ""))
    first = next((release for python, release in row.items() if key(python) > key(minor)), "")
    return bool(first) and begins_with(specifier, first)


def outgrown_by_python(name: str, specifier: str, minor: str, *, wholly: bool = False) -> bool:
    """True when the newest release that the specifier leaves is known to refuse that Python as too new, so that pip
    goes back to one from before anybody refused any; `wholly`: when there is none to go back to."""
    rows = _pairs(load("python-floors").ceilings.get(name, "")).items()
    first, _, end = next((row for python, row in reversed([*rows]) if key(python) <= key(minor)), "").partition("-")
    refused = bool(first) and not _ends(specifier, first) and (not end or _ends(specifier, end))
    return refused and (not wholly or begins_with(specifier, first))


def published(name: str, specifier: str, minor: str) -> bool:
    """True when the releases of a specifier have wheels for that Python, or nothing that needs a compiler."""
    row = load("python-packages").packages.get(name)
    if row is None:
        return _first(name, minor) != NONE and not older_than_wheels(name, specifier, minor)
    if not row.wheels:
        return not row.build
    first = _first(name, minor)
    if not first:
        # Older Pythons than those in the table had their wheels before it begins; newer ones have none yet.
        return key(minor) < min(key(python) for python in row.wheels)
    return first != NONE and not older_than_wheels(name, specifier, minor)


def ends_before(specifier: str, first: str) -> bool:
    """True when the specifier leaves no release from that one on."""
    return _ends(specifier, first)


def begins_with(specifier: str, first: str) -> bool:
    """True when the specifier leaves no release before that one."""
    return any(_compared(key(release), key(first)) >= 0 for _, release in _FLOOR.findall(specifier))


def key(version: str) -> _Numbers:
    """The numbers of a version, for comparing it."""
    return tuple(int(part[:18]) for part in re.findall(r"[0-9]+", version)[:4])


def _first(name: str, minor: str) -> str:
    """The first release with wheels for that Python, "" when none is known; "any" ends where a Python is named."""
    wheels = _wheels(name)
    named = [key(python) for python in wheels if python != "any"]
    everywhere = wheels.get("any", "") if not named or key(minor) < min(named) else ""
    return wheels.get(minor, everywhere)


def _wheels(name: str) -> Mapping[str, str]:
    row = load("python-packages").packages.get(name)
    if row is not None:
        return row.wheels
    return _pairs(load("python-wheels").wheels.get(name, ""))


def _pairs(text: str) -> Mapping[str, str]:
    return {minor: first for minor, _, first in (pair.partition(":") for pair in text.split())}


def _ends(specifier: str, first: str) -> bool:
    return bool(first) and bool(specifier) and (first == NONE or _ends_before(specifier, key(first)))


def _ends_before(specifier: str, first: _Numbers) -> bool:
    """True when a clause of the specifier excludes that release and all later ones."""
    return any(
        _clause_ends_before(found[1], key(found[2]), bool(found[3]), first) for found in _BOUND.finditer(specifier)
    )


def _clause_ends_before(operator: str, release: _Numbers, star: bool, first: _Numbers) -> bool:
    if not release:
        return False
    if operator in ("==", "===") and not star:
        return _compared(release, first) < 0
    if operator in ("<", "<="):
        difference = _compared(release, first)
        return difference < 0 or (difference == 0 and operator == "<")
    kept = _kept(operator, release)
    return first[: len(kept)] > kept


def _kept(operator: str, release: _Numbers) -> _Numbers:
    """The leading numbers that all releases share which the clause leaves."""
    if operator == "~=":
        return release[:-1]
    if operator == "~":
        return release[:2]
    if operator == "^":
        significant = next((index for index, part in enumerate(release) if part), len(release) - 1)
        return release[: significant + 1]
    return release  # ==1.2.*


def _compared(one: _Numbers, other: _Numbers) -> int:
    length = max(len(one), len(other))
    a, b = ((*numbers, *[0] * length)[:length] for numbers in (one, other))
    return (a > b) - (a < b)
