"""Which releases of a distribution need setuptools to run: `python -m benchmarks.setuptools_needs NAME... [--names FILE]`.

For each name the newest release and four spread over the earlier ones are downloaded, never built and never run. Their sources are read:
which modules import pkg_resources when they are imported themselves (not in a function, not where the failure is caught), and whether such a
module is reached from the top of the package or from what its entry points start. Where a release is hit and a later one is not, the releases in
between are halved until the first one without is known. A line is printed for each name, and the row for data/python-setuptools.toml.

With `--build NAME[==RELEASE]`: whether that release has a wheel, and which setuptools builds its source: today's, or the newest below 70, 58 or 46.
Where it is not today's, the first later release that has a wheel or is built by today's is looked for in the same way.

The index is the one that pip is configured with, asked once a name, by pip itself. Measure what somebody met, not lists of names: an index is no
catalogue to scan. Options: `--names FILE` (a name a line), `--at-most-mb 5` (larger files are left out).
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

_SAMPLES = 5
_ASIDE = re.compile(
    r"(^|/)(tests?|testing|docs?|examples?|benchmarks?|conftest\.py|setup\.py|_?vendor(ed)?|extern)(/|$)"
)
_WANTED = "pkg_resources"


def main() -> int:
    """Measures the names and prints what was found; 1 when a name has no file that could be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.setuptools_needs")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--names", dest="file", type=Path)
    parser.add_argument("--at-most-mb", type=float, default=5)
    parser.add_argument("--build", action="store_true")
    options = parser.parse_args()
    names = [*options.names, *(options.file.read_text().split() if options.file else ())]
    index = Index(options.at_most_mb * 1e6)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda name: (_built if options.build else _measured)(index, name), names))
    print("\n".join(found))
    return int(any(line.startswith("?") for line in found))


def _measured(index: Index, name: str) -> str:
    try:
        releases = index.releases(name)
        return _judged(index, name, releases)
    except Exception as error:  # one name that cannot be read must not end the measurement of the others
        return f"? {name}: {type(error).__name__}: {str(error)[:120]}"


def _built(index: Index, spec: str) -> str:
    """One line: which setuptools builds the release that is named, and the first later one that needs no old setuptools."""
    name, _, version = spec.partition("==")
    releases = index.releases(name)
    start = next((n for n, r in enumerate(releases) if r.version == version), len(releases) - 1)
    how = _setuptools_for(name, releases[start])
    if how in ("wheel", "today", "none"):
        return f"# {name} {releases[start].version}: {how}"
    low, high = start, len(releases) - 1
    if _setuptools_for(name, releases[high]) not in ("wheel", "today"):
        return f'{name} = {{ builds = "", below = "{how}" }}  # {releases[start].version} to {releases[high].version}'
    while high - low > 1:
        middle = (low + high) // 2
        fine = _setuptools_for(name, releases[middle]) in ("wheel", "today")
        low, high = (low, middle) if fine else (middle, high)
    return f'{name} = {{ builds = "{releases[high].version}", below = "{how}" }}  # {releases[start].version} to {releases[low].version}'


@cache
def _setuptools_for(name: str, release: Release) -> str:
    """ "wheel" where it has one, "today" where the newest setuptools builds it, else the bound that does, else "none"."""
    if release.link.is_wheel:
        return "wheel"
    for bound in ("today", "70", "58", "46"):
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder, "constraints.txt")
            told.write_text("" if bound == "today" else f"setuptools<{bound}\n")
            made = ("wheel", "-q", "--no-deps", "--no-cache-dir", "-w", folder, f"--no-binary={name}")
            variables = {
                "PIP_CONSTRAINT": str(told),
                "PIP_BUILD_CONSTRAINT": str(told),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            }
            done = subprocess.run(
                [sys.executable, "-m", "pip", *made, f"{name}=={release.version}"],
                env={**os.environ, **variables}, capture_output=True, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                return bound
    return "none"


def _judged(index: Index, name: str, releases: list[Release]) -> str:
    """One line: the first release of which no module, and of which no module that is reached, imports it any more."""
    samples = _samples(releases)
    told = ", ".join(f"{releases[n].version}: {index.hit(releases[n]) or '-'}" for n in samples)
    anywhere = _first_without(index, releases, samples, "")
    if anywhere is None:
        return f"# {name}: in none. {told}"
    reached = _first_without(index, releases, samples, "+")
    said = "never reached" if reached is None else f"reached until {reached or 'now'}"
    return f'[packages.{name}]  # {said}. {told}\nruns = "{anywhere}"'


def _first_without(index: Index, releases: list[Release], samples: list[int], mark: str) -> str | None:
    """The first release behind the last hit, "" when the newest is one, None when none is."""

    def hit(position: int) -> bool:
        found = index.hit(releases[position])
        return bool(found) and found.startswith(mark)

    needing = [n for n in samples if hit(n)]
    if not needing:
        return None
    low, high = needing[-1], next((n for n in samples if n > needing[-1]), None)
    while high is not None and high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if hit(middle) else (low, middle)
    return releases[high].version if high is not None else ""


def _samples(releases: list[Release]) -> list[int]:
    """Positions of the newest release and of some that are spread evenly over the others."""
    last = len(releases) - 1
    return sorted({round(last * n / _SAMPLES) for n in range(1, _SAMPLES + 1)})


class Release:
    """A final release, and the file of it that is read."""

    def __init__(self, version: str, link: Any) -> None:
        self.version, self.link = version, link


class Index:
    """What pip finds and downloads."""

    def __init__(self, limit: float) -> None:
        from pip._internal.cli.cmdoptions import make_target_python
        from pip._internal.commands.download import DownloadCommand

        command = DownloadCommand("download", "")
        options, _ = command.parse_args(["--no-deps", "x"])
        self._session = command._build_session(options)
        self._finder = command._build_package_finder(options, self._session, make_target_python(options), True)
        self._limit = limit
        self.hit = cache(self._hit)

    def releases(self, name: str) -> list[Release]:
        """Final releases, oldest first, each with its wheel or else its source distribution."""
        found: dict[Any, Any] = {}
        for candidate in self._finder.find_all_candidates(name):
            if candidate.version not in found or candidate.link.is_wheel:
                found[candidate.version] = candidate.link
        final = {version: link for version, link in found.items() if not version.is_prerelease}
        return [Release(str(version), link) for version, link in sorted((final or found).items())]

    def _hit(self, release: Release) -> str:
        """ "+ module:line" when a module that is reached imports it, "module:line" when another one does, else ""."""
        answer = self._session.get(release.link.url_without_fragment, stream=True)
        if int(answer.headers.get("content-length", 0)) > self._limit:
            raise ValueError(f"{release.link.filename} is too large")
        content = answer.content
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, release.link.filename)
            path.write_bytes(content)
            files = dict(_files(path))
        return _verdict(files)


