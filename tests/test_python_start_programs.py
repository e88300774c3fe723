"""Programs without an app object, workers, pages and sites of frameworks with a command of their own: one tree each."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.commands import next_lines
from dockergen.errors import ProjectError
from dockergen.model import Service
from tests.python_trees import decision, plan_of, started

GUARD = "\nif __name__ == '__main__':\n"
PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = []\n[build-system]\nrequires = ["hatchling"]\n[project.scripts]\n'

CASES: dict[str, tuple[dict[str, str], str, int | None]] = {
    "guarded script": ({"requirements": "requests", "collect.py": f"import requests{GUARD}    go()\n"}, "python collect.py", None),
    "usual name without a guard": ({"requirements": "requests", "main.py": "import requests\n"}, "python main.py", None),
    "the only file": ({"requirements": "requests", "mailer.py": "import requests\nrequests.get('http://x')\n"}, "python mailer.py", None),
    "package with __main__": ({"requirements": "requests", "shop/__init__.py": "", "shop/__main__.py": "import shop\n"}, "python -m shop", None),
    "src package with __main__": ({"requirements": "requests", "src/shop/__init__.py": "", "src/shop/__main__.py": "import shop\n"}, "python -m shop", None),
    "script with relative imports": (
        {"requirements": "requests", "shop/__init__.py": "", "shop/main.py": f"from . import x{GUARD}    x.go()\n"},
        "python -m shop.main",
        None,
    ),
    "aiohttp factory": (
        {"requirements": "aiohttp", "main.py": f"from aiohttp import web\ndef make_app():\n    return web.Application(){GUARD}    web.run_app(make_app(), port=8090)\n"},
        "python main.py",
        8090,
    ),
    "aiohttp default port": ({"requirements": "aiohttp", "srv.py": "from aiohttp import web\nweb.run_app(web.Application())\n"}, "python srv.py", 8080),
    "aiohttp as a client only": ({"requirements": "aiohttp", "main.py": "import aiohttp\n"}, "python main.py", None),
    "tornado": (
        {"requirements": "tornado", "app.py": f"import tornado.web\ndef make():\n    return tornado.web.Application([]){GUARD}    make().listen(8899)\n"},
        "python app.py",
        8899,
    ),
    "tornado options": (
        {"requirements": "tornado", "app.py": f"import tornado.web\nfrom tornado.options import define, options\ndefine('port', default=7070, type=int)\napp = tornado.web.Application([]){GUARD}    app.listen(options.port)\n"},
        "python app.py --port=7070",
        7070,
    ),
    "nicegui": ({"requirements": "nicegui", "main.py": "from nicegui import ui\nui.label('x')\nui.run(port=8181)\n"}, "", 8181),
    "gradio": ({"requirements": "gradio", "app.py": "import gradio as gr\ndemo = gr.Interface(f, 'text', 'text')\ndemo.launch()\n"}, "env GRADIO_SERVER_PORT=7860 python app.py", 7860),
    "streamlit with pages": (
        {"requirements": "streamlit", "Start.py": "import streamlit as st\n", "pages/One.py": "import streamlit as st\n", "app_helpers.py": "import streamlit as st\n"},
        "streamlit run Start.py --server.address=0.0.0.0 --server.port=8501",
        8501,
    ),
    "streamlit beside a run line": (
        {"requirements": "streamlit", "ui/first.py": "import streamlit as st\n", "ui/second.py": "import streamlit as st\n", "README.md": "Run\n\n    streamlit run ui/second.py\n"},
        "streamlit run ui/second.py --server.address=0.0.0.0 --server.port=8501",
        8501,
    ),
    "chainlit": ({"requirements": "chainlit", "app.py": "import chainlit as cl\n"}, "chainlit run app.py --headless --host 0.0.0.0 --port 8000", 8000),
    "panel": ({"requirements": "panel", "dash.py": "import panel as pn\n"}, "panel serve dash.py --address 0.0.0.0 --port 5006 --allow-websocket-origin *", 5006),
    "marimo": ({"requirements": "marimo", "book.py": "import marimo\napp = marimo.App()\n"}, "marimo run book.py --headless --host 0.0.0.0 --port 2718", 2718),
    "telegram bot": ({"requirements": "python-telegram-bot", "bot.py": f"from telegram.ext import Application{GUARD}    Application.builder().build().run_polling()\n"}, "python bot.py", None),
    "discord bot": ({"requirements": "discord.py", "bot.py": "import discord\nclient = discord.Client()\nclient.run(token)\n"}, "python bot.py", None),
    "apscheduler": ({"requirements": "apscheduler", "jobs.py": "from apscheduler.schedulers.blocking import BlockingScheduler\ns = BlockingScheduler()\ns.start()\n"}, "python jobs.py", None),
    "celery alone": ({"requirements": "celery", "tasks.py": "from celery import Celery\napp = Celery('t')\n"}, "celery --app tasks:app worker --loglevel info", None),
    "celery in a package": (
        {"requirements": "celery", "jobs/__init__.py": "", "jobs/celery.py": "from celery import Celery\nqueue = Celery('t')\n"},
        "celery --app jobs.celery:queue worker --loglevel info",
        None,
    ),
    "dramatiq": ({"requirements": "dramatiq", "tasks.py": "import dramatiq\n@dramatiq.actor\ndef f():\n    pass\n"}, "dramatiq tasks", None),
    "arq": ({"requirements": "arq", "jobs.py": "class WorkerSettings:\n    functions = []\n"}, "arq jobs.WorkerSettings", None),
    "rq": ({"requirements": "rq", "jobs.py": "from rq import Queue\nq = Queue('mail', connection=c)\n"}, "rq worker mail", None),
    "huey": ({"requirements": "huey", "tasks.py": "from huey import RedisHuey\nhuey = RedisHuey()\n"}, "huey_consumer.py tasks.huey", None),
    "grpc": (
        {"requirements": "grpcio", "server.py": f"import grpc\ndef serve():\n    server = grpc.server(None)\n    server.add_insecure_port('[::]:50055'){GUARD}    serve()\n"},
        "python server.py",
        50055,
    ),
    "tcp server": ({"requirements": "requests", "main.py": f"import asyncio\nasync def main():\n    await asyncio.start_server(h, '0.0.0.0', 7000){GUARD}    asyncio.run(main())\n"}, "python main.py", 7000),
    "http.server with a constant": ({"requirements": "requests", "main.py": "from http.server import HTTPServer\nPORT = 8123\nHTTPServer(('', PORT), None).serve_forever()\n"}, "python main.py", 8123),
    "cherrypy": (
        {"requirements": "cherrypy", "app.py": f"import cherrypy\nclass Root:\n    pass{GUARD}    cherrypy.quickstart(Root())\n"},
        "",
        8080,
    ),
    "one console script": ({"pyproject.toml": PROJECT + 'go = "shop.cli:main"\n', "shop/cli.py": "def main():\n    pass\n"}, "go", None),
    "console script named like the project": (
        {"pyproject.toml": PROJECT + 'other = "shop.cli:other"\nshop = "shop.cli:main"\n', "shop/cli.py": "def main():\n    pass\n"},
        "shop",
        None,
    ),
    "console script with subcommands": (
        {
            "pyproject.toml": PROJECT + 'shop = "shop.cli:main"\n',
            "shop/cli.py": "import argparse\nfrom http.server import HTTPServer\ndef main():\n    p = argparse.ArgumentParser()\n    s = p.add_subparsers()\n    s.add_parser('init')\n    q = s.add_parser('serve')\n    q.add_argument('--host', default='127.0.0.1')\n    q.add_argument('--port', type=int, default=8077)\n",
        },
        "shop serve --host 0.0.0.0 --port 8077",
        8077,
    ),
    "click group": (
        {"requirements": "click", "shop/__init__.py": "", "shop/__main__.py": "import click\nfrom http.server import HTTPServer\n@click.group()\ndef cli():\n    pass\n@cli.command()\ndef init():\n    pass\n@cli.command('run-server')\ndef x():\n    pass\ncli()\n"},
        "python -m shop run-server",
        None,
    ),
    "loopback by a variable": (
        {"requirements": "uvicorn", "main.py": "import os, uvicorn\nuvicorn.run(make(), host=os.getenv('BIND_HOST', '127.0.0.1'), port=8001)\n"},
        "python main.py",
        8001,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "start", "port"), CASES.values(), ids=CASES)
def test_program_is_found(tmp_path: Path, files: dict[str, str], start: str, port: int | None) -> None:
    plan = plan_of(tmp_path, files)
    assert not start or started(plan) == start
    assert plan.port == port


def test_host_that_a_variable_overrides_is_set(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, CASES["loopback by a variable"][0])
    assert dict(plan.env)["BIND_HOST"] == "0.0.0.0"


def test_host_that_only_the_source_can_change_is_told_with_its_line(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {"requirements": "aiohttp", "main.py": "from aiohttp import web\nweb.run_app(x(), host='localhost')\n"},
    )
    assert any(note.startswith("main.py:2 listens on localhost") for note in plan.notes)


def test_cherrypy_listens_everywhere_without_an_edit(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, CASES["cherrypy"][0])
    assert "0.0.0.0" in started(plan)
    assert started(plan).endswith("app.py")


@pytest.mark.parametrize("name", ["grpc", "tcp server"])
def test_server_without_http_is_healthy_when_it_accepts(tmp_path: Path, name: str) -> None:
    plan = plan_of(tmp_path, CASES[name][0])
    assert "create_connection" in plan.health[-1]
    assert "http" not in plan.health[-1]


def test_celery_of_django_is_a_command(tmp_path: Path) -> None:
    files = {
        "requirements": "django gunicorn celery django-celery-beat",
        "backend/manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "backend/shop/__init__.py": "from .celery import app as celery_app\n",
        "backend/shop/settings.py": "INSTALLED_APPS = ['django_celery_beat']\n",
        "backend/shop/wsgi.py": "application = get_wsgi_application()\n",
        "backend/shop/celery.py": "from celery import Celery\napp = Celery('shop')\n",
    }
    commands = dict(plan_of(tmp_path, files).commands)
    assert commands["worker"] == "celery --app shop.celery:app worker --loglevel info"
    assert "django_celery_beat.schedulers:DatabaseScheduler" in commands["beat"]


def test_notebook_is_a_page_where_voila_is_asked_for(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "voila", "report.ipynb": "{}"})
    assert started(plan) == "voila --no-browser --Voila.ip=0.0.0.0 --port=8866 report.ipynb"


def test_reflex_is_a_clear_answer(tmp_path: Path) -> None:
    files = {
        "requirements": "reflex",
        "rxconfig.py": "import reflex as rx\n",
        "shop/shop.py": "import reflex as rx\napp = rx.App()\n",
    }
    with pytest.raises(ProjectError, match="Reflex") as raised:
        plan_of(tmp_path, files)
    assert "--backend-only" in raised.value.command
    plan = plan_of(tmp_path, files, start="reflex run --env prod --backend-only", port=8000)
    assert plan.port == 8000
    assert plan.writable == ("/app/.states", "/app/.web")


def test_guarded_files_that_nothing_tells_apart_are_an_error_that_lists_them(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"report\.py:2, scrape\.py:2"):
        plan_of(
            tmp_path,
            {"requirements": "requests", **{f"{n}.py": f"import os{GUARD}    x()\n" for n in ("report", "scrape")}},
        )


def test_beat_is_a_command_of_the_same_image(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {
            "requirements": "fastapi uvicorn celery",
            "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "jobs.py": "from celery import Celery\nqueue = Celery('t')\nqueue.conf.beat_schedule = {}\n",
        },
    )
    assert dict(plan.commands) == {
        "worker": "celery --app jobs:queue worker --loglevel info",
        "beat": "celery --app jobs:queue beat --schedule /tmp/celerybeat-schedule --loglevel info",
    }
    assert started(plan).startswith("uvicorn main:app")


@pytest.mark.parametrize(
    ("source", "writable"),
    [
        ("UPLOAD_FOLDER = 'uploads'\n", ("/app/uploads",)),
        ("app.config['UPLOAD_FOLDER'] = 'static/uploads'\n", ("/app/static/uploads",)),
        (
            "import os\nBASE_DIR = os.path.dirname(__file__)\nUPLOAD_FOLDER = os.path.join(BASE_DIR, 'var', 'files')\n",
            ("/app/var/files",),
        ),
        ("os.makedirs('exports', exist_ok=True)\n", ("/app/exports",)),
        ("from pathlib import Path\nPath('cache/a').mkdir(parents=True)\n", ("/app/cache/a",)),
        ("import sqlite3\ndb = sqlite3.connect('notes.db')\n", ("/app/data",)),
        ("import sqlite3\ndb = sqlite3.connect('store/notes.db')\n", ("/app/store",)),
        ("import logging\nh = logging.FileHandler('app.log')\n", ("/app/data",)),
        ("import logging\nh = logging.FileHandler(filename='app.log', mode='w')\n", ("/app/data",)),
        ("from logging.handlers import RotatingFileHandler as R\nh = R('log/app.log', maxBytes=9)\n", ("/app/log",)),
        ("import logging\nlogging.basicConfig(level='INFO', filename='app.log')\n", ("/app/data",)),
        ("import logging\nlogging.basicConfig(level='INFO')\n", ()),
        ("import sys\nfrom loguru import logger\nlogger.add(sys.stderr)\nlogger.add('log/app.log')\n", ("/app/log",)),
        ("H = {'class': 'logging.handlers.RotatingFileHandler', 'filename': 'app.log'}\n", ("/app/data",)),
        ("H = {'class': 'Upload', 'filename': 'app.log'}\n", ()),
        ("with open(file='out.txt', mode='w') as f: pass\n", ("/app/data",)),
        ("engine = create_engine('sqlite+aiosqlite:///./shop.db')\n", ("/app/data",)),
        (
            "import os\nHERE = os.path.dirname(__file__)\nINDEX_DIR = os.path.join(HERE, 'index', sys.version)\n",
            ("/app/index",),
        ),
        ("import os\nHERE = os.path.dirname(__file__)\nTEMPLATE_DIR = os.path.join(HERE, 'pages')\n", ()),
        ("NEXT_DIR = 'of/another/repository'\n", ()),
        ("URL = 'sqlite://'\n", ()),
        ("os.makedirs('/var/lib/x')\n", ("/var/lib/x",)),
        ("# os.makedirs('old')\n", ()),
    ],
)
def test_folders_that_the_program_writes_to(tmp_path: Path, source: str, writable: tuple[str, ...]) -> None:
    plan = plan_of(
        tmp_path, {"requirements": "flask gunicorn", "app.py": "from flask import Flask\napp = Flask('a')\n" + source}
    )
    assert plan.writable == writable


def test_file_beside_the_source_is_linked_into_a_folder_of_its_own(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "requests", "main.py": "import sqlite3\nsqlite3.connect('notes.db')\n"})
    assert plan.facts.links == (("notes.db", "/app/data/notes.db"),)


def test_session_key_of_fasthtml_lies_in_a_folder_that_can_be_a_volume(tmp_path: Path) -> None:
    source = "from fasthtml.common import *\napp, rt = fast_app()\nserve()\n"
    plan = plan_of(tmp_path, {"requirements": "python-fasthtml", "main.py": source})
    assert plan.facts.links == ((".sesskey", "/app/data/.sesskey"),)
    assert plan.writable == ("/app/data",)


def test_start_of_the_user_wins_and_the_detected_one_is_told(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "requests", "main.py": "import requests\n"}, start="python other.py")
    start = decision(plan, "start").sourced
    assert start.value == ("python", "other.py")
    assert start.rejected[0].value == "python main.py"


def test_console_script_of_setup_py_beside_a_requirements_file_is_installed_and_started(tmp_path: Path) -> None:
    scripts = "'watcher-test=watcher.test:main', 'watcher=watcher.run:main'"
    files = {
        "requirements": "requests==2.32.0",
        "setup.py": f"from setuptools import setup\nsetup(name='x', entry_points={{'console_scripts': [{scripts}]}})\n",
        "watcher/__init__.py": "",
        "watcher/run.py": "def main():\n    pass\n",
        "watcher/test.py": "def main():\n    pass\n\nif __name__ == '__main__':\n    main()\n",
    }
    plan = plan_of(tmp_path, files)
    assert plan.start == ("watcher",)
    text = explain.text_of(dockergen.generate(tmp_path), "Dockerfile")
    assert text.index("install -r requirements.txt") < text.index("COPY . .") < text.index("install --no-deps .")


def test_what_is_vendored_is_never_the_program(tmp_path: Path) -> None:
    several = "".join(f"from shop import part{number}\n" for number in range(40))
    files = {
        "requirements": "tornado",
        "ext/tornado/wsgi.py": "import tornado.ioloop\ntornado.ioloop.IOLoop.current().start()\n",
        "start.py": "from shop.__main__ import main\nif __name__ == '__main__':\n    main()\n",
        "shop/__init__.py": "",
        "shop/__main__.py": f"{several}from shop.server import serve\ndef main():\n    serve()\nif __name__ == '__main__':\n    main()\n",
        "shop/server.py": "import tornado.ioloop\nimport tornado.web\ndef serve():\n    tornado.web.Application([]).listen(8000)\n    tornado.ioloop.IOLoop.current().start()\n",
        **{f"shop/part{number}.py": "X = 1\n" for number in range(40)},
    }
    assert started(plan_of(tmp_path, files)) in ("python -m shop", "python start.py")


def test_tool_beside_a_project_of_several_commands_is_not_started(tmp_path: Path) -> None:
    commands = '[project.scripts]\nshop-web = "shop.web:main"\nshop-keys = "shop.keys:main"\n'
    files = {
        "pyproject.toml": f'[project]\nname = "big-shop"\nversion = "1"\n{commands}',
        "shop/__init__.py": "",
        "shop/web.py": "def main():\n    print(1)\n",
        "shop/keys.py": "def main():\n    print(2)\n",
        "bench/__init__.py": "",
        "bench/__main__.py": "print(3)\n",
    }
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert "2 commands, and nothing tells which is the service: shop-web (pyproject.toml:5)" in caught.value.problem
    assert caught.value.command == "dockergen init --start shop-web"


def test_the_variable_of_a_host_is_found_in_the_settings_of_another_file(tmp_path: Path) -> None:
    files = {
        "run.py": "from config import settings\nfrom http.server import ThreadingHTTPServer\n"
        "if __name__ == '__main__':\n    ThreadingHTTPServer((settings.host, settings.port), None).serve_forever()\n",
        "config.py": "import os\nsettings = dict(host=os.getenv('APP_HOST', '127.0.0.1').strip(), port=int(os.getenv('APP_PORT', '8080')))\n",
    }
    assert dict(plan_of(tmp_path, files).env)["APP_HOST"] == "0.0.0.0"


def test_scripts_of_which_none_says_that_it_is_run_are_named_and_can_be_started(tmp_path: Path) -> None:
    files = {"quiz.py": "print('Hello')\n", "hangman.py": "print('Hi')\n", "words.txt": "a\n"}
    with pytest.raises(ProjectError, match=r"Nothing in this folder says what to start") as told:
        plan_of(tmp_path, files)
    assert "hangman.py, quiz.py" in told.value.remedy
    assert dockergen.plan(tmp_path, start="python quiz.py").start == ("python", "quiz.py")


def test_a_stray_script_makes_no_python_project_of_another_one(tmp_path: Path) -> None:
    files = {"convert.py": "print('Hello')\n", "main.c": "", "util.c": "", "Makefile": ""}
    with pytest.raises(ProjectError, match="project was recognized here"):
        plan_of(tmp_path, files)


def test_a_program_with_windows_is_told(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {"requirements": "requests", "main.py": f"import json\nfrom tkinter import *{GUARD}    Tk().mainloop()\n"},
    )
    assert plan.start == ("python", "main.py")
    assert any(note.startswith("main.py:2 imports tkinter, which opens windows") for note in plan.notes)


def test_a_module_below_the_root_that_only_makes_something_is_no_program(tmp_path: Path) -> None:
    tree = {
        "requirements": "requests",
        "shop/__init__.py": "",
        "shop/controllers/api.py": "from shop.base import Base\n\ncontroller = Base()\n",
    }
    with pytest.raises(ProjectError, match="Nothing in this folder says what to start"):
        plan_of(tmp_path, tree)
    (tmp_path / "shop/controllers/api.py").write_text("from shop.base import Base\n\nBase().serve()\n")
    assert dockergen.plan(tmp_path).start == ("python", "shop/controllers/api.py")


def test_command_beside_a_package_that_serves_by_itself_is_a_tool(tmp_path: Path) -> None:
    files = {
        "requirements": "aiohttp",
        "setup.py": "from setuptools import setup\nsetup(name='x', entry_points='''\n    [console_scripts]\n    shopctl=shop.ctl:main\n''')\n",
        "shop/__init__.py": "",
        "shop/ctl.py": "def main():\n    print(1)\n",
        "shop/__main__.py": "from .server import run\nrun()\n",
        "shop/server.py": "from aiohttp import web\ndef run():\n    web.run_app(web.Application(), port=8080)\n",
    }
    assert started(plan_of(tmp_path, files)) == "python -m shop"


SCRIPT = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests"]\n[project.scripts]\nshop = "shop.cli:main"\n'
)
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
POETRY = '[tool.poetry]\nname = "shop"\nversion = "1"\npackage-mode = false\n[tool.poetry.dependencies]\nrequests = "*"\n[tool.poetry.scripts]\nshop = "shop.cli:main"\n'
CALLED = ("python", "-c", "import sys; from shop.cli import main; sys.exit(main())")


@pytest.mark.parametrize(
    ("manifest", "source", "wanted"),
    [
        (SCRIPT + SETUPTOOLS, "def main(): pass\n", ("shop",)),
        (SCRIPT, "def main(): pass\n", CALLED),
        (SCRIPT, "def main(): pass\nif __name__ == '__main__':\n    main()\n", ("python", "-m", "shop.cli")),
        (SCRIPT + SETUPTOOLS + "[tool.uv]\npackage = false\n", "def main(): pass\n", CALLED),
        (SCRIPT + SETUPTOOLS + "[tool.pdm]\ndistribution = false\n", "def main(): pass\n", CALLED),
        (POETRY, "def main(): pass\n", CALLED),
    ],
    ids=["a package", "no build system", "a module that runs", "uv, no package", "PDM, no distribution", "Poetry, no package mode"],
)  # fmt: skip
def test_command_of_a_project_that_nothing_installs_is_called_by_python(
    tmp_path: Path, manifest: str, source: str, wanted: tuple[str, ...]
) -> None:
    plan = plan_of(tmp_path, {"pyproject.toml": manifest, "src/shop/cli.py": source, "src/shop/__init__.py": ""})
    assert decision(plan, "start").sourced.value == wanted
    assert plan.facts.install.project is (wanted == ("shop",))
    assert plan.facts.copies_source is (wanted != ("shop",))
    assert ("PYTHONPATH", "/app/src") in plan.env or wanted == ("shop",)


@pytest.mark.parametrize(
    "task",
    [
        "[tool.pdm]\ndistribution = false\n[tool.pdm.scripts]\nstart = {call = 'shop.cli:main'}\n",
        "[tool.poe.tasks.serve]\nscript = 'shop.cli:main()'\n",
    ],
    ids=["PDM", "Poe"],
)
def test_function_that_a_task_calls_is_called_by_python(tmp_path: Path, task: str) -> None:
    manifest = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests"]\n'
    files = {"pyproject.toml": manifest + task, "shop/cli.py": "def main(): pass\n", "shop/__init__.py": ""}
    found = decision(plan_of(tmp_path, files), "start").sourced
    assert (found.value, found.origin.line) == (CALLED, 8 if "poe" not in task else 5)


def test_of_a_bot_and_what_fills_its_data_the_bot_is_started(tmp_path: Path) -> None:
    bot = "import discord\n\nclient = discord.Client(intents=None)\n\nif __name__ == '__main__':\n    client.run('x')\n"
    fill = "import requests\n\nif __name__ == '__main__':\n    requests.get('https://x.example')\n"
    tree = {"requirements": "discord.py requests", "add_documents.py": fill, "talk.py": bot}
    assert started(plan_of(tmp_path, tree)) == "python talk.py"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name = input('Your name? ')\nprint(name)\n", "docker run --rm -it notes"),
        ("def input(text):\n    return text\nprint(input('a'))\n", "docker run --rm notes"),
        ("print(form.input('a'))\n", "docker run --rm notes"),
        ("import sys\nif sys.stdin.isatty():\n    input('go?')\n", "docker run --rm notes"),
        ("import helper\nhelper.work()\n", "docker run --rm notes"),
    ],
)
def test_program_that_asks_its_keyboard_gets_a_terminal(tmp_path: Path, text: str, line: str) -> None:
    helper = f"def work():\n    pass\n{GUARD}    input('a')\n"
    plan = plan_of(tmp_path, {"requirements": "rich", "main.py": text, "helper.py": helper})
    assert not plan.facts.interactive  # Ctrl-C and SIGTERM go on to end it in order
    assert next_lines(Service("notes", "", plan))[1] == line
    assert plan.interactive == ("-it" in line)


@pytest.mark.parametrize(("name", "title"), [("Cargo.toml", "Rust"), ("pom.xml", "Java"), ("shop.csproj", ".NET")])
def test_script_beside_a_program_of_another_language_is_its_tool(tmp_path: Path, name: str, title: str) -> None:
    with pytest.raises(ProjectError) as raised:
        plan_of(tmp_path, {name: "", "fetch.py": f"import sys\n{GUARD}    sys.exit(0)\n"})
    assert raised.value.problem.startswith(f"{name} is a manifest of {title}, which dockergen does not plan")


SPIDER = "import scrapy\n\nclass Quotes(scrapy.Spider):\n    name = 'quotes'\n"
CRAWLER = {
    "requirements": "scrapy",
    "scrapy.cfg": "[settings]\ndefault = shop.settings\n",
    "shop/settings.py": "",
    "shop/spiders/quotes.py": SPIDER,
}


def test_the_only_spider_of_a_scrapy_project_is_run(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, CRAWLER)
    assert started(plan) == "scrapy crawl quotes"
    assert str(decision(plan, "start").sourced.origin) == "shop/spiders/quotes.py:3"
    assert plan.port is None


@pytest.mark.parametrize(
    ("spiders", "problem", "command"),
    [
        ({"a": SPIDER, "b": SPIDER.replace("quotes", "books")}, "2 spiders: quotes (shop/spiders/a.py:3), books (", "--start 'scrapy crawl quotes'"),
        ({"a": SPIDER.replace("'quotes'", "'a; rm -rf /'"), "b": SPIDER}, "2 spiders: a; rm -rf / (", """--start 'scrapy crawl '"'"'a; rm -rf /'"'"''"""),
        ({"a": SPIDER.replace("name =", "name: str ="), "b": SPIDER}, "2 spiders", "scrapy crawl quotes"),
        ({"a": "# none\n"}, "no spider in it has a name", "scrapy genspider"),
    ],
)  # fmt: skip
def test_a_scrapy_project_without_one_spider_is_told(
    tmp_path: Path, spiders: dict[str, str], problem: str, command: str
) -> None:
    files = {name: text for name, text in CRAWLER.items() if "spiders" not in name}
    with pytest.raises(ProjectError) as raised:
        plan_of(tmp_path, {**files, **{f"shop/spiders/{name}.py": text for name, text in spiders.items()}})
    assert problem in raised.value.problem
    assert command in raised.value.command


def test_script_beside_a_project_of_visual_studio_is_the_program(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"App.sln": "", "App.pyproj": "", "fetch.py": f"import sys\n{GUARD}    sys.exit(0)\n"})
    assert started(plan) == "python fetch.py"
