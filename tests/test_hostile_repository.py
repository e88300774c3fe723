"""Text in manifests, scripts and names of files ends as data, or in an error with a documented exit code."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dockergen.audit import twin
from dockergen.dockerfile import Dockerfile, parse
from dockergen.errors import DockergenError, ProjectError
from dockergen.pipeline import generated, service_at
from dockergen.planner import languages
from tests.hostile_texts import HOSTILE

Files = dict[str, str]
GO_MAIN = 'package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\nfunc main() { http.ListenAndServe(":"+os.Getenv("PORT"), nil) }\n'
PYTHON_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
NODE_APP = "require('http').createServer((q, s) => s.end('ok')).listen(process.env.PORT || 3000)\n"


@dataclass(frozen=True)
class Field:
    """A place in a repository that holds free text, and ordinary texts that stand there."""

    files: Callable[[str], Files]
    ordinary: tuple[str, ...] = ("plain",)
    known: tuple[Files, ...] = ()  # further repositories whose instructions are right here


def _go(**changes: str) -> Callable[[str], Files]:
    def files(text: str) -> Files:
        usual = {"go.mod": "module example.com/a\n\ngo 1.26\n", "main.go": GO_MAIN}
        return usual | {name.replace("TEXT", text): body.replace("TEXT", text) for name, body in changes.items()}

    return files


def _python(**changes: str) -> Callable[[str], Files]:
    def files(text: str) -> Files:
        usual = {"requirements.txt": "fastapi==0.115.0\nuvicorn==0.30.0\n", "main.py": PYTHON_APP}
        return usual | {name.replace("TEXT", text): body.replace("TEXT", text) for name, body in changes.items()}

    return files


def _pyproject(table: str) -> Callable[[str], Files]:
    base = {"name": "a", "version": "1.0", "requires-python": ">=3.12", "dependencies": ["fastapi", "uvicorn"]}

    def files(text: str) -> Files:
        fields: dict[str, Any] = {**base}
        extra = ""
        if table in ("scripts", "optional-dependencies"):
            extra = f"[project.{table}]\n{_toml(text)} = " + ('"a:b"\n' if table == "scripts" else "[]\n")
        elif table == "dependencies":
            fields[table] = [*base["dependencies"], text]
        else:
            fields[table] = text
        lines = [f"{name} = {_toml(value)}" for name, value in fields.items()]
        return {"pyproject.toml": "[project]\n" + "\n".join(lines) + "\n" + extra, "main.py": PYTHON_APP}

    return files


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value).replace("\x7f", "\\u007f")


def _package(*path: str, key: bool = False) -> Callable[[str], Files]:
    def files(text: str) -> Files:
        manifest: dict[str, Any] = {
            "name": "a", "version": "1.0.0", "main": "server.js", "scripts": {"start": "node server.js"},
            "dependencies": {"express": "^4.0.0"}, "engines": {"node": ">=22"},
        }  # fmt: skip
        at = manifest
        for name in path[:-1]:
            at = at.setdefault(name, {})
        at[text if key else path[-1]] = "1.0.0" if key else text
        lock = {"name": "a", "lockfileVersion": 3, "packages": {"": manifest}}
        return {"package.json": json.dumps(manifest), "package-lock.json": json.dumps(lock), "server.js": NODE_APP}

    return files


def _node(**changes: str) -> Callable[[str], Files]:
    def files(text: str) -> Files:
        usual = _package("name")("a")
        return usual | {name.replace("TEXT", text): body.replace("TEXT", text) for name, body in changes.items()}

    return files


def _front_end(text: str, use: str = "") -> Files:
    manifest = {"name": "web", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "7.0.0"}}
    embed = f"package main\n\n{use or f'//go:embed all:{text}/dist'}\nvar dist embed.FS\n"
    own = {f"{text}/package.json": json.dumps(manifest), f"{text}/index.html": "<p>", f"{text}/vite.config.js": ""}
    return {**_go()(""), "embed.go": embed, **own}


FIELDS: dict[str, dict[str, Field]] = {
    "go": {
        "module": Field(_go(**{"go.mod": "module TEXT\n\ngo 1.26\n"})),
        "go directive": Field(_go(**{"go.mod": "module a\n\ngo TEXT\n"}), ("1.26",)),
        "toolchain": Field(_go(**{"go.mod": "module a\n\ngo 1.26\ntoolchain TEXT\n"}), ("go1.26.1",)),
        "version file": Field(_go(**{".go-version": "TEXT\n"}), ("1.26",)),
        "tool versions": Field(_go(**{".tool-versions": "golang TEXT\n"}), ("1.26.1",)),
        "requirement": Field(_go(**{"go.mod": "module a\n\ngo 1.26\nrequire TEXT v1.0.0\n", "go.sum": ""})),
        "replacement": Field(
            _go(**{"go.mod": "module a\n\ngo 1.26\nrequire b v1.0.0\nreplace b => ./TEXT\n", "TEXT/go.mod": "module b\n"})
        ),
        "workspace folder": Field(
            lambda text: {"go.work": f"go 1.26\nuse ./{text}\n", f"{text}/go.mod": "module b\ngo 1.26\n", f"{text}/main.go": GO_MAIN}
        ),
        "command folder": Field(
            lambda text: {"go.mod": "module a\n\ngo 1.26\n", f"cmd/{text}/main.go": GO_MAIN},
        ),
        "embedded file": Field(
            _go(**{"static/TEXT": "x", "embed.go": "package main\n\n//go:embed static/TEXT\nvar s string\n"}),
            known=(_go(**{"embed.go": "package main\n\n//go:embed missing\nvar s string\n"})(""),),
        ),
        "opened folder": Field(_go(**{"TEXT/a": "x", "open.go": 'package main\n\nvar _ = os.Open("TEXT/a")\n'})),
        "port": Field(_go(**{"main.go": GO_MAIN.replace('":"+os.Getenv("PORT")', '":TEXT"')}), ("8080",)),
    },
    "python": {
        "requirement": Field(_python(**{"requirements.txt": "fastapi==0.115.0\nuvicorn==0.30.0\nTEXT\n"}), ("httpx",)),
        "included file": Field(_python(**{"requirements.txt": "fastapi==0.115.0\nuvicorn\n-r TEXT\n", "TEXT": "httpx\n"}), ("more.txt",)),
        "constraints file": Field(_python(**{"requirements.txt": "fastapi==0.115.0\nuvicorn\n-c TEXT\n", "TEXT": "httpx==1\n"}), ("more.txt",)),
        "version file": Field(_python(**{".python-version": "TEXT\n"}), ("3.13",)),
        "runtime.txt": Field(_python(**{"runtime.txt": "python-TEXT\n"}), ("3.13.1",)),
        "tool versions": Field(_python(**{".tool-versions": "python TEXT\n"}), ("3.13.1",)),
        "Procfile": Field(_python(Procfile="web: TEXT\n"), ("uvicorn main:app", "gunicorn main:app --bind :$PORT", "python main.py")),
        "Procfile argument": Field(_python(Procfile="web: uvicorn main:app --app-dir TEXT\n"), (".", "$DIR", "a b")),
        "module": Field(lambda text: {"requirements.txt": "fastapi\nuvicorn\n", f"{text}.py": PYTHON_APP}, ("main",)),
        "package": Field(lambda text: {"requirements.txt": "fastapi\nuvicorn\n", f"{text}/main.py": PYTHON_APP}, ("app",)),
        "app object": Field(_python(**{"main.py": PYTHON_APP.replace("app =", "TEXT =")}), ("app",), known=(_python(**{"main.py": "print(1)\n"})(""),)),
        "project name": Field(_pyproject("name")),
        "project version": Field(_pyproject("version"), ("1.0",)),
        "requires-python": Field(_pyproject("requires-python"), (">=3.13",)),
        "dependency": Field(_pyproject("dependencies"), ("httpx",)),
        "script": Field(_pyproject("scripts")),
        "extra": Field(_pyproject("optional-dependencies")),
        "readme": Field(_pyproject("readme"), ("README.md",)),
        "Django settings": Field(
            _python(**{"requirements.txt": "django==5.2\ngunicorn==23.0\n", "main.py": "",
                       "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'TEXT')\n",
                       "site/settings.py": "WSGI_APPLICATION = 'TEXT'\nSTATIC_ROOT = 'TEXT'\n", "site/wsgi.py": "", "site/__init__.py": ""}),
            ("site.settings",),
        ),
    },
    "node": {
        "name": Field(_package("name")),
        "version": Field(_package("version"), ("1.0.0",)),
        "main": Field(_package("main"), ("server.js", "other.js")),
        "start": Field(_package("scripts", "start"), ("node server.js", "node --enable-source-maps server.js", "NODE_ENV=x node server.js")),
        "start file": Field(lambda text: _package("scripts", "start")(f"node {text}"), ("server.js", "$FILE")),
        "build": Field(_package("scripts", "build"), ("tsc", "node build.js")),
        "postinstall": Field(_package("scripts", "postinstall"), ("node x.js",)),
        "script name": Field(_package("scripts", "x", key=True)),
        "engines": Field(_package("engines", "node"), (">=22", "24")),
        "packageManager": Field(_package("packageManager"), ("npm@11.0.0", "pnpm@10.0.0", "yarn@4.5.0")),
        "dependency": Field(_package("dependencies", "x", key=True), ("koa",)),
        "dependency range": Field(_package("dependencies", "koa"), ("^2.0.0",)),
        "type": Field(_package("type"), ("module",)),
        ".nvmrc": Field(_node(**{".nvmrc": "TEXT\n"}), ("24",)),
        ".node-version": Field(_node(**{".node-version": "TEXT\n"}), ("24",)),
        "Procfile": Field(_node(Procfile="web: TEXT\n"), ("node server.js", "npm start", "node $FILE")),
        "server file": Field(lambda text: {**_package("scripts", "start")(f"node '{text}.js'"), f"{text}.js": NODE_APP}),
        "front end folder": Field(_front_end, ("web",), known=(_go()(""), _front_end("web", 'var _ = os.DirFS("web/dist")'))),
        "workspace": Field(lambda text: {**_package("workspaces")("x"), f"packages/{text}/package.json": "{}"}),
    },
}  # fmt: skip

ROWS = [pytest.param(name, place, id=f"{name}: {place}") for name in languages() for place in FIELDS.get(name, {})]


def outcome(files: Files) -> Dockerfile | None:
    """The Dockerfile for a repository; None when dockergen refuses it with a documented exit code."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        root = Path(folder) / "project"
        root.mkdir()
        try:
            for name, text in files.items():
                path = root / name
                if ".." in name.split("/") or name.startswith("/"):
                    return None
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode("utf-8", "surrogateescape"))
        except (OSError, ValueError):
            return None  # no such file can exist
        try:
            made = generated(root, service_at(root, {}))
        except DockergenError as error:
            assert error.exit_code in (2, 3), f"exit {error.exit_code}: {error.problem}"
            assert error.problem
            assert error.remedy
            assert not any(f"{run} /PWNED" in twin._QUOTED.sub("", error.command) for run in ("touch", "tee", ">"))
            return None
        for file in made:
            file.text.encode()
        return parse(made[0].text)


