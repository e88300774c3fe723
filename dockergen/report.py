"""Everything printed for people: the only module that writes to stdout and stderr."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from dockergen.errors import DockergenError
from dockergen.lazy import regex
from dockergen.model import BuildPlan, Decision, Service
from dockergen.workspace import Change

_UNPRINTABLE = regex("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
# The password of a URL, or a token in its place; ${NAME} is neither.
_PASSWORD = regex(r"(://(?:[^/\s:@'\"]*:)?)(?!\$)(?:(?<=:)[^/\s@'\"]+|(?=[^/@]*\d)[^/\s:@'\"]{20,})@")
_OWN_COLOURS = regex("(\x1b\\[(?:0|" + "|".join(_STYLES.values()) + ")m)")
_HEADLINE = ("version", "framework", "manager")  # what the first line of a summary tells, after the language


@dataclass
class _Manners:
    """What the person asked of the output."""

    quiet: bool = False
    color: bool = True
    path: str = ""  # the folder as it was typed, "" for the current one


manners = _Manners()


def out(text: str = "") -> None:
    """The result, to stdout."""
    print(_visible(text), file=sys.stdout)


def err(text: str = "") -> None:
    """Everything else, to stderr; silent with --quiet."""
    if not manners.quiet:
        print(_visible(text), file=sys.stderr)


def styled(text: str, style: str, *, stream: str = "stdout") -> str:
    """The text in a style when that stream is a terminal and colour is wanted."""
    terminal = getattr(sys, stream).isatty() and os.environ.get("TERM") != "dumb"
    if not manners.color or "NO_COLOR" in os.environ or not terminal:
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def error(problem: DockergenError) -> None:
    """Problem, then remedy, then the command to type; shown with --quiet too."""
    print(_visible(f"{styled('Error:', 'red', stream='stderr')} {problem.problem}"), file=sys.stderr)
    print(_visible(f"  {problem.remedy}"), file=sys.stderr)
    if problem.command:
        print(_visible(f"  $ {_typed(problem.command)}"), file=sys.stderr)


def _typed(command: str) -> str:
    """The command for the folder that the person named."""
    if not manners.path:
        return command
    program, where, *rest = [*command.split(" ", 2), "", ""][:3]
    folder = shlex.quote(manners.path)
    if program == "cd":
        return " ".join([program, _below(where), rest[0]])
    if (program, where) != ("dockergen", "init"):
        return command
    first, _, more = rest[0].partition(" ")
    if first == ".":
        return command  # the folder where the person stands is meant
    if first and not first.startswith("-"):
        folder, rest = _below(first), [more]
    return " ".join(filter(None, [program, where, folder, rest[0]]))


def _below(quoted: str) -> str:
    """The folder as seen from where the person stands; both it and the result are quoted for the shell."""
    path = PurePosixPath(*shlex.split(quoted))
    named = PurePosixPath(manners.path)
    return shlex.quote(str(path if path.is_relative_to(named) else named / path))


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """A function that tells what is being done: a live line on a terminal, else one line per step; on stderr."""
    started = time.monotonic()
    if manners.quiet:
        yield lambda text: None
    elif sys.stderr.isatty() and manners.color and "NO_COLOR" not in os.environ:
        from rich.console import Console

        with Console(stderr=True).status(title) as status:
            yield lambda text: status.update(f"{title}: {_plain(text)}")
    else:
        yield lambda text: err(f"[{time.monotonic() - started:6.1f} s] {text}")


def summary(service: Service, changes: Sequence[Change], folder: str, next_lines: Sequence[str]) -> None:
    """What was decided and from what, what was written into which folder, and what to type next."""
    if manners.quiet:
        return
    out((f"{service.root}/: " if service.root else "") + headline(service.plan))
    out()
    for row in decision_rows(service.plan.decisions):
        out(f"  {row}")
    out()
    for change in changes:
        out(f"{change.status:<10} {f'{folder}/{change.path}' if folder else change.path}")
    notes(service.plan.notes)
    out()
    out(styled("Next:", "bold"))
    for line in next_lines:
        out(f"  {line}")


def headline(plan: BuildPlan) -> str:
    """One sentence: language, version, framework, manager, port, each with its origin."""
    by_name = {decision.name: decision for decision in plan.decisions}
    parts = []
    for name in _HEADLINE:
        decision = by_name.get(name)
        if decision is not None and decision.text:
            title = f"{plan.title} {decision.text}" if name == "version" else decision.text
            parts.append(f"{title} ({decision.sourced.origin})")
    if "version" not in by_name:
        parts.insert(0, plan.title)
    port = by_name.get("port")
    parts.append(f"port {plan.port} ({port.sourced.origin})" if port and plan.port else "no port")
    return styled(", ".join(parts), "bold")


def decision_rows(decisions: Sequence[Decision]) -> list[str]:
    """Name, value and origin in columns, one row a decision."""
    names = max((len(d.name) for d in decisions), default=0)
    values = min(max((len(d.text) for d in decisions), default=0), 44)
    return [f"{d.name:<{names}}  {d.text:<{values}}  {styled(str(d.sourced.origin), 'dim')}" for d in decisions]


def notes(texts: Sequence[str]) -> None:
    """Warnings and advice, to stderr, so that they survive a redirected stdout."""
    for text in texts:
        err(f"{styled('Note:', 'yellow', stream='stderr')} {text}")


def diff(text: str) -> None:
    """A unified diff, coloured on a terminal."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in text.splitlines():
        out(styled(line, colours[line[0]]) if line[:1] in colours else line)


def table(rows: Sequence[Sequence[str]]) -> None:
    """Rows in aligned columns; the first row is the heading."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for index, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        out(styled(line, "bold") if index == 0 else line)


def _plain(text: str) -> str:
    return _visible(text).replace("[", "\\[")


def _visible(text: str) -> str:
    """Names from a repository must not steer the terminal, nor bring a password to it."""
    text = _PASSWORD.sub(r"\1****@", text) if "://" in text else text
    parts = _OWN_COLOURS.split(text)  # every second part is a colour of ours
    return "".join(part if i % 2 else _UNPRINTABLE.sub(_escaped, part) for i, part in enumerate(parts))


def _escaped(found: re.Match[str]) -> str:
    return repr(found.group())[1:-1]
