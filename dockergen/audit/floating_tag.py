"""DG103: every base image has a tag that says which version it is."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    known = {"scratch"}
    for step in dockerfile.instructions:
        if step.keyword != "FROM":
            continue
        base, _, name = step.arguments.partition(" ")
        tag = base.rsplit("/", 1)[-1].partition(":")[2]
        if base not in known and not base.startswith("$") and "@" not in base and tag in ("", "latest"):
            yield step.line
        known.add(name.split()[-1] if name.split() else "")


RULE = Rule(
    "DG103",
    "warning",
    "The base image has no version tag: another day, another image.",
    "Name the version, such as: FROM python:3.14-slim",
    _check,
)
