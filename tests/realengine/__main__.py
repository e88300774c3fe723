"""The engine by hand: `up`, `down`, `images REF...`, `images --for DOCKERFILE...`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.realengine.engine import down, up
from tests.realengine.images import ensure
from tests.realengine.references import references


def main(arguments: list[str]) -> int:
    match arguments:
        case ["up"]:
            folder = up()
            print(f'An engine is up. export PATH="{folder}:$PATH"' if folder else "An engine is up.")
        case ["down"]:
            down()
        case ["images", "--for", *files] if files:
            _make([name for file in files for name in references(Path(file).read_text())])
        case ["images", *names] if names:
            _make(names)
        case _:
            print(__doc__)
            return 2
    return 0


def _make(names: list[str]) -> None:
    if folder := up():
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    started = time.monotonic()
    ensure(names, lambda name, seconds: print(f"{seconds:6.1f} s  {name}", flush=True))
    print(f"{time.monotonic() - started:6.1f} s  in all", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
