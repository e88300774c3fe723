"""Arguments and flags that several commands share."""

# No `from __future__ import annotations`: typer would compile each annotation anew in every run.

from pathlib import Path
from typing import Annotated, Any

import typer

from dockergen import report


def _quiet(wanted: bool) -> bool:
    report.manners.quiet = report.manners.quiet or wanted
    return wanted


def _path(typed: Path) -> Path:
    report.manners.path = str(typed) if typed != Path() else ""
    return typed


def _no_color(wanted: bool) -> bool:
    report.manners.color = report.manners.color and not wanted
    return wanted


PathArgument = Annotated[
    Path, typer.Argument(help="Folder of the project.", show_default="the current folder", callback=_path)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors only.", callback=_quiet)]
NoColor = Annotated[bool, typer.Option("--no-color", help="Print without colour.", callback=_no_color)]

_PANEL = "Decisions"
Language = Annotated[str | None, typer.Option(help="Language, such as python.", rich_help_panel=_PANEL)]
App = Annotated[str | None, typer.Option(help="Which service of the repository.", rich_help_panel=_PANEL)]
Version = Annotated[str | None, typer.Option(help="Version of the language.", rich_help_panel=_PANEL)]
Manager = Annotated[str | None, typer.Option(help="Package manager, such as uv.", rich_help_panel=_PANEL)]
Start = Annotated[str | None, typer.Option(help="Command that starts the service.", rich_help_panel=_PANEL)]
Port = Annotated[str | None, typer.Option(help="Port the service listens on.", rich_help_panel=_PANEL)]
BuildCommand = Annotated[str | None, typer.Option(help="Command that builds the project.", rich_help_panel=_PANEL)]
Base = Annotated[str | None, typer.Option(help="Base image of the final stage.", rich_help_panel=_PANEL)]
Package = Annotated[
    list[str] | None,
    typer.Option(help="Debian package the program needs; repeatable.", rich_help_panel=_PANEL),
]

DECISIONS = ("language", "app", "version", "manager", "start", "port", "build_command", "base", "package")


def decisions(values: dict[str, Any]) -> dict[str, Any]:
    """The decision flags among a command's arguments."""
    return {name: values[name] for name in DECISIONS if values.get(name)}