def shape(dockerfile: Dockerfile) -> tuple[str, ...]:
    """The instructions without those that a manifest may rightly add or leave out."""
    optional = ("EXPOSE", "HEALTHCHECK", "ENV", "ARG")
    return tuple(step.keyword for step in dockerfile.instructions if step.keyword not in optional)


@pytest.mark.parametrize(("language", "place"), ROWS)
def test_hostile_text_makes_no_instruction(language: str, place: str) -> None:
    row = FIELDS[language][place]
    usual = [*(row.files(text) for text in row.ordinary), *row.known]
    ordinary = [file for files in usual if (file := outcome(files))]
    assert ordinary, "the ordinary text must end in files, or this test shows nothing"
    known_images = _catalog(language).union(*map(_repositories, ordinary))
    for name in _texts(place):
        file = outcome(row.files(HOSTILE[name]))
        if file is None:
            continue
        assert any(_is_part(shape(file), shape(other)) for other in ordinary), f"{name}: {shape(file)}"
        assert _repositories(file) <= known_images, name
        for step in file.instructions:
            bare = twin._QUOTED.sub("", step.arguments) if step.keyword == "RUN" else ""
            assert not any(f"{command} /PWNED" in bare for command in ("touch", "tee", ">")), f"{name}: {bare}"


