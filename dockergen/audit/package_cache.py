"""DG113: what a package manager downloads for later stays out of the layer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile, Instruction
from dockergen.lazy import regex

_PIP = regex(r"\b(pip3?|uv pip|uv) (install|sync)\b")
_APK = regex(r"\bapk add\b")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    environment = " ".join(step.arguments for step in dockerfile.instructions if step.keyword == "ENV")
    for step in dockerfile.instructions:
        if step.keyword != "RUN":
            continue
        kept_out = re.search(r"\b(PIP|UV)_NO_CACHE(_DIR)?=", f"{environment} {step.arguments}")
        pip = _PIP.search(step.arguments) and "--no-cache" not in step.arguments and not kept_out
        apk = _APK.search(step.arguments) and "--no-cache" not in step.arguments
        if (pip or apk) and not _cached(step):
            yield step.line


def _cached(step: Instruction) -> bool:
    return any(mount.get("type") == "cache" for mount in step.mounts)


RULE = Rule(
    "DG113",
    "warning",
    "The package manager's downloads stay in the layer.",
    "Write: RUN --mount=type=cache,target=/root/.cache/pip pip install ... (or add --no-cache-dir)",
    _check,
)
