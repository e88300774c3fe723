"""DG102: CMD, ENTRYPOINT and HEALTHCHECK are in exec form, so that signals reach the program."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        plain = step.keyword == "HEALTHCHECK" and step.arguments.upper() == "NONE"
        if step.keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK") and step.argv is None and not plain:
            yield step.line


RULE = Rule(
    "DG102",
    "warning",
    "The command is in shell form: a shell is process 1, and SIGTERM ends there.",
    'Write it as a JSON array, such as: CMD ["node", "server.js"]',
    _check,
)
