"""The metadata that a Python script carries in comments (PEP 723): what it needs, and which Python."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from dockergen.frozen import frozen
from dockergen.manifests.pyproject import table, texts
from dockergen.manifests.requirements import Requirement, requirement

_LONGEST = 2_000  # tomli needs quadratic time for a key of thousands of dotted parts
_BEGIN, _END = "# /// script", "# ///"


@frozen
class InlineScript:
    """What the block says; `sources` are settings of uv that say where distributions come from."""

    requirements: tuple[Requirement, ...] = ()
    requires_python: str = ""
    line: int = 0
    sources: bool = False
    before: str = ""  # uv takes no release that is newer


def inline_script(text: str) -> InlineScript | None:
    """The metadata; None where the file has none, several or none that can be read, which all tools then refuse.

    Format: https://packaging.python.org/en/latest/specifications/inline-script-metadata/
    """
    lines = [line.rstrip() for line in text.splitlines()] if _BEGIN in text else []
    begins = [number for number, line in enumerate(lines) if line == _BEGIN]
    if len(begins) != 1 or any(len(line) > _LONGEST for line in lines[begins[0] :]):
        return None
    block = list(takewhile(lambda line: line == "#" or line.startswith("# "), lines[begins[0] + 1 :]))
    if _END not in block:
        return None
    import tomli

    content = block[: len(block) - 1 - block[::-1].index(_END)]
    try:
        document: dict[str, Any] = tomli.loads("\n".join(line[2:] for line in content))
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        return None
    asked = document.get("requires-python")
    uv = table(document, "tool", "uv")
    return InlineScript(
        tuple(r for row in texts(document.get("dependencies")) if (r := requirement(row))),
        asked if isinstance(asked, str) else "",
        begins[0] + 1,
        bool(uv.get("sources") or uv.get("index")),
        str(uv.get("exclude-newer") or ""),
    )
