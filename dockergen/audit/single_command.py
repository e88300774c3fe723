"""DG109: one CMD, one ENTRYPOINT and one HEALTHCHECK per stage; earlier ones have no effect."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for stage in dockerfile.stages:
        for keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            yield from [step.line for step in stage.instructions if step.keyword == keyword][:-1]


RULE = Rule("DG109", "warning", "A later line of the same stage overrides this one.", "Remove this line.", _check)
