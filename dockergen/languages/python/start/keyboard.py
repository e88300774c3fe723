"""Programs that ask the person who runs them: a container of one is given a terminal."""

from __future__ import annotations

import ast
from dataclasses import replace

from dockergen.languages.python.entry import Modules
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.objects import calls
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.syntax import guards, nodes

_MOST_FILES = 25


def at_a_terminal(modules: Modules, found: Start) -> Start:
    """The start with a terminal, where the program is none of a framework and reads what is typed; else as it is."""
    if found.port or found.framework or found.interactive or not found.entry:
        return found
    for path in program_files(modules.repo, found.entry, _MOST_FILES):
        module = modules.module(path)
        if "isatty" in modules.repo.source(path):
            continue  # it asks nobody where nobody is
        own = any(isinstance(node, ast.FunctionDef) and node.name == "input" for node in module.body)
        aside = {id(n) for node in module.body if path != found.entry and guards(node) for n in nodes(node)}
        if not own and any(name == "input" and id(call) not in aside for name, call, _ in calls(module)):
            return replace(found, interactive=True, terminal=True)
    return found
