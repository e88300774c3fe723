"""DG114: apt-get, not apt, whose command line may change between releases."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile
from dockergen.lazy import regex

_APT = regex(r"(?:^|[;&|]\s*|\bsudo\s+)apt\s+(?:-\S+\s+)*(?:update|install|upgrade|full-upgrade|remove)\b")


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    return (s.line for s in dockerfile.instructions if s.keyword == "RUN" and _APT.search(s.arguments))


RULE = Rule("DG114", "warning", "apt is made for people, not for scripts.", "Write apt-get instead of apt.", _check)
