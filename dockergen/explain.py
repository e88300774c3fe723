"""Why the files are as they are: decisions, stages, and what an edit builds again."""

from __future__ import annotations

from typing import Any

import dockergen
from dockergen.dockerfile import Dockerfile, Instruction, Stage, copy_sources, parse
from dockergen.dockerignore import parse as parse_ignore
from dockergen.model import Decision, GeneratedFile, Origin, Service

_STEPS = {"RUN", "COPY", "ADD"}


def as_json(services: list[tuple[Service, list[GeneratedFile]]]) -> dict[str, Any]:
    """The plan in the stable form of `explain --format json`: sorted keys, no absolute path, no time."""
    return {"dockergen": dockergen.__version__, "services": [_service(*pair) for pair in services]}


def as_text(service: Service, files: list[GeneratedFile]) -> list[str]:
    """The plan for people, line by line."""
    plan = service.plan
    dockerfile = parse(text_of(files, "Dockerfile"))
    lines = ["Decisions"]
    for decision in plan.decisions:
        lines += _decision_lines(decision)
    lines += ["", "Stages"]
    for stage in dockerfile.stages:
        lines.append(f"  {stage.name or 'final'}: from {stage.base}, {len(_steps(stage))} steps")
    if plan.touch:
        again = reruns(dockerfile, plan.touch, text_of(files, ".dockerignore"))
        total = sum(len(_steps(stage)) for stage in dockerfile.stages)
        lines += ["", f"Editing {plan.touch} builds {len(again)} of {total} steps again"]
        lines += [f"  line {step.line}: {short(step)}" for step in again]
    if plan.commands:
        lines += ["", "Other processes of the same image"]
        lines += [f"  {name}: {command}" for name, command in plan.commands]
    if plan.notes:
        lines += ["", "Notes", *(f"  {note}" for note in plan.notes)]
    return lines


def line_text(service: Service, files: list[GeneratedFile], number: int) -> list[str]:
    """What one line of the Dockerfile is for: its instruction, its comment, the decisions whose values it holds.

    Raises IndexError when the file has no such line.
    """
    text = text_of(files, "Dockerfile")
    if not 1 <= number <= text.count("\n"):
        raise IndexError(number)
    found = next((i for i in parse(text).instructions if i.line <= number <= i.end_line), None)
    if found is None:
        return [text.split("\n")[number - 1] or "(an empty line)"]
    body = "\n".join(text.split("\n")[found.line - 1 : found.end_line])
    lines = [f"line {found.line}: {short(found)}", *(comment.lstrip("# ") for comment in found.comments)]
    for decision in service.plan.decisions:
        words = decision.sourced.value if isinstance(decision.sourced.value, tuple) else (str(decision.sourced.value),)
        if words and all(str(word) and str(word) in body for word in words):
            lines += _decision_lines(decision)
    return lines


def reruns(dockerfile: Dockerfile, path: str, ignore_text: str = "") -> list[Instruction]:
    """The steps that BuildKit runs again after an edit of one file of the context, in file order."""
    if ignore_text and parse_ignore(ignore_text).excludes(path):
        return []
    changed: set[str] = set()
    again: list[Instruction] = []
    for stage in dockerfile.stages:
        dirty = stage.base in changed
        for step in stage.instructions:
            if step.keyword in _STEPS and (dirty or _reads(step, path, changed)):
                dirty = True
                again.append(step)
        if dirty:
            changed.update({stage.name or str(stage.index), str(stage.index)})
    return again


def text_of(files: list[GeneratedFile], name: str) -> str:
    """The text of the generated file of that name; "" when there is none."""
    return next((file.text for file in files if file.path == name), "")


def short(step: Instruction) -> str:
    """An instruction on one line of at most 100 characters, without its mounts."""
    flags = "".join(f" --{name}={value}" for name, value in step.flags if name == "from")
    text = " ".join(f"{step.keyword}{flags} {step.arguments}".split())
    return text if len(text) <= 100 else text[:97] + "..."


def _reads(step: Instruction, path: str, changed: set[str]) -> bool:
    origin = dict(step.flags).get("from")
    if step.keyword in ("COPY", "ADD"):
        if origin is not None:
            return origin in changed
        return any(_covers(source, path) for source in copy_sources(step))
    for mount in step.mounts:
        if mount.get("type", "bind") != "bind":
            continue
        if mount.get("from"):
            if mount["from"] in changed:
                return True
        elif _covers(mount.get("source", "."), path):
            return True
    return False


def _covers(source: str, path: str) -> bool:
    import fnmatch

    source = source.strip("/").removeprefix("./")
    if source in ("", "."):
        return True
    return path == source or path.startswith(source.rstrip("/") + "/") or fnmatch.fnmatchcase(path, source)


def _steps(stage: Stage) -> list[Instruction]:
    return [step for step in stage.instructions if step.keyword in _STEPS]


def _decision_lines(decision: Decision) -> list[str]:
    change = f"   change it with {decision.flag}" if decision.flag else ""
    lines = [f"  {decision.name}: {decision.text}   from {decision.sourced.origin}{change}"]
    for lost in decision.sourced.rejected:
        lines.append(f"    not {lost.value} ({lost.origin}): {lost.why}")
    return lines


def _service(service: Service, files: list[GeneratedFile]) -> dict[str, Any]:
    plan = service.plan
    stages = parse(text_of(files, "Dockerfile")).stages
    return {
        "name": service.name,
        "root": service.root,
        "language": plan.language,
        "decisions": [_decision(decision) for decision in plan.decisions],
        "stages": [
            {
                "name": stage.name or "final",
                "base": stage.base,
                "steps": [short(step) for step in _steps(stage)],
            }
            for stage in stages
        ],
        "start": list(plan.start),
        "port": plan.port,
        "user": plan.user,
        "files": [file.path for file in files],
        "notes": list(plan.notes),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    value = decision.sourced.value
    return {
        "name": decision.name,
        "value": list(value) if isinstance(value, tuple) else value if isinstance(value, (int, bool)) else str(value),
        "source": _origin(decision.sourced.origin),
        "rejected": [
            {"value": lost.value, "source": _origin(lost.origin), "why": lost.why} for lost in decision.sourced.rejected
        ],
    }


def _origin(origin: Origin) -> dict[str, Any]:
    place = {"kind": origin.kind, "path": origin.path or origin.note, "line": origin.line}
    return {**place, "note": origin.note} if origin.path and origin.note else place
