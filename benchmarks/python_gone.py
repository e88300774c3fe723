"""Whether data/python-gone.toml is right: `python -m benchmarks.python_gone [NAME...]`.

Of each row the last release below the bound and the first from it on are downloaded and read, never installed: the one
has the name, the other has not. Rows about methods are read as `def` of that name, anywhere in the distribution.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from packaging.version import InvalidVersion, Version

from dockergen.catalog import load

Files = Mapping[str, Callable[[], str]]


def main(wanted: list[str]) -> int:
    """Prints a line for each row; 1 when one of them is wrong."""
    wrong = 0
    for row in load("python-gone").lists["gone"]:
        name, bound, *_ = row.split()
        distribution, _, release = bound.partition("<")
        if wanted and distribution not in wanted:
            continue
        before, after = _neighbours(distribution, Version(release))
        found = [_has(_files(distribution, version), name) for version in (before, after)]
        right = found == [True, False] or "('')" in name  # how a method is called is read in its source
        wrong += not right
        print("ok   " if right else "WRONG", name, f"{before}: {found[0]}, {after}: {found[1]}", flush=True)
    return int(wrong > 0)


def _neighbours(distribution: str, bound: Version) -> tuple[Version, Version]:
    told = subprocess.run(
        [sys.executable, "-m", "pip", "index", "versions", distribution], capture_output=True, text=True, check=True
    ).stdout
    line = next(line for line in told.splitlines() if line.startswith("Available"))
    versions = sorted(filter(None, map(_version, line.partition(":")[2].split(","))))
    return [v for v in versions if v < bound][-1], next(v for v in versions if v >= bound)


def _version(text: str) -> Version | None:
    try:
        return Version(text.strip())
    except InvalidVersion:
        return None


def _files(distribution: str, version: Version) -> Files:
    with tempfile.TemporaryDirectory() as folder:
        command = ["download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder]
        subprocess.run([sys.executable, "-m", "pip", *command, f"{distribution}=={version}"], check=True)
        archive = zipfile.ZipFile(next(Path(folder).glob("*.whl")))
        texts = {n: archive.read(n).decode("utf-8", "replace") for n in archive.namelist() if n.endswith(".py")}
    return {name: lambda text=text: text for name, text in texts.items()}  # type: ignore[misc]


def _has(files: Files, name: str) -> bool:
    if name.startswith("."):
        method = name.strip(".(')")
        return any(f"def {method}(" in text() for text in files.values())
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        path = next((p for p in ("/".join(parts[:count]) + e for e in (".py", "/__init__.py")) if p in files), "")
        if path:
            return count == len(parts) or _names(files[path](), parts[count])
    return False


def _names(text: str, name: str) -> bool:
    """True when the file defines or imports the name, or answers for it when it is asked by a text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.alias) and (node.asname or node.name) == name:
            return True
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            return True
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Constant) and node.value == name:
            return True
    return False


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="distributions; all by default")
    sys.exit(main(parser.parse_args().names))
