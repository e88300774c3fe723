"""From which release on a distribution wants a newer Python: `python -m benchmarks.python_floors [FILE]`.

FILE holds names of distributions, one a line; they are added to those that dockergen/data/python-floors.toml holds and those of the other
tables. The package index that pip uses tells what every file requires; dockergen learns which Python the pins of a manifest cannot be
installed on.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tomli
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from benchmarks.python_wheels import line, row_of
from dockergen.catalog import load

_TARGET = Path(__file__).parents[1] / "dockergen" / "data" / "python-floors.toml"
_PATCH = 99  # newer than any patch of a minor, as its image has the newest
_HEAD = """\
# From which release on a distribution cannot be installed on older Pythons: "3.10:5.0 3.12:6.0" is 3.10 or newer from 5.0 on, 3.12 or newer from 6.0 on. What
# came before may be installed on anything older as well.
#
# Measured {day}, by `python -m benchmarks.python_floors`, by what the {asked} distributions require that the other tables or at least two of 230 public
# repositories name.

[floors]
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_floors", description=__doc__)
    parser.add_argument("names", type=Path, nargs="?", help="file with one name a line")
    given = parser.parse_args().names
    names = sorted({*_known(), *(map(canonicalize_name, given.read_text("utf-8").split()) if given else ())})
    with ThreadPoolExecutor(4) as pool:
        rows = dict(zip(names, pool.map(lambda name: row_of(name, _firsts), names), strict=True))
    lines = [line(name, row) for name, row in rows.items() if row]
    head = _HEAD.format(day=datetime.datetime.now(datetime.UTC).date(), asked=len(names))
    _TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(json.dumps({"rows": len(lines), "asked": len(names)}))
    return 0


def _known() -> Iterator[str]:
    if _TARGET.is_file():
        yield from tomli.loads(_TARGET.read_text("utf-8"))["floors"]
    yield from load("python-wheels").wheels
    yield from load("python-packages").packages
    yield from load("python-runs").runs
    yield from load("python-eras").eras
    yield from load("python-setuptools").setuptools


def _firsts(listed: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """For each minor the first release from which on all want it or a newer one; none where the release before does too."""
    known = list(load("python").versions.end_of_life)  # type: ignore[union-attr]
    floors = _floors(listed, known)
    releases = sorted(release for release in floors if not release.is_prerelease)
    told = ""
    found: list[tuple[str, str]] = []
    for index in range(len(known) - 1, 0, -1):  # newest first: a step that a newer minor takes as well needs no word
        first = next((r for i, r in enumerate(releases) if all(floors[s] >= index for s in releases[i:])), None)
        if first is not None and str(first) != told:
            told = str(first)
            found.append((known[index], told))
    yield from reversed(found)


def _floors(listed: Iterable[Mapping[str, object]], known: list[str]) -> dict[Version, int]:
    """The oldest minor, as its place among the known ones, that a file of each release may be installed on."""
    found: dict[Version, int] = {}
    for file in listed:
        filename = str(file["filename"])
        try:
            if filename.endswith(".whl"):
                release = parse_wheel_filename(filename)[1]
            else:
                release = parse_sdist_filename(filename)[1]
            wanted = SpecifierSet(str(file.get("requires-python") or ""))
        except (InvalidSdistFilename, InvalidWheelFilename, InvalidSpecifier):
            continue
        if file.get("yanked"):
            continue
        fitting = (place for place, minor in enumerate(known) if f"{minor}.{_PATCH}" in wanted)
        found[release] = min(next(fitting, 0), found.get(release, len(known)))
    return found


if __name__ == "__main__":
    sys.exit(main())
