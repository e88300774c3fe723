"""The standard library: what no manifest has to ask for, and no file of the repository is meant by."""

from __future__ import annotations

import sys
from functools import cache

from dockergen.catalog import load


@cache
def standard_library() -> frozenset[str]:
    """The modules of every Python, so that the answer does not depend on the one that dockergen runs on."""
    lists = load("python").lists
    gone = [module for row in lists["removed_modules"] for module in row.split()[1:]]
    return sys.stdlib_module_names.union(gone, lists["later_modules"])
