"""What the user asked for: flags over environment over configuration file, each value with its origin."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dockergen.errors import UsageError
from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

ENVIRONMENT_PREFIX = "DOCKERGEN_"
CONFIG_FILE = "dockergen.toml"

_VERSION = regex(r"\d+(\.\d+){0,2}([a-z]+\d*)?")
_IMAGE = regex(
    r"[a-z0-9]+([._-]+[a-z0-9]+)*(:\d{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
    r"(@sha256:[0-9a-f]{64})?"
)
_PACKAGE = regex(r"[a-z0-9][a-z0-9+.-]+")
_WORD = regex(r"[a-z][a-z0-9-]*")
_QUOTED = regex(r"""'[^']*'|"(?:[^"\\]|\\.)*\"""")
_SHELL_SYNTAX = regex(r"[|&;<>()$`\n]|(^|\s)[A-Za-z_]\w*=")


@frozen
class Settings:
    """The decisions that the user made; None where dockergen decides."""

    language: Sourced[str] | None = None
    app: Sourced[str] | None = None
    version: Sourced[str] | None = None
    manager: Sourced[str] | None = None
    start: Sourced[tuple[str, ...]] | None = None
    port: Sourced[int] | None = None
    build_command: Sourced[str] | None = None
    base: Sourced[str] | None = None
    package: Sourced[tuple[str, ...]] | None = None

    @classmethod
    def load(
        cls,
        repo: Repository,
        flags: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Settings:
        """The merged settings of the four sources; UsageError for an unknown key or a value of the wrong form."""
        layers = (_from_flags(flags or {}), _from_environment(environ or {}), _from_files(repo))
        chosen: dict[str, Sourced[Any]] = {}
        for layer in layers:
            for name, (value, origin) in layer.items():
                chosen.setdefault(name, Sourced(_PARSERS[name](value, origin), origin))
        return cls(**chosen)


def settled(name: str, requested: Sourced[Any] | None, detected: Sourced[Any]) -> Sourced[Any]:
    """What the user asked for, with the detected value as a rejected candidate; else the detected value."""
    from dataclasses import replace

    from dockergen.model import Rejected

    if requested is None:
        return detected
    lost = Rejected(str(detected.value), detected.origin, f"{requested.origin} wins")
    kept = detected.rejected if detected.value == requested.value else (lost, *detected.rejected)
    return replace(requested, rejected=kept)


def _from_flags(flags: Mapping[str, Any]) -> dict[str, tuple[Any, Origin]]:
    _known(flags, "flag")
    return {
        name: (value, Origin("flag", "--" + name.replace("_", "-")))
        for name, value in flags.items()
        if value not in (None, (), [])
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[Any, Origin]]:
    return {
        name: (environ[variable], Origin("env", variable))
        for name in sorted(_PARSERS)
        if environ.get(variable := ENVIRONMENT_PREFIX + name.upper())
    }


def _from_files(repo: Repository) -> dict[str, tuple[Any, Origin]]:
    """The first file that configures dockergen; one file only, so that nothing is merged unseen."""
    path, table = _configuration(repo)
    _known(table, path)
    return {
        name: (
            value,
            Origin("config", path, repo.line_of(path, re.compile(rf'^\s*"?{re.escape(name)}"?\s*[=:]', re.M))),
        )
        for name, value in table.items()
    }


def _configuration(repo: Repository) -> tuple[str, dict[str, Any]]:
    if repo.has(CONFIG_FILE):
        return CONFIG_FILE, repo.toml(CONFIG_FILE)
    if repo.is_file("pyproject.toml") and "[tool.dockergen" in repo.source("pyproject.toml"):
        return "pyproject.toml", _table(repo.toml("pyproject.toml").get("tool", {}).get("dockergen"), "pyproject.toml")
    if repo.is_file("package.json") and '"dockergen"' in repo.source("package.json"):
        manifest = repo.json("package.json")
        found = manifest.get("dockergen") if isinstance(manifest, dict) else None
        return "package.json", found if isinstance(found, dict) else {}
    return CONFIG_FILE, {}


def _table(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"{where}: the dockergen settings are not a table.", "Write them as key = value lines.")
    return value


def _known(names: Mapping[str, Any], where: str) -> None:
    for name in names:
        if name not in _PARSERS:
            close = difflib.get_close_matches(name, _PARSERS, 1)
            hint = f"Did you mean {close[0]!r}?" if close else f"The keys are {', '.join(sorted(_PARSERS))}."
            raise UsageError(f"{where}: dockergen has no setting {name!r}.", hint)


def _matching(pattern: re.Pattern[str], example: str) -> Any:
    def parse(value: Any, origin: Origin) -> str:
        text = str(value)
        if isinstance(value, bool) or not pattern.fullmatch(text):
            raise UsageError(f"{origin}: {text!r} is not of the expected form.", f"Write it like {example}.")
        return text

    return parse


def _text(value: Any, origin: Origin) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise UsageError(
            f"{origin}: {value!r} is not one line of text.", "Write plain text without control characters."
        )
    return value.strip()


def _command(value: Any, origin: Origin) -> str:
    """A shell command for RUN; refused where Docker would read more than a command in it."""
    text = _text(value, origin)
    if text.startswith(("-", "[", "#")) or text.endswith("\\") or "<<" in text:
        raise UsageError(
            f"{origin}: {text!r} cannot stand in one RUN line.",
            "Put the commands into a script and name the script.",
        )
    return text


def _port(value: Any, origin: Origin) -> int:
    try:
        port = int(str(value))
    except ValueError:
        port = 0
    if not 1 <= port <= 65535 or port == 22:
        raise UsageError(f"{origin}: {value!r} is not a port a service listens on.", "Give a number from 1 to 65535.")
    return port


def _start(value: Any, origin: Origin) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)) and all(isinstance(word, str) for word in value) and value:
        return tuple(_text(word, origin) for word in value)
    return command_words(_text(value, origin), str(origin))


def command_words(command: str, where: str) -> tuple[str, ...]:
    """The argv of a command line; wrapped in `sh -c "exec ..."` when only a shell can run it.

    Raises UsageError when quotes do not close.
    """
    # What stands in quotes, 'app:create_app()', is a word to the shell, unless it expands something.
    bare = _QUOTED.sub(lambda text: "$" if text[0][0] == '"' and re.search(r"[$`\\]", text[0]) else "''", command)
    if _SHELL_SYNTAX.search(bare):
        simple = not re.search(r"[|&;<>()`\n]|(^|\s)[A-Za-z_]\w*=", bare)
        return ("sh", "-c", f"exec {command}" if simple and not command.startswith("exec ") else command)
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"{where}: {command!r} has a quote that does not close.", "Close the quote.") from error


def _packages(value: Any, origin: Origin) -> tuple[str, ...]:
    names = value.split() if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(n, str) and _PACKAGE.fullmatch(n) for n in names):
        raise UsageError(f"{origin}: {value!r} is no list of Debian packages.", "Give names such as libpq5.")
    return tuple(sorted(set(names)))


_PARSERS: dict[str, Any] = {
    "app": _text,
    "base": _matching(_IMAGE, "debian:trixie-slim or registry.example.com/team/python:3.13-slim"),
    "build_command": _command,
    "language": _matching(_WORD, "python"),
    "manager": _matching(_WORD, "uv"),
    "package": _packages,
    "port": _port,
    "start": _start,
    "version": _matching(_VERSION, "3.13"),
}
assert set(_PARSERS) == {f.name for f in fields(Settings)}
