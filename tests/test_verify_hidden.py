"""What Django does not write into its log is asked for within the container."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dockergen.engine import Engine
from dockergen.verify.hidden import told_inside
from tests.python_trees import plan_of

LINE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
SITE = {
    "manage.py": LINE,
    "shop/settings.py": "SECRET_KEY = 'x'\n",
    "shop/wsgi.py": f"{LINE}from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
}
TRACEBACK = 'Traceback (most recent call last):\n  File "<string>", line 1\nOperationalError: no such table: page\n'


class _Answering(Engine):
    """An engine whose containers answer every command with one text."""

    asked: tuple[str, ...] = ()

    def execute(self, container: str, argv: Sequence[str]) -> tuple[int, str]:
        type(self).asked = tuple(argv)
        return 1, TRACEBACK


@pytest.mark.parametrize("name", ["django", "flask"])
def test_only_django_is_asked_within_the_container(tmp_path: Path, name: str) -> None:
    app = {"wsgi.py": "from flask import Flask\napplication = Flask(__name__)\n"}
    plan = plan_of(tmp_path, {"requirements": f"{name} gunicorn", **(SITE if name == "django" else app)})
    told = told_inside(_Answering("docker"), "c1", plan, "GET / 500", "/shop")
    assert told == (TRACEBACK if name == "django" else "")
    if told:
        assert _Answering.asked[-2:] == ("shop.wsgi", "/shop")


def test_a_log_that_has_a_traceback_is_enough(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "django gunicorn", **SITE})
    assert told_inside(_Answering("docker"), "c1", plan, TRACEBACK, "/") == ""
