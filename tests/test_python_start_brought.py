"""Frameworks that no line names, objects of unknown frameworks, and ports of installed commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from tests.python_trees import decision, plan_of, started

G = "gunicorn --worker-tmp-dir /dev/shm"
FASTAPI = "import strawberry\nfrom fastapi import FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Flask\nfrom flask_restx import Api\nsite = Flask(__name__)\napi = Api(site)\n"


@pytest.mark.parametrize(
    ("files", "start", "framework"),
    [
        ({"requirements": "strawberry-graphql[fastapi] uvicorn", "gq/__init__.py": "", "gq/main.py": FASTAPI}, "uvicorn gq.main:app --host 0.0.0.0 --port 8000", "gq/main.py:2"),
        ({"requirements": "flask-restx gunicorn", "app.py": FLASK}, f"{G} app:site", "app.py:1"),
        ({"requirements": "flask-restx", "app.py": FLASK}, f"{G} app:site", "app.py:1"),
        ({"requirements": "flask flask-restx gunicorn", "app.py": FLASK}, f"{G} app:site", "requirements.txt:1"),
    ],
)  # fmt: skip
def test_a_framework_that_something_else_brings_is_seen_in_the_source(
    tmp_path: Path, files: dict[str, str], start: str, framework: str
) -> None:
    plan = plan_of(tmp_path, files)
    assert (started(plan), str(decision(plan, "framework").sourced.origin)) == (start, framework)


def test_django_that_wagtail_brings(tmp_path: Path) -> None:
    line = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
    files = {
        "requirements": "wagtail gunicorn",
        "manage.py": line,
        "site_/settings.py": "SECRET_KEY = 'x'\n",
        "site_/wsgi.py": f"{line}from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    }
    plan = plan_of(tmp_path, files)
    assert (started(plan), dict(plan.commands)["migrate"]) == (
        f"{G} site_.wsgi:application",
        "python manage.py migrate",
    )


def test_an_import_decides_nothing_where_the_manifest_names_a_framework(tmp_path: Path) -> None:
    page = "import streamlit as st\nst.title('x')\n"
    files = {"requirements": "streamlit", "streamlit_app.py": page, "tools/api.py": FASTAPI}
    assert started(plan_of(tmp_path, files)).startswith("streamlit run streamlit_app.py")


GRAPH = "from ariadne.asgi import GraphQL\nfrom schema import schema\napp = GraphQL(schema)\n"


@pytest.mark.parametrize(
    ("requirements", "text", "start"),
    [
        ("ariadne uvicorn", GRAPH, "uvicorn server:app --host 0.0.0.0 --port 8000"),
        ("ariadne hypercorn", GRAPH, "hypercorn server:app --bind 0.0.0.0:8000"),
        ("pecan gunicorn", "import pecan\napplication = pecan.make_app('root')\n", f"{G} server:application"),
        ("ariadne", GRAPH, "python server.py"),
        ("typer uvicorn", "import typer\napp = typer.Typer()\nif __name__ == '__main__':\n    app()\n", "python server.py"),
        ("wxpython gunicorn", "import wx\napp = wx.App()\nif __name__ == '__main__':\n    app.MainLoop()\n", "python server.py"),
        ("celery uvicorn", "from celery import Celery\napp = Celery('x')\n", "celery --app server:app worker --loglevel info"),
        ("x uvicorn", "import uvicorn\nimport x\napp = x.make()\nuvicorn.run(app, host='0.0.0.0', port=9000)\n", "python server.py"),
    ],
)  # fmt: skip
def test_an_app_of_an_unknown_framework_is_given_to_the_server_that_is_asked_for(
    tmp_path: Path, requirements: str, text: str, start: str
) -> None:
    assert started(plan_of(tmp_path, {"requirements": requirements, "server.py": text})) == start


def test_port_of_a_command_whose_framework_is_told_nothing(tmp_path: Path) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='v', packages=['v'], install_requires=['tornado'], entry_points={'console_scripts': ['v-serve = v.main:main']})\n",
        "v/__init__.py": "",
        "v/main.py": "import tornado.web, tornado.ioloop\ndef main():\n    tornado.web.Application([]).listen(8890)\n    tornado.ioloop.IOLoop.current().start()\n",
    }
    plan = plan_of(tmp_path, files)
    assert (started(plan), plan.port, str(decision(plan, "port").sourced.origin)) == ("v-serve", 8890, "v/main.py:3")


BOT = "from aiogram import Bot\n\nif __name__ == '__main__':\n    Bot('x')\n"


def test_bot_that_the_manifest_names_is_the_program_beside_an_interface_that_nothing_installs(tmp_path: Path) -> None:
    files = {"requirements": "aiogram", "bot.py": BOT, "infra/api/app.py": FASTAPI, "infra/__init__.py": ""}
    assert started(plan_of(tmp_path, files)) == "python bot.py"


def test_web_program_that_sends_by_a_bot_is_the_program(tmp_path: Path) -> None:
    files = {"requirements": "aiogram strawberry-graphql[fastapi]", "main.py": FASTAPI, "infra/bot.py": BOT}
    assert started(plan_of(tmp_path, files)).startswith("uvicorn main:app")


def test_two_files_that_are_as_likely_are_both_shown(tmp_path: Path) -> None:
    files = {"requirements": "neo4j", "by_asyncio.py": FASTAPI, "by_threads.py": FLASK}
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert "by_asyncio:app (by_asyncio.py:3), by_threads:site (by_threads.py:3)" in caught.value.problem


def test_requirements_that_include_the_usual_ones_are_installed_where_the_program_imports_what_they_add(
    tmp_path: Path,
) -> None:
    files = {
        "requirements": "neo4j",
        "requirements-async.txt": "-r requirements.txt\nfastapi\nuvicorn==0.49.0\n",
        "requirements-sync.txt": "-r requirements.txt\nflask\n",
        "requirements-dev.txt": "-r requirements.txt\nfastapi\n",
        "requirements-other.txt": "fastapi\n",
        "main.py": "import neo4j\nfrom fastapi import FastAPI\napp = FastAPI()\n",
    }
    plan = plan_of(tmp_path, files)
    assert plan.facts.install.requirements == "requirements-async.txt"
    assert plan.facts.install.added == ()
    assert not any("uvicorn==" in note for note in plan.notes)
