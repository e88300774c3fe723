"""Programs that were written for older releases than the newest, which is what an open line of a manifest gets."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.catalog import load
from dockergen.languages.python.apis import api, uses
from dockergen.repository import Repository
from tests.python_trees import decision, plan_of

APP = "from flask import Flask\napp = Flask(__name__)\n"


def _found(tmp_path: Path, source: str, *rows: str) -> list[tuple[str, int]]:
    (tmp_path / "a.py").write_text(source)
    return [(row, origin.line) for row, origin in uses(Repository(tmp_path), ["a.py"], rows)]


USES = [
    ("import", "import flask.ext.login\n", "flask.ext", 1),
    ("from", "import os\nfrom flask import (\n    Flask, Markup)\n", "flask.Markup", 2),
    ("alias", "import numpy as np\nx = [np.float(1)]\n", "numpy.float", 2),
    ("longer name", "import numpy as np\nnp.float64(1)\n", "numpy.float", 0),
    ("below a module", "from langchain.llms.openai import OpenAI\n", "langchain.llms", 1),
    ("in a function", "def f():\n    from werkzeug import secure_filename\n", "werkzeug.secure_filename", 2),
    ("a way out", "try:\n    from jinja2 import Markup\nexcept ImportError:\n    from markupsafe import Markup\n", "jinja2.Markup", 0),
    ("a name that a way out gives", "try:\n    from jinja2 import Markup\nexcept ImportError:\n    from jinja2.utils import Markup\nMarkup('')\n", "jinja2.utils.Markup", 0),
    ("no way out", "try:\n    from jinja2 import Markup\nfinally:\n    pass\n", "jinja2.Markup", 2),
    ("may fail", "with contextlib.suppress(ImportError):\n    from jinja2 import Markup\n", "jinja2.Markup", 0),
    ("asks for the version", "if django.VERSION < (4,):\n    from django.conf.urls import url\n", "django.conf.urls.url", 0),
    ("own module", "from .jinja2 import Markup\n", "jinja2.Markup", 0),
    ("own object", "flask = x()\nflask.Markup\n", "flask.Markup", 0),
    ("method", "@app.before_first_request\ndef f(): pass\n", ".before_first_request", 1),
    ("a method of its own", "class A:\n    def before_first_request(self): pass\n    def f(self): self.before_first_request()\n", ".before_first_request", 0),
    ("given by the program", "app.before_first_request = f\napp.before_first_request()\n", ".before_first_request", 0),
    ("has the argument", "import httpx\nhttpx.Client(proxies=x)\n", "httpx.Client(proxies)", 2),
    ("has it not", "import httpx\nhttpx.Client(timeout=1)\n", "httpx.Client(proxies)", 0),
    ("lacks the argument", "import yaml\nyaml.load(f)\n", "yaml.load(!Loader:2)", 2),
    ("by name", "import yaml\nyaml.load(f, Loader=yaml.SafeLoader)\n", "yaml.load(!Loader:2)", 0),
    ("by position", "import yaml\nyaml.load(f, yaml.SafeLoader)\n", "yaml.load(!Loader:2)", 0),
    ("unknown", "import yaml\nyaml.load(f, **more)\n", "yaml.load(!Loader:2)", 0),
    ("bare decorator", "from pydantic import root_validator\n@root_validator\ndef f(): pass\n", "pydantic.root_validator(!pre|skip:9)", 2),
    ("one of two", "from pydantic import root_validator\n@root_validator(pre=True)\ndef f(): pass\n", "pydantic.root_validator(!pre|skip:9)", 0),
    ("text first", "t.TemplateResponse('a.html', {})\n", '.TemplateResponse("")', 1),
    ("a name of a text first", "def f(request):\n    page = 'a.html'\n    return t.TemplateResponse(page, {})\n", '.TemplateResponse("")', 3),
    ("no text first", "t.TemplateResponse(request, 'a.html')\n", '.TemplateResponse("")', 0),
    ("not waiting", "import asyncio\nasyncio.get_event_loop()\n", "asyncio.get_event_loop(sync:set_event_loop)", 2),
    ("waiting", "import asyncio\nasync def f():\n    asyncio.get_event_loop()\n", "asyncio.get_event_loop(sync:set_event_loop)", 0),
    ("prepared", "import asyncio\nasyncio.set_event_loop(l)\nasyncio.get_event_loop()\n", "asyncio.get_event_loop(sync:set_event_loop)", 0),
    ("on import", "db = SQLAlchemy(app)\ndb.create_all()\n", ".create_all(import:push)", 2),
    ("in a context", "with app.app_context():\n    db.create_all()\n", ".create_all(import:push)", 0),
    ("in a pushed context", "app.app_context().push()\ndb.create_all()\n", ".create_all(import:push)", 0),
    ("when it is called", "def f():\n    db.create_all()\n", ".create_all(import:push)", 0),
    ("when it is started", "if __name__ == '__main__':\n    db.create_all()\n", ".create_all(import:push)", 0),
    ("with an engine", "Base.metadata.create_all(engine)\n", ".create_all(import:push)", 0),
    ("Python 2", "import time\nprint 'x'\ntime.clock()\n", "time.clock", 3),
]  # fmt: skip


@pytest.mark.parametrize(("source", "row", "line"), [case[1:] for case in USES], ids=[case[0] for case in USES])
def test_uses_are_found_by_what_names_stand_for(tmp_path: Path, source: str, row: str, line: int) -> None:
    assert _found(tmp_path, source, row) == ([(row, line)] if line else [])


def test_every_row_of_the_table_can_be_read_and_stands_once() -> None:
    for name, releases in load("python-apis").apis.items():
        rows = [row for listed in releases.values() for row in listed]
        assert len(rows) == len(set(rows)), name
        assert all(api(row).name for row in rows)


BOUNDS = [
    ("open line", "flask\ngunicorn\nwtforms\n", "from wtforms import TextField\n", ("wtforms<3.0",)),
    ("brought along", "flask\ngunicorn\n", "from werkzeug.urls import url_quote\n", ("werkzeug<3.0",)),
    ("floor below", "flask\ngunicorn\nwtforms>=2\n", "from wtforms import TextField\n", ("wtforms<3.0",)),
    ("bounded", "flask\ngunicorn\nwtforms<3\n", "from wtforms import TextField\n", ()),
    ("pinned", "flask\ngunicorn\nwtforms==2.3.3\n", "from wtforms import TextField\n", ()),
    ("pinned above", "flask\ngunicorn\nwtforms==3.1.0\n", "from wtforms import TextField\n", ()),
    ("of two bounds the lower", "flask\ngunicorn\n", "from werkzeug import secure_filename\nfrom werkzeug.urls import url_quote\n", ("werkzeug<1.0",)),
    ("kept by another", "flask\nfastapi==0.110.0\njinja2\n", "pages.TemplateResponse('a', {})\n", ()),
    ("not kept by another", "flask\ngunicorn\nfastapi==0.140.0\njinja2\n", "pages.TemplateResponse('a', {})\n", ("starlette<1.0",)),
    ("another line insists", "flask==3.0.0\ngunicorn\n", "from werkzeug.urls import url_quote\n", ()),
    ("another line insists on less", "flask>=2.3\ngunicorn\n", "from werkzeug.urls import url_quote\n", ("werkzeug<3.0",)),
    ("companion required above", "flask==3.0.0\ndash==2.14.2\ngunicorn\n", "", ()),
    ("required higher up", "flask==2.2.0\ngunicorn\n", "from werkzeug.urls import url_quote\n", ("werkzeug<3.0",)),
    ("required in part", "flask-sqlalchemy==3.1.1\ngunicorn\n", "from flask import Markup\nfrom sqlalchemy.orm import relation\n", ("flask<3.0",)),
    ("companion required above", "flask==3.0.0\ndash==2.14.2\ngunicorn\n", "", ()),
    ("all inside", "flask\ngunicorn\nlangchain\n", "from langchain.llms import OpenAI\n", ("langchain<0.2",)),
    ("moved", "flask\ngunicorn\nlangchain\nlangchain-community\n", "from langchain.llms import OpenAI\n", ("langchain<1.0",)),
    ("not installed", "flask\ngunicorn\n", "from aiogram import executor\n", ("aiogram<3.0", "aiohttp<3.9")),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "source", "besides"), [c[1:] for c in BOUNDS], ids=[c[0] for c in BOUNDS])
def test_a_library_stays_below_what_took_away_what_the_program_uses(
    tmp_path: Path, wanted: str, source: str, besides: tuple[str, ...]
) -> None:
    found = plan_of(tmp_path, {"requirements": wanted, "app.py": source + APP}).facts.install
    assert found.besides == besides


def test_a_module_of_the_repository_is_not_the_librarys(tmp_path: Path) -> None:
    files = {
        "requirements": "flask gunicorn",
        "app.py": f"from jinja2 import Markup\n{APP}",
        "jinja2.py": "Markup = 1\n",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ()


def test_the_note_tells_the_line_and_the_python_fits_the_older_release(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask gunicorn", "app.py": f"{APP}from flask.json import JSONEncoder\n"})
    assert decision(plan, "version").text == "3.13"
    assert plan.facts.install.besides == ("flask<2.3", "werkzeug<3")
    note = "app.py:3 uses flask.json.JSONEncoder, which flask has no more since 2.3, so the image holds flask<2.3"
    assert any(found.startswith(note) for found in plan.notes)


def test_files_of_django_are_looked_at_although_nothing_imports_them(tmp_path: Path) -> None:
    line = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
    files = {
        "requirements": "django gunicorn",
        "manage.py": line,
        "site_/settings.py": "SECRET_KEY = 'x'\n",
        "site_/wsgi.py": f"{line}from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "site_/urls.py": "from django.conf.urls import url\nurlpatterns = [url('^$', None)]\n",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ("django<4.0",)


def test_environs_of_its_day_has_the_marshmallow_of_its_day(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "environs~=9.0", "main.py": "from environs import Env\nprint(Env())\n"})
    assert plan.facts.install.besides == ("marshmallow<4",)


def test_pip_of_an_old_python_is_told_a_name_once_in_a_step(tmp_path: Path) -> None:
    files = {
        "requirements": "flask\ngunicorn",
        "app.py": f"{APP}from flask import Markup\n",
        "runtime.txt": "python-3.6.15\n",
    }
    facts = plan_of(tmp_path, files).facts
    assert facts.install.besides == ()
    assert "flask<3.0" in facts.install.added


def test_constraints_decide_the_releases_themselves(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-c constraints.txt\nflask\ngunicorn\n")
    files = {
        "constraints.txt": "flask==3.1.2\nwerkzeug==3.1.3\n",
        "app.py": f"from werkzeug.urls import url_quote\n{APP}",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ()


def test_a_style_of_pandas_is_none_of_gradio(tmp_path: Path) -> None:
    row = next(row for row in load("python-apis").apis["gradio"]["4.0"] if row.startswith(".style"))
    assert _found(tmp_path, "x = pd.DataFrame(a).style.format('{}')\n", row) == []
    assert _found(tmp_path, "gr.Chatbot().style(height=500)\n", row) == [(row, 1)]


@pytest.mark.parametrize(
    ("constraints", "besides"),
    [("six==1.17.0\n", ("werkzeug<3.0",)), ("six==1.17.0 --hash=sha256:" + 64 * "0" + "\n", ())],
    ids=["of another name", "with hashes"],
)
def test_constraints_that_do_not_hold_the_library_leave_its_bound_unless_they_have_hashes(
    tmp_path: Path, constraints: str, besides: tuple[str, ...]
) -> None:
    files = {
        "requirements.txt": "-c constraints.txt\nflask\ngunicorn\nsix\n",
        "constraints.txt": constraints,
        "app.py": f"from werkzeug.urls import url_quote\n{APP}",
    }
    assert plan_of(tmp_path, files).facts.install.besides == besides


def test_constraints_of_uv_hold_as_those_of_pip(tmp_path: Path) -> None:
    manifest = "[project]\nname = 'x'\nversion = '1'\ndependencies = ['flask', 'gunicorn']\n"
    files = {
        "pyproject.toml": f"{manifest}[tool.uv]\nconstraint-dependencies = ['werkzeug>=3']\n",
        "app.py": f"from werkzeug.urls import url_quote\n{APP}",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ()


PINNED = {"app.py": f"from flask import Markup\n{APP}"}


@pytest.mark.parametrize(
    ("files", "held"),
    [
        ({"requirements.txt": "flask==3.0.2\ngunicorn\n"}, "requirements.txt:1 holds 3.0.2"),
        ({"requirements.txt": "gunicorn\nflask>=3.1\n"}, "requirements.txt:2 holds >=3.1"),
        (
            {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["flask"]\n', "uv.lock": 'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "flask" }]\n[[package]]\nname = "flask"\nversion = "3.0.3"\n'},
            "uv.lock:7 holds 3.0.3",
        ),
        ({"requirements.txt": "flask==2.2.5\ngunicorn\n"}, ""),
        ({"requirements.txt": "flask\ngunicorn\n"}, ""),
    ],
)  # fmt: skip
def test_use_that_a_pin_leaves_no_release_for_is_told(tmp_path: Path, files: dict[str, str], held: str) -> None:
    notes = " ".join(plan_of(tmp_path, {**PINNED, **files}).notes)
    assert f"app.py:1 uses flask.Markup, which flask has no more since 3.0, and {held}" in notes or not held
    assert bool(held) == ("hold flask<3.0 there, or write it anew" in notes)


@pytest.mark.parametrize(
    ("requirements", "template", "besides"),
    [
        pytest.param("django\n", "{% load staticfiles i18n %}\n", ("django<3.0",), id="a library that is gone"),
        pytest.param("django\n", "<p>\n{% ifequal a b %}{% endifequal %}\n", ("django<4.0",), id="a tag that is gone"),
        pytest.param("django\n", "{% load static %}{% if a == b %}{% endif %}\n", (), id="nothing that is gone"),
        pytest.param("django==5.2.8\n", "{% load staticfiles %}\n", (), id="a pin"),
        pytest.param("django<3\n", "{% load staticfiles %}\n", (), id="a bound"),
    ],
)
def test_templates_hold_django_below_what_took_their_tags_away(
    tmp_path: Path, requirements: str, template: str, besides: tuple[str, ...]
) -> None:
    tree = {
        "requirements.txt": requirements,
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
        "site1/__init__.py": "",
        "site1/settings.py": "SECRET_KEY = 'x'\n",
        "site1/wsgi.py": "application = None\n",
        "shop/templates/shop/list.html": template,
    }
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    held = dockergen.plan(tmp_path).facts.install.besides  # type: ignore[attr-defined]
    assert tuple(word for word in held if word.startswith("django")) == besides


def test_an_argument_that_is_gone_is_told_as_one(tmp_path: Path) -> None:
    page = "import gradio as gr\ngr.TabbedInterface([], theme='soft').launch()\n"
    plan = plan_of(tmp_path, {"requirements": "gradio", "app.py": page})
    said = "app.py:2 uses gradio.TabbedInterface(theme=...), which gradio has no more since 6.0"
    assert any(note.startswith(said) for note in plan.notes)


@pytest.mark.parametrize(
    ("requirements", "besides"),
    [
        ("flask gunicorn flask-sqlalchemy psycopg2-binary", ("sqlalchemy<2.1",)),
        ("flask gunicorn sqlalchemy>=2.0 psycopg2==2.9.11", ("sqlalchemy<2.1",)),
        ("flask gunicorn sqlalchemy[postgresql]", ("sqlalchemy<2.1",)),
        ("flask gunicorn sqlalchemy==2.0.44 psycopg2", ()),
        ("flask gunicorn sqlalchemy>=2.1 psycopg2", ()),
        ("flask gunicorn sqlalchemy psycopg2 psycopg", ()),
        ("flask gunicorn psycopg2", ()),
    ],
)
def test_sqlalchemy_keeps_the_driver_that_is_asked_for(
    tmp_path: Path, requirements: str, besides: tuple[str, ...]
) -> None:
    files = {"requirements": requirements, "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
    plan = plan_of(tmp_path, files)
    assert plan.facts.install.besides == besides
    assert any("takes psycopg for postgresql://" in note for note in plan.notes) == bool(besides)


def test_sqlalchemy_that_no_line_names_keeps_it_too(tmp_path: Path) -> None:
    files = {
        "requirements": "flask gunicorn psycopg2",
        "app.py": "import sqlalchemy\nfrom flask import Flask\napp = Flask(__name__)\n",
    }
    assert plan_of(tmp_path, files).facts.install.besides == ("sqlalchemy<2.1",)


@pytest.mark.parametrize(
    ("requirements", "besides"),
    [
        ("streamlit numpy==1.24.3", ("pyarrow<26",)),
        ("streamlit numpy==2.3.0", ()),
        ("streamlit numpy==1.24.3 pyarrow==14.0.1", ()),
        ("flask gunicorn numpy==1.24.3", ()),
    ],
)
def test_arrow_of_an_old_numpy_is_as_old(tmp_path: Path, requirements: str, besides: tuple[str, ...]) -> None:
    main = APP if "flask" in requirements else "import streamlit\nstreamlit.write(1)\n"
    assert plan_of(tmp_path, {"requirements": requirements, "app.py": main}).facts.install.besides == besides
