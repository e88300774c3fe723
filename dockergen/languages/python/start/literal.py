"""A line of the repository that is taken at its word: what a container needs is put in, what it lacks is told."""

from __future__ import annotations

import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.python.entry import Modules
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.project import Project
from dockergen.languages.python.start.command import Run, words
from dockergen.languages.python.start.result import Start
from dockergen.languages.python.start.served import TUNED
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import normal
from dockergen.settings import command_words

_VARIABLES = regex(r"env [^|&;<>()$`\n]*")
_SHEBANG = regex(r"#! *(?:/usr/bin/env +)?([\w./]*\b(?:ba|da)?sh)((?: +-[a-z]+)*)[ \r]*\n")
_PORT = regex(r"\bPORT\b")


def literal(modules: Modules, project: Project, run: Run, detected: Start | None) -> Start:
    """The line as it is written, where it is fit for a container; what it lacks is put in or told."""
    lost: tuple[Rejected, ...] = (
        (Rejected(" ".join(detected.command.value), detected.command.origin, f"{run.origin} wins"),) if detected else ()
    )
    if detected and detected.command.origin == run.origin:
        lost = detected.command.rejected
    if detected and (run.development or (run.file and _is_app_script(modules, run, detected))):
        why = f"{run.origin} starts a development server ({run.development or run.text}); the image does not."
        rejected = (Rejected(run.text, run.origin, "it is a development server"), *detected.command.rejected)
        return replace(detected, command=replace(detected.command, rejected=rejected), notes=(*detected.notes, why))
    text, notes = _reachable(run)
    text = _interpreted(modules, run, text)
    if re.match(r"[A-Za-z_]\w*=", text):
        text = f"env {text}"  # variables in front of a command need no shell
    command = f"cd {run.root} && {'' if ' && exec ' in text else 'exec '}{text}" if run.root else text
    argv = tuple(words(text)) if _VARIABLES.fullmatch(command) else command_words(command, str(run.origin))
    if run.root:
        argv = ("sh", "-c", command)
    if "{port}" in text:
        argv = tuple(argv[2:3] and ("sh", "-c", argv[2].replace("{port}", "${PORT}"))) if argv[0] == "sh" else argv
    base = detected or Start(Sourced(argv, run.origin))
    server, more = added(project, run)
    server += tuple(row for row in base.added if row.startswith("websockets"))
    port = Sourced(run.port, run.origin) if run.port else base.port
    if port is None and not (detected and _listens_nowhere(modules, detected)):
        port = Sourced(8000, Origin("default", note="Procfile"))
    env = dict(base.env or {})
    row = load("python").frameworks.get(run.program)
    env = {**(row.env if row else {}), **env} if run.program != "python" else env
    kept = tuple(note for note in base.notes if "own server" not in note and "runserver" not in note)
    return replace(
        base,
        command=Sourced(argv, run.origin, lost),
        port=port,
        env=env,
        added=server,
        script=False,
        import_root=base.import_root if not run.root else "",
        why=TUNED.get(run.program, ""),
        notes=(*kept, *notes, *more),
    )


def added(project: Project, run: Run) -> tuple[tuple[str, ...], list[str]]:
    """The server of the line when the project does not ask for it."""
    row = load("python").frameworks.get(run.server)
    if row is None or not row.kind.endswith("-server") or project.has(*row.dependencies):
        return (), []
    rows = tuple(r for r in load("python").lists["added"] if r.partition("==")[0] in row.dependencies)
    missing = f"{run.origin} starts {run.program}, which is not among the dependencies"
    if not rows:
        return (), [f"{missing}."]
    return rows, [f"{missing}, so the image adds {rows[0]}."]


def _listens_nowhere(modules: Modules, detected: Start) -> bool:
    """True for a bot that asks its service for messages: a platform's manifest starts it like a web process."""
    row = load("python").frameworks.get(detected.framework.value) if detected.framework else None
    if row is None or row.kind != "worker" or detected.port is not None or not detected.entry:
        return False
    return not any(_PORT.search(modules.repo.source(path)) for path in whole_program(modules.repo, detected.entry))


def _is_app_script(modules: Modules, run: Run, detected: Start) -> bool:
    """True for `python app.py` where the file holds the app and starts a server that is no good in an image."""
    if run.arguments or detected.command.value[:1] == ("python",):
        return False
    servers = modules.listening(f"{run.root}/{run.file}".lstrip("/"))
    if not servers:
        return False
    text = modules.repo.source(f"{run.root}/{run.file}".lstrip("/"))
    framework = detected.framework.value if detected.framework else ""
    return (
        framework in ("flask", "dash", "bottle", "quart")
        or servers[0].loopback
        or bool(re.search(r"\b(?:debug|reload)\s*=\s*True", text))
    )


def _reachable(run: Run) -> tuple[str, list[str]]:
    """The command without what is for development, and with an address that the outside reaches."""
    text = re.sub(r"(?<=\s)(?:--reload(?:-\w+[= ]\S+)?|--debug)(?=\s|$)", "", run.text)
    text = " ".join(text.split()) if text != run.text else text
    notes = [f"{run.origin} asks to reload on changes; the image does not."] if text != run.text else []
    if run.program == "uvicorn":
        text = re.sub(r"--host[ =](?:127\.0\.0\.1|localhost)", "--host 0.0.0.0", text)
        if "--host" not in text and "--uds" not in text and "--fd" not in text:
            text += " --host 0.0.0.0"
        if "--port" not in text and "--uds" not in text:
            text += " --port ${PORT}"
    if run.program in ("hypercorn", "daphne", "granian", "sanic"):
        text = _bound(run.program, text)
    if run.program == "gunicorn":
        text = re.sub(r"((?:-b|--bind)[ =]?)(?:127\.0\.0\.1|localhost):(\d+)", r"\g<1>0.0.0.0:\2", text)
        text = re.sub(r"((?:-b|--bind)[ =]?)unix:\S+", r"\g<1>0.0.0.0:${PORT}", text)
    return text, notes


def _interpreted(modules: Modules, run: Run, text: str) -> str:
    """The command with the interpreter that the first line of its script names: whether a checkout makes a file
    executable depends on the machine."""
    plain = re.sub(r"^chmod \+x [\w./-]+ && (?:exec )?", "", text)
    word = plain.split(" ", 1)[0]
    path = normal(f"{run.root}/{word}" if run.root else word)
    if not path or not modules.repo.is_file(path):
        return text
    first = _SHEBANG.match(modules.repo.source(path))
    return f"{first[1].rpartition('/')[2]}{(first[2] or '').rstrip()} {plain}" if first else text


def _bound(program: str, text: str) -> str:
    """The command with an address, where it gives none and its server would listen on this machine only."""
    if program == "hypercorn":
        return text if re.search(r"(?<=\s)(?:-b|--bind)\b", text) else f"{text} --bind 0.0.0.0:${{PORT}}"
    flags = ("-b", "-p") if program == "daphne" else ("--host", "--port")
    for flag, value in zip(flags, ("0.0.0.0", "${PORT}"), strict=True):
        if not re.search(rf"(?<=\s){flag}\b", text):
            text += f" {flag} {value}"
    return text
