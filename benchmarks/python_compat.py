"""From which release on a distribution works on a Python: `python -m benchmarks.python_compat [NAME...]`.

Each release is installed in a slim image of that Python with the dependencies of its own day (uv's --exclude-newer), as a manifest of that
day pins them, and then probed: imported, and for frameworks asked for a page. Of each distribution the last patch of every series is
tried, by bisection. What comes out is printed as rows for dockergen/data/python-wheels.toml.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from benchmarks.python_wheels import files
from tests.realengine.engine import up
from tests.realengine.images import ensure
from tests.realengine.machine import pip_wheel

MINORS = ("3.10", "3.11", "3.12", "3.13", "3.14")
_DAYS = 20  # after a release, within which its dependencies are looked for
_SERIES = 14
# Whether these have wheels is another question (benchmarks.python_wheels), and building them takes minutes.
_NO_BUILD = " ".join(
    f"--only-binary {name}"
    for name in ("pydantic-core", "numpy", "pandas", "pyarrow", "greenlet", "grpcio", "lxml", "pillow", "aiohttp")
)

_DJANGO = """
import django
from django.conf import settings
settings.configure(SECRET_KEY="x", DEBUG=True, ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", STATIC_URL="/static/",
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}])
django.setup()
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
try:
    from django.urls import path
    urlpatterns = [path("admin/", admin.site.urls)]
except ImportError:
    from django.conf.urls import url
    urlpatterns = [url("^admin/", admin.site.urls)]
call_command("migrate", verbosity=0)
call_command("check", verbosity=0)
assert Client().get("/admin/login/").status_code == 200
from django.template.context import Context
Context({}).new({})  # as inclusion tags do
"""
_FLASK = """
import flask
app = flask.Flask("x", root_path="/tmp", instance_path="/tmp")
@app.route("/<int:a>")
def index(a):
    return flask.render_template_string("{{ a }} {{ url_for('index', a=2) }}", a=a)
assert app.test_client().get("/1").data == b"1 /2"
"""
_WERKZEUG = """
import werkzeug, werkzeug.serving, werkzeug.exceptions
from werkzeug.routing import Map, Rule
address = Map([Rule("/<int:a>/b", endpoint="x")]).bind("localhost")
assert address.build("x", {"a": 1}) == "/1/b" and address.match("/1/b")
"""
_FASTAPI = """
import fastapi, pydantic
class Item(pydantic.BaseModel):
    name: str
    size: int = 1
app = fastapi.FastAPI()
@app.post("/items", response_model=Item)
def add(item: Item):
    return item
assert app.openapi()["paths"]
"""
_PYDANTIC = """
import typing, pydantic
class Item(pydantic.BaseModel):
    name: str
    tags: typing.Optional[typing.List[str]] = None
assert Item(name="a", tags=["b"]).tags
"""
_SQLALCHEMY = """
import sqlalchemy
from sqlalchemy.ext.declarative import declarative_base
class A(declarative_base()):
    __tablename__ = "a"
    id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
