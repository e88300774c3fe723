"""DG104: COPY, not ADD, which unpacks and downloads unasked."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    return (step.line for step in dockerfile.instructions if step.keyword == "ADD")


RULE = Rule(
    "DG104", "warning", "ADD unpacks archives and fetches addresses unasked.", "Write COPY instead of ADD.", _check
)
