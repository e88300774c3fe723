"""DG108: apt-get asks nothing, installs nothing extra and leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile
from dockergen.lazy import regex

_INSTALL = regex(r"(?:^|[;&|({]\s*|\bsudo\s+|\w=\S*\s+)apt(?:-get)?\s[^&|;]*\binstall\b")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    for step in dockerfile.instructions:
        if step.keyword != "RUN" or not _INSTALL.search(step.arguments):
            continue
        cached = {mount.get("target", "").rstrip("/") for mount in step.mounts if mount.get("type") == "cache"}
        clean = "/var/lib/apt/lists" in step.arguments or "/var/lib/apt" in cached or "/var/lib/apt/lists" in cached
        quiet = re.search(r"\s(-y|-qy|-yq|--yes|--assume-yes|-qqy|-yqq)\b", step.arguments)
        if not (clean and quiet and "--no-install-recommends" in step.arguments and "update" in step.arguments):
            yield step.line


RULE = Rule(
    "DG108",
    "warning",
    "apt-get may stop to ask, installs more than named, or leaves its lists in the layer.",
    "Write: apt-get update && apt-get install -y --no-install-recommends ... && rm -rf /var/lib/apt/lists/*",
    _check,
)
