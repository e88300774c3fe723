"""The text of a Dockerfile as instructions, read the way BuildKit's parser reads it."""

from __future__ import annotations

import csv
import json
import re
import shlex
from dataclasses import dataclass
from functools import cached_property

_DIRECTIVE = re.compile(r"^#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")
_DIRECTIVES = {"syntax", "escape", "check"}
_KEYWORD = re.compile(r"^\s*([A-Za-z]+)(?:\s+(.*))?$", re.DOTALL)
_FLAG = re.compile(r"^--([a-z][a-z-]*)(?:=(.*))?$", re.DOTALL)
_HEREDOC = re.compile(r"^\d*<<(-?)\s*(['\"]?)([^<'\"]+)\2$")
_KEYWORDS = {
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
}
_WITH_HEREDOC = {"RUN", "COPY", "ADD"}
_WITH_FLAGS = {"ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"}
_WITH_ARGV = {"ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"}
_FROM = re.compile(r"^(\S+)(?:\s+AS\s+(\S+))?\s*$", re.IGNORECASE)
_SPACE = " \t\r\v\f"


class DockerfileError(ValueError):
    """Text that BuildKit would refuse to parse; `line` is 1-based."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continuation lines joined."""

    keyword: str
    flags: tuple[tuple[str, str], ...]
    arguments: str
    argv: tuple[str, ...] | None  # exec form, where it is used
    line: int
    end_line: int
    comments: tuple[str, ...] = ()  # comment lines directly above
    heredocs: tuple[str, ...] = ()
    stage: int = -1

    @property
    def mounts(self) -> tuple[dict[str, str], ...]:
        """The --mount flags of a RUN; a key without a value maps to "true", source and target names are unified."""
        return tuple(_mount(value) for name, value in self.flags if name == "mount")


@dataclass(frozen=True)
class Stage:
    """A FROM and what follows it; `base` is an image or an earlier stage, `name` is "" when none is given."""

    index: int
    name: str
    base: str
    platform: str
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True)
class Dockerfile:
    """The parser directives and the instructions of a file."""

    directives: tuple[tuple[str, str], ...]
    instructions: tuple[Instruction, ...]

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage with its own instructions, FROM left out."""
        found = []
        for start in (i for i in self.instructions if i.keyword == "FROM"):
            parts = _FROM.match(start.arguments)
            base, name = (parts[1], parts[2] or "") if parts else (start.arguments, "")
            body = tuple(i for i in self.instructions if i.stage == start.stage and i.keyword != "FROM")
            found.append(Stage(start.stage, name, base, dict(start.flags).get("platform", ""), body))
        return tuple(found)


def parse(text: str) -> Dockerfile:
    """The instructions of a Dockerfile; DockerfileError, with the line, for what BuildKit would refuse."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    directives = _directives(lines)
    escape = dict(directives).get("escape", "\\")
    if escape not in ("\\", "`"):
        raise DockerfileError(1, f"the escape directive cannot be {escape!r}")
    found: list[Instruction] = []
    comments: list[str] = []
    stage, number = -1, 0
    while number < len(lines):
        stripped = lines[number].strip(_SPACE)
        if not stripped or stripped.startswith("#"):
            comments = [*comments, stripped] if stripped else []
            number += 1
            continue
        start = number
        logical, number = _logical_line(lines, number, escape)
        instruction = _instruction(logical, start + 1)
        number, heredocs = _heredoc_bodies(lines, number, instruction)
        stage += instruction.keyword == "FROM"
        found.append(_placed(instruction, number, tuple(comments), heredocs, stage))
        comments = []
    if not found:
        raise DockerfileError(1, "the file holds no instruction")
    return Dockerfile(tuple(directives), tuple(found))


def copy_sources(instruction: Instruction) -> tuple[str, ...]:
    """The sources of a COPY or ADD, without the target; variables are left as they stand."""
    words = instruction.argv if instruction.argv is not None else tuple(instruction.arguments.split())
    return tuple(word for word in words[:-1] if not _HEREDOC.match(word))


