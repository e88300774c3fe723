"""Small Python repositories of the start tests, and what is asked of their plans."""

from __future__ import annotations

from pathlib import Path

import dockergen
from dockergen.model import BuildPlan, Decision

UVICORN = ["--host", "0.0.0.0", "--port"]


def plan_of(root: Path, files: dict[str, str], **flags: object) -> BuildPlan:
    """The plan of a repository that holds just these files; "requirements" stands for a requirements.txt of one line."""
    for name, text in files.items():
        path = root / ("requirements.txt" if name == "requirements" else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(text.split()) + "\n" if name == "requirements" else text, encoding="utf-8")
    return dockergen.plan(root, **flags)


def decision(plan: BuildPlan, name: str) -> Decision:
    return next(row for row in plan.decisions if row.name == name)


def started(plan: BuildPlan) -> str:
    return decision(plan, "start").text
