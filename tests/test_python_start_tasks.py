"""Commands with names (pdm, poe, taskipy, pipenv, hatch, pixi), and programs that a line of the repository runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from tests.python_trees import decision, plan_of, started

PROJECT = "[project]\nname = 'acme'\nversion = '1'\ndependencies = ['flask', 'gunicorn']\n"
APP = "from flask import Flask\napi = Flask(__name__)\n"
COMMAND = "gunicorn acme.web:api --bind 0.0.0.0:9001"


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (f"[tool.pdm.scripts]\nstart = '{COMMAND}'\n", 6),
        (f"[tool.pdm.scripts]\nstart = {{cmd = '{COMMAND}'}}\n", 6),
        (f"[tool.pdm.scripts.start]\ncmd = '{COMMAND}'\n", 5),
        (f"[tool.poe.tasks]\ndev = 'flask run'\nserve.shell = '{COMMAND}'\n", 0),
        (f"[tool.taskipy.tasks]\nserver = {{cmd = '{COMMAND}', help = 'x'}}\n", 6),
        (f"[tool.rye.scripts]\nprod = ['{COMMAND.replace(' ', chr(39) + ', ' + chr(39))}']\n", 6),
        (f"[tool.hatch.envs.default.scripts]\nrun = '{COMMAND}'\n", 6),
        (f"[tool.pixi.tasks]\nstart = '{COMMAND}'\n", 6),
    ],
)
def test_a_named_command_names_the_app_and_its_port(tmp_path: Path, table: str, line: int) -> None:
    files = {"acme/__init__.py": "", "acme/web.py": APP, "acme/admin.py": APP.replace("api", "app")}
    plan = plan_of(tmp_path, {"pyproject.toml": PROJECT + table, **files})
    assert started(plan) == "gunicorn --worker-tmp-dir /dev/shm acme.web:api"
    start = decision(plan, "start").sourced.origin
    assert (plan.port, start.path, start.line) == (9001, "pyproject.toml", line or start.line)


def test_scripts_of_a_pipfile(tmp_path: Path) -> None:
    pipfile = f"[packages]\nflask = '*'\ngunicorn = '*'\n[scripts]\nweb = '{COMMAND}'\n"
    plan = plan_of(tmp_path, {"Pipfile": pipfile, "acme/__init__.py": "", "acme/web.py": APP})
    assert (plan.port, str(decision(plan, "start").sourced.origin)) == (9001, "Pipfile:5")


def test_a_command_for_development_decides_nothing(tmp_path: Path) -> None:
    table = "[tool.poe.tasks]\ndev = 'gunicorn acme.admin:app'\ntest = 'pytest'\nstart.sequence = ['a', 'b']\n"
    plan = plan_of(tmp_path, {"pyproject.toml": PROJECT + table, "acme/__init__.py": "", "acme/web.py": APP})
    assert started(plan) == "gunicorn --worker-tmp-dir /dev/shm acme.web:api"


GUARD = "import time\nif __name__ == '__main__':\n    time.sleep(9)\n"
TWO = {"requirements": "requests==2.32.5", "watch/__init__.py": "", "watch/loop.py": GUARD, "watch/tool.py": GUARD}


@pytest.mark.parametrize(
    ("files", "start", "origin"),
    [
        ({"pyproject.toml": "[tool.poe.tasks]\nstart = 'python -m watch.loop'\n"}, "python -m watch.loop", "pyproject.toml:2"),
        ({"pyproject.toml": "[tool.poe.tasks]\nstart = {script = 'watch.loop:main()'}\n"}, "python -m watch.loop", "pyproject.toml:2"),
        ({"Dockerfile": "FROM python:3.13\nCMD [\"python\", \"watch/loop.py\", \"--fast\"]\n"}, "python watch/loop.py --fast", "Dockerfile:2"),
        ({"docker-compose.yml": "services:\n  bot:\n    build: .\n    command: python -m watch.loop\n"}, "python -m watch.loop", "docker-compose.yml:4"),
        ({"README.md": "Run it:\n\n    python watch/loop.py\n"}, "python watch/loop.py", "README.md:3"),
        ({"Makefile": "run:\n\tpython -m watch.loop\n"}, "python -m watch.loop", "Makefile:2"),
    ],
)  # fmt: skip
def test_a_line_decides_between_programs_that_nothing_else_tells_apart(
    tmp_path: Path, files: dict[str, str], start: str, origin: str
) -> None:
    plan = plan_of(tmp_path, {**TWO, **files})
    assert (started(plan), str(decision(plan, "start").sourced.origin)) == (start, origin)


def test_a_line_about_what_is_not_there_decides_nothing(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"watch/loop\.py:2, watch/tool\.py:2"):
        plan_of(tmp_path, {**TWO, "README.md": "    python watch/gone.py\n"})


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"Dockerfile": "FROM python:3.13\nCMD gunicorn -b 0.0.0.0:9999 \"web:make_app('prod')\"\n"}, "gunicorn --worker-tmp-dir /dev/shm web:make_app('prod')"),
        ({"Makefile": "run:\n\tgunicorn 'web:make_app(\"prod\")'\n"}, 'gunicorn --worker-tmp-dir /dev/shm web:make_app("prod")'),
        ({"Procfile": "web: gunicorn \"web:make_app('prod')\"\n"}, "gunicorn web:make_app('prod')"),
    ],
)  # fmt: skip
def test_a_factory_is_called_with_what_the_line_gives_it(tmp_path: Path, files: dict[str, str], start: str) -> None:
    web = "from flask import Flask\ndef make_app(mode):\n    return Flask(__name__)\n"
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", "web/__init__.py": web, **files})
    assert (started(plan), decision(plan, "framework").text) == (start, "flask")


def test_workers_of_a_compose_file_are_printed(tmp_path: Path) -> None:
    rows = {"web": "gunicorn app:app", "worker": "celery -A app worker -l info", "beat": "celery -A app beat"}
    services = "".join(f"  {name}:\n    build: .\n    command: {text}\n" for name, text in rows.items())
    files = {"app.py": "from flask import Flask\nfrom celery import Celery\napp = Flask(__name__)\nc = Celery('app')\n"}
    plan = plan_of(
        tmp_path, {"requirements": "flask gunicorn celery", "compose.yaml": f"services:\n{services}", **files}
    )
    assert dict(plan.commands) == {"worker": rows["worker"], "beat": rows["beat"]}
