"""Modules that a program imports and of which a repository holds only an example."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import dockergen
from dockergen.errors import ProjectError

Make = Callable[[dict[str, str | bytes]], Path]
FLASK = {"requirements.txt": "flask==3.1.2\n"}
APP = "from flask import Flask\n{}\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("text", "shown", "module"),
    [
        ("import config", "config.py.example", "config.py"),
        ("from config import KEY", "config.example.py", "config.py"),
        ("from local import *", "local.py-dist", "local.py"),
        ("from shop import secrets_local", "shop/secrets_local_sample.py", "shop/secrets_local.py"),
        ("import shop.keys", "shop/keys.template.py", "shop/keys.py"),
    ],
)
def test_an_example_stands_for_what_is_to_be_written(project: Make, text: str, shown: str, module: str) -> None:
    root = project({**FLASK, "app.py": APP.format(text), "shop/__init__.py": "", shown: "KEY = ''\n"})
    assert (
        f"app.py:2 imports {module}, which is not here: fill in a copy of its example before the build (cp {shown} "
        f"{module}), or mount one: docker run -v ./{module}:/app/{module}:ro ..." in dockergen.plan(root).notes
    )


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("import config", {"config.py": "", "config.py.example": ""}),
        ("try:\n    import config\nexcept ImportError:\n    config = None", {"config.py.example": ""}),
        ("from shop import config", {"shop/__init__.py": "config = {}\n", "shop/config.py.example": ""}),
        ("import config", {"config/__init__.py": "", "config.py.example": ""}),
        ("import flask", {"flask.py.example": "", "flask.py": ""}),
        ("import logging", {"logging.py.example": ""}),
        ("import werkzeug.utils", {"werkzeug_example.py": "", "flask.py.example": ""}),
        ("from jobs import queue", {"jobs/__init__.py": "", "jobs/queue.py": "", "queue.py.example": ""}),
    ],
)
def test_nothing_is_told_of_what_is_there_or_can_be_missed(project: Make, text: str, files: dict[str, str]) -> None:
    root = project({**FLASK, "app.py": APP.format(text), **files})
    assert not [note for note in dockergen.plan(root).notes if "which is not here" in note]


def test_settings_of_django_are_written_before_the_image_is_planned(project: Make) -> None:
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    settings = "from . import local_settings\nSECRET_KEY = 'x'\nROOT_URLCONF = 'shop.urls'\n"
    root = project(
        {
            "requirements.txt": "django==5.2.1\n",
            "manage.py": manage,
            "shop/__init__.py": "",
            "shop/settings.py": settings,
            "shop/urls.py": "urlpatterns = []\n",
            "shop/local_settings.py.default": "SECRET_KEY = ''\n",
        }
    )
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(root)
    assert caught.value.problem == (
        "shop/settings.py:1 imports shop/local_settings.py, which is not here: shop/local_settings.py.default shows how "
        "it looks."
    )
    assert caught.value.command == "cp shop/local_settings.py.default shop/local_settings.py"
