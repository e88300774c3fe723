"""How fast dockergen itself is: process start, planning, and large repositories."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomli

from dockergen.planner import service
from dockergen.render import render
from dockergen.repository import SKIPPED_FOLDERS, Repository
from dockergen.settings import Settings

# Bytecode must be cached, as it is for everybody who installs a program.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
SAMPLES = Path(__file__).parent.parent / "sample_projects"
_WALK = """
import os, sys
skipped = set(sys.argv[2].split(","))
def walk(folder):
    with os.scandir(folder) as entries:
        below = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in skipped:
                    below.append(entry.path)
    for path in below:
        walk(path)
walk(sys.argv[1])
"""


def rows() -> list[tuple[str, str, str, str]]:
    """What was measured, its figure, the target, and whether it is met."""
    return [*_start(), *_planning(), *_large()]


def _start() -> list[tuple[str, str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        sample = SAMPLES / "python-fastapi-hello"
        init = [sys.executable, "-m", "dockergen", "init", str(sample), "--output", folder, "--quiet"]
        ours, floor = _alternating(lambda: _run(init), lambda: _run([sys.executable, "-c", "import typer, jinja2"]), 15)
    return [_ratio("`dockergen init` as a process, against `python -c 'import typer, jinja2'`", ours, floor, 1.5)]


def _planning() -> list[tuple[str, str, str, str]]:
    worst = 0.0
    name = ""
    for sample in sorted(path.parent for path in SAMPLES.glob("*/sample.toml")):
        flags = tomli.loads((sample / "sample.toml").read_text(encoding="utf-8")).get("init", {})

        def once(sample: Path = sample, flags: dict[str, Any] = flags) -> None:
            repo = Repository(sample)
            render(service(repo, Settings.load(repo, flags)).plan)

        once()
        seconds = min(_timed(once) for _ in range(5))
        if seconds > worst:
            worst, name = seconds, sample.name
    met = "yes" if worst <= 0.010 else "NO"
    return [(f"planning and rendering, slowest sample ({name})", f"{worst * 1000:.1f} ms", "10 ms", met)]


def _large() -> list[tuple[str, str, str, str]]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "requirements.txt").write_text("flask==3.1.0\ngunicorn==23.0.0\n")
        (root / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
        _fill(root / "data", 100_000)
        init = [sys.executable, "-m", "dockergen", "init", folder, "--dry-run"]
        walk = [sys.executable, "-c", _WALK, folder, ",".join(SKIPPED_FOLDERS)]
        empty = root / "node_modules" / "empty"
        with tempfile.TemporaryDirectory() as bare:
            for name in ("requirements.txt", "app.py"):
                (Path(bare) / name).write_text((root / name).read_text())
            small = [sys.executable, "-m", "dockergen", "init", bare, "--dry-run"]
            ours, base = _alternating(lambda: _run(init), lambda: _run(small), 7)
            scan, nothing = _alternating(lambda: _run(walk), lambda: _run([sys.executable, "-c", "pass"]), 7)
            found.append(
                _ratio(
                    "100 000 files: what they add to `init`, against one os.scandir walk",
                    ours - base,
                    scan - nothing,
                    1.5,
                )
            )
            peak = _peak(init)
            found.append(
                (
                    "100 000 files: peak memory",
                    f"{peak / 1024:.0f} MiB",
                    "120 MiB",
                    "yes" if peak < 120 * 1024 else "NO",
                )
            )
            _fill(empty, 1_000_000)
            with_ignored, without = _alternating(lambda: _run(init), lambda: _run(init), 3)
            found.append(_ratio("1 000 000 files more in an ignored folder, against without", with_ignored, ours, 1.15))
            assert without > 0
    return found


def _fill(folder: Path, count: int) -> None:
    per_folder = 1000
    for index in range(count // per_folder):
        below = folder / f"{index:04d}"
        below.mkdir(parents=True)
        for number in range(per_folder):
            os.close(os.open(below / f"{number:04d}.txt", os.O_CREAT))


def _peak(command: list[str]) -> int:
    probe = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(
        subprocess.run([sys.executable, "-c", probe, *command], capture_output=True, text=True, check=True).stdout
    )


def _run(command: list[str]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _alternating(first: Callable[[], None], second: Callable[[], None], times: int) -> tuple[float, float]:
    """Medians of both, run in turn so that the machine's moods hit both alike."""
    first(), second()
    pairs = [(_timed(first), _timed(second)) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _ratio(what: str, ours: float, other: float, target: float) -> tuple[str, str, str, str]:
    ratio = ours / other
    return (
        what,
        f"{ratio:.2f} x ({ours * 1000:.0f} ms / {other * 1000:.0f} ms)",
        f"{target} x",
        "yes" if ratio <= target else "NO",
    )
