"""Objects that are no service yet when a server imports them, and modules that only look like scripts of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import plan_of, started

PROJECT = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n[project.scripts]\nshop = "shop.cli:main"\n'
CLI = "from shop.web import Server\ndef main():\n    Server().run()\n"
BARE = "from flask import Flask\napp = Flask(__name__)\napp.config['A'] = 1\n"
METHOD = "class Server:\n    def run(self):\n        app.register_blueprint(None)\n"


@pytest.mark.parametrize(
    ("web", "more", "command"),
    [
        (f"{BARE}{METHOD}", {}, "shop"),
        (f"{BARE}class Server: ...\n", {"shop/views.py": "from shop.web import app\ndef fill():\n    app.add_url_rule('/', '', None)\n"}, "shop"),
        (f"{BARE}class Server: ...\ndef create_app(config=None):\n    app.register_blueprint(config)\n    return app\n", {"shop/cli.py": "from shop.web import create_app\ndef main():\n    create_app(store).run()\n"}, "shop"),
        (f"{BARE}class Server: ...\ndef create_app(config=None):\n    app.register_blueprint(config)\n    return app\n", {"shop/cli.py": "from shop.web import create_app\ndef main():\n    create_app().run()\n"}, "gunicorn"),
        (f"{BARE}{METHOD}@app.route('/')\ndef home(): ...\n", {}, "gunicorn"),
        (f"{BARE}{METHOD}def fill():\n    app.add_url_rule('/', '', None)\nfill()\n", {}, "gunicorn"),
        (f"{BARE}{METHOD}from shop.views import register\nregister(app)\n", {"shop/views.py": "def register(app): ...\n"}, "gunicorn"),
        (f"{BARE}class Server: ...\n", {"shop/views.py": "from shop.web import app\n@app.route('/')\ndef home(): ...\n"}, "gunicorn"),
        (f"{BARE}{METHOD}", {"Procfile": "web: gunicorn shop.web:app\n"}, "gunicorn"),
        (f"def create_app():\n    app = Flask(__name__)\n    app.register_blueprint(None)\n    return app\n{METHOD}from flask import Flask\napp = create_app()\n", {}, "gunicorn"),
    ],
    ids=["in a method", "in a function of another file", "in one that gets values", "in one that gets none",
         "and on import", "by a function that is called", "by what gets it",
         "on import of another file", "but named by a Procfile", "by the function that makes it"],
)  # fmt: skip
def test_object_that_only_the_command_gives_its_routes_is_left_to_the_command(
    tmp_path: Path, web: str, more: dict[str, str], command: str
) -> None:
    files = {"pyproject.toml": PROJECT, "shop/__init__.py": "", "shop/cli.py": CLI, "shop/web.py": web, **more}
    assert started(plan_of(tmp_path, files)).split()[0] == command


def test_package_with_a_module_called_like_one_of_python_is_no_folder_of_scripts(tmp_path: Path) -> None:
    files = {
        "requirements": "flask gunicorn",
        "shop/__init__.py": "",
        "shop/core/__init__.py": "",
        "shop/core/logging.py": "",
        "shop/core/wsgi.py": "import logging\nfrom flask import Flask\nimport shop\napplication = Flask(__name__)\n",
    }
    assert started(plan_of(tmp_path, files)).split()[-1] == "shop.core.wsgi:application"
