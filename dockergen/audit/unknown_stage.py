"""DG107: COPY --from and FROM name stages that exist above."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    above: set[str] = set()
    for stage in dockerfile.stages:
        for step in stage.instructions:
            origins = [value for name, value in step.flags if name == "from"]
            origins += [mount["from"] for mount in step.mounts if "from" in mount] if step.keyword == "RUN" else []
            if any(not _is_image(origin) and origin not in above for origin in origins):
                yield step.line
        above |= {stage.name, str(stage.index)} - {""}


def _is_image(origin: str) -> bool:
    return any(character in origin for character in ":/$@")


RULE = Rule(
    "DG107", "error", "Files are taken from a stage that is not defined above.", "Correct the stage's name.", _check
)
