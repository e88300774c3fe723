"""Command lines as people write them: which server, which app, which port; read, never run."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.model import Origin

# Programs that run others and are not in the image, then those that are and stay.
_RUNNERS = ("poetry", "uv", "pipenv", "pdm", "rye", "hatch", "pixi")
_WRAPPERS = ("ddtrace-run", "newrelic-admin", "opentelemetry-instrument", "honcho", "dotenv")
_SERVERS = frozenset(
    (
        *(
            "gunicorn",
            "uvicorn",
            "hypercorn",
            "daphne",
            "granian",
            "waitress-serve",
            "uwsgi",
            "sanic",
            "pserve",
            "litestar",
        ),
        *(
            "flask",
            "fastapi",
            "streamlit",
            "shiny",
            "solara",
            "chainlit",
            "panel",
            "quart",
            "bokeh",
            "marimo",
            "voila",
            "reflex",
            "mkdocs",
        ),
        *(
            "celery",
            "rq",
            "rqworker",
            "dramatiq",
            "arq",
            "huey_consumer",
            "huey_consumer.py",
            "python",
            "bottle",
            "taskiq",
        ),
    )
)
# What has to run once for a release and never at every start.
_ONCE = regex(
    r"\bmanage\.py\s+(?:migrate|collectstatic|loaddata|createcachetable|ensure_\w+|createsuperuser)|\balembic\b.*\bupgrade\b|\bflask\s+db\s+upgrade"
    r"|\baerich\s+upgrade|\bprisma\s+(?:migrate|db)\b|\bdjango-admin\s+(?:migrate|collectstatic)"
)
# What makes files beside the source: the image has them, as a container cannot write there.
_WORDS = r"[\w ./=-]{0,200}"
_MADE = regex(
    rf"(?:(?:{'|'.join(_RUNNERS)})\s+run\s+)?(?:\w+=[\w./-]*\s+)*(?:flask|pybabel|python3?|django-admin)\s{_WORDS}"
    r"(?:\bcompilemessages\b|(?<=pybabel )compile\b|\b(?:translate|babel|i18n)\s+compile\b|\bassets\s+build\b)" + _WORDS
)
_OPTION_PORT = regex(
    r"(?:(?<=\s)(?:-b|--bind|-p|--port|--server[.-]port|--listen|--http-socket|--http)(?:[\s=]+)?)\S*?"
    r"(?:(?<![\d.$:{-])|:)(\d{2,5})(?=\s|$|[\"'])"
)
_DOTTED = regex(r"[A-Za-z_]\w*(?:\.\w+)*")
_DEFAULT_PORT = regex(r"\$\{PORT:-(\d{2,5})\}")


@frozen
class Run:
    """A line of the repository that starts something."""

    text: str  # as written, without what is not in the image or runs only once
    origin: Origin
    # "asked" (by the user), "platform" (what production runs), "container" (inside another image), "task" (a named one)
    # or "hint"
    weight: str
    process: str = "web"
    program: str = ""  # gunicorn, python, flask, ...; "" when it is none that is known
    reference: str = ""  # module:object
    factory: bool = False
    file: str = ""  # script that is run
    module: str = ""  # python -m
    root: str = ""  # folder that is entered first
    port: int = 0
    arguments: tuple[str, ...] = ()
    once: tuple[str, ...] = ()  # commands before it that have to run once for a release
    made: tuple[str, ...] = ()  # commands before it whose result belongs into the image
    development: str = ""  # the word that makes it a development server

    @property
    def server(self) -> str:
        """What the program is called as a distribution."""
        return self.program.removesuffix("-serve")

    @property
    def is_web(self) -> bool:
        return self.program not in ("celery", "rq", "rqworker", "dramatiq", "arq", "huey_consumer", "taskiq")


def run(text: str, origin: Origin, weight: str, process: str = "web") -> Run:
    """What a command line starts."""
    text = _unwrapped(text.strip())
    once: list[str] = []
    made: list[str] = []
    folder = ""
    segments = [part.strip() for part in re.split(r"\s*(?:&&|;)\s*", text) if part.strip()]
    kept: list[str] = []
    for segment in segments:
        if _ONCE.search(segment) and len(segments) > 1:
            once.append(_without_runner(segment))
        elif _MADE.fullmatch(segment) and len(segments) > 1 and not folder:
            made.append(_without_runner(segment))
        elif (entered := re.fullmatch(r"cd\s+([\w./-]+)", segment)) and not kept:
            folder = entered[1].strip("/").removeprefix("./")
        else:
            kept.append(segment)
    body = _without_runner(kept[-1]) if kept else ""
    # The last one replaces the shell, so that signals reach it.
    shown = " && ".join([*kept[:-1], f"exec {body}" if kept[:-1] else body]) if kept else ""
    found = Run(shown, origin, weight, process, once=tuple(once), made=tuple(made), root=folder)
    return _understood(found, body)


def words(text: str) -> list[str]:
    """The words of a command; split at blanks where its quotes do not close."""
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def _unwrapped(text: str) -> str:
    """The command inside of `sh -c "..."`."""
    parts = words(text)
    if len(parts) >= 3 and parts[0].rsplit("/", 1)[-1] in ("sh", "bash") and parts[1] in ("-c", "-lc"):
        return parts[2]
    return text


def _without_runner(text: str) -> str:
    text = re.sub(r"^exec\s+", "", text)
    found = re.match(rf"({'|'.join(_RUNNERS)})\s+run\s+((?:--?[\w-]+(?:=\S+)?\s+)*)", text)
    if found:
        text = text[found.end() :]
    return re.sub(r"^(?:/\S*/)?python3?(?:\.\d+)?(?=\s)", "python", text)


def _understood(found: Run, body: str) -> Run:
    parts = _without_settings(words(body))
    if not parts:
        return found
    program, rest = parts[0].rsplit("/", 1)[-1], parts[1:]
    if program == "python":
        return _with_port(_python(found, rest), body)
    if program.endswith(".sh") or (program in ("sh", "bash") and rest[:1]):
        return replace(found, program="sh", file=_normal(parts[0] if program.endswith(".sh") else rest[0]))
    if program not in _SERVERS:
        return _with_port(found, body)
    return _with_port(_server(replace(found, program=program, arguments=tuple(rest)), rest), body)


def _without_settings(parts: list[str]) -> list[str]:
    """The words without variables and without programs that only wrap another one."""
    while parts and (re.fullmatch(r"[A-Za-z_]\w*=.*", parts[0], re.DOTALL) or parts[0] in ("env", "exec", *_WRAPPERS)):
        parts = parts[2:] if parts[0] == "newrelic-admin" else parts[1:]
    return parts


def _python(found: Run, rest: list[str]) -> Run:
    if rest and rest[0] in ("-u", "-O", "-B", "-I"):
        rest = rest[1:]
    if rest[:1] == ["-m"] and len(rest) > 1:
        if rest[1] in _SERVERS and rest[1] != "python":
            return _server(replace(found, program=rest[1], arguments=tuple(rest[2:])), rest[2:])
        return replace(found, program="python", module=rest[1], arguments=tuple(rest[2:]))
    file = rest[0] if rest and rest[0].endswith(".py") else ""
    development = "runserver" if file.endswith("manage.py") and "runserver" in rest else ""
    return replace(found, program="python", file=_normal(file), arguments=tuple(rest[1:]), development=development)


def _server(run: Run, rest: list[str]) -> Run:
    folders = (_value(rest, flag).strip("/").removeprefix("./") for flag in ("--chdir", "--app-dir", "--pythonpath"))
    root = run.root or next((folder for folder in folders if folder not in ("", ".")), "")
    reference, file = _named(run.program, rest)
    return replace(
        run,
        reference=reference,
        file=file,
        factory="--factory" in rest or "--call" in rest or reference.endswith(")"),
        root=root,
        development=_development(run.program, rest),
    )


def _development(program: str, rest: list[str]) -> str:
    if (program == "flask" and "run" in rest) or (program == "fastapi" and rest[:1] == ["dev"]):
        return f"{program} {'run' if program == 'flask' else 'dev'}"
    return next((word for word in rest if word in ("--reload", "--debug", "--dev")), "")


def _named(program: str, rest: list[str]) -> tuple[str, str]:
    """The app object and the file among the words of a server."""
    reference = file = ""
    for before, word in zip(["", *rest], rest, strict=False):
        if word.startswith("-") or (re.fullmatch(r"-{1,2}[\w-]+", before) and ":" not in word and "." not in word):
            continue
        if re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(?:\(.*\))?", word):
            reference = word
        elif word.endswith(".py") and not reference:
            file = _normal(word)
        elif program in ("gunicorn", "waitress-serve") and _DOTTED.fullmatch(word) and not before.startswith("-"):
            reference = reference or f"{word}:application"
    if program in ("celery", "flask"):
        reference = _value(rest, "--app") or _value(rest, "-A") or reference
    return reference, file


def _value(rest: list[str], flag: str) -> str:
    for index, word in enumerate(rest):
        if word == flag and index + 1 < len(rest):
            return rest[index + 1]
        if word.startswith(flag + "="):
            return word.partition("=")[2]
    return ""


def _with_port(run: Run, body: str) -> Run:
    found = _DEFAULT_PORT.search(body) or _OPTION_PORT.search(" " + body)
    port = int(found[1]) if found else 0
    return replace(run, port=port if 80 <= port <= 65535 else 0)


def _normal(path: str) -> str:
    return path.removeprefix("./")
