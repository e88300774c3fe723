"""From which release on a distribution has wheels for a Python: `python -m benchmarks.python_wheels FILE`.

FILE holds names of distributions, one a line. The package index that pip uses tells the files of every release; those of distributions that
have compiled wheels for Linux go into dockergen/data/python-wheels.toml, where `dockergen init` learns which Python the pins of an unlocked
manifest can be installed on without a compiler.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from packaging.tags import Tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version
from pip._internal.models.index import PyPI

from dockergen.catalog import load, versions_of

_TARGET = Path(__file__).parents[1] / "dockergen" / "data" / "python-wheels.toml"
_PURE = "any"
_NEARLY_ALL = 0.95
_ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json"}
_HEAD = """\
# From which release on a distribution has wheels for a Python on Linux x86_64: "3.13:1.2 3.14:1.5" is 1.2 for 3.13 and 1.5 for 3.14, "-" is none so far. A Python that
# is not named has wheels of every release that has any. Only distributions with compiled wheels are here, and none that python-packages.toml has.
#
# Measured {day}, by `python -m benchmarks.python_wheels`, for the {asked} most downloaded distributions.

[wheels]
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_wheels", description=__doc__)
    parser.add_argument("names", type=Path, help="file with one name a line")
    names = [canonicalize_name(line) for line in parser.parse_args().names.read_text("utf-8").split()]
    known = {name for name, row in load("python-packages").packages.items() if row.wheels}
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(names, pool.map(lambda name: joined(_firsts(known_files(name))), names), strict=True))
    rows = sorted((name, row) for name, row in found.items() if row and name not in known)
    lines = [line(name, row) for name, row in rows]
    head = _HEAD.format(day=datetime.datetime.now(datetime.UTC).date(), asked=len(names))
    _TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(
        f"{len(rows)} of {len(names)} distributions have compiled wheels that do not cover every release",
        file=sys.stderr,
    )
    return 0


def line(name: str, row: str) -> str:
    """The line of a data file."""
    return f'{name if re.fullmatch("[a-z0-9-]+", name) else json.dumps(name)} = "{row}"'


def joined(pairs: Iterable[tuple[str, str]]) -> str:
    """ "3.13:1.2 3.14:1.5", or "" for a distribution of which nothing has to be known."""
    return " ".join(f"{minor}:{text}" for minor, text in pairs)


def known_files(name: str) -> list[Mapping[str, Any]]:
    """The same as `files`, but none where the index does not answer, which is told."""
    try:
        return files(name)
    except (OSError, ValueError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return []


def files(name: str) -> list[Mapping[str, Any]]:
    """The files of every release, as the index that pip uses lists them; OSError when it does not answer."""
    request = urllib.request.Request(f"{PyPI.simple_url}/{name}/", headers=_ACCEPT)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return list(json.loads(answer.read())["files"])


def _firsts(listed: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """The minors that the first release with wheels had none for, each with the first release that has."""
    releases = _minors_by_release(listed)
    stable = sorted(release for release in releases if not release.is_prerelease)
    wheels = [release for release in stable if releases[release]]
    if not wheels or not any(releases[release] - {_PURE} for release in stable):
        return  # never compiled
    known = list(versions_of("python").end_of_life)
    newest = max(known.index(minor) for minors in releases.values() for minor in minors - {_PURE})
    for index, minor in enumerate(known):
        first = _since([bool(releases[release] & {minor, _PURE}) for release in wheels])
        if first:
            yield minor, str(wheels[first])
        elif first is None and index > newest:
            yield minor, "-"  # older ones without any had ended before it began


def _since(having: list[bool]) -> int | None:
    """Where those begin of which nearly all have it, as single releases miss a file; None when none has. Some
    distributions were pure at first, and compiled later."""
    if True not in having:
        return None
    last = len(having) - 1 - having[::-1].index(True)
    runs = [having[i : last + 1] for i in range(last + 1)]
    return next(i for i, run in enumerate(runs) if all(run[:3]) and sum(run) >= _NEARLY_ALL * len(run))


def _minors_by_release(listed: Iterable[Mapping[str, object]]) -> dict[Version, set[str]]:
    """The minors that the wheels of each release are for, with _PURE for wheels that fit all; empty for a source alone."""
    found: dict[Version, set[str]] = {}
    for file in listed:
        filename = str(file["filename"])
        try:
            if filename.endswith(".whl"):
                _, release, _, tags = parse_wheel_filename(filename)
            else:
                release, tags = parse_sdist_filename(filename)[1], frozenset()
        except (InvalidSdistFilename, InvalidWheelFilename):
            continue
        if not file.get("yanked"):
            found.setdefault(release, set()).update(minor for tag in tags for minor in _minors(tag))
    return found


def _minors(tag: Tag) -> Iterator[str]:
    if tag.platform == "any":
        yield _PURE
    if not (tag.platform.startswith("manylinux") and tag.platform.endswith("_x86_64")):
        return
    least = re.fullmatch(r"cp3(\d+)", tag.interpreter)
    for minor in versions_of("python").end_of_life:
        own = f"cp{minor.replace('.', '')}"
        exact = tag.interpreter == own and tag.abi in (own, f"{own}m", "none")
        stable = tag.abi == "abi3" and least is not None and int(least[1]) <= int(minor.partition(".")[2])
        if exact or stable or (tag.abi == "none" and tag.interpreter in ("py3", "cp3")):
            yield minor


if __name__ == "__main__":
    sys.exit(main())
