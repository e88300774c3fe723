"""`dockergen languages`: what is supported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any

import typer

from dockergen import report
from dockergen.cli import options

NAME = "languages"
HELP = "List the supported languages with their managers, frameworks, versions and end-of-life dates."
EXAMPLES = "Examples:  dockergen languages   |   dockergen languages --format json"


class Form(str, Enum):
    """How the list is printed."""

    text = "text"
    json = "json"


def command(
    form: Annotated[Form, typer.Option("--format", help="text or json.")] = Form.text,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    rows = supported()
    if form is Form.json:
        report.out(json.dumps({"languages": rows}, indent=2, sort_keys=True))
        return
    for row in rows:
        report.out(report.styled(row["title"], "bold"))
        report.out(f"  versions    {', '.join(_dated(version) for version in row['versions'])}")
        for name in ("managers", "frameworks"):
            if row[name]:
                report.out(f"  {name:<11} {', '.join(row[name])}")


def supported() -> list[dict[str, Any]]:
    """One row per language, from its catalog."""
    from dockergen.catalog import load
    from dockergen.planner import languages

    rows = []
    for name, language in languages().items():
        catalog = load(name)
        versions = catalog.versions
        rows.append(
            {
                "name": name,
                "title": language.title,
                "default": versions.default if versions else "",
                "versions": [{"version": v, "end_of_life": versions.end_of_life.get(v, "")} for v in versions.supported]
                if versions
                else [],
                "managers": _titles(manager.title for manager in catalog.managers.values()),
                "frameworks": _titles(row.title for row in catalog.frameworks.values() if not row.instead),
            }
        )
    return rows


def _titles(found: Iterable[str]) -> list[str]:
    return sorted(set(found), key=str.lower)


def _dated(version: dict[str, str]) -> str:
    return f"{version['version']} (until {version['end_of_life']})" if version["end_of_life"] else version["version"]
