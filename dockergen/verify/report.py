"""What verify is asked and what it answers, as values, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, replace
from typing import Any

from dockergen.frozen import frozen

_MOST_LINES = 15  # of a log, under the problem that it shows
_LONGEST_LINE = 400  # pip lists hundreds of releases in one


@frozen
class Options:
    """What the person asked of verify."""

    engine: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    path: str = ""  # "" probes the plan's path and takes any status below 500
    status: int = 0
    timeout: float = 60.0  # seconds until the service must answer
    keep: bool = False  # keep the image
    dockerfile: str = "Dockerfile"
    decisions: Mapping[str, Any] = field(default_factory=dict)
    rebuild: bool = True
    network: str = ""  # the engine's network on which the services lie that it needs
    also: tuple[str, ...] = ()  # further paths to ask once it is ready


@frozen
class Problem:
    """Something that is not as it must be: the likely cause, and what settles it."""

    where: str  # build, start, probe, health, stop, rebuild, contents
    cause: str
    remedy: str


@frozen
class Report:
    """All that was measured; sizes in bytes, times in seconds; None for what was not reached."""

    image: str
    problems: tuple[Problem, ...] = ()
    build_seconds: float | None = None
    ready_seconds: float | None = None
    status: int | None = None
    body: str = ""
    answers: tuple[tuple[int, str], ...] = ()  # status and body of Options.also
    stop_seconds: float | None = None
    exit_code: int | None = None
    rebuild_seconds: float | None = None
    rebuilt: tuple[str, ...] = ()
    touched: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)  # base, dependencies, code, rest, total
    log: str = ""
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    def adding(self, *problems: Problem) -> Report:
        """The same with further problems."""
        return replace(self, problems=(*self.problems, *problems))


def as_json(report: Report) -> dict[str, Any]:
    """The report with stable keys."""
    return {"ok": report.ok, **asdict(report), "sizes": dict(report.sizes)}


def as_text(report: Report) -> list[str]:
    """The report for people, line by line."""
    lines = []
    if report.build_seconds is not None:
        lines.append(f"built    in {report.build_seconds:.1f} s")
    if report.ready_seconds is not None:
        answer = f", status {report.status}" if report.status else ""
        lines.append(f"ready    after {report.ready_seconds:.1f} s{answer}; read-only, no capabilities")
    if report.stop_seconds is not None:
        lines.append(f"stopped  {report.stop_seconds:.1f} s after SIGTERM, exit code {report.exit_code}")
    if report.rebuild_seconds is not None:
        again = ", ".join(report.rebuilt) or "nothing"
        lines.append(
            f"rebuilt  in {report.rebuild_seconds:.1f} s after an edit of {report.touched}; ran again: {again}"
        )
    if report.sizes:
        parts = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in report.sizes.items() if name != "total")
        lines.append(f"size     {report.sizes['total'] / 1e6:.1f} MB ({parts})")
    lines += [f"note     {note}" for note in report.notes]
    for problem in report.problems:
        lines += ["", f"{problem.where}: {problem.cause}", f"  {problem.remedy}"]
    if report.problems and report.log:
        lines += [
            "",
            "The end of the log:",
            *(f"  {_short(line)}" for line in report.log.rstrip().splitlines()[-_MOST_LINES:]),
        ]
    return lines


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} ..."
