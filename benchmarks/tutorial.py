"""The tutorial case: the usual file, the best file by hand, and ours, built on the same engine in one run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import dockergen
from dockergen.workspace import write
from tests.realengine.engine import up
from tests.realengine.images import ensure
from tests.realengine.references import references

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "sample_projects"
CASES = {
    "python": ("python-fastapi-hello", "main.py", "\n# edited\n"),
    "node": ("node-express-npm", "server.js", "\n// edited\n"),
    "go": ("go-root-main", "main.go", "\n// edited\n"),
}


def rows() -> list[tuple[str, str, str, str]]:
    """Sizes and times of the three files for each language, with the ratios that matter."""
    if folder := up():
        import os

        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return [row for name in CASES for row in _case(name)]


def _case(name: str) -> list[tuple[str, str, str, str]]:
    sample, edited, text = CASES[name]
    measured: dict[str, tuple[float, float, float]] = {}
    for kind in ("tutorial", "by-hand", "ours"):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "app"
            shutil.copytree(
                SAMPLES / sample, root, ignore=shutil.ignore_patterns("Dockerfile", ".dockerignore", "sample.toml")
            )
            if kind == "ours":
                write(root, dockergen.generate(root))
            else:
                shutil.copy(HERE / "files" / f"{name}.{kind}.Dockerfile", root / "Dockerfile")
                ignore = HERE / "files" / f"{name}.{kind}.dockerignore"
                if ignore.exists():
                    shutil.copy(ignore, root / ".dockerignore")
            ensure(references((root / "Dockerfile").read_text()))
            measured[kind] = _measure(root, f"benchmark-{name}-{kind}", root / edited, text)
    return _rows(name, measured)


def _measure(root: Path, tag: str, edited: Path, text: str) -> tuple[float, float, float]:
    """Cold build seconds, seconds of the rebuild after an edit, and MB."""
    subprocess.run(["docker", "builder", "prune", "-af"], check=True, capture_output=True)
    cold = _build(root, tag)
    edited.write_text(edited.read_text() + text)
    again = _build(root, tag)
    size = subprocess.run(
        ["docker", "image", "inspect", tag, "--format", "{{.Size}}"], check=True, capture_output=True, text=True
    )
    subprocess.run(["docker", "rmi", "-f", tag], check=True, capture_output=True)
    return cold, again, int(size.stdout) / 1e6


def _build(root: Path, tag: str) -> float:
    started = time.perf_counter()
    subprocess.run(["docker", "build", "-q", "-t", tag, str(root)], check=True, capture_output=True)
    return time.perf_counter() - started


def _rows(name: str, measured: dict[str, tuple[float, float, float]]) -> list[tuple[str, str, str, str]]:
    tutorial, hand, ours = measured["tutorial"], measured["by-hand"], measured["ours"]

    def row(what: str, value: float, other: float, unit: str, target: float) -> tuple[str, str, str, str]:
        ratio = value / other
        return (
            f"{name}: {what}",
            f"{ratio:.2f} x ({value:.1f} / {other:.1f} {unit})",
            f"{target} x",
            "yes" if ratio <= target else "NO",
        )

    return [
        row("size, against the best file by hand", ours[2], hand[2], "MB", 1.0),
        row("cold build, against the best file by hand", ours[0], hand[0], "s", 1.3),
        row("rebuild after an edit, against the tutorial file", ours[1], tutorial[1], "s", 0.2),
        (f"{name}: size of the tutorial file's image", f"{tutorial[2]:.1f} MB, cold {tutorial[0]:.1f} s", "", ""),
    ]
