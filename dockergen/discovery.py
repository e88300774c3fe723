"""Finds the values that the modules of a package declare, so that no list of them has to be kept."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any


@cache
def declared(package: str, name: str) -> dict[str, Any]:
    """The value called `name` of each module of `package` that declares one, by module name, sorted."""
    found: dict[str, Any] = {}
    paths = importlib.import_module(package).__path__
    for module in sorted(info.name for info in pkgutil.iter_modules(paths)):
        value = getattr(importlib.import_module(f"{package}.{module}"), name, None)
        if value is not None:
            found[module] = value
    return found
