"""`python -m benchmarks` measures everything in one run and writes benchmarks/README.md; `--no-docker` leaves the builds out."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import speed, tutorial

HEAD = """# Benchmarks

`python -m benchmarks` measures all of this in one run and rewrites this file. Times are medians of alternating runs; both sides of a ratio are measured in the
same run on the same machine. The base images are look-alikes where no registry is reached (`tests/realengine`), so sizes are comparable with each other, not with a
registry's. Cold builds start with an empty build cache and base images in place.

| what | measured | target | met |
| --- | --- | --- | --- |
"""


def main() -> int:
    rows = [*speed.rows(), *([] if "--no-docker" in sys.argv else tutorial.rows())]
    text = HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)
    (Path(__file__).parent / "README.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if any(row[3] == "NO" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
