"""`python -m benchmarks.real python --from DIR [--only NAME]`: init and verify on public repositories, written as a table.

The repositories are listed in benchmarks/real-<language>.toml; their checkouts lie in DIR as <owner>/<name>, at the listed
commit. `--only` (repeatable) measures some of them anew and keeps the other rows. Build times start without the layers of
that repository, but with whatever packages the engine's cache mounts hold already.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli

from dockergen.errors import DockergenError
from dockergen.verify import Options, verify
from tests.realengine.engine import up
from tests.realengine.fixtures import DockerEngine
from tests.realengine.images import ensure
from tests.realengine.machine import run
from tests.realengine.recipes import recipe
from tests.realengine.references import references
from tests.services import running

HERE = Path(__file__).parent
COLUMNS = ("repository", "commit", "what it is", "base", "verdict", "init s", "build s", "MB", "theirs MB", "remarks")
_OURS = ("Dockerfile", ".dockerignore")
_DECIDED = "decided, not built yet"


@dataclass(frozen=True)
class Case:
    """One repository as the list names it."""

    name: str  # owner/name
    commit: str
    about: str
    folder: str = ""  # of the service, "" for the root
    env: Mapping[str, str] = field(default_factory=dict)  # what a deployment of it has to give anyway
    flags: Mapping[str, Any] = field(default_factory=dict)  # decisions for init; empty wherever possible
    path: str = ""
    status: int = 0
    text: str = ""  # what the answer or, for a worker, its log has to hold
    theirs: str = ""  # path of the Dockerfile that the repository ships
    context: str = ""  # the build context of theirs, "" for the folder of the service
    remark: str = ""
    timeout: float = 60.0
    services: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # name -> image and env, as compose has them
    before: tuple[str, ...] = ()  # shell commands in a container of the image first, such as migrations

    @property
    def title(self) -> str:
        return f"{self.name}/{self.folder}" if self.folder else self.name


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real", description=__doc__)
    parser.add_argument("language")
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of the checkouts")
    parser.add_argument("--only", action="append", default=[], help="part of a name; repeatable")
    parser.add_argument("--ours", action="store_true", help="keep what is known about the images of their Dockerfiles")
    parser.add_argument(
        "--limit", type=float, default=900.0, help="seconds that the build of a shipped Dockerfile may take"
    )
    parser.add_argument("--no-docker", action="store_true", help="decide only; rows that were built before are kept")
    asked = parser.parse_args()
    if not asked.no_docker and (folder := up()):
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    listed = tomli.loads((HERE / f"real-{asked.language}.toml").read_text(encoding="utf-8"))
    cases = [Case(**row) for row in listed["repository"]]
    table = HERE / f"real-{asked.language}.md"
    for case in cases:
        if not asked.only or any(part in case.title for part in asked.only):
            before = _read(table).get(case.title, ())
            if asked.no_docker and before and before[4] != _DECIDED:
                continue
            known = before[8:9] if asked.ours else ()
            limit = 0.0 if asked.no_docker else asked.limit
            row = _row(case, asked.source / case.name, limit, *known)
            print(" | ".join(row), flush=True)
            rows = {**_read(table), case.title: row}  # another run may have written meanwhile
            _write(table, listed["head"], [rows[c.title] for c in cases if c.title in rows])
    return 0


# --- one repository


def _row(case: Case, checkout: Path, limit: float = 900.0, theirs: str = "") -> tuple[str, ...]:
    if not (checkout / case.folder).is_dir():
        return _cells(case, remarks=f"no checkout in {checkout}", theirs=theirs)
    remarks = [case.remark] if case.remark else []
    if (head := _head(checkout)) and not head.startswith(case.commit):
        remarks.append(f"measured at {head[:9]}")
    with tempfile.TemporaryDirectory(prefix="real-") as folder:
        copy = Path(folder) / case.name.rsplit("/", 1)[-1].lower()
        shutil.copytree(checkout, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        if not theirs and limit:
            theirs = _theirs(case, copy, limit) if case.theirs else "ships none"
        cells = _ours(case, copy / case.folder, build=limit > 0)
    return _cells(case, theirs=theirs, **{**cells, "remarks": "; ".join(filter(None, [*remarks, cells["remarks"]]))})


def _ours(case: Case, root: Path, *, build: bool) -> dict[str, str]:
    for name in _OURS:
        (root / name).unlink(missing_ok=True)
    flags = [word for name, value in case.flags.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "dockergen", "init", str(root), *flags], capture_output=True, text=True, check=False
    )
    cells = {"init": f"{time.perf_counter() - started:.2f}", "remarks": ""}
    if done.returncode:
        error = " ".join(done.stderr.split())
        return {**cells, "verdict": f"init stops with {done.returncode}", "remarks": error[:300]}
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    cells["base"] = next(iter(re.findall(r"^FROM (\S+) AS final", text, re.MULTILINE)), "")
    try:
        if not build:
            recipe(cells["base"])
            start = next(iter(re.findall(r"^CMD (.*)", text, re.MULTILINE)), "")
            return {**cells, "verdict": _DECIDED, "remarks": start}
        ensure(references(text))
    except LookupError as error:
        return {**cells, "verdict": "not buildable here", "remarks": str(error)}
    cells["build"] = _cold(root)
    options = Options(env=case.env, path=case.path, status=case.status, timeout=case.timeout, decisions=case.flags)
    with running(case.services, DockerEngine()) as network:
        try:
            _prepare(case, root, network)
            report = verify(
                root, replace(options, network=network), lambda text: print(f"  {text[:150]}", file=sys.stderr)
            )
        except (DockergenError, RuntimeError) as error:
            return {**cells, "verdict": "verify stops", "remarks": str(error)}
    cells["size"] = f"{report.sizes['total'] / 1e6:.0f}" if report.sizes else ""
    if not report.ok:
        causes = " ".join(f"{p.where}: {p.cause} ({p.remedy})" for p in report.problems)
        print("\n".join(report.log.splitlines()[-40:]), file=sys.stderr)
        return {**cells, "verdict": "fails", "remarks": causes}
    if case.text and case.text not in (report.body or report.log):
        return {**cells, "verdict": "fails", "remarks": f"{case.text!r} is not in the answer {report.body[:100]!r}"}
    answer = f"{report.status} at {case.path or '/'}" if report.status else "stays up"
    return {**cells, "verdict": f"runs: {answer}"}


def _prepare(case: Case, root: Path, network: str) -> None:
    """Runs what a deployment runs before its first start; RuntimeError when it fails."""
    if not case.before:
        return
    image = run("docker", "build", "-q", root).strip()
    variables = [word for name, value in case.env.items() for word in ("-e", f"{name}={value}")]
    for command in case.before:
        run("docker", "run", "--rm", "--network", network or "bridge", *variables, image, "sh", "-c", command)


def _cold(root: Path) -> str:
    """Seconds of a build that finds none of its layers; "" when it fails, which verify then explains."""
    started = time.perf_counter()
    done = subprocess.run(["docker", "build", "-q", "--no-cache", root], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        return ""
    # Its layers stay in the build cache, where verify finds them.
    subprocess.run(["docker", "rmi", "-f", done.stdout.strip()], capture_output=True, check=False)
    return f"{seconds:.0f}"


def _known(reference: str) -> bool:
    """True for a reference that a look-alike can have; LookupError for one by digest, which is of one image only."""
    if "@" in reference:
        raise LookupError(f"no look-alike of {reference.partition('@')[0]} can have the digest of the real image")
    return True


def _theirs(case: Case, copy: Path, limit: float) -> str:
    """The size of the image of the Dockerfile that the repository ships, or why there is none."""
    file = copy / case.theirs
    context = copy / (case.context or case.folder)
    if not file.is_file():
        return f"{case.theirs} is not in it"
    try:
        ensure([name for name in references(file.read_text(encoding="utf-8")) if _known(name)])
    except LookupError as error:
        found = re.search(r"look-alike of (\S+)|Debian has no (Python \S+?);", str(error))
        return f"not buildable here ({found[1] or found[2] if found else error})"
    tag = f"real-theirs-{uuid.uuid4().hex[:8]}"
    try:
        built = subprocess.run(
            ["docker", "build", "-q", "-f", file, "-t", tag, context],
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return f"not built within {limit:.0f} s"
    if built.returncode:
        lines = [line.strip() for line in built.stderr.splitlines() if "ERROR" in line or "error" in line]
        print(built.stderr[-3000:], file=sys.stderr)
        return f"does not build: {(lines or ['no reason given'])[-1][:150]}"
    size = subprocess.run(
        ["docker", "image", "inspect", tag, "--format", "{{.Size}}"], capture_output=True, text=True, check=True
    )
    subprocess.run(["docker", "rmi", "-f", tag], capture_output=True, check=False)
    return f"{int(size.stdout) / 1e6:.0f}"


def _head(checkout: Path) -> str:
    done = subprocess.run(["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if not done.returncode else ""


# --- the table


def _cells(case: Case, **cells: str) -> tuple[str, ...]:
    names = ("base", "verdict", "init", "build", "size", "theirs", "remarks")
    row = (case.title, case.commit[:9], case.about, *(cells.get(name, "") for name in names))
    return tuple(re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in row)


def _read(table: Path) -> dict[str, tuple[str, ...]]:
    """The rows of an earlier run, by the first cell."""
    if not table.exists():
        return {}
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines]
    return {row[0]: row for row in rows if len(row) == len(COLUMNS)}


def _write(table: Path, head: str, rows: list[tuple[str, ...]]) -> None:
    lines = [f"| {' | '.join(row)} |" for row in (COLUMNS, tuple("---" for _ in COLUMNS), *rows)]
    table.write_text(f"{head.strip()}\n\n{_summary(rows)}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _summary(rows: list[tuple[str, ...]]) -> str:
    ran = sum(row[4].startswith("runs") for row in rows)
    out = sum(row[4].startswith("not buildable") for row in rows)
    left = sum(row[4] == _DECIDED for row in rows)
    compared = [(int(row[7]), int(row[8])) for row in rows if row[7].isdigit() and row[8].isdigit()]
    smaller = sum(ours <= theirs for ours, theirs in compared)
    return (
        f"{ran} of {len(rows) - out - left} build, start and answer ({out} more ask for an image that cannot be had where "
        f"this was measured; {left} are decided and were not built). Of {len(compared)} whose own Dockerfile could be built here, ours is no larger on {smaller}."
    )


if __name__ == "__main__":
    sys.exit(main())
