"""DG111: dependencies are installed before the whole source arrives, or every edit installs them again."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile, copy_sources
from dockergen.lazy import regex

_INSTALL = regex(
    r"\bpip3? install\b[^&|;]*(-r|--requirement)\b|\bnpm (ci|install)\b(?! -g)|\byarn install\b|\bpnpm install\b"
    r"|\bgo mod download\b|\bbundle install\b|\bcomposer install\b"
)


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for stage in dockerfile.stages:
        whole = False
        for step in stage.instructions:
            if step.keyword == "COPY" and "from" not in dict(step.flags):
                whole = whole or bool({".", "./"} & set(copy_sources(step)))
            if whole and step.keyword == "RUN" and _INSTALL.search(step.arguments):
                yield step.line


RULE = Rule(
    "DG111",
    "warning",
    "Every edit of the source installs the dependencies again.",
    "Copy or bind-mount the manifests first, install, then COPY the source.",
    _check,
)
