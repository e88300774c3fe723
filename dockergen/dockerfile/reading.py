"""Lines to instructions: directives, continuations, comments and here-documents.

The rules are those of BuildKit's frontend/dockerfile/parser and of https://docs.docker.com/reference/dockerfile/.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dockergen.dockerfile.instruction import Dockerfile, DockerfileError, Instruction, check, exec_form
from dockergen.dockerfile.words import SPACE, heredocs, split_blank, split_flags
from dockergen.lazy import regex

_DIRECTIVE = regex(r"#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*([^\n]+)")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_LINE_LIMIT = 64 * 1024 - 1  # bytes; bufio.Scanner of Go gives up beyond
_HEREDOC = frozenset({"ADD", "COPY", "RUN"})
_KEYWORDS = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
        *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    )
)


def parse(text: str) -> Dockerfile:
    """The instructions of a Dockerfile in order.

    Raises DockerfileError for what BuildKit refuses to parse: an unknown keyword, a here-document without end, a
    repeated directive, a line beyond 64 KiB, no instruction at all, arguments of the wrong shape. Values (images,
    ports, variables) are not checked.
    """
    reader = _Reader(text.removeprefix("\ufeff").split("\n"))
    instructions = []
    stage = -1
    while (step := reader.instruction(stage)) is not None:
        check(step)
        stage = step.stage
        instructions.append(step)
    if not instructions:
        raise DockerfileError(1, "the file holds no instruction")
    return Dockerfile(tuple(reader.directives), tuple(instructions))


@dataclass
class _Reader:
    lines: list[str]
    at: int = 0
    escape: str = "\\"
    directives: list[tuple[str, str]] = field(default_factory=list)
    may_be_directive: bool = True

    def instruction(self, stage: int) -> Instruction | None:
        """The next instruction of the file, None at its end."""
        comments: list[str] = []
        while self.at < len(self.lines):
            start = self.at + 1
            line = self._next().lstrip(SPACE)
            if self._is_directive(line, start):
                continue
            if line.startswith("#"):
                comments.append(line.lstrip("#").strip(SPACE))
            elif line:
                return self._instruction(self._joined(line), start, stage, comments)
            else:
                comments = []
        return None

    def _next(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        if len(line) > _LINE_LIMIT // 4 and len(line.encode("utf-8", "surrogatepass")) > _LINE_LIMIT:
            raise DockerfileError(self.at, "longer than the 64 KiB that BuildKit reads of a line: continue it")
        return line.rstrip("\r")

    def _is_directive(self, line: str, number: int) -> bool:
        """Notes a parser directive; the first line that is none ends them."""
        found = _DIRECTIVE.fullmatch(line) if self.may_be_directive else None
        name = found[1].lower() if found else ""
        value = found[2].strip("\t\n\f\r ") if found else ""
        if name not in _DIRECTIVES or not value:
            self.may_be_directive = False
            return False
        if name in dict(self.directives):
            raise DockerfileError(number, f"the directive {name} stands here for the second time")
        if name == "escape":
            if value not in ("\\", "`"):
                raise DockerfileError(number, "the escape directive takes a backslash or a backtick")
            self.escape = value
        self.directives.append((name, value))
        return True

    def _joined(self, line: str) -> str:
        """The line with its continuations; comments and empty lines between them vanish."""
        body, goes_on = self._continued(line)
        parts = [body]
        while goes_on and self.at < len(self.lines):
            line = self._next()
            if line.strip(SPACE) and not line.lstrip(SPACE).startswith("#"):
                body, goes_on = self._continued(line)
                parts.append(body)
        return "".join(parts)

    def _continued(self, line: str) -> tuple[str, bool]:
        body = line.rstrip(" \t")
        if body.endswith(self.escape) and not body[:-1].endswith(self.escape):
            return body[:-1], True
        return line, False

    def _instruction(self, line: str, start: int, stage: int, comments: list[str]) -> Instruction:
        keyword, flags, arguments = self._split(line, start)
        argv = exec_form(keyword, arguments, start)
        opened = heredocs(line) if "<<" in line and self._may_open(keyword, argv, arguments, start) else []
        bodies = tuple(self._heredoc(name, tabs, start) for name, tabs in opened)
        stage += keyword == "FROM"
        end = min(self.at, len(self.lines) - (self.lines[-1] == ""))
        return Instruction(keyword, flags, arguments, argv, start, max(start, end), tuple(comments), bodies, stage)

    def _split(self, line: str, number: int) -> tuple[str, tuple[tuple[str, str], ...], str]:
        keyword, *rest = split_blank(line.strip(SPACE), 1) or [""]
        if keyword.upper() not in _KEYWORDS or not keyword.isascii():
            raise DockerfileError(number, f"{keyword[:40]!r} is no instruction")
        words, arguments = split_flags(rest[0] if rest else "", self.escape)
        pairs = (word[2:].partition("=") for word in words)
        if not arguments and keyword.upper() not in ("CMD", "ENTRYPOINT"):
            raise DockerfileError(number, f"{keyword.upper()} needs arguments")
        return keyword.upper(), tuple((name, value) for name, _, value in pairs), arguments

    def _may_open(self, keyword: str, argv: tuple[str, ...] | None, arguments: str, number: int) -> bool:
        if keyword == "ONBUILD":
            keyword, _, arguments = self._split(arguments, number)
            argv = exec_form(keyword, arguments, number)
        return keyword in _HEREDOC and argv is None

    def _heredoc(self, name: str, tabs: bool, number: int) -> str:
        body: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self._next()
            line = line.lstrip("\t") if tabs else line
            if line.rstrip("\r") == name:
                return "".join(f"{text}\n" for text in body)
            body.append(line)
        raise DockerfileError(number, f"the here-document {name!r} has no end")
