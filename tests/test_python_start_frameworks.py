"""Frameworks with a server of their own: what their programs say about it for a developer's machine, and the image's start."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from tests.python_trees import decision, plan_of, started

GUARD = '\n\nif __name__ == "__main__":\n'
NICEGUI = "from nicegui import ui\nui.label('x')\n"
GRADIO = "import gradio as gr\ndemo = gr.Interface(f, 'text', 'text')\n"
PAGE = "import panel as pn\npn.extension()\npn.panel('x').servable()\n"
BOOK = "import marimo\napp = marimo.App()\n"


@pytest.mark.parametrize("call", ["ui.run()", "ui.run(host='127.0.0.1', port=8081, reload=True)"])
def test_nicegui_neither_reloads_nor_listens_on_this_machine_only(tmp_path: Path, call: str) -> None:
    plan = plan_of(tmp_path, {"requirements": "nicegui", "main.py": f"{NICEGUI}{call}\n"})
    assert "'reload': False" in started(plan)
    assert "'host': '0.0.0.0'" in started(plan)
    assert started(plan).endswith(" main.py")
    assert not any("listens on" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("requirement", "source"),
    [
        ("nicegui", f"{NICEGUI}ui.run(reload = False, port=8081)\n"),
        ("cherrypy", "import cherrypy\ncherrypy.config.update({'environment': 'production', 'server.socket_host': '0.0.0.0', 'server.socket_port': 8081})\ncherrypy.quickstart(Root())\n"),
    ],
)  # fmt: skip
def test_program_that_is_fit_for_an_image_is_run_as_it_is(tmp_path: Path, requirement: str, source: str) -> None:
    plan = plan_of(tmp_path, {"requirements": requirement, "main.py": source})
    assert started(plan) == "python main.py"
    assert plan.port == 8081


def test_nicegui_package_is_run_as_a_module(tmp_path: Path) -> None:
    files = {"requirements": "nicegui", "shop/__init__.py": "", "shop/__main__.py": f"{NICEGUI}ui.run()\n"}
    assert "run_module(" in started(plan_of(tmp_path, files))
    assert decision(plan_of(tmp_path, files), "start").sourced.value[-1] == "shop"


@pytest.mark.parametrize(
    "call",
    [
        "demo.launch(server_name='127.0.0.1', server_port=7861)",
        "demo.queue().launch(server_name='localhost', server_port=7861)",
        "demo.launch(share=True, server_port=7861)",
    ],
)
def test_gradio_address_of_this_machine_and_public_tunnel_are_overridden(tmp_path: Path, call: str) -> None:
    plan = plan_of(tmp_path, {"requirements": "gradio", "app.py": f"{GRADIO}{GUARD}    {call}\n"})
    assert "'server_name': '0.0.0.0'" in started(plan)
    assert "'share': False" in started(plan)
    assert plan.port == 7861


def test_gradio_that_says_nothing_is_told_by_its_own_variables(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "gradio", "app.py": f"{GRADIO}demo.launch()\n"})
    assert started(plan) == "env GRADIO_SERVER_PORT=7860 python app.py"
    assert dict(plan.env)["GRADIO_SERVER_NAME"] == "0.0.0.0"


def test_installed_command_gets_what_its_framework_needs(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'talker'\nversion = '1'\ndependencies = ['gradio']\n"
        "[project.scripts]\ntalker = 'talker.ui:main'\n[build-system]\nrequires = ['hatchling']\n",
        "src/talker/__init__.py": "",
        "src/talker/ui.py": f"{GRADIO}def main():\n    demo.launch()\n",
    }
    plan = plan_of(tmp_path, files)
    assert started(plan) == "env GRADIO_SERVER_PORT=7860 python .venv/bin/talker"
    assert dict(plan.env)["GRADIO_SERVER_NAME"] == "0.0.0.0"
    assert plan.health


def test_cherrypy_settings_of_the_image_are_set_last(tmp_path: Path) -> None:
    source = (
        "import cherrypy\ncherrypy.config.update({'server.socket_host': '127.0.0.1', 'server.socket_port': 8099})\n"
        "cherrypy.quickstart(Root())\n"
    )
    plan = plan_of(tmp_path, {"requirements": "cherrypy", "run.py": source})
    assert "cherrypy.engine.start = told(cherrypy.engine.start)" in started(plan)
    assert plan.port == 8099


def test_cherrypy_server_that_is_started_by_itself_is_told_too(tmp_path: Path) -> None:
    source = "import cherrypy\ncherrypy.tree.mount(Root())\ncherrypy.server.start()\ncherrypy.server.wait()\n"
    plan = plan_of(tmp_path, {"requirements": "cherrypy", "run.py": source})
    assert "cherrypy.server.start = told(cherrypy.server.start)" in started(plan)
    assert plan.port == 8080


def test_asgineer_gets_an_address_that_the_outside_reaches(tmp_path: Path) -> None:
    source = "import asgineer\n\nasgineer.run('shop.__main__:handler', 'uvicorn', 'localhost:8080')\n"
    files = {"requirements": "asgineer uvicorn", "shop/__init__.py": "", "shop/__main__.py": source}
    plan = plan_of(tmp_path, files)
    assert "run(app, server, '0.0.0.0:' + os.environ['PORT'], **more)" in started(plan)
    assert started(plan).endswith(" shop")
    assert plan.port == 8080


def test_cherrypy_port_of_the_configuration_file_that_the_program_names(tmp_path: Path) -> None:
    files = {
        "requirements": "cherrypy",
        "server.conf": "[global]\nserver.socket_host = '127.0.0.1'\nserver.socket_port = 9090\n",
        "app.py": "import cherrypy\ncherrypy.quickstart(Root(), '/', 'server.conf')\n",
    }
    plan = plan_of(tmp_path, files)
    assert plan.port == 9090
    assert str(decision(plan, "port").sourced.origin) == "server.conf:3"


def test_cherrypy_application_is_served_by_the_server_that_comes_with_it(tmp_path: Path) -> None:
    source = "import cherrypy\napplication = cherrypy.Application(Root())\n"
    plan = plan_of(tmp_path, {"requirements": "cherrypy", "wsgi.py": source})
    assert started(plan) == "python -m cheroot --bind 0.0.0.0:8080 wsgi:application"
    assert not plan.facts.install.added


def test_panel_program_that_serves_by_itself_is_run(tmp_path: Path) -> None:
    source = f"import panel as pn\ndef view():\n    return 'x'\n{GUARD}    pn.serve(view, port=5010, autoreload=True)\n"
    plan = plan_of(tmp_path, {"requirements": "panel", "main.py": source})
    assert "'autoreload': False" in started(plan)
    assert plan.port == 5010


def test_panel_pages_of_a_folder_are_served_together(tmp_path: Path) -> None:
    files = {"requirements": "panel", "apps/a.py": PAGE, "apps/b.py": PAGE, "apps/tools.py": "import panel\n"}
    assert started(plan_of(tmp_path, files)).startswith("panel serve apps/a.py apps/b.py --address")


def test_panel_page_of_a_usual_name_is_served_alone(tmp_path: Path) -> None:
    files = {"requirements": "panel", "app.py": PAGE, "other.py": PAGE}
    assert started(plan_of(tmp_path, files)).startswith("panel serve app.py --address")


@pytest.mark.parametrize(
    "files",
    [
        {"requirements": "fastapi uvicorn marimo", "pages/one.py": BOOK, "main.py": "import marimo\n"},
        {"requirements": "fastapi uvicorn chainlit", "chat.py": "import chainlit as cl\n@cl.on_message\ndef f(m):\n    pass\n",
         "main.py": "from chainlit.utils import mount_chainlit\n"},
        {"requirements": "fastapi uvicorn panel", "main.py": "import panel as pn\n"},
    ],
    ids=["marimo", "chainlit", "panel"],
)  # fmt: skip
def test_app_that_mounts_pages_is_what_is_served(tmp_path: Path, files: dict[str, str]) -> None:
    source = f"from fastapi import FastAPI\n{files['main.py']}app = FastAPI()\n"
    assert started(plan_of(tmp_path, {**files, "main.py": source})).startswith("uvicorn main:app")


STREAMLIT = {"requirements": "streamlit", "streamlit_app.py": "import streamlit as st\nst.title('x')\n"}


def test_pages_of_one_name_in_folders_side_by_side_are_listed(tmp_path: Path) -> None:
    page = STREAMLIT["streamlit_app.py"]
    files = {"requirements": "streamlit", "one/app.py": page, "two/app.py": page, "two/deep/app.py": page}
    with pytest.raises(ProjectError) as raised:
        plan_of(tmp_path, files)
    assert "2 folders hold a program of Streamlit called app.py" in raised.value.problem
    assert raised.value.command == "dockergen init --start 'streamlit run one/app.py'"
    (tmp_path / "README.md").write_text("```\nstreamlit run two/app.py\n```\n")
    assert "streamlit run two/app.py" in started(plan_of(tmp_path, {}))


def test_what_gradio_flags_has_its_folder(tmp_path: Path) -> None:
    page = "import gradio as gr\ndemo = gr.Interface(str, 'text', 'text')\ndemo.launch()\n"
    plan = plan_of(tmp_path, {"requirements": "gradio==4.44.1", "app.py": page})
    assert {"/app/.gradio", "/app/flagged"} <= set(plan.writable)


def test_streamlit_port_and_base_path_of_its_configuration_count(tmp_path: Path) -> None:
    files = {".streamlit/config.toml": '[theme]\nbase = "dark"\n[server]\nport = 8080\nbaseUrlPath = "/dash/"\n'}
    plan = plan_of(tmp_path, {**STREAMLIT, **files})
    assert plan.port == 8080
    assert str(decision(plan, "port").sourced.origin) == ".streamlit/config.toml:4"
    assert "'/dash/_stcore/health'" in plan.health[-1]


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        ("src/board/app.py", "/app/src"),  # imports its package
        ("board/app.py", "/app"),
        ("app/main.py", None),  # imports what lies beside it, which Python finds
    ],
)
def test_page_finds_what_it_imports(tmp_path: Path, page: str, needed: str | None) -> None:
    folder = page.rpartition("/")[0]
    module = "numbers_of" if needed is None else "board.numbers_of"
    files = {
        "requirements": "streamlit",
        page: f"import streamlit as st\nfrom {module} import n\n",
        f"{folder}/numbers_of.py": "n = 1\n",
        **({f"{folder}/__init__.py": ""} if needed else {}),
    }
    assert dict(plan_of(tmp_path, files).env).get("PYTHONPATH") == needed


def test_script_in_a_package_finds_the_package(tmp_path: Path) -> None:
    files = {
        "requirements": "nicegui",
        "app/__init__.py": "",
        "app/main.py": "from nicegui import ui\nfrom app.pages import home\nui.run()\n",
        "app/pages.py": "home = 1\n",
    }
    assert dict(plan_of(tmp_path, files).env)["PYTHONPATH"] == "/app"


def test_port_of_a_call_that_a_star_brings(tmp_path: Path) -> None:
    source = "from fasthtml.common import *\napp, rt = fast_app()\nserve(host='127.0.0.1', port=5010)\n"
    assert plan_of(tmp_path, {"requirements": "python-fasthtml", "main.py": source}).port == 5010


@pytest.mark.parametrize(
    ("requirement", "source", "told"),
    [
        ("starlette uvicorn", "from starlette.applications import Starlette\napp = Starlette(\n    debug=True,\n)\n", "main.py:3 has debug=True"),
        ("python-fasthtml", "from fasthtml.common import *\napp, rt = fast_app(live=True)\nserve()\n", "main.py:2 has live=True"),
        ("pyramid", f"from wsgiref.simple_server import make_server\nfrom pyramid.config import Configurator\n{GUARD}    make_server('0.0.0.0', 6543, Configurator().make_wsgi_app()).serve_forever()\n", "main.py:6 serves with wsgiref"),
    ],
)  # fmt: skip
def test_what_only_the_source_can_switch_off_is_told(tmp_path: Path, requirement: str, source: str, told: str) -> None:
    plan = plan_of(tmp_path, {"requirements": requirement, "main.py": source})
    assert any(note.startswith(told) for note in plan.notes), plan.notes


def test_port_is_that_of_the_framework_where_the_program_starts_another_server_too(tmp_path: Path) -> None:
    source = "import websockets\nfrom nicegui import ui\nasync def s():\n    websockets.serve(h, 'localhost', 8765)\nui.run()\n"
    assert plan_of(tmp_path, {"requirements": "nicegui websockets", "main.py": source}).port == 8080


def test_app_of_a_framework_that_another_one_brings(tmp_path: Path) -> None:
    source = f"import uvicorn\nfrom fastapi import FastAPI\nfrom nicegui import ui\nservice = FastAPI()\nui.run_with(service)\n{GUARD}    uvicorn.run('main:service', reload=True)\n"
    plan = plan_of(tmp_path, {"requirements": "nicegui", "main.py": source})
    assert started(plan) == "uvicorn main:service --host 0.0.0.0 --port 8000"
    assert plan.facts.install.added == ()


# --- Pyramid

INI = """[app:main]
use = egg:shop
sqlalchemy.url = sqlite:///%(here)s/shop.sqlite

