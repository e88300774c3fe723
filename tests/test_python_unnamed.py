"""What a program imports and no line of its manifest names: its author had it installed."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from tests.python_trees import plan_of

APP = "from flask import Flask\napp = Flask(__name__)\n"

ADDED = [
    ("import", "flask\ngunicorn\n", "import requests\n", ("requests",)),
    ("called otherwise", "flask\ngunicorn\n", "from dotenv import load_dotenv\n", ("python-dotenv",)),
    ("Python's own", "flask\ngunicorn\n", "import json, tomllib\n", ()),
    ("named", "flask\ngunicorn\nrequests\n", "import requests\n", ()),
    ("named otherwise", "flask\ngunicorn\nbs4\n", "import bs4\n", ()),
    ("brought by another", "flask\ngunicorn\n", "from werkzeug.exceptions import NotFound\nimport jinja2\n", ()),
    ("another one with that module", "flask\ngunicorn\nopencv-contrib-python\n", "import cv2\n", ()),
    ("unknown on the index", "flask\ngunicorn\n", "import ourselves_only\n", ()),
    ("with a way out", "flask\ngunicorn\n", "try:\n    import requests\nexcept ImportError:\n    requests = None\n", ()),
    ("that may fail", "flask\ngunicorn\n", "from contextlib import suppress\nwith suppress(ImportError):\n    import requests\n", ()),
    ("later", "flask\ngunicorn\n", "def f():\n    import requests\n", ()),
    ("of the types", "flask\ngunicorn\n", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n", ()),
    ("the framework", "pandas\ngunicorn\n", "", ("flask",)),
    ("what something of that name brings", "flask-cors\ngunicorn\n", "", ()),
    ("another one that may have the module", "flask\ngunicorn\ndjango-cors-middleware\n", "import corsheaders\n", ()),
    ("what is built upon another", "flask\ngunicorn\nsqlalchemy\n", "import flask_sqlalchemy\n", ("flask-sqlalchemy",)),
    ("of the module's name", "flask\ngunicorn\njwt\n", "import jwt\n", ()),
    ("what Debian has to help with", "flask\ngunicorn\n", "import MySQLdb\n", ("mysqlclient",)),
    ("gigabytes", "flask\ngunicorn\n", "import torch\n", ()),
    ("a part of it", "flask\ngunicorn\npydantic\n", "from pydantic import EmailStr\n", ("email-validator",)),
    ("the part is named", "flask\ngunicorn\npydantic[email]\n", "from pydantic import EmailStr\n", ()),
    ("a part of a shared name", "flask\ngunicorn\n", "from google.cloud import storage\n", ("google-cloud-storage",)),
    ("brought with its part", "flask\ngunicorn\nfirebase-admin\n", "from google.cloud import firestore\n", ()),
    ("time zones", "flask\ngunicorn\n", "import pytz\n", ("pytz",)),
    ("a form", "flask\ngunicorn\nflask-wtf\n", "from wtforms.validators import Email\n", ("email-validator",)),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "source", "besides"), [c[1:] for c in ADDED], ids=[c[0] for c in ADDED])
def test_what_the_program_imports_is_installed(
    tmp_path: Path, wanted: str, source: str, besides: tuple[str, ...]
) -> None:
    assert plan_of(tmp_path, {"requirements": wanted, "app.py": source + APP}).facts.install.besides == besides


def test_own_modules_are_no_distributions(tmp_path: Path) -> None:
    files = {"requirements": "flask gunicorn", "app.py": f"import requests\n{APP}", "requests.py": "x = 1\n"}
    assert plan_of(tmp_path, files).facts.install.besides == ()


def test_a_vendored_module_and_a_server_of_the_start_are_not_installed_twice(tmp_path: Path) -> None:
    app = "import requests, uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    for number, path in enumerate(("libs/requests.py", "deps/lib/requests/__init__.py")):
        (tmp_path / str(number)).mkdir()
        plan = plan_of(tmp_path / str(number), {"requirements": "fastapi", "app.py": app, path: ""})
        assert plan.facts.install.besides == (), path


def test_the_note_tells_the_line_and_what_to_list(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", "app.py": f"import os\nimport requests\n{APP}"})
    asked = "requirements.txt does not name requests (app.py:2), which the program uses; the image has the newest: add it there."
    assert asked in plan.notes


def test_hashes_stay_on_and_the_note_says_what_is_missing(tmp_path: Path) -> None:
    line = f"flask==3.1.2 --hash=sha256:{'0' * 64}\n"
    (tmp_path / "requirements.txt").write_text(line)
    plan = plan_of(tmp_path, {"app.py": f"import requests\n{APP}"})
    assert plan.facts.install.besides == ()
    assert any("app.py:1 uses requests, which requirements.txt does not hold: add it" in note for note in plan.notes)


def test_form_of_fastapi_needs_its_parser(tmp_path: Path) -> None:
    app = "from fastapi import FastAPI, Form\napp = FastAPI()\n@app.post('/')\ndef f(a: str = Form(...)): pass\n"
    assert plan_of(tmp_path, {"requirements": "fastapi uvicorn", "app.py": app}).facts.install.besides == (
        "python-multipart",
    )
    (tmp_path / "requirements.txt").write_text("fastapi[standard]\nuvicorn\n")
    assert plan_of(tmp_path, {}).facts.install.besides == ()


def test_apps_of_django_count(tmp_path: Path) -> None:
    files = {
        "requirements": "django gunicorn",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
        "site_/__init__.py": "",
        "site_/settings.py": "INSTALLED_APPS = ['django.contrib.admin', 'blog.apps.Blog', 'corsheaders', 'rest_framework']\n",
        "site_/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "blog/__init__.py": "",
        "blog/models.py": "from django.db import models\nclass A(models.Model):\n    picture = models.ImageField()\n",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ("django-cors-headers", "djangorestframework", "pillow")


@pytest.mark.parametrize("manifest", ["pyproject.toml", "setup.py"])
def test_every_kind_of_install_gets_them(tmp_path: Path, manifest: str) -> None:
    texts = {
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["flask", "gunicorn"]\n',
        "setup.py": "from setuptools import setup\nsetup(name='a', install_requires=['flask', 'gunicorn'])\n",
    }
    files = {manifest: texts[manifest], "app.py": f"import requests\n{APP}"}
    install = plan_of(tmp_path, files).facts.install
    assert "requests" in (*install.besides, *install.inline)


def test_what_apps_of_django_import_counts(tmp_path: Path) -> None:
    files = {
        "requirements": "django gunicorn",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
        "site_/settings.py": "import dotenv\nSECRET_KEY = 'x'\nINSTALLED_APPS = ['jobs']\n",
        "site_/wsgi.py": "application = None\n",
        "jobs/apps.py": "from django.apps import AppConfig\nclass Jobs(AppConfig):\n    def ready(self):\n        from . import scheduler\n",
        "jobs/scheduler.py": "from apscheduler.schedulers.background import BackgroundScheduler\n",
        "jobs/models.py": "import requests\n",
        "jobs/later.py": "import redis\n",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ("requests", "python-dotenv", "apscheduler")


def test_what_is_added_is_as_old_as_the_django_that_is_pinned(tmp_path: Path) -> None:
    files = {
        "requirements": "django==1.11.1 gunicorn",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
        "site_/settings.py": "SECRET_KEY = 'x'\nINSTALLED_APPS = ['rest_framework']\n",
        "site_/wsgi.py": "application = None\n",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ("djangorestframework<3.12",)


def test_apps_of_django_are_installed_where_no_manifest_is(tmp_path: Path) -> None:
    tree = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
        "site1/__init__.py": "",
        "site1/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "site1/settings.py": (
            "SECRET_KEY = 'x'\nclass Dev:\n    INSTALLED_APPS = ['django.contrib.admin', 'shop', 'crispy_forms', 'debug_toolbar']\n"
        ),
        "shop/__init__.py": "",
        "shop/models.py": "from mptt.models import MPTTModel\n",
    }
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    plan = dockergen.plan(tmp_path)
    assert plan.facts.install.inline == ("django", "django-mptt", "django-crispy-forms", "django-debug-toolbar")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sqlalchemy", "added"),
    [
        ("sqlalchemy>=2.0", ("greenlet",)),
        ("sqlalchemy==2.0.44", ()),
        ("sqlalchemy<2.1", ()),
        ("sqlalchemy[asyncio]", ()),
    ],
)
def test_sqlalchemy_brings_greenlet_before_2_1_only(tmp_path: Path, sqlalchemy: str, added: tuple[str, ...]) -> None:
    files = {
        "requirements": f"flask gunicorn {sqlalchemy}",
        "app.py": f"from sqlalchemy.ext.asyncio import create_async_engine\n{APP}",
    }
    assert plan_of(tmp_path, files).facts.install.besides == added


def test_what_a_lock_file_lacks_is_installed_apart_and_told(tmp_path: Path) -> None:
    lock = 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\nsource = { registry = "https://index.example/simple" }\n'
    manifest = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n'
    plan = plan_of(tmp_path, {"pyproject.toml": manifest, "uv.lock": lock, "app.py": f"import requests\n{APP}"})
    assert "requests" in plan.facts.install.added
    told = "app.py:1 uses requests, which uv.lock does not hold; the image has the newest"
    assert any(note.startswith(told) for note in plan.notes)


@pytest.mark.parametrize(
    ("apps", "wanted"),
    [
        ("'allauth', 'allauth.socialaccount.providers.github'", ("oauthlib", "pyjwt", "requests")),
        ("'allauth', 'allauth.account'", ()),
        ("'allauth.socialaccount', 'extra'", ()),
    ],
)
def test_what_apps_of_django_leave_to_an_extra_is_installed(tmp_path: Path, apps: str, wanted: tuple[str, ...]) -> None:
    files = {
        "requirements": f"django gunicorn django-allauth{'[socialaccount]' if 'extra' in apps else ''}",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n",
        "site_/settings.py": f"SECRET_KEY = 'x'\nINSTALLED_APPS = [{apps}]\n",
        "site_/wsgi.py": "application = None\n",
    }
    assert tuple(sorted(plan_of(tmp_path, files).facts.install.besides)) == wanted
