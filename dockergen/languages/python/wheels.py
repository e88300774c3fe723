"""Which releases of a distribution are published compiled, for which Python."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockergen.catalog import load


def older_than_wheels(name: str, release: str, minor: str) -> bool:
    """True when the release is known to come before the first one with wheels for that Python."""
    row = load("python-packages").packages.get(name)
    first = _first(row.wheels, minor) if row is not None else ""
    return bool(first) and key(release) < key(first)


def published(name: str, release: str, minor: str) -> bool:
    """True when a release ("" for the newest) has wheels for that Python, or nothing that needs a compiler."""
    row = load("python-packages").packages.get(name)
    if row is None or not row.wheels:
        return row is None or not row.build
    first = _first(row.wheels, minor)
    if not first:
        # Older Pythons than those in the table had their wheels before it begins; newer ones have none yet.
        return key(minor) < min(key(python) for python in row.wheels)
    return not release or key(release) >= key(first)


def _first(wheels: Mapping[str, str], minor: str) -> str:
    """The first release with wheels for that Python, "" when none is known; "any" ends where a Python is named."""
    named = [key(python) for python in wheels if python != "any"]
    everywhere = wheels.get("any", "") if not named or key(minor) < min(named) else ""
    return wheels.get(minor, everywhere)


def key(version: str) -> tuple[int, ...]:
    """The numbers of a version, for comparing it."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])
