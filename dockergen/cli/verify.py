"""`dockergen verify`: builds the image, starts it, probes it, stops it and rebuilds it."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from dockergen import report
from dockergen.cli import options

NAME = "verify"
HELP = "Build the image, start it read-only, probe it, stop it, and rebuild it after an edit."
EXAMPLES = "Examples:  dockergen verify   |   dockergen verify --env LOG_LEVEL=debug --path /health --status 200"


class Form(str, Enum):
    """How the report is printed."""

    text = "text"
    json = "json"


def command(
    path: options.PathArgument = Path(),
    engine: Annotated[str, typer.Option(help="docker, podman or buildah.")] = "",
    env: Annotated[list[str] | None, typer.Option(help="NAME=VALUE for the container; repeatable.")] = None,
    probe: Annotated[str, typer.Option("--path", help="HTTP path to probe.")] = "",
    status: Annotated[
        int, typer.Option(help="Status that must come back; any below 500 when not given.", show_default=False)
    ] = 0,
    timeout: Annotated[float, typer.Option(help="Seconds until it must answer.")] = 60.0,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the image.")] = False,
    form: Annotated[Form, typer.Option("--format", help="text or json.")] = Form.text,
    app: options.App = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    from dockergen.verify import Options, as_json, as_text, verify

    asked = Options(
        engine=engine,
        env=_pairs(env or []),
        path=probe,
        status=status,
        timeout=timeout,
        keep=keep,
        decisions={"app": app} if app else {},
    )
    with report.progress("verify") as progress:
        result = verify(path, asked, progress)
    if form is Form.json:
        report.out(json.dumps(as_json(result), indent=2, sort_keys=True))
    else:
        report.out("\n".join(as_text(result)))
    if not result.ok:
        raise typer.Exit(1)


def _pairs(values: list[str]) -> dict[str, str]:
    from dockergen.errors import UsageError

    for value in values:
        if "=" not in value:
            raise UsageError(f"--env {value!r} has no value.", "Write it as NAME=VALUE.")
    return dict(value.split("=", 1) for value in values)
