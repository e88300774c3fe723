"""The port where the source gives it by a name, and programs whose console script is a server for trials."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import decision, plan_of, started

APP = "import uvicorn\nfrom fastapi import FastAPI\nfrom config import settings\napp = FastAPI()\nif __name__ == '__main__':\n"


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({"config.py": "class Settings:\n    port: int = 8007\nsettings = Settings()\n"}, "8007 (config.py:2)"),
        ({"config.py": "class Settings:\n    port: int = Field(default=8008, env='PORT')\n"}, "8008 (config.py:2)"),
        ({"config.py": "settings.port = int(os.environ.get('APP_PORT', '8009'))\n"}, "8009 (config.py:1)"),
        ({"config.py": "settings = {'port': 8010, 'timeout': 9999}\n"}, "8010 (config.py:1)"),
        ({"config.py": "settings = load()\n"}, "8000 (FastAPI default)"),
    ],
)
@pytest.mark.parametrize("given", ["settings.port", "settings['port']", "int(settings.port)"])
def test_port_that_settings_give(tmp_path: Path, files: dict[str, str], port: str, given: str) -> None:
    main = f"{APP}    uvicorn.run(app, host='0.0.0.0', port={given}, timeout_keep_alive=300)\n"
    plan = plan_of(tmp_path, {"requirements": "fastapi uvicorn", "main.py": main, **files})
    found = decision(plan, "port").sourced
    assert f"{found.value} ({found.origin})" == port


def test_port_that_an_option_gives(tmp_path: Path) -> None:
    text = (
        "import argparse, uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\ndef main():\n"
        "    parser = argparse.ArgumentParser()\n    parser.add_argument('-p', '--http-port', type=int, default=7000)\n"
        "    args = parser.parse_args()\n    uvicorn.run(app, host='127.0.0.1', port=args.http_port)\n"
    )
    plan = plan_of(tmp_path, {"requirements": "fastapi uvicorn", "svc.py": f"{text}if __name__ == '__main__':\n    main()\n"})  # fmt: skip
    assert (plan.port, str(decision(plan, "port").sourced.origin)) == (7000, "svc.py:6")


def test_port_of_the_file_that_runs_the_app(tmp_path: Path) -> None:
    files = {
        "wsgi.py": "from shop import app\n",
        "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
        "run.py": "from wsgi import app\nif __name__ == '__main__':\n    app.run(port=5077)\n",
    }
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", **files})
    assert (plan.port, str(decision(plan, "port").sourced.origin)) == (5077, "run.py:3")


def test_console_script_with_a_server_for_trials_gives_the_port_only(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[build-system]\nrequires = ['setuptools']\n[project]\nname = 'quotes'\nversion = '1'\n"
        "dependencies = ['flask', 'gunicorn']\n[project.scripts]\nquotes = 'quotes.cli:main'\n",
        "src/quotes/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n",
        "src/quotes/cli.py": "from quotes import create_app\ndef main():\n    create_app().run(host='0.0.0.0', port=5055)\n",
    }
    plan = plan_of(tmp_path, files)
    assert started(plan) == "gunicorn --worker-tmp-dir /dev/shm quotes:create_app()"
    assert (plan.port, str(decision(plan, "port").sourced.origin)) == (5055, "src/quotes/cli.py:3")


def test_console_script_with_a_server_for_production_is_started(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[build-system]\nrequires = ['setuptools']\n[project]\nname = 'quotes'\nversion = '1'\n"
        "dependencies = ['flask', 'waitress']\n[project.scripts]\nquotes = 'quotes.cli:main'\n",
        "src/quotes/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n",
        "src/quotes/cli.py": "from waitress import serve\nfrom quotes import create_app\ndef main():\n    serve(create_app(), host='0.0.0.0', port=5056)\n",
    }
    plan = plan_of(tmp_path, files)
    assert (started(plan), plan.port) == ("quotes", 5056)
