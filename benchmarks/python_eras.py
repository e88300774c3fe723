"""Which releases came out before a Python did: `python -m benchmarks.python_eras [NAME...]` measures dockergen/data/python-eras.toml anew.

The package index that pip uses tells the day of every release. For each Python the first release counts that is newer than all that were
there before it, so that lines that are only maintained do not count. Names are added to those of the file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tomli
from packaging.utils import canonicalize_name

from benchmarks.python_compat import releases

_TARGET = Path(__file__).parents[1] / "dockergen" / "data" / "python-eras.toml"
# The day of the first final release, from the release schedules of CPython.
_PYTHONS = {
    "3.7": "2018-06-27", "3.8": "2019-10-14", "3.9": "2020-10-05", "3.10": "2021-10-04",
    "3.11": "2022-10-24", "3.12": "2023-10-02", "3.13": "2024-10-07",
}  # fmt: skip
_HEAD = """\
# How old pins are: of distributions that most programs pin, the first release that is newer than all that were published before a Python
# came out. A Python that is not named has none, or the same as the one before it.
#
# Measured {day}, by `python -m benchmarks.python_eras`.

[eras]
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_eras", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    added = parser.parse_args().names
    names = sorted({*tomli.loads(_TARGET.read_text("utf-8"))["eras"], *map(canonicalize_name, added)})
    with ThreadPoolExecutor(4) as pool:
        rows = dict(zip(names, pool.map(lambda name: dict(_firsts(name)), names), strict=True))
    lines = [
        f"{name} = {{ {', '.join(f'{p!r} = {v!r}' for p, v in row.items())} }}".replace("'", '"')
        for name, row in rows.items()
        if row
    ]
    _TARGET.write_text(_HEAD.format(day=datetime.datetime.now(datetime.UTC).date()) + "\n".join(lines) + "\n", "utf-8")
    print(json.dumps({"rows": len(lines), "asked": len(names)}))
    return 0


def _firsts(name: str) -> Iterator[tuple[str, str]]:
    days = releases(name)
    last = ""
    for python, day in _PYTHONS.items():
        born = datetime.date.fromisoformat(day)
        before = [release for release, published in days.items() if published < born]
        after = sorted(release for release in days if before and release > max(before))
        if after and str(after[0]) != last:
            last = str(after[0])
            yield python, last


if __name__ == "__main__":
    sys.exit(main())
