"""Files of variables as developers keep them: NAME=value with quotes, comments and `export`, as python-dotenv reads."""

from __future__ import annotations

import re

from dockergen.lazy import regex

_LINE = regex(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*'|[^#\n]*?)[ \t]*(?:[ \t]#[^\n]*)?$""",
    re.MULTILINE,
)
# What stands in the place of a value that somebody has to fill in.
_TO_FILL = regex(r"(?i)[<{\[]|your|xxx|chang|replace|placeholder|insert|enter|\.\.\.|todo|secret_?here|dummy")


def variables(text: str) -> dict[str, str]:
    """The values by name, in the order of the lines; empty ones are left out."""
    rows = ((name, value.strip("\"'")) for name, value in _LINE.findall(text))
    return {name: value for name, value in rows if value}


def examples(text: str) -> dict[str, str]:
    """The same of a file that only shows which variables there are, without what is to be filled in, such as a value
    that is nothing but the variable's own name."""
    found = variables(text).items()
    return {n: value for n, value in found if not _TO_FILL.search(value) and not value.lower().endswith(n.lower())}
