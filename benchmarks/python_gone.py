"""Releases that the index has no more, or never had: `python -m benchmarks.python_gone [FILE]`.

FILE holds names of distributions, one a line, such as the requirements of many repositories; they are added to those that the table has. The package index that pip uses tells which
releases have files; where numbers are left out between two of them, dockergen learns that a pin in between cannot be installed any more.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tomli
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from benchmarks.python_wheels import known_files, line

_TARGET = Path(__file__).parents[1] / "dockergen" / "data" / "python-gone.toml"
_MOST = 400  # gaps of a distribution; one with more numbers its releases in a way of its own
_OLD_NAME = re.compile(
    r".+?-(\d[\w.!+]*?)(?:[-.](?:py\d|linux|win|macos|src|bdist)[\w.-]*)?\.(?:tar\.\w+|tgz|zip|egg|exe|rpm|msi|deb|dmg)$"
)
_UNKNOWN = "9"  # some files have no day
_SINCE = "2017"  # what came before is pinned by next to nobody
_HEAD = """\
# Between which two releases of a distribution the index has none, although numbers are left out: "1.14.4-1.53.1" is that what pins a release in between cannot be
# installed any more; "-1.3.5" is that there is none before.
#
# Measured {day}, by `python -m benchmarks.python_gone`, for {asked} distributions that the requirements and lock files of 110 public repositories name.

[gone]
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_gone", description=__doc__)
    parser.add_argument("names", type=Path, nargs="?", help="file with one name a line")
    given = parser.parse_args().names
    more = map(canonicalize_name, given.read_text("utf-8").split()) if given else ()
    before = tomli.loads(_TARGET.read_text("utf-8"))["gone"] if _TARGET.is_file() else {}
    names = sorted({*more, *before})
    with ThreadPoolExecutor(8) as pool:
        rows = list(zip(names, pool.map(_row_of, names), strict=True))
    lines = [line(name, row) for name, row in rows if row]
    head = _HEAD.format(day=datetime.datetime.now(datetime.UTC).date(), asked=len(names))
    _TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(json.dumps({"rows": len(lines), "asked": len(names)}))
    return 0


def _row_of(name: str) -> str:
    found = list(itertools.islice(_gaps(known_files(name)), _MOST + 1))
    return " ".join(f"{first}-{last}" for first, last in found) if len(found) <= _MOST else ""


def _gaps(listed: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """Pairs of releases that follow each other and leave numbers out, "" before the first one."""
    uploaded: dict[Version, str] = {}
    for file in listed:
        release = _release(str(file["filename"]))
        if release is None:
            return  # of what cannot be read, nobody knows what it leaves out
        uploaded.setdefault(release, str(file.get("upload-time") or _UNKNOWN))
    releases = sorted(release for release in uploaded if not release.is_prerelease)
    numbers = [(r, (*r.release, 0, 0, 0)[:3]) for r in releases if r.epoch == 0]
    previous, told = (0, 0, 0), ""
    for release, number in numbers:
        same = previous[:2] == number[:2]
        next_series = previous[0] == number[0] and number[1] - previous[1] == 1
        next_major = number[0] - previous[0] == 1 and number[1] == 0
        begins = number[2] == 0 and (next_series or next_major)
        first = not told and number in ((0, 0, 1), (0, 1, 0), (0, 0, 0), (1, 0, 0), (0, 1, 1), (0, 1, 2))
        if uploaded[release] >= _SINCE and not (first or begins or (same and number[2] - previous[2] <= 1)):
            yield told, str(release)
        previous, told = number, str(release)


def _release(filename: str) -> Version | None:
    """The release of a file, None for a name that cannot be read; files of the past have other endings."""
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        if filename.endswith((".tar.gz", ".zip")):
            with contextlib.suppress(InvalidSdistFilename):
                return parse_sdist_filename(filename)[1]
        found = _OLD_NAME.match(filename)
        return Version(found[1]) if found else None
    except (InvalidWheelFilename, InvalidVersion):
        return None


if __name__ == "__main__":
    sys.exit(main())
