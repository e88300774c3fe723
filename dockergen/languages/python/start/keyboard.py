"""Programs that ask the person who runs them: a container of one is given a terminal."""

from __future__ import annotations

import ast
from dataclasses import replace

from dockergen.languages.python.entry import Modules
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.objects import calls
from dockergen.languages.python.start.result import Start

_MOST_FILES = 25


def at_a_terminal(modules: Modules, found: Start) -> Start:
    """The start with a terminal, where the program is none of a framework and reads what is typed; else as it is."""
    if found.port or found.framework or found.interactive or not found.entry:
        return found
    for path in program_files(modules.repo, found.entry, _MOST_FILES):
        module = modules.module(path)
        own = any(isinstance(node, ast.FunctionDef) and node.name == "input" for node in module.body)
        if not own and any(name == "input" for name, _, _ in calls(module)):
            return replace(found, interactive=True, terminal=True)
    return found
