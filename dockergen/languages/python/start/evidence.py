"""Files of the repository that say how it is started: platforms' manifests, container files, run lines of papers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from dockergen.dockerfile import DockerfileError, Instruction, parse
from dockergen.errors import ProjectError
from dockergen.languages.python.space import space
from dockergen.languages.python.start.command import Run, run
from dockergen.languages.python.start.tasks import tasks
from dockergen.lazy import regex
from dockergen.manifests.procfile import procfile
from dockergen.manifests.pyproject import table
from dockergen.model import Origin
from dockergen.repository import Repository

_OURS = "Written by dockergen"
_RUNNER = r"(?:(?:poetry|uv|pipenv|pdm|rye|hatch)\s+run\s+(?:--?[\w-]+\s+)*)?"
_SERVERS = (
    r"(?:gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|streamlit|shiny|solara|chainlit|panel|fastapi|flask|sanic|quart"
    r"|pserve|celery|litestar)"
)
_SHOWN = regex(
    rf"^[ \t>@$#-]*((?:[A-Z_]+=\S+\s+)*{_RUNNER}(?:python3?\s+(?:-m\s+)?)?{_SERVERS}\s+[^`\n|>]*"
    rf"|{_RUNNER}python3?\s+(?:-m\s+[\w.]+|[\w./-]+\.py)(?:\s+[^`\n|>&]*)?)[ \t]*`?[ \t]*$",
    re.MULTILINE,
)


_FLASK_APP = regex(r"\bFLASK_APP[= ][\"']?([\w./]+(?::[\w.]+(?:\([^()\n]*\))?)?)")
_CONTAINER_FILES = ("Dockerfile", "Containerfile", "docker/Dockerfile", "Dockerfile.prod", "Dockerfile.production")
# What Python, pip and the tools of a build are told is dockergen's own matter.
_SWITCH = regex(
    r"(?i)(?<![\w$.-])((?!PYTHON|PIP_|UV_|POETRY_|PDM_|DEBIAN|\w*DEBUG)[A-Z]\w*)"
    r"""[= ]["']?(yes|true|on|production)["']?(?=\s|$)"""
)
_IDLE = ("sleep", "true", ":", "tail")  # what a platform is told to run where its own web server has files to show
_INI = regex(r"^(module|wsgi-file|callable)\s*=\s*([\w./:-]+)", re.MULTILINE)


# What makes a script more than a list of commands.
_SHELL = regex(r"[|<>`]|\$\(|^(?:if|for|while|case|export|source|\.)\b|\)\s*$|^\w+=|\$[@*1-9]")


@lru_cache(maxsize=8)
def evidence(repo: Repository) -> list[Run]:
    """All lines that start something, those that production is run by first."""
    named = (*_entrypoint(repo), *_flask(repo), *_uwsgi(repo), *_space(repo), *_replit(repo))
    found = [*_procfile(repo), *_platforms(repo), *named, *_containers(repo), *tasks(repo), *_papers(repo)]
    return [_of_script(repo, run) if run.program == "sh" else run for run in found]


def _of_script(repo: Repository, found: Run) -> Run:
    """What a script starts when it does nothing else but what has to run once; else the script itself."""
    path = found.file.rpartition("/")[2] if found.file.startswith("/") else found.file
    path = next((p for p in (path, f"docker/{path}", f"scripts/{path}") if p and repo.is_file(p)), "")
    lines = _text(repo, path).replace("\\\n", " ").splitlines() if path else []
    kept = [line.strip() for line in lines if not re.match(r"\s*(?:#|$|set\s|echo\s)", line)]
    if not kept or any(_SHELL.search(line) for line in kept):
        return found
    inside = run(" && ".join(kept), found.origin, found.weight, found.process)
    if not inside.program or inside.program == "sh":
        return found
    first = r"\s+".join(map(re.escape, kept[-1].split()[:2]))
    return replace(inside, origin=Origin("file", path, repo.line_of(path, re.compile(first))))


def _procfile(repo: Repository) -> Iterator[Run]:
    if repo.is_file("Procfile"):
        for process in procfile(repo.read("Procfile")):
            yield run(process.command, Origin("file", "Procfile", process.line), "platform", process.name)


def _platforms(repo: Repository) -> Iterator[Run]:
    for path, command, process in _manifests(repo):
        if command.split()[:1] and command.split()[0] not in _IDLE:
            yield _line(repo, path, command, process)


