"""Which releases of a distribution refuse a Python by their own word: `python -m benchmarks.python_floors [FILE]`.

FILE holds names of distributions, one a line; they are added to those that dockergen/data/python-floors.toml holds and those of the other
tables. The package index that pip uses tells what every file requires; dockergen learns on which Python the pins of a manifest cannot be
installed, and where pip would go back to a release of years ago that refused nothing yet.
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

from benchmarks.python_wheels import joined, known_files, line
from dockergen.catalog import load, versions_of

_TARGET = Path(__file__).parents[1] / "dockergen" / "data" / "python-floors.toml"
_PATCH = 99  # newer than any patch of a minor, as its image has the newest
_LONG_GONE = ("3.7", "3.8", "3.9")  # what refuses all that came since is a backport of what they have
_HEAD = """\
# From which release on a distribution cannot be installed on older Pythons: "3.10:5.0 3.12:6.0" is 3.10 or newer from 5.0 on, 3.12 or newer from 6.0 on. What
# came before may be installed on anything older as well.
#
# Measured {day}, by `python -m benchmarks.python_floors`, by what the {asked} distributions require that the other tables or at least two of 230 public
# repositories name.

[floors]
"""
_CEILINGS = """
# Which releases refuse a Python as too new, for distributions whose newest release does, or that did for a while: "3.13:0.14.0-1.2 3.14:0.98.0-" is that 3.13 is
# refused from 0.14.0 on until 1.2 takes it, and 3.14 by all from 0.98.0 on so far. A Python that is not named is refused as the one before it is.

[ceilings]
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_floors", description=__doc__)
    parser.add_argument("names", type=Path, nargs="?", help="file with one name a line")
    given = parser.parse_args().names
    names = sorted(
        {*known_names(), *_before(), *(map(canonicalize_name, given.read_text("utf-8").split()) if given else ())}
    )
    with ThreadPoolExecutor(8) as pool:
        rows = list(zip(names, pool.map(_rows_of, names), strict=True))
    floors = [line(name, row) for name, (row, _) in rows if row]
    ceilings = [line(name, row) for name, (_, row) in rows if row]
    head = _HEAD.format(day=datetime.datetime.now(datetime.UTC).date(), asked=len(names))
    text = "\n".join((head + "\n".join(floors), _CEILINGS + "\n".join(ceilings)))
    _TARGET.write_text(f"{text}\n", encoding="utf-8")
    print(json.dumps({"floors": len(floors), "ceilings": len(ceilings), "asked": len(names)}))
    return 0


def _rows_of(name: str) -> tuple[str, str]:
    """What is known of the oldest Pythons and of the newest, each "" where nothing has to be."""
    known = list(versions_of("python").end_of_life)
    accepted = _accepted(known_files(name), known)
    return joined(_firsts(accepted, known)), joined(_refused(accepted, known))


def _before() -> Iterator[str]:
    if _TARGET.is_file():
        yield from tomli.loads(_TARGET.read_text("utf-8"))["floors"]


def known_names() -> Iterator[str]:
    """The distributions that the tables name, by their normalised names."""
    yield from load("python-wheels").wheels
    yield from load("python-packages").packages
    yield from load("python-runs").runs
    yield from load("python-eras").eras
    yield from load("python-setuptools").setuptools
    for row in load("python").frameworks.values():
        yield from row.dependencies
    modules = load("python-modules").lists
    named = (*modules["same"], *(row.split()[1] for row in modules["other"]))
    yield from (canonicalize_name(name.partition("[")[0]) for name in named)


def _firsts(accepted: Mapping[Version, set[int]], known: list[str]) -> Iterator[tuple[str, str]]:
    """For each minor the first release from which on all want it or a newer one; none where the release before does too."""
    floors = {release: min(places, default=0) for release, places in accepted.items()}
    releases = sorted(release for release in floors if not release.is_prerelease)
    told = ""
    found: list[tuple[str, str]] = []
    for index in range(len(known) - 1, 0, -1):  # newest first: a step that a newer minor takes as well needs no word
        first = next((r for i, r in enumerate(releases) if all(floors[s] >= index for s in releases[i:])), None)
        if first is not None and str(first) != told:
            told = str(first)
            found.append((known[index], told))
    yield from reversed(found)


def _refused(accepted: Mapping[Version, set[int]], known: list[str]) -> Iterator[tuple[str, str]]:
    """For each minor the last releases in a row that refuse it and take an older one; none of a backport, of which
    nothing else is needed where the newest Pythons have it themselves."""
    releases = sorted(release for release in accepted if not release.is_prerelease)
    told = ""
    for place, minor in enumerate(known):
        refusing = [place not in accepted[r] and min(accepted[r], default=place) < place for r in releases]
        if True not in refusing:
            continue
        last = len(refusing) - 1 - refusing[::-1].index(True)
        first = last - next((back for back, refuses in enumerate(refusing[last::-1]) if not refuses), last + 1) + 1
        row = f"{releases[first]}-{releases[last + 1] if last + 1 < len(releases) else ''}"
        if row.endswith("-") and minor in _LONG_GONE:
            return
        if row != told:
            told = row
            yield minor, row


def _accepted(listed: Iterable[Mapping[str, object]], known: list[str]) -> dict[Version, set[int]]:
    """The minors, as their places among the known ones, that some file of each release may be installed on."""
    found: dict[Version, set[int]] = {}
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
        fitting = {place for place, minor in enumerate(known) if f"{minor}.{_PATCH}" in wanted}
        found.setdefault(release, set()).update(fitting)
    return found


if __name__ == "__main__":
    sys.exit(main())
