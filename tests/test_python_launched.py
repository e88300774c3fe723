"""Commands that prepare the program and serve it by themselves, against a server that is given the app object."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import decision, plan_of, started

PROJECT = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["bottle", "waitress"]\n'
    '[build-system]\nrequires = ["hatchling"]\n[project.scripts]\nshop = "shop.__main__:main"\n'
)
SERVER = (
    "from threading import Thread\nfrom bottle import Bottle\nimport waitress\nfrom . import database\nfrom .settings import settings\n"
    "webserver = Bottle()\nHOST = settings['HOST']\nPORT = settings['PORT']\ndef run_server():\n"
    "    Thread(target=database.start).start()\n    listen = f'{HOST}:{PORT}'\n    waitress.serve(webserver, listen=listen)\n"
)
TREE = {
    "pyproject.toml": PROJECT,
    "shop/__init__.py": "",
    "shop/database.py": "def start():\n    pass\n",
    "shop/settings.py": "settings = read({\n    'host': (Text(), 'Host', '*'),\n    'port': (Number(), 'Port', 42010),\n})\n",
    "shop/server.py": SERVER,
    "shop/__main__.py": "from .server import run_server\ndef main():\n    run_server()\n",
}
TABLE = (
    "from .work import copy\ndef run_server():\n    from . import server\n    server.run_server()\n"
    "def main(*args):\n    actions = {'backup': copy, 'run': run_server}\n    actions[args[0]]()\n"
)


def test_a_command_that_prepares_what_it_serves_is_run(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, TREE)
    assert started(plan) == "shop"
    assert plan.port == 42010
    assert str(decision(plan, "port").sourced.origin) == "shop/settings.py:3"


def test_the_word_of_a_table_of_subcommands_is_given(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {**TREE, "shop/__main__.py": TABLE, "shop/work.py": "def copy():\n    pass\n"})
    assert started(plan) == "shop run"


def test_gunicorn_with_settings_of_the_program_is_run_by_the_command(tmp_path: Path) -> None:
    main = (
        "from gunicorn.app.base import BaseApplication\nfrom .server import app, connect\nclass Own(BaseApplication):\n    def load(self):\n        return app\n"
        "def main():\n    connect()\n    Own().run()\n"
    )
    server = "from flask import Flask\napp = Flask(__name__)\ndef connect():\n    pass\n"
    tree = {
        "pyproject.toml": PROJECT.replace('"bottle", "waitress"', '"flask", "gunicorn"'),
        "shop/__init__.py": "",
        "shop/server.py": server,
        "shop/__main__.py": main,
    }
    assert started(plan_of(tmp_path, tree)) == "shop"


@pytest.mark.parametrize(
    "server",
    [
        SERVER.replace("    Thread(target=database.start).start()\n", ""),
        SERVER.replace("    Thread(target=database.start).start()\n", "    log_version()\n")
        + "def log_version():\n    pass\n",
        SERVER.replace("waitress.serve(webserver, listen=listen)", "webserver.run(host='0.0.0.0')"),
        SERVER.replace("listen=listen", "host='127.0.0.1', port=8000"),
    ],
    ids=["prepares nothing", "only logs", "the framework's own server", "listens on localhost"],
)
def test_else_the_object_is_given_to_a_server(tmp_path: Path, server: str) -> None:
    assert started(plan_of(tmp_path, {**TREE, "shop/server.py": server})).startswith("waitress-serve")


def test_the_switches_of_the_repositorys_own_container_are_set_for_its_own_command(tmp_path: Path) -> None:
    container = (
        "FROM python:3.12 AS build\nENV SHOP_BUILD=yes\nFROM python:3.12\n"
        "ENV PYTHONUNBUFFERED=1 SHOP_SKIP_SETUP=yes \\\n    # not what is data\n    SHOP_DATA=/data SHOP_KEY=$KEY PUID=0 SHOP_DEBUG=true\nENV SHOP_CONTAINER true\n"
    )
    plan = plan_of(tmp_path, {**TREE, "Containerfile": container})
    assert {name: value for name, value in plan.env if name.startswith(("SHOP", "PUID"))} == {
        "SHOP_SKIP_SETUP": "yes",
        "SHOP_CONTAINER": "true",
    }
    assert any("Containerfile:4 sets SHOP_SKIP_SETUP=yes" in note for note in plan.notes)
