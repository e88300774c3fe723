"""What a program imports and its requirements do not name is installed with them, where it is known and pure."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.pipeline import generated, service_at

APP = "from flask import Flask\n\napp = Flask(__name__)\n"


def _install(root: Path, requirements: str, source: str, **files: str) -> str:
    for name, text in {"requirements.txt": requirements, "app.py": source, **files}.items():
        (root / name.replace("__", "/")).parent.mkdir(exist_ok=True)
        (root / name.replace("__", "/")).write_text(text)
    text = next(f.text for f in generated(root, service_at(root, {})) if f.path == "Dockerfile")
    return next(line.partition("install -r ")[2] for line in text.splitlines() if "install -r " in line)


@pytest.mark.parametrize(
    ("requirements", "source", "words"),
    [
        pytest.param("pandas\n", APP, " flask", id="the framework"),
        pytest.param("flask\n", APP + "import requests\nfrom dotenv import load_dotenv\n", " requests python-dotenv", id="under other names"),
        pytest.param("flask\n", APP + "import werkzeug, jinja2\n", "", id="what comes with what is listed"),
        pytest.param("flask-cors\n", APP, "", id="what something of that name brings"),
        pytest.param("flask\nopencv-contrib-python\npsycopg2\n", APP + "import cv2, psycopg2\n", "", id="another edition"),
        pytest.param("flask\ndjango-cors-middleware\n", APP + "import corsheaders\n", "", id="another one that may have the module"),
        pytest.param("flask\njwt\n", APP + "import jwt\n", "", id="a distribution that is called like the module"),
        pytest.param("flask\n", APP + "import our_own_thing\n", "", id="a module that nothing is known of"),
        pytest.param("flask\n", APP + "import MySQLdb\n", "", id="what Debian would have to help with"),
        pytest.param("flask\n", APP + "try:\n    import requests\nexcept ImportError:\n    pass\n", "", id="what may be missing"),
        pytest.param("flask\n", APP + "def later():\n    import requests\n", "", id="what is imported later"),
        pytest.param("# nothing yet\n", APP, "", id="a file that names nothing"),
    ],
)  # fmt: skip
def test_known_imports_are_installed_with_the_requirements(
    tmp_path: Path, requirements: str, source: str, words: str
) -> None:
    assert _install(tmp_path, requirements, source) == f"requirements.txt{words}"


def test_a_vendored_module_and_a_server_of_the_start_are_not_installed_twice(tmp_path: Path) -> None:
    fast = "import requests, uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    assert _install(tmp_path, "fastapi\n", fast, libs__requests="", **{"libs__requests.py": ""}) == "requirements.txt"


def test_apps_of_django_that_no_line_names_are_installed(tmp_path: Path) -> None:
    files = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "shop__wsgi.py": "application = None\n",
        "shop__settings.py": "SECRET_KEY = 'x'\nINSTALLED_APPS = ['django.contrib.admin', 'rest_framework', 'shop']\n",
    }
    assert _install(tmp_path, "django\n", "", **files) == "requirements.txt djangorestframework"
    note = "requirements.txt does not name djangorestframework (shop/settings.py:2), which the program imports; the image has the newest: add it there."
    assert note in dockergen.plan(tmp_path).notes
