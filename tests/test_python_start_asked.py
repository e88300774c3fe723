"""What the user says to start, and the commands that messages advise: each is enough for an image that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from tests.python_trees import decision, plan_of, started

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
SCRIPTS = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "big-shop"\nversion = "1"\n[project.scripts]\nshop-web = "shop.web:main"\nshop-keys = "shop.keys:main"\n'


@pytest.mark.parametrize(
    ("start", "added", "port"),
    [
        ("gunicorn app:app", ("gunicorn",), 8000),
        ("uvicorn app:app --host 0.0.0.0 --port 9000", ("uvicorn",), 9000),
        ("sh -c 'exec uvicorn app:app --host 0.0.0.0 --port ${PORT}'", ("uvicorn",), 8000),
        ("waitress-serve app:app", ("waitress",), 8080),
        ("flask run --host 0.0.0.0", (), 5000),
        ("python app.py", (), 8000),
    ],
)
def test_server_of_the_users_command_is_installed_and_its_port_known(
    tmp_path: Path, start: str, added: tuple[str, ...], port: int
) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": FLASK}, start=start)
    assert [row.partition("==")[0] for row in plan.facts.install.added] == list(added)
    assert plan.port == port


def test_settings_of_a_server_that_the_command_does_not_name_are_left_out(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", "app.py": FLASK}, start="flask run --host 0.0.0.0")
    assert "GUNICORN_CMD_ARGS" not in dict(plan.env)


def test_users_command_tells_which_of_several_programs_is_meant(tmp_path: Path) -> None:
    files = {
        "requirements": "fastapi uvicorn",
        "one.py": FASTAPI,
        "two.py": f"import os\nKEY = os.environ['TWO_KEY']\n{FASTAPI}",
    }
    plan = plan_of(tmp_path, files, start="uvicorn two:app --host 0.0.0.0 --port 8000")
    assert [need.value for need in plan.needs] == ["TWO_KEY"]
    assert (plan.touch, decision(plan, "framework").text) == ("two.py", "fastapi")


def test_declared_command_that_the_user_asks_for_is_installed(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": SCRIPTS,
        "shop/__init__.py": "",
        "shop/web.py": "def main():\n    print(1)\n",
        "shop/keys.py": "def main():\n    print(2)\n",
        "bench/__init__.py": "",
        "bench/__main__.py": "print(3)\n",
    }
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    advised = (caught.value.command or "").removeprefix("dockergen init --start ")
    plan = plan_of(tmp_path, files, start=advised)
    assert plan.start == ("shop-web",)
    assert plan.facts.install.project


@pytest.mark.parametrize(
    ("requirement", "source", "start"),
    [
        ("flask", FLASK, "gunicorn --chdir examples/one app:app"),
        ("fastapi", FASTAPI, "uvicorn --app-dir examples/one app:app --host 0.0.0.0 --port 8000"),
    ],
)
def test_programs_among_the_examples_are_named_with_the_command_that_starts_one(
    tmp_path: Path, requirement: str, source: str, start: str
) -> None:
    files = {"requirements": requirement, "examples/one/app.py": source, "examples/two/app.py": source}
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert "examples/one/app.py:2, examples/two/app.py:2" in caught.value.problem
    assert caught.value.command == f"dockergen init --start '{start}'"
    plan = plan_of(tmp_path, files, start=start)
    assert started(plan) == start
    assert (plan.touch, plan.port, decision(plan, "framework").text) == ("examples/one/app.py", 8000, requirement)


def test_undecided_apps_are_told_with_the_folder_that_has_a_manifest(tmp_path: Path) -> None:
    files = {
        "requirements": "flask",
        "app/first/final/requirements.txt": "flask\n",
        "app/first/final/wsgi.py": FLASK,
        "app/second/final/wsgi.py": FLASK,
    }
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert caught.value.command == "dockergen init app/first/final"


def test_undecided_apps_without_manifests_are_told_with_the_server_of_their_kind(tmp_path: Path) -> None:
    files = {"requirements": "fastapi", "one.py": FASTAPI, "two.py": FASTAPI}
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert caught.value.command == "dockergen init --start 'uvicorn one:app --host 0.0.0.0 --port 8000'"
