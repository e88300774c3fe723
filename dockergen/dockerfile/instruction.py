"""What a Dockerfile consists of: directives, instructions and the stages that they form."""

from __future__ import annotations

import json

from dockergen.dockerfile.words import heredoc_name, split_blank
from dockergen.frozen import frozen
from dockergen.lazy import regex

# https://docs.docker.com/reference/dockerfile/#run---mount
_MOUNT_ALIASES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}
_EXEC_FORMS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_STAGE_NAME = regex(r"[a-z][a-z0-9_.-]*")


class DockerfileError(ValueError):
    """Text that is no Dockerfile; `line` is where, counted from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@frozen
class Instruction:
    """One instruction with its continuation lines joined; lines count from 1."""

    keyword: str
    flags: tuple[tuple[str, str], ...]
    arguments: str
    argv: tuple[str, ...] | None
    line: int
    end_line: int
    comments: tuple[str, ...] = ()
    heredocs: tuple[str, ...] = ()
    stage: int = -1

    @property
    def mounts(self) -> tuple[dict[str, str], ...]:
        """The --mount flags as options under their full names: `type` (default bind), `source`, `target`, ...

        An option without value, such as `required`, reads "true". Raises DockerfileError for a mount that is no CSV.
        """
        return tuple(_mount(value, self.line) for value in self.mount_texts)

    @property
    def mount_texts(self) -> tuple[str, ...]:
        """The --mount flags as written."""
        return tuple(value for name, value in self.flags if name == "mount")


@frozen
class Stage:
    """One FROM and what follows it; `name` is in lower case and "" when the stage has none."""

    index: int
    name: str
    base: str
    platform: str
    instructions: tuple[Instruction, ...]


@frozen
class Dockerfile:
    """A whole file in its order."""

    directives: tuple[tuple[str, str], ...]
    instructions: tuple[Instruction, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, each with the instructions after its FROM."""
        starts = [step for step in self.instructions if step.keyword == "FROM"]
        return tuple(self._stage(start) for start in starts)

    def _stage(self, start: Instruction) -> Stage:
        words = split_blank(start.arguments)
        name = words[2].lower() if len(words) == 3 else ""
        steps = tuple(step for step in self.instructions if step.stage == start.stage and step is not start)
        return Stage(start.stage, name, words[0], dict(start.flags).get("platform", ""), steps)


def copy_sources(instruction: Instruction) -> tuple[str, ...]:
    """The sources of a COPY or ADD as written, variables included; a here-document is none. () for others."""
    if instruction.keyword not in ("COPY", "ADD"):
        return ()
    if instruction.argv is not None:
        return instruction.argv[:-1]
    return tuple(word for word in split_blank(instruction.arguments)[:-1] if heredoc_name(word) is None)


def exec_form(keyword: str, arguments: str, line: int) -> tuple[str, ...] | None:
    """The words of the JSON form; None when the instruction has none or uses the shell form.

    BuildKit silently takes a broken array for the shell form, and refuses one that holds more than strings.
    """
    if keyword == "HEALTHCHECK":
        arguments = arguments[len("CMD") :].lstrip() if arguments[:3].upper() == "CMD" else ""
    elif keyword not in _EXEC_FORMS:
        return None
    if not arguments.startswith("["):
        return None
    try:
        words = json.loads(arguments)
    except RecursionError:
        raise DockerfileError(line, f"the array after {keyword} is nested; it must hold strings only") from None
    except ValueError:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise DockerfileError(line, f"the array after {keyword} must hold strings only")
    return tuple(_without_lone_surrogates(word) for word in words)


def check(step: Instruction) -> None:
    """Raises DockerfileError for an instruction whose shape BuildKit refuses."""
    words = split_blank(step.arguments)
    if step.keyword == "FROM":
        _check_from(words, step.line)
    elif step.keyword in ("COPY", "ADD") and len(step.argv if step.argv is not None else words) < 2:
        raise DockerfileError(step.line, f"{step.keyword} needs a source and a destination")
    elif step.keyword == "SHELL" and not step.argv:
        raise DockerfileError(step.line, "SHELL takes a JSON array of strings")
    elif step.keyword == "HEALTHCHECK" and (words[:1] or [""])[0].upper() not in ("CMD", "NONE"):
        raise DockerfileError(step.line, "HEALTHCHECK takes CMD or NONE")
    elif step.keyword == "RUN":
        for value in step.mount_texts:
            _mount(value, step.line)


def _check_from(words: list[str], line: int) -> None:
    if len(words) not in (1, 3) or not words[0] or (len(words) == 3 and words[1].upper() != "AS"):
        raise DockerfileError(line, "FROM takes an image, or an image, AS and a name")
    if len(words) == 3 and not _STAGE_NAME.fullmatch(words[2].lower()):
        raise DockerfileError(line, f"{words[2]!r} is no name for a stage")


def _mount(value: str, line: int) -> dict[str, str]:
    options = {"type": "bind"}
    for field in _fields(value, line):
        name, equals, content = field.partition("=")
        name = name.strip().lower()
        options[_MOUNT_ALIASES.get(name, name)] = content if equals else "true"
    return options


def _fields(value: str, line: int) -> list[str]:
    """The fields of a line of CSV."""
    if not set('"\r\n') & set(value):
        return value.split(",") if value else []
    import csv

    try:
        return next(csv.reader([value], strict=True), [])
    except csv.Error as error:
        raise DockerfileError(line, f"--mount={value} cannot be read: {error}") from error


def _without_lone_surrogates(word: str) -> str:
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
