"""`dockergen explain`: every decision with its evidence, the stages, and what an edit builds again."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from dockergen import report
from dockergen.cli import options

NAME = "explain"
HELP = "Show each decision, its value, where it comes from, what was rejected and how to change it."
EXAMPLES = (
    "Examples:  dockergen explain   |   dockergen explain services/api --format json   |   dockergen explain --line 12"
)


class Form(str, Enum):
    """How the plan is printed."""

    text = "text"
    json = "json"


def command(
    path: options.PathArgument = Path(),
    form: Annotated[Form, typer.Option("--format", help="text or json.")] = Form.text,
    line: Annotated[int | None, typer.Option(help="Explain this line of the Dockerfile only.")] = None,
    language: options.Language = None,
    app: options.App = None,
    version: options.Version = None,
    manager: options.Manager = None,
    start: options.Start = None,
    port: options.Port = None,
    build_command: options.BuildCommand = None,
    base: options.Base = None,
    package: options.Package = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    flags = options.decisions(locals())
    from dockergen import explain
    from dockergen.errors import UsageError
    from dockergen.pipeline import generated, service_at

    service = service_at(path, flags)
    files = generated(path, service)
    if form is Form.json:
        report.out(json.dumps(explain.as_json([(service, files)]), indent=2, sort_keys=True, ensure_ascii=True))
        return
    if line is None:
        report.out(report.headline(service.plan))
        report.out()
        report.out("\n".join(explain.as_text(service, files)))
        return
    try:
        report.out("\n".join(explain.line_text(service, files, line)))
    except IndexError:
        count = explain.text_of(files, "Dockerfile").count("\n")
        raise UsageError(
            f"--line {line}: the Dockerfile has {count} lines.", f"Give a number from 1 to {count}."
        ) from None
