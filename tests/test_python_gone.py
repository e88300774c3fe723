"""Programs that use what later releases took away, with requirements that leave the release open."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.catalog import load
from tests.python_trees import decision, plan_of

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
PAGE = "from fastapi.templating import Jinja2Templates\npages = Jinja2Templates('pages')\n@app.get('/')\ndef index(request):\n    return pages.TemplateResponse({arguments})\n"
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
SETTINGS = "from pydantic import BaseSettings\nclass Settings(BaseSettings):\n    size: int = 1\n"


@pytest.mark.parametrize(
    ("requirements", "source", "held"),
    [
        ("fastapi jinja2", FASTAPI + PAGE.format(arguments="'index.html', {'request': request}"), ("fastapi<0.164", "starlette<1")),
        ("fastapi jinja2", FASTAPI + PAGE.format(arguments="request, 'index.html'"), ()),
        ("fastapi==0.140.0", FASTAPI + PAGE.format(arguments="'index.html', {}"), ("starlette<1",)),
        ("fastapi==0.110.0", FASTAPI + PAGE.format(arguments="'index.html', {}"), ()),
        ("fastapi>=0.170", FASTAPI + PAGE.format(arguments="'index.html', {}"), ()),
        ("fastapi", FASTAPI + SETTINGS, ("fastapi<0.126", "pydantic<2")),
        ("fastapi pydantic>=2", FASTAPI + SETTINGS, ()),
        ("fastapi pydantic<2", FASTAPI + SETTINGS, ()),
        ("fastapi", f"{FASTAPI}try:\n    from pydantic_settings import BaseSettings\nexcept ImportError:\n    from pydantic import BaseSettings\n", ()),
        ("fastapi", f"{FASTAPI}def later():\n    from pydantic import BaseSettings\n", ()),
        ("flask", f"{FLASK}from werkzeug.urls import url_parse\n", ("flask<3", "werkzeug<3")),
        ("flask==3.1.2", f"{FLASK}from werkzeug.urls import url_parse\n", ()),
        ("flask", f"{FLASK}import flask.json\nclass E(flask.json.JSONEncoder): pass\n", ("flask<2.3",)),
        ("flask", f"{FLASK}@app.before_first_request\ndef first(): pass\n", ("flask<2.3",)),
        ("flask openai", f"{FLASK}import openai\ndef ask():\n    return openai.ChatCompletion.create()\n", ("openai<1",)),
        ("flask openai", f"{FLASK}import openai\ndef ask():\n    return openai.chat.completions.create()\n", ()),
        ("flask", f"{FLASK}import openai\nopenai.ChatCompletion\n", ()),
        ("langchain flask", f"{FLASK}from langchain.chains.question_answering import load_qa_chain\n", ("langchain<1",)),
        ("streamlit", "import streamlit as st\nst.title('x')\n@st.cache\ndef load(): pass\n", ("streamlit<1.62",)),
        ("streamlit", "import streamlit as st\nst.title('x')\n@st.cache_data\ndef load(): pass\n", ()),
    ],
)  # fmt: skip
def test_releases_that_still_have_what_the_program_uses_are_installed(
    tmp_path: Path, requirements: str, source: str, held: tuple[str, ...]
) -> None:
    plan = plan_of(tmp_path, {"requirements": requirements, "app.py": source})
    assert plan.facts.install.held == held


def test_module_of_the_repository_is_not_the_distributions(tmp_path: Path) -> None:
    files = {
        "requirements": "flask jinja2",
        "app.py": f"{FLASK}from jinja2 import Markup\n",
        "jinja2.py": "Markup = 1\n",
    }
    assert plan_of(tmp_path, files).facts.install.held == ()


def test_note_tells_the_line_and_the_python_fits_the_older_release(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": f"{FLASK}from flask.json import JSONEncoder\n"})
    assert decision(plan, "version").text == "3.13"
    assert (
        "app.py:3 uses flask.json.JSONEncoder in a way that later releases no longer know, and requirements.txt leaves "
        "the release open: the image holds flask<2.3; write that there, or port the line." in plan.notes
    )


def test_files_of_django_are_looked_at_although_nothing_imports_them(tmp_path: Path) -> None:
    line = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
    files = {
        "requirements": "django gunicorn",
        "manage.py": line,
        "site_/settings.py": "SECRET_KEY = 'x'\n",
        "site_/wsgi.py": f"{line}from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "site_/urls.py": "from django.conf.urls import url\nurlpatterns = [url('^$', None)]\n",
    }
    assert plan_of(tmp_path, files).facts.install.held == ("django<4",)


def test_rows_are_of_the_form_that_is_read() -> None:
    for row in load("python-gone").lists["gone"]:
        name, *bounds = row.split()
        assert "." in name
        assert bounds
        assert all(bound.removeprefix("settled:").count("<") == 1 for bound in bounds)
