"""Proves our own output before it is written: it parses, says what the plan says, and finds what it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from dockergen.audit import findings
from dockergen.dockerfile import Dockerfile, DockerfileError, Instruction, copy_sources, parse
from dockergen.dockerignore import Dockerignore, DockerignoreError
from dockergen.dockerignore import parse as parse_ignore
from dockergen.errors import BugError
from dockergen.model import BuildPlan, GeneratedFile
from dockergen.repository import Repository

_PLAIN = re.compile(r"[A-Za-z0-9 ._/:@=+,-]*")
_ESCAPED_GLOB = re.compile(r"[*?\[]")
Renderer = Callable[[BuildPlan], list[GeneratedFile]]


def check(repo: Repository, plan: BuildPlan, files: Sequence[GeneratedFile], render: Renderer) -> None:
    """Returns when the files are right; BugError lists everything that is not, and nothing is to be written."""
    texts = {file.path: file.text for file in files}
    try:
        dockerfile = parse(texts["Dockerfile"])
        ignore = parse_ignore(texts[".dockerignore"])
    except (DockerfileError, DockerignoreError) as error:
        raise _bug([f"the output cannot be read back: {error}"]) from error
    problems = [
        *_against_plan(dockerfile, plan),
        *_against_neutral_twin(dockerfile, plan, render),
        *(f"line {f.line}: {f.code} {f.message}" for f in findings(dockerfile)),
        *_missing_sources(repo, dockerfile, ignore, {companion.path for companion in plan.companions}),
    ]
    if problems:
        raise _bug(problems)


def _bug(problems: list[str]) -> BugError:
    return BugError(
        "The Dockerfile that dockergen made for this repository fails its own check: " + "; ".join(problems) + ".",
        "This is a bug in dockergen, and nothing was written. Please report it with the output of this command.",
        command="dockergen --version",
    )


def _against_plan(dockerfile: Dockerfile, plan: BuildPlan) -> Iterator[str]:
    """The final stage does what was planned."""
    final = dockerfile.stages[-1]
    last = {step.keyword: step for step in final.instructions}
    if final.base != str(plan.runtime_image) and plan.runtime_image != plan.build_image:
        yield f"the final stage is made from {final.base}, not from {plan.runtime_image}"
    if "CMD" not in last or last["CMD"].argv != plan.start:
        yield f"CMD is not {list(plan.start)}"
    if "USER" not in last or last["USER"].arguments != plan.user:
        yield f"USER is not {plan.user}"
    if (last["EXPOSE"].arguments if "EXPOSE" in last else "") != str(plan.port or ""):
        yield f"EXPOSE is not {plan.port}"
    if (last["HEALTHCHECK"].argv if "HEALTHCHECK" in last else ()) != plan.health:
        yield "HEALTHCHECK is not the planned one"


def _against_neutral_twin(dockerfile: Dockerfile, plan: BuildPlan, render: Renderer) -> Iterator[str]:
    """Text that could carry syntax is replaced by plain text: the instructions must stay the same ones."""
    twin = _neutral(plan)
    if twin == plan:
        return
    neutral = parse(next(file.text for file in render(twin) if file.path == "Dockerfile"))
    if _shape(neutral) != _shape(dockerfile):
        yield "text from the repository changes the instructions"


def _neutral(value: Any) -> Any:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else "neutral"
    if isinstance(value, tuple):
        return tuple(_neutral(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _neutral(getattr(value, field.name)) for field in fields(value)})
    return value


def _shape(dockerfile: Dockerfile) -> list[tuple[Any, ...]]:
    return [(i.keyword, tuple(name for name, _ in i.flags), i.argv is None, i.stage) for i in dockerfile.instructions]


def _missing_sources(
    repo: Repository, dockerfile: Dockerfile, ignore: Dockerignore, companions: set[str]
) -> Iterator[str]:
    """Every file that a step takes from the context is there and survives .dockerignore."""
    for step in dockerfile.instructions:
        for source in _context_sources(step):
            path = source.strip("/").removeprefix("./")
            if path in ("", ".") or path in companions:
                continue
            if not (repo.glob(path) if _ESCAPED_GLOB.search(path) else repo.has(path)):
                yield f"line {step.line}: {source} does not exist"
            elif ignore.excludes(path) and not ignore.may_reinclude_below(path):
                yield f"line {step.line}: .dockerignore hides {source}"


def _context_sources(step: Instruction) -> Iterator[str]:
    if step.keyword in ("COPY", "ADD") and "from" not in dict(step.flags):
        yield from copy_sources(step)
    if step.keyword == "RUN":
        for mount in step.mounts:
            if mount.get("type", "bind") == "bind" and "from" not in mount:
                yield mount.get("source", ".")