engine = sqlalchemy.create_engine("sqlite://")
A.metadata.create_all(engine)
"""
# What proves that a release works: code of its own, else the modules to import.
PROBES: Mapping[str, str] = {
    "django": _DJANGO,
    "flask": _FLASK,
    "werkzeug": _WERKZEUG,
    "fastapi": _FASTAPI,
    "pydantic": _PYDANTIC,
    "sqlalchemy": _SQLALCHEMY,
    **{
        name: f"import {modules}"
        for name, modules in {
            "jinja2": "jinja2; assert jinja2.Template('{{ a }}').render(a=1)",
            "itsdangerous": "itsdangerous",
            "click": "click",
            "six": "six; from six.moves import urllib",
            "urllib3": "urllib3; urllib3.PoolManager()",
            "requests": "requests; requests.Session()",
            "future": "future; from future import standard_library",
            "starlette": "starlette.applications, starlette.routing, starlette.responses",
            "uvicorn": "uvicorn; from uvicorn.config import Config; Config('a:b').setup_event_loop",
            "gunicorn": "gunicorn.app.wsgiapp, gunicorn.workers.sync, gunicorn.arbiter",
            "eventlet": "eventlet; eventlet.monkey_patch(); import urllib.request",
            "tornado": "tornado.web, tornado.ioloop, tornado.httpserver",
            "bottle": "bottle; bottle.Bottle()",
            "sanic": "sanic; app = sanic.Sanic('x')",
            "quart": "quart; quart.Quart('x')",
            "cherrypy": "cherrypy",
            "pyramid": "pyramid.config; pyramid.config.Configurator()",
            "falcon": "falcon; getattr(falcon, 'App', None) or falcon.API()",
            "celery": "celery; app = celery.Celery('x'); import celery.app.base, celery.worker, celery.bin",
            "kombu": "kombu, kombu.messaging",
            "rq": "rq",
            "dramatiq": "dramatiq",
            "apscheduler": "apscheduler.schedulers.background",
            "marshmallow": "marshmallow",
            "wtforms": "wtforms, wtforms.validators",
            "flask-wtf": "flask_wtf",
            "flask-login": "flask_login",
            "flask-sqlalchemy": "flask_sqlalchemy",
            "flask-restful": "flask_restful",
            "flask-migrate": "flask_migrate",
            "flask-socketio": "flask_socketio",
            "flask-cors": "flask_cors",
            "flask-admin": "flask_admin",
            "djangorestframework": "rest_framework; from rest_framework import VERSION",
            "peewee": "peewee; peewee.SqliteDatabase(':memory:')",
            "mongoengine": "mongoengine",
            "pymongo": "pymongo",
            "redis": "redis",
            "alembic": "alembic, alembic.config",
            "httpx": "httpx; httpx.Client()",
            "discord-py": "discord",
            "python-telegram-bot": "telegram, telegram.ext",
            "pytelegrambotapi": "telebot; telebot.TeleBot('1:2')",
            "aiogram": "aiogram",
            "tweepy": "tweepy",
            "slack-sdk": "slack_sdk",
            "streamlit": "streamlit",
            "dash": "dash; dash.Dash('x')",
            "plotly": "plotly, plotly.graph_objs",
            "gradio": "gradio",
            "attrs": "attr",
            "pyjwt": "jwt",
            "pydub": "pydub",
            "nltk": "nltk",
            "beautifulsoup4": "bs4; bs4.BeautifulSoup('<a>', 'html.parser')",
            "scrapy": "scrapy, scrapy.crawler",
            "selenium": "selenium.webdriver",
            "paramiko": "paramiko",
            "botocore": "botocore.session; botocore.session.get_session()",
            "mysql-connector-python": "mysql.connector",
            "pymysql": "pymysql",
            "python-dateutil": "dateutil.parser, dateutil.tz",
            "arrow": "arrow",
            "markdown": "markdown; markdown.markdown('a')",
            "passlib": "passlib.hash; passlib.hash.pbkdf2_sha256.hash('a')",
            "tortoise-orm": "tortoise, tortoise.contrib.pydantic",
            "strawberry-graphql": "strawberry",
            "graphene": "graphene; graphene.String()",
            "nicegui": "nicegui",
            "flet": "flet",
            "openai": "openai",
            "langchain": "langchain",
            "transformers": "transformers",
            "spacy": "spacy",
            "django-allauth": "allauth",
            "channels": "channels",
            "django-filter": "django_filters",
            "django-crispy-forms": "crispy_forms",
            "drf-yasg": "drf_yasg",
            "whitenoise": "whitenoise, whitenoise.base",
            "dj-database-url": "dj_database_url",
            "python-decouple": "decouple",
        }.items()
    },
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_compat", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(PROBES)}")
    names = parser.parse_args().names or list(PROBES)
    up()
    ensure(f"python:{minor}-slim" for minor in MINORS)
    containers = {minor: _container(minor) for minor in MINORS}
    try:
        with ThreadPoolExecutor(2) as pool:
            for line in pool.map(lambda name: _line(name, containers), names):
                print(line, flush=True)
    finally:
        subprocess.run(["docker", "rm", "-f", *containers.values()], capture_output=True, check=False)
    return 0


def _line(name: str, containers: Mapping[str, str]) -> str:
    days = dict(_releases(name))
    releases = sorted(days)
    outcomes: dict[tuple[str, Version], str] = {}
    low = 0
    for minor in MINORS:
        # The first that works lies in [low, high]; a newer Python has it no earlier, and most often at the same place.
        high, middle = len(releases), low
        while low < high:
            outcomes[minor, releases[middle]] = _outcome(
                containers[minor], name, releases[middle], days[releases[middle]]
            )
            if outcomes[minor, releases[middle]] == "works":
                high = middle
            else:
                low = middle + 1
            middle = (low + high) // 2
    row = " ".join(f"{minor}:{series}" for minor, series in firsts(outcomes))
    return f'{name} = "{row}"' if row else f"# {name}: no release that could be installed failed"


def firsts(outcomes: Mapping[tuple[str, Version], str]) -> Iterator[tuple[str, str]]:
    """For each Python the first series after the last release that was installed and failed on it, or on an older Python.

    One that could not be installed says nothing: it lacks wheels, which benchmarks.python_wheels knows.
    """
    failed: set[Version] = set()
    for minor in MINORS:
        failed |= {release for (python, release), outcome in outcomes.items() if python == minor and outcome == "fails"}
        working = [release for (python, release), outcome in outcomes.items() if python <= minor and outcome == "works"]
        later = sorted(release for release in working if failed and release > max(failed))
        if later:
            yield minor, ".".join(map(str, later[0].release[:2]))
        elif failed:
            yield minor, "-"


def _releases(name: str) -> Iterator[tuple[Version, datetime.date]]:
    """The last release of each series, with its day, the newest series only."""
    days = releases(name)
    series = {release.release[:2]: release for release in sorted(days)}
    for release in sorted(series.values())[-_SERIES:]:
        yield release, days[release]


def releases(name: str) -> dict[Version, datetime.date]:
    """The final releases of a distribution that were not withdrawn, each with the day of its first file."""
    days: dict[Version, datetime.date] = {}
    for file in files(name):
        wheel = file["filename"].endswith(".whl")
        try:
            release = (parse_wheel_filename if wheel else parse_sdist_filename)(file["filename"])[1]
        except (InvalidWheelFilename, InvalidSdistFilename):
            continue
        if not release.is_prerelease and not file.get("yanked"):
            day = datetime.date.fromisoformat(file["upload-time"][:10])
            days[release] = min(day, days.get(release, day))
    return days


def _outcome(container: str, name: str, release: Version, day: datetime.date) -> str:
    """ "works", "fails", or "not installed"."""
    place = f"/tmp/{name}-{release}"
    until = day + datetime.timedelta(days=_DAYS)
    install = f"uv pip install -q -p {place} --exclude-newer {until} {_NO_BUILD} '{name}=={release}' 'setuptools<60'"
    script = f'uv venv -q {place} && {install} || exit 9; {place}/bin/python -c "$PROBE"; code=$?; rm -rf {place}; exit $code'
    probe = ["docker", "exec", "-e", f"PROBE={PROBES[name]}", container, "sh", "-c", script]
    done = subprocess.run(probe, capture_output=True, text=True, timeout=600, check=False)
    last = ([line for line in done.stderr.splitlines() if line.strip()] or [""])[-1]
    print(f"{name} {release} {until} {container[-4:]}: {done.returncode} {last[:150]}", file=sys.stderr, flush=True)
    return {0: "works", 9: "not installed"}.get(done.returncode, "fails")


def _container(minor: str) -> str:
    wheel = pip_wheel("uv==0.13.*", "--platform=musllinux_1_1_x86_64")
    uv = next(path for path in wheel.rglob("uv") if path.is_file() and path.parent.name == "scripts")
    name = f"python-compat-{minor}"
    subprocess.run(["docker", "rm", "-f", name], capture_output=True, check=False)
    image = f"python:{minor}-slim"
    run = [
        "docker",
        "run",
        "-d",
        "--cpu-shares",
        "256",
        "--name",
        name,
        "-v",
        "python-compat:/root/.cache/uv",
        "-e",
        "UV_PYTHON_DOWNLOADS=never",
        image,
    ]
    subprocess.run([*run, "sleep", "infinity"], capture_output=True, check=True)
    subprocess.run(["docker", "cp", uv, f"{name}:/usr/local/bin/uv"], capture_output=True, check=True)
    return name


if __name__ == "__main__":
    sys.exit(main())
