"""Regular expressions compiled at first use are still all valid."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import dockergen
from dockergen.lazy import _Uncompiled, regex


def expressions() -> list[tuple[str, re.Pattern[str]]]:
    names = [m.name for m in pkgutil.walk_packages(dockergen.__path__, "dockergen.") if m.name != "dockergen.__main__"]
    return [
        (f"{name}.{key}", value)
        for name in names
        for key, value in vars(importlib.import_module(name)).items()
        if isinstance(value, _Uncompiled)
    ]


def test_every_expression_compiles() -> None:
    found = expressions()
    assert len(found) > 100
    for name, value in found:
        assert isinstance(value.pattern, str), name


def test_methods_are_those_of_the_compiled_expression() -> None:
    word = regex(r"^b(\w)", re.MULTILINE)
    assert word.search("a\nbc")[1] == "c"
    assert word.sub("-", "bx") == "-"
    assert word.flags & re.MULTILINE
    with pytest.raises(re.error):
        regex("(").match("")
