"""The neutral twin: the same plan with harmless text, whose Dockerfile must have the same instructions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from dockergen.dockerfile import Dockerfile, Instruction, copy_sources, parse
from dockergen.lazy import regex
from dockergen.model import BuildPlan, GeneratedFile

Renderer = Callable[[BuildPlan], list[GeneratedFile]]

# Whatever could mean something to BuildKit or to a shell; a dash only where it would begin an option.
_ACTIVE = regex(r"^-|[^A-Za-z0-9._/:@=+-]")
_QUOTED = regex(r"""'[^']*'|"(?:\\.|[^"\\])*\"""")
_SHELL = regex(r"[^A-Za-z0-9._/:@=+,%-]+")
_BUILDKIT = regex(r"[\s$\"'\\`]+")  # what means something in the other instructions
# Never printed in a Dockerfile, or compared word by word elsewhere (start, health), or a shell command by intent.
_LEFT_AS_THEY_ARE = frozenset(
    (
        "decisions",
        "notes",
        "ignore",
        "commands",
        "companions",
        "start",
        "health",
        "command",
        "build_command",
        "yarn",  # "node <path>", the path checked by its own pattern
        "why",
        "title",
    )
)


def differences(dockerfile: Dockerfile, plan: BuildPlan, render: Renderer) -> Iterator[str]:
    """What of the instructions depends on special characters in a text; nothing when no text holds one."""
    twin = neutral(plan)
    if twin == plan:
        return
    text = next(file.text for file in render(twin) if file.path == "Dockerfile")
    expected, found = parse(text).instructions, dockerfile.instructions
    if [_shape(step) for step in expected] != [_shape(step) for step in found]:
        yield "text from the repository changes the instructions"
        return
    for other, step in zip(expected, found, strict=True):
        if step.arguments != other.arguments and _syntax(step) != _syntax(other):
            yield f"line {step.line}: text from the repository changes what {step.keyword} does"


def neutral(value: Any) -> Any:
    """The value with every special character of its texts replaced by `_`; the same object when there is none."""
    if isinstance(value, str):
        return _ACTIVE.sub("_", value)
    if isinstance(value, tuple):
        return tuple(neutral(item) for item in value)
    if isinstance(value, Mapping):
        return {key: neutral(item) for key, item in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    own = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in _LEFT_AS_THEY_ARE}
    changed = {name: new for name, old in own.items() if (new := neutral(old)) != old}
    return replace(value, **changed) if changed else value


def _shape(step: Instruction) -> tuple[Any, ...]:
    flags = tuple((name, value.count(",")) for name, value in step.flags)
    mounts = tuple(tuple(sorted(mount)) for mount in step.mounts)
    lines = (step.line, step.end_line)
    return (step.keyword, flags, mounts, step.argv is None, step.stage, lines, len(step.heredocs))


def _syntax(step: Instruction) -> list[str]:
    """What of the arguments is neither plain text nor quoted: white space, operators, expansions."""
    if step.keyword == "COPY":
        return [str(len(copy_sources(step)))]
    if step.argv is not None:
        return [str(len(step.argv))]
    return (_SHELL if step.keyword in ("RUN", "ENV", "ARG") else _BUILDKIT).findall(_QUOTED.sub("q", step.arguments))