[server:main]
use = egg:waitress#main
listen = {listen}

[alembic]
script_location = shop/alembic
"""
PYRAMID = {
    "setup.py": "from setuptools import setup\nsetup(name='shop', packages=['shop'], install_requires=['pyramid', 'waitress', 'alembic'],\n"
    "entry_points={'paste.app_factory': ['main = shop:main'], 'console_scripts': ['initialize_shop_db = shop.scripts:main']})\n",
    "shop/__init__.py": "def main(global_config, **settings):\n    pass\n",
    "shop/scripts.py": "def main():\n    pass\n",
}


def test_ini_file_wins_over_the_command_that_fills_the_database(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {**PYRAMID, "production.ini": INI.format(listen="*:6543")})
    assert started(plan) == "pserve production.ini"
    assert plan.port == 6543
    assert dict(plan.commands) == {
        "migrate": "alembic --config production.ini upgrade head",
        "initialize": "initialize_shop_db production.ini",
    }


def test_sample_of_an_ini_file_is_told_with_the_command_that_copies_it(tmp_path: Path) -> None:
    files = {**PYRAMID, "development.ini.sample": INI.format(listen="*:6543")}
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert caught.value.problem.startswith("development.ini.sample is a sample of the file that `pserve` starts")
    assert caught.value.command == "cp development.ini.sample production.ini"
    assert started(plan_of(tmp_path, files, start="pserve /etc/shop.ini")) == "pserve /etc/shop.ini"


def test_ini_file_is_in_the_image_and_its_database_in_a_folder_of_its_own(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {**PYRAMID, "production.ini": INI.format(listen="*:6543")})
    assert plan.facts.install.project
    assert plan.facts.copies_source
    assert plan.facts.links == (("shop.sqlite", "/app/data/shop.sqlite"),)
    assert plan.writable == ("/app/data",)


def test_debug_toolbar_is_told(tmp_path: Path) -> None:
    text = INI.format(listen="localhost:6543").replace("use = egg:shop", "use = egg:shop\npyramid.includes =\n    pyramid_debugtoolbar")  # fmt: skip
    plan = plan_of(tmp_path, {**PYRAMID, "development.ini": text})
    assert started(plan) == "gunicorn --worker-tmp-dir /dev/shm --paste development.ini"
    assert any(note.startswith("development.ini:4 switches the debug toolbar on") for note in plan.notes)


# --- queues, bots, notebooks, pages


def test_program_that_makes_a_worker_of_rq_is_run(tmp_path: Path) -> None:
    source = f"from rq import Queue, Worker\n{GUARD}    Worker(['high', 'low']).work()\n"
    assert started(plan_of(tmp_path, {"requirements": "rq", "worker.py": source, "jobs.py": "x = 1\n"})) == "python worker.py"  # fmt: skip


@pytest.mark.parametrize(
    ("requirement", "source", "line"),
    [
        ("discord.py", "import discord, os\nTOKEN = os.getenv('BOT_TOKEN')\nbot.run(TOKEN)\n", 2),
        ("python-telegram-bot", f"import os\nfrom telegram.ext import Application\ndef main():\n    make(os.environ['BOT_TOKEN'])\n{GUARD}    main()\n", 4),
        ("aiogram", f"import asyncio, os\nfrom aiogram import Bot\nasync def go():\n    Bot(os.environ['BOT_TOKEN'])\n{GUARD}    asyncio.run(go())\n", 4),
    ],
)  # fmt: skip
def test_token_of_a_bot_is_demanded(tmp_path: Path, requirement: str, source: str, line: int) -> None:
    plan = plan_of(tmp_path, {"requirements": requirement, "bot.py": source})
    assert [(need.value, need.origin.line) for need in plan.needs] == [("BOT_TOKEN", line)]


def test_file_that_only_defines_is_no_program_beside_notebooks(tmp_path: Path) -> None:
    files = {
        "requirements": "pandas",
        "helpers.py": "import pandas\nN = 1\ndef f():\n    pass\n",
        "notebooks/a.ipynb": "{}",
    }
    with pytest.raises(ProjectError, match="notebook is no service"):
        plan_of(tmp_path, files)


def test_notebook_that_hands_pages_to_panel_is_served(tmp_path: Path) -> None:
    files = {"requirements": "panel", "board.ipynb": '{"cells": [{"source": ["pn.panel(1).servable()"]}]}'}
    plan = plan_of(tmp_path, files)
    assert started(plan).startswith("panel serve board.ipynb --address")
    assert [row.partition("=")[0] for row in plan.facts.install.added] == ["nbconvert"]


@pytest.mark.parametrize(("more", "added"), [("", ["ipykernel"]), ("jupyterlab", [])])
def test_kernel_of_voila_is_added_where_nothing_brings_one(tmp_path: Path, more: str, added: list[str]) -> None:
    plan = plan_of(tmp_path, {"requirements": f"voila {more}", "report.ipynb": "{}"})
    assert [row.partition("=")[0] for row in plan.facts.install.added] == added
    assert "'/'" not in plan.health[-1]  # which would start a kernel every half minute
    assert plan.probe == "/"


def test_worker_of_rq_says_where_it_takes_redis_from(tmp_path: Path) -> None:
    files = {
        "requirements": "rq flask gunicorn",
        "app.py": "from flask import Flask\nfrom rq import Queue\napp = Flask('a')\nq = Queue('mail')\n",
    }
    plan = plan_of(tmp_path, files)
    assert dict(plan.commands) == {"worker": "rq worker mail"}
    assert any("RQ_REDIS_URL" in note for note in plan.notes)


def test_reflex_below_the_root_is_a_clear_answer(tmp_path: Path) -> None:
    files = {
        "requirements": "reflex",
        "web/rxconfig.py": "import reflex as rx\n",
        "web/shop/shop.py": "app = rx.App()\n",
    }
    with pytest.raises(ProjectError, match=r"web/rxconfig\.py belongs to Reflex"):
        plan_of(tmp_path, files)


@pytest.mark.parametrize("configuration", ["docs/conf.py", "docs/source/conf.py", "mkdocs.yml"])
def test_pages_whose_requirements_lie_beside_them(tmp_path: Path, configuration: str) -> None:
    tool = "mkdocs" if configuration == "mkdocs.yml" else "sphinx"
    files = {"docs/requirements.txt": f"{tool}\n", configuration: "", "docs/index.md": "# x\n", "LICENSE": ""}
    plan = plan_of(tmp_path, files)
    assert decision(plan, "framework").text == tool
    assert plan.facts.install.requirements == "docs/requirements.txt"


def test_requirements_of_pages_are_not_those_of_a_program(tmp_path: Path) -> None:
    files = {"docs/requirements.txt": "sphinx\n", "docs/conf.py": "", "main.py": "print(1)\n"}
    plan = plan_of(tmp_path, files)
    assert started(plan) == "python main.py"
    assert plan.facts.install.requirements == ""


# --- what they write


@pytest.mark.parametrize(
    ("source", "links", "writable"),
    [
        ("from fasthtml.common import *\nfrom fastlite import *\ndb = database('todos.db')\n", ("todos.db",), ("/app/data",)),
        ("from fasthtml.common import *\napp, rt, t, T = fast_app('var/todos.db', id=int)\n", (), ("/app/var",)),
        ("from peewee import SqliteDatabase\ndb = SqliteDatabase('shop.db', pragmas={})\n", ("shop.db",), ("/app/data",)),
        ("import aiosqlite\nasync def f():\n    await aiosqlite.connect('a.sqlite3')\n", ("a.sqlite3",), ("/app/data",)),
        ("from tinydb import TinyDB\ndb = TinyDB('store/db.json')\n", (), ("/app/store",)),
        ("from peewee import SqliteDatabase\ndb = SqliteDatabase(':memory:')\n", (), ()),
        ("from shop import database\ndatabase('x.db')\n", (), ()),
        ("conf = {'tools.sessions.storage_path': './sessions'}\n", (), ("/app/sessions",)),
    ],
)  # fmt: skip
def test_databases_by_the_calls_that_make_them(
    tmp_path: Path, source: str, links: tuple[str, ...], writable: tuple[str, ...]
) -> None:
    plan = plan_of(tmp_path, {"requirements": "requests", "main.py": f"{source}print(1)\n"})
    assert tuple(name for name, _ in plan.facts.links) == links
    assert plan.writable == writable


def test_folder_of_a_framework_that_another_one_mounts(tmp_path: Path) -> None:
    files = {
        "requirements": "fastapi uvicorn nicegui",
        "main.py": "from fastapi import FastAPI\nimport frontend\napp = FastAPI()\nfrontend.init(app)\n",
        "frontend.py": "from nicegui import ui\ndef init(app):\n    ui.run_with(app)\n",
    }
    assert plan_of(tmp_path, files).writable == ("/app/.nicegui",)


@pytest.mark.parametrize(("release", "path"), [("1.17.0", "/healthz"), ("1.18.0", "/_stcore/health")])
def test_health_path_is_that_of_the_installed_release(tmp_path: Path, release: str, path: str) -> None:
    plan = plan_of(
        tmp_path, {"requirements": f"streamlit=={release}", "app.py": "import streamlit as st\nst.title('a')\n"}
    )
    assert f"'{path}'" in plan.health[-1]


SHINY = "from shiny import App, ui\napp = App(ui.page_fluid(), None)\n"


@pytest.mark.parametrize(
    ("requirement", "name", "source", "start"),
    [
        ("shiny", "app.py", SHINY, "shiny run app.py --host 0.0.0.0 --port 8000"),
        ("shiny pandas", "app.py", "from shiny.express import ui\nui.h2('x')\n", "shiny run app.py --host 0.0.0.0 --port 8000"),
        ("shiny", "dashboard/app.py", SHINY, "shiny run dashboard/app.py --host 0.0.0.0 --port 8000"),
        ("solara", "sol.py", "import solara\n@solara.component\ndef Page():\n    pass\n", "solara run sol.py --host 0.0.0.0 --port 8765 --production"),
    ],
)  # fmt: skip
def test_page_is_run_by_the_command_of_its_framework(
    tmp_path: Path, requirement: str, name: str, source: str, start: str
) -> None:
    plan = plan_of(tmp_path, {"requirements": requirement, name: source})
    assert started(plan) == start
    assert decision(plan, "framework").text == requirement.split(maxsplit=1)[0]


def test_line_of_the_readme_tells_which_page_of_shiny_is_run(tmp_path: Path) -> None:
    files = {"requirements": "shiny", "one.py": SHINY, "two.py": SHINY, "README.md": "    shiny run --reload two.py\n"}
    assert started(plan_of(tmp_path, files)) == "shiny run two.py --host 0.0.0.0 --port 8000"


TAC = """from twisted.application import internet, service
from twisted.web import server
from shop.pages import root

application = service.Application('shop')
internet.TCPServer(8123, server.Site(root)).setServiceParent(application)
"""


def test_tac_file_is_run_by_twisteds_own_command(tmp_path: Path) -> None:
    files = {"requirements": "twisted", "shop/__init__.py": "", "shop/pages.py": "root = None\n", "bin/shop.tac": TAC}
    plan = plan_of(tmp_path, files)
    assert started(plan) == "twistd --nodaemon --pidfile= --python bin/shop.tac"
    assert plan.port == 8123
    assert dict(plan.env)["PYTHONPATH"] == "/app"


def test_of_several_tac_files_none_is_taken(tmp_path: Path) -> None:
    files = {"requirements": "twisted", "one.tac": TAC, "two.tac": TAC}
    with pytest.raises(ProjectError):
        plan_of(tmp_path, files)


def test_program_that_listens_by_twisteds_reactor_has_its_port(tmp_path: Path) -> None:
    source = "from twisted.internet import reactor\n\nreactor.listenTCP(8124, factory())\nreactor.run()\n"
    plan = plan_of(tmp_path, {"requirements": "twisted", "main.py": source})
    assert (started(plan), plan.port) == ("python main.py", 8124)