CORE = ("newline", "single quote", "command substitution", "trailing backslash", "heredoc", "leading dash")


def _texts(place: str) -> list[str]:
    """The core, and a share of the other texts that differs from place to place, so that all places see all kinds."""
    others = [name for name in HOSTILE if name not in CORE]
    share = sum(place.encode()) % 10
    return [*CORE, *others[share::10]]


def _is_part(found: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """True when `found` is `whole` with nothing added and nothing in another order."""
    rest = iter(whole)
    return all(keyword in rest for keyword in found)


def _repositories(file: Dockerfile) -> set[str]:
    stages = {stage.name for stage in file.stages}
    return {stage.base.partition("@")[0].rpartition(":")[0] for stage in file.stages if stage.base not in stages}


def _catalog(language: str) -> set[str]:
    from dockergen.catalog import load

    return {row.repository for row in load(language).images.values()}


@pytest.mark.parametrize("language", list(languages()))
def test_every_language_has_hostile_repositories(language: str) -> None:
    assert FIELDS.get(language), f"add the places where {language} reads free text to FIELDS"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_folder_name_of_the_repository_itself_reaches_no_file(text: str) -> None:
    name = text.replace("/", "_").replace("\0", "_").encode("utf-8", "surrogateescape")[:200]
    if name in (b"", b"."):
        return
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        root = Path(folder) / name.decode("utf-8", "surrogateescape")
        root.mkdir()
        (root / "go.mod").write_text("module a\n\ngo 1.26\n")
        (root / "main.go").write_text(GO_MAIN)
        service = service_at(root, {})
        assert service.name.isascii()
        assert service.name.replace("-", "").isalnum()
        assert "PWNED" not in "".join(file.text for file in generated(root, service))


def test_a_hostile_name_in_an_error_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from dockergen import report

    name = "a\0[2J\x1b[2J\x1b]0;title\x07\x9b2J\udc80\u202eb"
    report.error(ProjectError(f"{name} is broken.", f"Mend {name}.", command=f"mend {name}"))
    printed = capsys.readouterr().err
    assert printed.isprintable() or set(printed) - set(filter(str.isprintable, printed)) == {"\n"}
    assert printed.encode()
    assert r"\x00[2J\x1b[2J\x1b]0;title\x07\x9b2J\udc80\u202eb" in printed


@pytest.mark.parametrize("name", ["a;touch x.json", "$(touch x)", "a b"])
def test_a_command_to_paste_quotes_the_names_in_it(name: str) -> None:
    from dockergen.repository import Repository

    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        (Path(folder) / name).write_text("{")
        with pytest.raises(ProjectError) as caught:
            Repository(folder).json(name)
        assert caught.value.command == f"python3 -m json.tool '{name}'"
