"""Which Go files a plain build for Linux compiles: names of other systems, and //go:build lines."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.lazy import regex

_LINE = regex(r"^//go:build\s+(?P<expression>[^\n]{1,500})$", re.M)
_TOKEN = regex(r"\s*(\|\||&&|!|\(|\)|[\w.]+)")
_PACKAGE = regex(r"^package\s", re.M)
_HOLD = frozenset(("linux", "unix", "amd64", "arm64", "cgo", "gc"))


def built_by_name(name: str) -> bool:
    """False for the names that Go reserves: tests, hidden files, and files of other systems.

    The rule: https://pkg.go.dev/cmd/go#hdr-Build_constraints
    """
    if not name.endswith(".go") or name.startswith(("_", ".")) or name.endswith("_test.go"):
        return False
    words = name.removesuffix(".go").split("_")
    return not set(words[1:][-2:]) & set(load("go").lists["systems"])


def built_by_text(text: str) -> bool:
    """False when the file's //go:build line does not hold on Linux without tags of one's own."""
    if "//go:build" not in text:
        return True
    begin = _PACKAGE.search(text)
    found = _LINE.search(text, 0, begin.start() if begin else len(text))
    if found is None:
        return True
    tokens = _TOKEN.findall(found["expression"].split("//", 1)[0])
    value, rest = _either(tokens)
    return value or bool(rest)  # what cannot be read is taken as built


def _either(tokens: list[str]) -> tuple[bool, list[str]]:
    value, rest = _both(tokens)
    while rest[:1] == ["||"]:
        other, rest = _both(rest[1:])
        value = value or other
    return value, rest


def _both(tokens: list[str]) -> tuple[bool, list[str]]:
    value, rest = _term(tokens)
    while rest[:1] == ["&&"]:
        other, rest = _term(rest[1:])
        value = value and other
    return value, rest


def _term(tokens: list[str]) -> tuple[bool, list[str]]:
    if tokens[:1] == ["!"]:
        # A row of exclamation marks is no expression, and must not nest our calls.
        value, rest = _term(tokens[1:]) if tokens[1:2] != ["!"] else (False, [])
        return not value, rest
    if tokens[:1] == ["("]:
        if len(tokens) > 60:
            return True, []
        value, rest = _either(tokens[1:])
        return value, rest[1:]
    if not tokens or tokens[0] in ("&&", "||", ")"):
        return True, []
    return tokens[0] in _HOLD or tokens[0].startswith("go1."), tokens[1:]
