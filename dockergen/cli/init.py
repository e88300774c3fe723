"""`dockergen init`: writes the Dockerfile and the .dockerignore of a repository."""

# No `from __future__ import annotations`: typer would compile each annotation anew in every run.

import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from dockergen import report
from dockergen.cli import options

if TYPE_CHECKING:
    from dockergen.model import GeneratedFile, Service

NAME = "init"
HELP = "Write Dockerfile and .dockerignore, and tell where each decision comes from."
EXAMPLES = "Examples:  dockergen init   |   dockergen init services/api --port 9000 --dry-run"


def command(
    path: options.PathArgument = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print a unified diff; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files with other content.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write into this folder instead.")] = None,
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
    from dockergen import workspace
    from dockergen.commands import next_lines
    from dockergen.errors import RefusedError
    from dockergen.pipeline import generated, service_at

    service = service_at(path, flags)
    files = generated(path, service)
    folder, files, dockerfile = _target(path, service, files, output)
    if dry_run:
        for change in workspace.changes(folder, files):
            report.diff(change.diff)
        return
    try:
        changes = workspace.write(folder, files, force=force)
    except RefusedError as error:
        for change in workspace.changes(folder, files):
            if change.status == "differs":
                report.diff(change.diff)
        if output and error.command.endswith(" --force"):
            error.command = shlex.join(["dockergen", "init", "--output", str(output), "--force"])
        raise
    written = str(output) if dockerfile else service.root
    report.summary(service, changes, written, next_lines(service, _typed(path, service), dockerfile))


def _target(
    path: Path, service: "Service", files: "list[GeneratedFile]", output: Path | None
) -> "tuple[Path, list[GeneratedFile], str]":
    """Folder, files and the -f argument; elsewhere than in the context, BuildKit reads <Dockerfile>.dockerignore."""
    context = path / service.root
    if output is None or output.resolve() == context.resolve():
        return context, files, ""
    from dataclasses import replace

    renamed = [replace(f, path="Dockerfile.dockerignore") if f.path == ".dockerignore" else f for f in files]
    return output, renamed, str(output / "Dockerfile")


def _typed(path: Path, service: "Service") -> str:
    """The build context as the person would type it."""
    return str(PurePosixPath(path, service.root)) if service.root else str(path)