def _manifests(repo: Repository) -> Iterator[tuple[str, str, str]]:
    """File, command and process of each entry; the command is "" where there is none."""
    for path in ("heroku.yml", "fly.toml", "railway.toml", "nixpacks.toml", "railway.json", "railpack.json"):
        document = _document(repo, path)
        for name, value in {**table(document, "processes"), **table(document, "run")}.items():
            yield path, _text_of(value), "web" if name == "app" else str(name)
        yield path, _text_of(table(document, "deploy").get("startCommand")), "web"
        yield path, _text_of(table(document, "start").get("cmd")), "web"
    yield "zbpack.json", _text_of(table(_document(repo, "zbpack.json")).get("start_command")), "web"
    for path in (".platform.app.yaml", ".upsun/config.yaml"):
        document = _document(repo, path)
        for application in (document, *table(document, "applications").values()):
            yield path, _text_of(table(application, "web", "commands").get("start")), "web"
    for path in ("render.yaml", "render.yml"):
        for row in _rows(table(_document(repo, path)).get("services")):
            is_web = row.get("type") in ("web", "pserv")
            yield path, _text_of(row.get("startCommand")), "web" if is_web else str(row.get("name", "worker"))
    for path in ("app.yaml", "app.yml"):
        yield path, _text_of(table(_document(repo, path)).get("entrypoint")), "web"


def _text_of(value: Any) -> str:
    """A command that is written as text, or as the first of a list below `command`."""
    command = value.get("command") if isinstance(value, dict) else value
    if isinstance(command, list):
        command = command[0] if command and all(isinstance(word, str) for word in command) else ""
    if not isinstance(command, str):
        return ""
    # A block of several lines is a script: what it runs in turn, where it only does that.
    lines = [line.strip() for line in command.replace("\\\n", " ").splitlines()]
    kept = [line for line in lines if line and not line.startswith(("#", "set "))]
    return "" if len(kept) > 1 and any(map(_SHELL.search, kept)) else " && ".join(kept)


def _entrypoint(repo: Repository) -> Iterator[Run]:
    """[tool.fastapi] entrypoint, which names the app object for FastAPI's own command line."""
    entry = table(_document(repo, "pyproject.toml"), "tool", "fastapi").get("entrypoint")
    if isinstance(entry, str) and re.fullmatch(r"[\w.]+:\w+", entry):
        line = repo.line_of("pyproject.toml", "entrypoint")
        yield run(f"uvicorn {entry}", Origin("file", "pyproject.toml", line), "container")


def _flask(repo: Repository) -> Iterator[Run]:
    """FLASK_APP, which names the app for Flask's own command line."""
    for path in (".flaskenv", "Dockerfile", "Makefile", "README.md"):
        text = _text(repo, path)
        if _OURS not in text[:400] and (found := _FLASK_APP.search(text)):
            line = text.count("\n", 0, found.start()) + 1
            yield run(f"flask --app {shlex.quote(found[1])} run", Origin("file", path, line), "container")


def _space(repo: Repository) -> Iterator[Run]:
    """The page that the front matter of the README names."""
    if (place := space(repo)) and place.sdk == "streamlit" and place.file:
        yield run(f"streamlit run {place.file}", place.origin("app_file"), "container")


def _replit(repo: Repository) -> Iterator[Run]:
    """What the manifest of a workspace in a browser runs: where it is deployed, else what its button starts."""
    document = _document(repo, ".replit")
    for command in (table(document, "deployment").get("run"), table(document).get("run")):
        words = [str(word) for word in command] if isinstance(command, list) else []
        shell = words[:2] in (["sh", "-c"], ["bash", "-c"]) and len(words) == 3
        text = words[2] if shell else shlex.join(words) if words else command
        if isinstance(text, str) and text.strip():
            line = repo.line_of(".replit", text.split()[0])
            yield run(text, Origin("file", ".replit", line), "container")
            return


def _uwsgi(repo: Repository) -> Iterator[Run]:
    """The module of uwsgi.ini; its sockets are for a machine with a web server in front."""
    for path in ("uwsgi.ini", "app.ini", "wsgi.ini"):
        rows = dict(_INI.findall(_text(repo, path)))
        module = rows.get("module") or rows.get("wsgi-file", "").removesuffix(".py").replace("/", ".")
        if module and "uwsgi" in _text(repo, path):
            name = module if ":" in module else f"{module}:{rows.get('callable', 'application')}"
            key = "module" if "module" in rows else "wsgi-file"
            line = repo.line_of(path, re.compile(rf"^{key}\b", re.MULTILINE))
            yield run(f"uwsgi --module {name}", Origin("file", path, line), "container")


