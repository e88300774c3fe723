"""The command line: options in, one operation called, report out."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated

import typer

from dockergen import __version__, report
from dockergen.errors import BugError, DockergenError

COMMANDS = ("init", "explain", "verify", "languages")  # in the order of the help; each a module of this package

_TABLE = (
    ("init [PATH]", "write Dockerfile and .dockerignore"),
    ("explain [PATH]", "each decision, where it comes from, and how to change it"),
    ("verify [PATH]", "build the image, start it, probe it, stop it, rebuild it"),
    ("languages", "what is supported, with versions and their end of life"),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        report.out(f"dockergen {__version__}")
        raise typer.Exit


def application(*names: str) -> typer.Typer:
    """The command line with these commands, with all of them when none is named.

    Typer reads the signature of each command that it is given, which takes a millisecond: a run needs one.
    """
    app = typer.Typer(
        name="dockergen",
        help="Looks at a repository and writes the Dockerfile an expert would.",
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in names or COMMANDS:
        module = importlib.import_module(f"dockergen.cli.{name}")
        app.command(name=module.NAME, help=module.HELP, epilog=module.EXAMPLES)(module.command)
    app.callback(invoke_without_command=True)(_without_command)
    return app


def _without_command(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        report.out("dockergen writes the Dockerfile that this repository needs.\n")
        report.table([("command", "does"), *((f"dockergen {name}", text) for name, text in _TABLE)])
        report.out("\ndockergen COMMAND --help shows flags and examples.")


def main() -> None:
    """Runs the command line and exits with the code of cli.md; a traceback only with DOCKERGEN_DEBUG=1."""
    try:
        try:
            application(*(name for name in sys.argv[1:2] if name in COMMANDS))()
        finally:
            sys.stdout.flush()  # here a closed pipe can still be answered, at the interpreter's end no more
    except DockergenError as error:
        if os.environ.get("DOCKERGEN_DEBUG") == "1":
            raise
        report.error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say, and Python must not say it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("DOCKERGEN_DEBUG") == "1":
            raise
        report.error(
            BugError(
                f"dockergen failed with {type(error).__name__}: {error}.",
                "This is a bug in dockergen. Run again with DOCKERGEN_DEBUG=1 and report what it prints.",
            )
        )
        sys.exit(BugError.exit_code)
