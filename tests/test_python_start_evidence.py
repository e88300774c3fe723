"""Files that say how a repository is started: which of them wins, what is taken from them, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.commands import next_lines
from dockergen.errors import ProjectError
from dockergen.pipeline import service_at
from tests.python_trees import decision, plan_of, started

FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
G = "gunicorn --worker-tmp-dir /dev/shm"
BASE = {"requirements": "flask gunicorn", "app.py": FLASK}
TWO = {"requirements": "fastapi uvicorn", "main.py": FASTAPI, "core/web.py": FASTAPI}

CASES: dict[str, tuple[dict[str, str], str, int | None, str]] = {
    "Procfile at its word": (
        {**BASE, "Procfile": "web: gunicorn app:app --workers 3\n"},
        "gunicorn app:app --workers 3",
        8000,
        "Procfile:1",
    ),
    "Procfile with the port of the platform": (
        {**BASE, "Procfile": "web: gunicorn -b 0.0.0.0:${PORT:-5000} app:app\n"},
        "sh -c exec gunicorn -b 0.0.0.0:${PORT:-5000} app:app",
        5000,
        "Procfile:1",
    ),
    "Procfile of another tool's runner": (
        {**BASE, "Procfile": "web: poetry run gunicorn app:app\n"},
        "gunicorn app:app",
        8000,
        "Procfile:1",
    ),
    "Procfile with a migration first": (
        {**BASE, "Procfile": "web: flask db upgrade && gunicorn app:app\n"},
        "gunicorn app:app",
        8000,
        "Procfile:1",
    ),
    "Procfile with a variable": (
        {**BASE, "Procfile": "web: MODE=live gunicorn app:app\n"},
        "env MODE=live gunicorn app:app",
        8000,
        "Procfile:1",
    ),
    "Procfile with a step before the server": (
        {**BASE, "Procfile": "web: python seed.py; gunicorn app:app\n"},
        "sh -c python seed.py && exec gunicorn app:app",
        8000,
        "Procfile:1",
    ),
    "Procfile with a script that only starts the server": (
        {**BASE, "Procfile": "web: bash start.sh\n", "start.sh": "#!/bin/sh\nset -e\nflask db upgrade\nexec gunicorn \\\n  app:app\n"},
        "gunicorn app:app",
        8000,
        "start.sh:4",
    ),
    "Procfile with a script that does more": (
        {**BASE, "Procfile": "web: bash start.sh\n", "start.sh": "export A=$(date)\nexec gunicorn app:app\n"},
        "bash start.sh",
        8000,
        "Procfile:1",
    ),
    "Dockerfile with a script": (
        {**TWO, "Dockerfile": 'FROM a\nCMD ["/entrypoint.sh"]\n', "docker/entrypoint.sh": "#!/bin/sh\nuvicorn core.web:app --port 8700\n"},
        "uvicorn core.web:app --host 0.0.0.0 --port 8700",
        8700,
        "docker/entrypoint.sh:2",
    ),
    "Procfile that enters a folder": (
        {"requirements": "flask gunicorn", "backend/app.py": FLASK, "Procfile": "web: cd backend && gunicorn app:app\n"},
        "sh -c cd backend && exec gunicorn app:app",
        8000,
        "Procfile:1",
    ),
    "Procfile that reloads": (
        {**TWO, "Procfile": "web: uvicorn core.web:app --reload\n"},
        "uvicorn core.web:app --host 0.0.0.0 --port 8000",
        8000,
        "Procfile:1",
    ),
    "Procfile on loopback": (
        {**TWO, "Procfile": "web: uvicorn core.web:app --workers 2\n"},
        "sh -c exec uvicorn core.web:app --workers 2 --host 0.0.0.0 --port ${PORT}",
        8000,
        "Procfile:1",
    ),
    "Procfile that runs the development server": (
        {**BASE, "app.py": FLASK + "if __name__ == '__main__':\n    app.run(debug=True)\n", "Procfile": "web: python app.py\n"},
        f"{G} app:app",
        8000,
        "Procfile:1",
    ),
    "Procfile that starts what does not exist": (
        {**BASE, "Procfile": "web: gunicorn shop.wsgi:app\n"},
        f"{G} app:app",
        8000,
        "app.py:3",
    ),
    "Procfile that names what the file does not define": (
        {**BASE, "Procfile": "web: gunicorn app:application\n"},
        f"{G} app:app",
        8000,
        "app.py:3",
    ),
    "fly.toml": (
        {**TWO, "fly.toml": '[processes]\napp = "uvicorn core.web:app --host 0.0.0.0 --port 8080"\n'},
        "uvicorn core.web:app --host 0.0.0.0 --port 8080",
        8080,
        "fly.toml:2",
    ),
    "render.yaml": (
        {**TWO, "render.yaml": "services:\n  - type: web\n    name: a\n    startCommand: uvicorn core.web:app --host 0.0.0.0 --port $PORT\n"},
        "sh -c exec uvicorn core.web:app --host 0.0.0.0 --port $PORT",
        8000,
        "render.yaml:4",
    ),
    "a script": (
        {**BASE, "start.sh": "#!/bin/bash -e\nif [ -z \"$PORT\" ]; then\n  export PORT=1\nfi\nexec gunicorn app:app\n", "railway.json": '{"deploy": {"startCommand": "chmod +x start.sh && ./start.sh"}}\n'},
        "bash -e ./start.sh",
        8000,
        "railway.json:1",
    ),
    "railpack.json": (
        {**TWO, "railpack.json": '{"deploy": {"startCommand": "uvicorn core.web:app --host 0.0.0.0 --port $PORT"}}\n'},
        "sh -c exec uvicorn core.web:app --host 0.0.0.0 --port $PORT",
        8000,
        "railpack.json:1",
    ),
    "zbpack.json": (
        {**TWO, "zbpack.json": '{"start_command": "uvicorn core.web:app --host 0.0.0.0 --port 8080"}\n'},
        "uvicorn core.web:app --host 0.0.0.0 --port 8080",
        8080,
        "zbpack.json:1",
    ),
    ".platform.app.yaml": (
        {**TWO, ".platform.app.yaml": "name: app\nweb:\n  commands:\n    start: poetry run uvicorn core.web:app --port $PORT\n"},
        "sh -c exec uvicorn core.web:app --port $PORT --host 0.0.0.0",
        8000,
        ".platform.app.yaml:4",
    ),
    ".upsun/config.yaml": (
        {**TWO, ".upsun/config.yaml": "applications:\n  shop:\n    web:\n      commands:\n        start: uvicorn core.web:app --port 8080\n"},
        "uvicorn core.web:app --port 8080 --host 0.0.0.0",
        8080,
        ".upsun/config.yaml:5",
    ),
    ".replit": (
        {**TWO, ".replit": 'run = "python main.py"\n[deployment]\nrun = ["sh", "-c", "uvicorn core.web:app --host 0.0.0.0 --port 8080"]\n'},
        "uvicorn core.web:app --host 0.0.0.0 --port 8080",
        8080,
        ".replit:3",
    ),
    "heroku.yml": (
        {**TWO, "heroku.yml": "run:\n  web: uvicorn core.web:app --host 0.0.0.0 --port $PORT\n"},
        "sh -c exec uvicorn core.web:app --host 0.0.0.0 --port $PORT",
        8000,
        "heroku.yml:2",
    ),
    "app.yaml": (
        {**BASE, "app.yaml": "runtime: python312\nentrypoint: gunicorn -b :8080 app:app\n"},
        "gunicorn -b :8080 app:app",
        8080,
        "app.yaml:2",
    ),
    "Dockerfile of theirs": (
        {**TWO, "Dockerfile": 'FROM python:3.13\nEXPOSE 8600\nCMD ["uvicorn", "core.web:app", "--host", "0.0.0.0"]\n'},
        "uvicorn core.web:app --host 0.0.0.0 --port 8600",
        8600,
        "Dockerfile:3",
    ),
    "Dockerfile of ours": (
        {**TWO, "Dockerfile": '# syntax=docker/dockerfile:1\n\n# Written by dockergen and yours\nFROM a\nCMD ["uvicorn", "core.web:app"]\n'},
        "uvicorn main:app --host 0.0.0.0 --port 8000",
        8000,
        "main.py:3",
    ),
    "compose": (
        {**TWO, "compose.yaml": "services:\n  api:\n    build: .\n    command: uvicorn core.web:app --reload --port 9000\n"},
        "uvicorn core.web:app --host 0.0.0.0 --port 9000",
        9000,
        "compose.yaml:4",
    ),
    "compose service of an image is not ours": (
        {**TWO, "compose.yaml": "services:\n  api:\n    image: x\n    command: uvicorn core.web:app\n"},
        "uvicorn main:app --host 0.0.0.0 --port 8000",
        8000,
        "main.py:3",
    ),
    "supervisord": (
        {**TWO, "supervisord.conf": "[supervisord]\nnodaemon=true\n[program:api]\ndirectory=/srv\ncommand=uvicorn core.web:app --port 8200\n"},
        "uvicorn core.web:app --host 0.0.0.0 --port 8200",
        8200,
        "supervisord.conf:5",
    ),
    "Makefile": (
        {**TWO, "Makefile": "run:\n\tpoetry run uvicorn core.web:app --reload\n"},
        "uvicorn core.web:app --host 0.0.0.0 --port 8000",
        8000,
        "Makefile:2",
    ),
    "README": (
        {**TWO, "README.md": "# A\n\n```sh\n$ uvicorn core.web:app --port 8500\n```\n"},
        "uvicorn core.web:app --host 0.0.0.0 --port 8500",
        8500,
        "README.md:4",
    ),
    ".flaskenv": (
        {"requirements": "flask gunicorn", ".flaskenv": "FLASK_APP=blog.py\n", "blog.py": FLASK, "app.py": FLASK},
        f"{G} blog:app",
        8000,
        ".flaskenv:1",
    ),
    ".flaskenv with arguments": (
        {
            "requirements": "flask gunicorn",
            ".flaskenv": "FLASK_APP=\"shop:create_app('shop.settings.Live', 2)\"\n",
            "shop/__init__.py": "from flask import Flask\ndef create_app(config, count):\n    return Flask('a')\n",
        },
        f"{G} shop:create_app('shop.settings.Live', 2)",
        8000,
        ".flaskenv:1",
    ),
    "FLASK_APP of a factory in the README": (
        {
            "requirements": "flask gunicorn",
            "README.md": "# A\n\n    export FLASK_APP=shop/factory.py\n",
            "app.py": FLASK,
            "shop/factory.py": "from flask import Flask\ndef create_app():\n    return Flask('a')\n",
        },
        f"{G} shop.factory:create_app()",
        8000,
        "README.md:3",
    ),
    "uwsgi.ini": (
        {
            "requirements": "flask uwsgi",
            "uwsgi.ini": "[uwsgi]\nsocket = /run/a.sock\nmodule = blog:app\n",
            "blog.py": FLASK,
            "app.py": FLASK,
        },
        "uwsgi --http-socket 0.0.0.0:8000 --master --need-app --die-on-term --module blog:app",
        8000,
        "uwsgi.ini:3",
    ),
    "README about something else": (
        {**TWO, "README.md": "Run `uvicorn nowhere:app`.\n\n    uvicorn gone.web:app\n"},
        "uvicorn main:app --host 0.0.0.0 --port 8000",
        8000,
        "main.py:3",
    ),
    "object that no known framework makes": (
        {"requirements": "homegrown uvicorn", "service/web.py": "application = build()\n", "Makefile": "run:\n\tuvicorn service.web:application\n"},
        "uvicorn service.web:application --host 0.0.0.0 --port 8000",
        8000,
        "Makefile:2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "start", "port", "origin"), CASES.values(), ids=CASES)
def test_line_of_the_repository_decides(
    tmp_path: Path, files: dict[str, str], start: str, port: int | None, origin: str
) -> None:
    plan = plan_of(tmp_path, files)
    found = decision(plan, "start")
    assert found.text == start
    assert plan.port == port
    assert str(found.sourced.origin) == origin


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "Procfile that starts what does not exist",
            "Procfile:1 is not what starts the image: there is no module shop.wsgi",
        ),
        ("Procfile that names what the file does not define", "app.py defines no application"),
        ("Procfile that runs the development server", "Procfile:1 starts a development server"),
    ],
)
def test_line_that_is_not_followed_is_told(tmp_path: Path, name: str, said: str) -> None:
    plan = plan_of(tmp_path, CASES[name][0])
    assert any(said in note for note in plan.notes), plan.notes
    assert any("Procfile" in str(row.origin) for row in decision(plan, "start").sourced.rejected)


def test_procfile_names_a_module_of_a_package_by_its_bare_name(tmp_path: Path) -> None:
    files = {"server/__init__.py": "", "server/api.py": "", "server/app.py": f"from server.api import *\n{FLASK}"}
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", "Procfile": "web: gunicorn app:app\n", **files})
    assert started(plan).endswith("server.app:app")
    said = "there is no module app here: server/app.py is imported as server.app."
    assert f"Procfile:1 is not what starts the image: {said}" in plan.notes


def test_a_line_of_an_image_that_lays_files_out_otherwise_tells_its_port(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    command: gunicorn -b 0.0.0.0:9000 app:app\n"
    files = {"server/__init__.py": "", "server/api.py": "", "server/app.py": f"from server.api import *\n{FLASK}"}
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", "docker-compose.yml": compose, **files})
    assert started(plan).endswith("server.app:app")
    assert plan.port == 9000


def test_procfile_of_nothing_that_exists_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as raised:
        plan_of(tmp_path, {"requirements": "flask gunicorn", "Procfile": "# ours\nweb: gunicorn shop:app\n"})
    assert "Procfile:2" in raised.value.problem
    assert "there is no module shop" in raised.value.problem


def test_migration_in_front_of_the_server_becomes_a_command(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, CASES["Procfile with a migration first"][0])
    assert dict(plan.commands)["migrate"] == "flask db upgrade"


def test_other_processes_of_a_procfile_are_commands(tmp_path: Path) -> None:
    lines = "release: alembic upgrade head\nweb: gunicorn app:app\nworker: python worker.py\nclock: python clock.py\n"
    plan = plan_of(tmp_path, {**BASE, "Procfile": lines, "worker.py": "", "clock.py": ""})
    assert dict(plan.commands) == {
        "migrate": "alembic upgrade head",
        "worker": "python worker.py",
        "clock": "python clock.py",
    }
    assert started(plan) == "gunicorn app:app"


def test_server_that_only_the_procfile_names_is_added(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": FLASK, "Procfile": "web: gunicorn app:app\n"})
    assert plan.facts.install.added[0].startswith("gunicorn==")


def test_second_run_reads_nothing_from_what_the_first_wrote(tmp_path: Path) -> None:
    import dockergen

    plan_of(tmp_path, CASES["README"][0])
    for file in dockergen.generate(tmp_path):
        (tmp_path / file.path).write_text(file.text, encoding="utf-8")
    first = {file.path: file.text for file in dockergen.generate(tmp_path)}
    assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in first} == first


def _text(root: Path, **flags: object) -> str:
    return explain.text_of(dockergen.generate(root, **flags), "Dockerfile")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("flask db upgrade; flask translate compile; gunicorn app:app", 'RUN ["flask", "translate", "compile"]'),
        ("poetry run pybabel compile -d app/i18n && gunicorn app:app", 'RUN ["pybabel", "compile", "-d", "app/i18n"]'),
        ("flask translate compile `id`; gunicorn app:app", ""),
        ("cd web && flask translate compile && gunicorn app:app", ""),
        ("yarn --cwd assets build && gunicorn app:app", ""),
        (
            "FLASK_APP=app flask translate compile && gunicorn app:app",
            'RUN ["env", "FLASK_APP=app", "flask", "translate", "compile"]',
        ),
    ],
)
def test_what_a_start_makes_beside_the_source_is_made_in_the_build(tmp_path: Path, command: str, line: str) -> None:
    plan_of(tmp_path, {**BASE, "Procfile": f"web: {command}\n"})
    text = _text(tmp_path)
    assert (line in text) if line else '"translate"' not in text.partition("CMD")[0]
    assert ("COPY --from=build --exclude=.venv /app/ ./" in text) is bool(line)


def test_messages_of_django_are_compiled_with_what_the_settings_demand(tmp_path: Path) -> None:
    files = {
        "requirements": "django gunicorn",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
        "site_/settings.py": "SECRET_KEY = os.environ['SECRET_KEY']\n",
        "site_/wsgi.py": "application = 1\n",
        "Procfile": "web: python manage.py compilemessages && gunicorn site_.wsgi\n",
    }
    plan_of(tmp_path, files)
    text = _text(tmp_path)
    assert '"SECRET_KEY=only-for-the-build", "python", "manage.py", "compilemessages"]' in text
    assert "gettext" in text.partition(" AS final")[0]
    assert "only-for-the-build" not in text.partition(" AS final")[2]


def test_what_a_build_command_makes_reaches_the_image(tmp_path: Path) -> None:
    plan_of(tmp_path, BASE)
    text = _text(tmp_path, build_command="python make.py")
    assert text.index("ENV PATH=/app/.venv/bin:$PATH\n\nCOPY . .\n\nRUN python make.py\n") < text.index(" AS final")
    assert "COPY --from=build --exclude=.venv /app/ ./\n" in text.partition(" AS final")[2]


@pytest.mark.parametrize(
    ("requirements", "added"),
    [
        ("flask gunicorn gevent", True),
        ("flask gunicorn==22.0.0 gevent", False),
        ("flask gunicorn gevent packaging", False),
    ],
)
def test_workers_of_gunicorn_get_what_they_import(tmp_path: Path, requirements: str, added: bool) -> None:
    plan_of(tmp_path, {**BASE, "requirements": requirements, "Procfile": "web: gunicorn -k gevent app:app\n"})
    assert ("install packaging\n" in _text(tmp_path)) is added


BOT = "import os\nimport discord\nclient = discord.Client(intents=discord.Intents.default())\nclient.run(os.environ['TOKEN'])\n"


@pytest.mark.parametrize(
    ("bot", "port"),
    [(BOT, None), (BOT.replace("client.run", "import keep\nclient.run"), 8000)],
    ids=["asks for messages", "keeps a page awake"],
)
def test_bot_that_a_platform_starts_has_a_port_only_if_it_listens(tmp_path: Path, bot: str, port: int | None) -> None:
    files = {
        "requirements": "discord-py",
        "bot.py": bot,
        "nixpacks.toml": '[start]\ncmd = "python bot.py"\n',
        "keep.py": "import os\nPORT = int(os.environ.get('PORT', '8000'))\n",
    }
    plan = plan_of(tmp_path, files)
    assert (plan.start, plan.port) == (("python", "bot.py"), port)


def test_process_that_the_image_starts_is_no_further_command(tmp_path: Path) -> None:
    files = {
        "requirements": "discord-py",
        "bot.py": BOT,
        "Procfile": "worker: python bot.py\nclock: python clock.py\n",
        "clock.py": "print(1)\n",
    }
    assert dict(plan_of(tmp_path, files).commands) == {"clock": "python clock.py"}


def test_migrations_of_a_factory_are_told_ready_to_paste(tmp_path: Path) -> None:
    app = "from flask import Flask\ndef create_app():\n    return Flask('a')\n"
    plan_of(tmp_path, {"requirements": "flask gunicorn flask-migrate", "app.py": app, "migrations/env.py": ""})
    assert next_lines(service_at(tmp_path, {}))[-1].endswith(" flask --app 'app:create_app()' db upgrade")


@pytest.mark.parametrize(
    ("flask", "command"),
    [
        ("flask==0.12.2", "env FLASK_APP=app.py flask db upgrade"),
        ("flask", "flask --app app:app db upgrade"),
    ],
)
def test_migrations_of_flask_are_told_as_its_release_knows_them(tmp_path: Path, flask: str, command: str) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n"
    files = {"requirements": f"{flask} gunicorn flask-migrate", "app.py": app, "migrations/env.py": ""}
    assert dict(plan_of(tmp_path, files).commands)["migrate"] == command


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("sleep infinity", "uvicorn main:app --host 0.0.0.0 --port 8000"),
        ("|\n      # first\n      set -e\n      python manage_db.py\n      uvicorn core.web:app --port 8080\n", "sh -c python manage_db.py && exec uvicorn core.web:app --port 8080 --host 0.0.0.0"),
        ("|\n      if [ -z $X ]; then\n        echo\n      fi\n      uvicorn core.web:app\n", "uvicorn main:app --host 0.0.0.0 --port 8000"),
    ],
)  # fmt: skip
def test_a_block_of_several_lines_is_what_it_runs_in_turn(tmp_path: Path, start: str, found: str) -> None:
    manifest = f"web:\n  commands:\n    start: {start}"
    assert decision(plan_of(tmp_path, {**TWO, ".platform.app.yaml": manifest}), "start").text == found
