"""Scrapy projects: the spider that its own command runs."""

from __future__ import annotations

import ast
import shlex

from dockergen.catalog import load
from dockergen.languages.python.entry import Modules
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.program import UndecidedError
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.syntax import last_name
from dockergen.model import Origin, Sourced

MANIFEST = "scrapy.cfg"
_DEPTH = 4  # folders in which spiders lie
_MOST_SHOWN = 5


def crawl_start(modules: Modules, project: Project) -> Start | None:
    """The start of the only spider; None where there is no project of Scrapy.

    Raises UndecidedError where it has no spider, or several, with their names.
    https://docs.scrapy.org/en/latest/topics/commands.html#crawl
    """
    repo = modules.repo
    if not repo.is_file(MANIFEST):
        return None
    paths = (path for path in repo.walk(depth=_DEPTH, endings=(".py",)) if "Spider" in repo.source(path))
    found = [(name, Origin("file", path, line)) for path in paths for name, line in _spiders(modules, path)]
    row = load("python").frameworks["scrapy"]
    if len(found) == 1:
        name, origin = found[0]
        framework = Sourced("scrapy", project.origin_of(project.has(*row.dependencies)))
        return Start(Sourced(("scrapy", "crawl", name), origin), framework=framework, entry=origin.path)
    if not found:
        raise UndecidedError(
            f"{MANIFEST} is of a Scrapy project, and no spider in it has a name.",
            "Write one, and commit it.",
            command="scrapy genspider quotes quotes.toscrape.com",
        )
    shown = ", ".join(f"{name} ({origin})" for name, origin in found[:_MOST_SHOWN])
    more = ", ..." if len(found) > _MOST_SHOWN else ""
    raise UndecidedError(
        f"{MANIFEST} is of a Scrapy project with {len(found)} spiders: {shown}{more}.",
        "Name the one to run.",
        command=f"dockergen init --start {shlex.quote(shlex.join(('scrapy', 'crawl', found[0][0])))}",
    )


def _spiders(modules: Modules, path: str) -> list[tuple[str, int]]:
    """The names of the spiders in that file, with the lines of their classes."""
    found = []
    for node in modules.module(path).body:
        if isinstance(node, ast.ClassDef) and any((last_name(base) or "").endswith("Spider") for base in node.bases):
            rows = (row for row in node.body if isinstance(row, (ast.Assign, ast.AnnAssign)))
            named = (row for row in rows if last_name(_target(row)) == "name")
            names = (row.value.value for row in named if isinstance(row.value, ast.Constant))
            found += [(str(name), node.lineno) for name in names if isinstance(name, str) and name][:1]
    return found


def _target(row: ast.Assign | ast.AnnAssign) -> ast.expr:
    return row.targets[0] if isinstance(row, ast.Assign) else row.target