def _files(path: Path) -> Iterator[tuple[str, str]]:
    """The Python files and lists of entry points of an archive, by their path in the environment."""
    if path.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if _of_interest(name)]
            rows = [(name, archive.read(name)) for name in names]
    else:
        with tarfile.open(path) as archive:
            members = [m for m in archive.getmembers() if m.isfile() and _of_interest(m.name)]
            rows = [(m.name, file.read()) for m in members if (file := archive.extractfile(m)) is not None]
    for name, content in rows:
        inside = name if path.suffix == ".whl" else name.partition("/")[2]
        inside = re.sub(r"^(src|lib|python)/(?!__init__)", "", inside)
        if not _ASIDE.search(inside):
            yield inside, content.decode("utf-8", "replace")


def _of_interest(name: str) -> bool:
    return name.endswith((".py", "/entry_points.txt", "/METADATA", "/PKG-INFO"))


def _verdict(files: dict[str, str]) -> str:
    asked = "\n".join(text for path, text in files.items() if path.endswith(("/METADATA", "PKG-INFO")))
    if re.search(r"^Requires-Dist: setuptools[ (]*[^;\n]*<", asked, re.MULTILINE):
        return ""  # it brings the setuptools that it needs
    lines = {path: line for path, text in files.items() if _WANTED in text and (line := _imports_it(text))}
    if not lines:
        return ""
    reached = _reached(files)
    hit = next((path for path in lines if path in reached), "")
    path = hit or next(iter(lines))
    return f"{'+ ' if hit else ''}{path}:{lines[path]}"


def _imports_it(text: str) -> int:
    """The line of an import of pkg_resources that runs with the module and whose failure nobody catches; 0 without."""
    for node in _running(text):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        if isinstance(node, ast.Expr) and "__import__('pkg_resources')" in ast.unparse(node):
            names.append(_WANTED)
        if any(name.split(".")[0] == _WANTED for name in names):
            return node.lineno
    return 0


@cache
def _running(text: str) -> tuple[ast.stmt, ...]:
    """The statements that run when the module is imported; those of try blocks that catch an ImportError left out."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    found: list[ast.stmt] = []
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop(0)
        found.append(node)
        if (isinstance(node, ast.Try) and not any(_catches(handler) for handler in node.handlers)) or isinstance(
            node, (ast.With, ast.ClassDef)
        ):
            pending += node.body
        elif isinstance(node, ast.If) and not re.search("TYPE_CHECKING|__main__|version_info", ast.unparse(node.test)):
            pending += [*node.body, *node.orelse]
    return tuple(found)


def _catches(handler: ast.ExceptHandler) -> bool:
    told = ast.unparse(handler.type) if handler.type else "Exception"
    return bool(re.search(r"ImportError|ModuleNotFoundError|\bException\b", told))


def _reached(files: dict[str, str]) -> set[str]:
    """The files that are imported with the top of the package, or with what an entry point names."""
    tops = [path for path in files if re.fullmatch(r"[^/]+/__init__\.py|[^/]+\.py", path)]
    # A namespace has no file of its own at the top: its portions begin at the first __init__ below.
    inner = [
        p
        for p in files
        if p.endswith("/__init__.py") and not any(p.startswith(t.rpartition("/")[0] + "/") for t in tops)
    ]
    shortest = min((p.count("/") for p in inner), default=0)
    pending = [*tops, *(p for p in inner if p.count("/") == shortest)]
    for path, text in files.items():
        if path.endswith("/entry_points.txt"):
            for module in re.findall(r"^\s*[\w.@ -]+?=\s*([\w.]+)", text, re.MULTILINE):
                pending += _file_of(files, module)
    seen: set[str] = set()
    while pending:
        path = pending.pop()
        if path not in seen:
            seen.add(path)
            pending += [target for module in _modules(path, files[path]) for target in _file_of(files, module)]
    return seen


def _modules(path: str, text: str) -> Iterator[str]:
    """Dotted names of all that the file imports when it is imported itself."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in _running(text):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            dotted = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            yield dotted
            yield from (f"{dotted}.{alias.name}" for alias in node.names)


def _file_of(files: dict[str, str], module: str) -> list[str]:
    """The file of a module, and the packages that are imported on the way to it."""
    parts = module.split(".")
    places = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    return [p for place in places for p in (f"{place}.py", f"{place}/__init__.py") if p in files]


if __name__ == "__main__":
    sys.exit(main())