def switches(repo: Repository) -> Iterator[tuple[str, str, Origin]]:
    """Variables that the last stage of a container file of the repository switches on, which no image has by itself."""
    for path in _CONTAINER_FILES:
        for step in _last_stage(repo, path):
            if step.keyword == "ENV":
                for name, value in _SWITCH.findall(step.arguments):
                    yield name, value, Origin("file", path, step.line)


def _last_stage(repo: Repository, path: str) -> tuple[Instruction, ...]:
    if not repo.is_file(path) or _OURS in repo.source(path)[:400]:
        return ()
    try:
        stages = parse(repo.source(path)).stages
    except DockerfileError:
        return ()
    return tuple(stages[-1].instructions) if stages else ()


def _containers(repo: Repository) -> Iterator[Run]:
    for path in _CONTAINER_FILES:
        yield from _dockerfile(repo, path)
    for path in ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", "docker-compose.prod.yml"):
        yield from _compose(repo, path)
    for path in ("supervisord.conf", "supervisor.conf"):
        for found in re.finditer(
            r"^\[program:([\w-]+)\][^\[]*?^command\s*=\s*(.+)$", _text(repo, path), re.MULTILINE | re.DOTALL
        ):
            line = _text(repo, path).count("\n", 0, found.start(2)) + 1
            yield run(found[2].splitlines()[0], Origin("file", path, line), "container", found[1])


def _compose(repo: Repository, path: str) -> Iterator[Run]:
    """Commands of services that are built from this folder: of several servers only the one that is called so, and
    what works besides."""
    found = []
    for name, row in table(_document(repo, path), "services").items():
        build = row.get("build") if isinstance(row, dict) else None
        context = build.get("context", ".") if isinstance(build, dict) else build
        command = row.get("command") if context in (".", "./") else None
        command = " ".join(map(str, command)) if isinstance(command, list) else command
        if isinstance(command, str):
            found.append(_line(repo, path, command, str(name), "container"))
    servers = [run for run in found if run.is_web and run.program]
    named = [run for run in servers if run.process in ("web", "app", "api", "server", "backend")]
    yield from servers if len(servers) == 1 else named[:1]
    yield from (run for run in found if not run.is_web)


def _dockerfile(repo: Repository, path: str) -> Iterator[Run]:
    last = _last_stage(repo, path)
    exposed = next((int(w) for i in last if i.keyword == "EXPOSE" for w in re.findall(r"\d{2,5}", i.arguments)[:1]), 0)
    for step in last:
        if step.keyword in ("CMD", "ENTRYPOINT"):
            text = step.arguments.strip()
            if text.startswith("["):
                text = " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
            found = run(text, Origin("file", path, step.line), "container")
            yield found if found.port or not exposed else replace(found, port=exposed)


def _papers(repo: Repository) -> Iterator[Run]:
    names = (
        "Makefile",
        "justfile",
        "Justfile",
        "Taskfile.yml",
        "start.sh",
        "run.sh",
        "entrypoint.sh",
        "docker-entrypoint.sh",
        "startup.sh",
        "startup.txt",
        "docker/entrypoint.sh",
        "docker/start.sh",
        "scripts/start.sh",
        "README.md",
        "README.rst",
        "README",
    )
    for path in names:
        text = _text(repo, path)
        for found in _SHOWN.finditer(text):
            line = text.count("\n", 0, found.start(1)) + 1
            yield run(found[1], Origin("file", path, line), "hint")


def _line(repo: Repository, path: str, command: str, process: str, weight: str = "platform") -> Run:
    first = command.strip().splitlines()[0].split(" && ")[0] if command.strip() else ""
    text = " ".join(command.split())
    return run(text, Origin("file", path, repo.line_of(path, first)), weight, process)


def _text(repo: Repository, path: str) -> str:
    return repo.source(path) if repo.is_file(path) else ""


def _document(repo: Repository, path: str) -> Any:
    """The parsed file; nothing where it is not there or cannot be read, because it is evidence only."""
    if not repo.is_file(path):
        return {}
    ending = path.rsplit(".", 1)[-1]
    read = {"toml": repo.toml, "replit": repo.toml, "json": repo.json}.get(ending, repo.yaml)
    try:
        return read(path)
    except ProjectError:
        return {}


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
