"""The port that a start command binds by itself: in its own words, or in the Gunicorn configuration that it reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_FLAGS = ("-b", "--bind", "-p", "--port", "--listen", "--http", "--http-socket", "--server.port", "--server-port")
_ADDRESS = regex(r"(?:[\w.*-]*:|\[[0-9a-f:]*\]:)?(\d{2,5})")
_BIND = regex(r"^bind\s*=\s*(.+)$", re.MULTILINE)


def bound_port(repo: Repository, command: Sourced[tuple[str, ...]]) -> Sourced[int] | None:
    """The port that the command names literally; None where it takes PORT or says nothing."""
    words = _words(command.value)
    for position, word in enumerate(words):
        port = _named(word, words[position + 1] if position + 1 < len(words) else "")
        if port:
            return Sourced(port, command.origin)
    program = next((w.rsplit("/", 1)[-1] for w in words if w != "exec"), "")
    return _configured(repo, words) if program == "gunicorn" else None


def reachable(repo: Repository, command: Sourced[tuple[str, ...]]) -> tuple[Sourced[tuple[str, ...]], list[str]]:
    """The command with an address of its own where its Gunicorn configuration binds a socket or this machine only."""
    words = list(command.value)
    if not words or words[0].rsplit("/", 1)[-1] != "gunicorn" or any(w.startswith(("-b", "--bind")) for w in words):
        return command, []
    path = configuration(words)
    found = _BIND.search(repo.source(path)) if repo.is_file(path) else None
    if not found or not re.search(r"unix:|127\.0\.0\.1|localhost", found[1]):
        return command, []
    line = repo.source(path).count("\n", 0, found.start()) + 1
    note = f"{path}:{line} binds what nothing outside reaches, so the command names an address, which wins."
    return replace(command, value=(*words, "--bind", "0.0.0.0:{port}")), [note]


def _words(argv: Sequence[str]) -> list[str]:
    if len(argv) != 3 or argv[1] != "-c":
        return list(argv)
    try:
        words = shlex.split(argv[2])
    except ValueError:
        return argv[2].split()
    return words[words.index("exec") + 1 :] if "exec" in words else words


def _named(word: str, following: str) -> int:
    flag, equals, value = word.partition("=")
    if flag in _FLAGS:
        return _port(value if equals else following)
    if word == "runserver":
        return _port(following)
    return _port(word[2:]) if re.match(r"-b\S", word) else 0


def _port(address: str) -> int:
    found = _ADDRESS.fullmatch(address)
    return int(found[1]) if found and 0 < int(found[1]) <= 65535 else 0


def configuration(words: Sequence[str]) -> str:
    """The configuration file that the command names, else the one that Gunicorn reads unasked."""
    named = [b for a, b in pairwise(words) if a in ("-c", "--config")]
    named += [w.partition("=")[2] for w in words if w.startswith("--config=")]
    return (named[0].removeprefix("file:") if named else "gunicorn.conf.py").removeprefix("./")


def _configured(repo: Repository, words: list[str]) -> Sourced[int] | None:
    """The literal port of `bind` in the file that -c names, or in gunicorn.conf.py, which Gunicorn reads unasked."""
    path = configuration(words)
    if not repo.is_file(path):
        return None
    text = repo.source(path)
    found = _BIND.search(text)
    if not found or "environ" in found[1] or "getenv" in found[1]:
        return None
    port = re.search(r":(\d{2,5})[\"'\]]", found[1])
    return Sourced(int(port[1]), Origin("file", path, text.count("\n", 0, found.start()) + 1)) if port else None
