"""The process of the container: its command, its environment, the check of its health, and whether it heeds SIGTERM."""

from __future__ import annotations

from dockergen.catalog import load
from dockergen.languages.python.base import Base
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.install import Install
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.lazy import regex
from dockergen.model import Sourced
from dockergen.repository import Repository

_HANDLES = regex(r"\bsignal\.signal\(|\badd_signal_handler\(|\bfrom signal import\b|\bopen_signal_receiver\(")
_SENDS = regex(r"kill\w*\(|send_signal\(")
# Servers that end on SIGTERM by themselves.
_STOPPING = ("gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "uwsgi", "sanic", "celery", "fastapi", "flower")


def argv(begun: Start, port: Sourced[int] | None, final: Base) -> tuple[str, ...]:
    """The command as CMD runs it: through a shell only where PORT has to be put in."""
    words = begun.command.value
    if not _names_port(begun):
        return words
    if not final.shell:
        return tuple(word.replace("{port}", str(port.value) if port else "") for word in words)
    import shlex

    shown = [word.replace("{port}", "${PORT}") if "{port}" in word else shlex.quote(word) for word in words]
    return ("sh", "-c", f"exec {' '.join(shown)}") if port else words


def environment(
    repo: Repository, found: Project, begun: Start, setup: Install, port: Sourced[int] | None
) -> tuple[tuple[str, str], ...]:
    """The variables of the image, as pairs."""
    # The numeric user has no home folder, and / is not writable.
    pairs = {"HOME": "/tmp", "PYTHONUNBUFFERED": "1", **(begun.env or {})}
    sources = map(repo.source, whole_program(repo, begun.entry)) if begun.entry else ()
    if any(map(found.includes, load("python").lists["ask_who_runs"])) or any(
        "getpass" in text and "getuser(" in text for text in sources
    ):
        pairs.setdefault("USER", "app")  # nor has it a name
    root = setup.in_place or (begun.import_root if setup.copies_source else "")
    if root:
        pairs["PYTHONPATH"] = "/app" if root == "." else f"/app/{root}"
    if port:
        pairs["PORT"] = str(port.value)
    return tuple(pairs.items())


def health(begun: Start, port: Sourced[int] | None, final: Base) -> tuple[str, ...]:
    """The command that fails when the process does not answer within four seconds; () for one that nobody reaches."""
    if port is None:
        return ()
    # Without a shell the command has the number itself, whatever PORT says.
    where = repr(str(port.value)) if _names_port(begun) and not final.shell else "os.environ['PORT']"
    if not begun.health:
        # No HTTP: a connection that is accepted is the sign of life.
        return ("python", "-c", f"import os,socket;socket.create_connection(('127.0.0.1',int({where})),4)")
    # Any answer below 500 is a sign of life; this client follows no redirect.
    script = (
        "import http.client, os, sys; "
        f"c = http.client.HTTPConnection('127.0.0.1', {where}, timeout=4); "
        f"c.request('GET', {begun.health!r}); sys.exit(c.getresponse().status >= 500)"
    )
    return ("python", "-c", script)


def ignores_sigterm(repo: Repository, begun: Start) -> bool:
    """True when nothing is known to handle SIGTERM, which process 1 ignores by default."""
    words = " ".join(begun.command.value).removeprefix("sh -c exec ")
    if any(name in words for name in _STOPPING) or words.startswith(("sh ", "bash ")):
        return False
    text = repo.source(begun.entry) if begun.entry else ""
    handled = _HANDLES.search(text) and any(
        "SIGTERM" in line.partition("#")[0] and not _SENDS.search(line) for line in text.splitlines()
    )
    return not handled and not any(f"{name}.run" in text for name in _STOPPING)


def _names_port(begun: Start) -> bool:
    return any("{port}" in word for word in begun.command.value)