def _directives(lines: list[str]) -> list[tuple[str, str]]:
    """Directives stand before everything else; the first line that is none ends them."""
    found: list[tuple[str, str]] = []
    for line in lines:
        match = _DIRECTIVE.match(line.strip(_SPACE))
        if not match or match[1].lower() not in _DIRECTIVES or match[1].lower() in dict(found):
            break
        found.append((match[1].lower(), match[2]))
    return found


def _logical_line(lines: list[str], number: int, escape: str) -> tuple[str, int]:
    """The joined line that begins at an index, and the index after it."""
    continued = re.compile(rf"(?<!{re.escape(escape)}){re.escape(escape)}[ \t]*$")
    parts: list[str] = []
    while number < len(lines):
        line = lines[number]
        number += 1
        stripped = line.strip(_SPACE)
        if parts and (not stripped or stripped.startswith("#")):
            continue
        end = continued.search(line)
        if end is None:
            parts.append(line)
            break
        parts.append(line[: end.start()])
    return "".join(parts).strip(_SPACE), number


def _instruction(logical: str, line: int) -> Instruction:
    match = _KEYWORD.match(logical)
    keyword = match[1].upper() if match else logical.split(maxsplit=1)[0]
    if not match or keyword not in _KEYWORDS:
        raise DockerfileError(line, f"{keyword[:40]!r} is no instruction")
    rest = (match[2] or "").strip(_SPACE)
    flags: list[tuple[str, str]] = []
    while keyword in _WITH_FLAGS and (word := re.match(r"--\S*", rest)):
        flag = _FLAG.match(word[0])
        if flag is None:
            break
        flags.append((flag[1], flag[2] or ""))
        rest = rest[word.end() :].lstrip(_SPACE)
    if not rest and keyword not in ("CMD", "ENTRYPOINT"):
        raise DockerfileError(line, f"{keyword} needs an argument")
    body = re.sub(r"^CMD\s+", "", rest, flags=re.IGNORECASE) if keyword == "HEALTHCHECK" else rest
    argv = _exec_form(body) if keyword in _WITH_ARGV else None
    return Instruction(keyword, tuple(flags), rest, argv, line, line)


def _placed(i: Instruction, end: int, comments: tuple[str, ...], heredocs: tuple[str, ...], stage: int) -> Instruction:
    return Instruction(i.keyword, i.flags, i.arguments, i.argv, i.line, end, comments, heredocs, stage)


def _heredoc_bodies(lines: list[str], number: int, instruction: Instruction) -> tuple[int, tuple[str, ...]]:
    if instruction.keyword not in _WITH_HEREDOC or "<<" not in instruction.arguments or instruction.argv is not None:
        return number, ()
    bodies = []
    for word in _words(instruction.arguments):
        opener = _HEREDOC.match(word)
        if not opener:
            continue
        body: list[str] = []
        while True:
            if number >= len(lines):
                raise DockerfileError(instruction.line, f"the heredoc {opener[3]} does not end")
            line = lines[number].lstrip("\t") if opener[1] else lines[number]
            number += 1
            if line == opener[3]:
                break
            body.append(line)
        bodies.append("\n".join(body))
    return number, tuple(bodies)


def _words(arguments: str) -> list[str]:
    """Words with their quotes kept: a quoted << opens no heredoc."""
    lexer = shlex.shlex(arguments, posix=False, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return arguments.split()


def _exec_form(text: str) -> tuple[str, ...] | None:
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tuple(value) if isinstance(value, list) and all(isinstance(word, str) for word in value) else None


def _mount(value: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for part in next(csv.reader([value]), []):
        name, equals, content = part.partition("=")
        name = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}.get(
            name, name
        )
        fields[name] = content if equals else "true"
    return fields
