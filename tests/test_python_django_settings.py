"""What Django's settings say as paths, for every process, and about DEBUG."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.errors import ProjectError
from tests.python_trees import plan_of
from tests.test_python_start_django import MANAGE, PLAIN, WSGI

PATHLIB = "from pathlib import Path\n"
HERE = "import os\nPROJECT_ROOT = os.path.dirname(os.path.abspath(__file__))\n"
BASE = f"{PATHLIB}BASE_DIR = Path(__file__).resolve().parent.parent\n"
ENVIRON = "import environ\nROOT_DIR = environ.Path(__file__) - 2\nAPPS_DIR = ROOT_DIR.path('shop')\n"


@pytest.mark.parametrize(
    ("settings", "made", "kept"),
    [
        (f"{BASE}STATIC_ROOT = BASE_DIR / 'static'\n", "/app/static/", "static/"),
        (f"{HERE}STATIC_ROOT = os.path.join(PROJECT_ROOT, 'collected')\n", "/app/site_/collected/", "site_/collected/"),
        (f"{PATHLIB}ROOT = Path(__file__).parents[1]\nSTATIC_ROOT = str(ROOT / 'a' / 'b')\n", "/app/a/b/", "a/b/"),
        (f"{ENVIRON}STATIC_ROOT = str(ROOT_DIR('static'))\n", "/app/static/", "static/"),
        (f"{BASE}STATIC_ROOT = env('STATIC_ROOT', default=str(BASE_DIR / 'out'))\n", "/app/out/", "out/"),
        ("STATIC_ROOT = '/var/www/static'\n", "/var/www/static/", "/var/www/static/"),
        ("STATIC_ROOT = 'collected'\n", "/app/collected/", "collected/"),
    ],
)
def test_collected_files_are_copied_from_where_they_are(tmp_path: Path, settings: str, made: str, kept: str) -> None:
    plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings})
    text = dockergen.generate(tmp_path)[0].text
    assert f"COPY --from=build {made} {kept}\n" in text
    assert f"collectstatic --noinput && \\\n    mkdir -p {made.rstrip('/')}\n" in text  # nothing to collect makes none


@pytest.mark.parametrize(
    "value", ["'/srv/$(id)'", "'/srv/a\\nUSER root'", "'/'", "BASE_DIR", "'a b'", "BASE_DIR / '..'"]
)
def test_a_place_that_no_instruction_should_hold_is_not_copied(tmp_path: Path, value: str) -> None:
    plan_of(tmp_path, {**PLAIN, "site_/settings.py": f"{BASE}STATIC_ROOT = {value}\n"})
    final = dockergen.generate(tmp_path)[0].text.partition(" AS final")[2]
    assert [line for line in final.splitlines() if line.startswith("COPY")] == [
        "COPY --from=build /app/.venv .venv/",
        "COPY . .",
    ]
    assert "USER root" not in final


@pytest.mark.parametrize(
    ("settings", "writable"),
    [
        (f"{HERE}MEDIA_ROOT = os.path.join(PROJECT_ROOT, 'media')\n", "/app/site_/media"),
        (f"{ENVIRON}MEDIA_ROOT = str(APPS_DIR('media'))\n", "/app/shop/media"),
        (f"{BASE}APPS_DIR = BASE_DIR / 'shop'\nMEDIA_ROOT = str(APPS_DIR / 'media')\n", "/app/shop/media"),
        (f"{BASE}LOG_DIR = BASE_DIR.parent / 'app' / 'logs'\n", "/app/logs"),
    ],
)
def test_folders_are_followed_through_names_of_the_settings(tmp_path: Path, settings: str, writable: str) -> None:
    assert plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings}).writable == (writable,)


@pytest.mark.parametrize(
    ("name", "writable", "links"),
    [
        ("BASE_DIR / 'db.sqlite3'", ("/app/src/data",), (("src/db.sqlite3", "/app/src/data/db.sqlite3"),)),
        ("BASE_DIR.parent / 'db.sqlite3'", ("/app/data",), (("db.sqlite3", "/app/data/db.sqlite3"),)),
        ("BASE_DIR.parent / 'var' / 'db.sqlite3'", ("/app/var",), ()),
        ("BASE_DIR / 'var' / 'db.sqlite3'", ("/app/src/var",), ()),
        ("'/data/db.sqlite3'", (), ()),
    ],
)
def test_database_of_a_project_below_a_folder(
    tmp_path: Path, name: str, writable: tuple[str, ...], links: tuple[tuple[str, str], ...]
) -> None:
    engine = f"{{'ENGINE': 'django.db.backends.sqlite3', 'NAME': {name}}}"
    files = {f"src/{path}" if path != "requirements" else path: text for path, text in PLAIN.items()}
    files["src/site_/settings.py"] = f"{BASE}DATABASES = {{'default': {engine}}}\n"
    plan = plan_of(tmp_path, files)
    assert (plan.writable, plan.facts.links) == (writable, links)


def test_a_name_of_the_settings_below_is_relative_to_their_file(tmp_path: Path) -> None:
    files = {
        **{name: text for name, text in PLAIN.items() if name != "site_/settings.py"},
        "manage.py": MANAGE.format("site_.settings.prod"),
        "site_/wsgi.py": WSGI.replace("site_.settings", "site_.settings.prod"),
        "site_/settings/base.py": "from pathlib import Path\nHERE = Path(__file__).resolve().parent\nMEDIA_ROOT = HERE / 'up'\n",
        "site_/settings/prod.py": "from .base import *\n",
    }
    assert plan_of(tmp_path, files).writable == ("/app/site_/settings/up",)


def test_other_processes_have_the_settings_of_the_server(tmp_path: Path) -> None:
    """Migrations and workers run by manage.py's default otherwise, which is for development."""
    files = {
        "requirements": "django gunicorn",
        "manage.py": MANAGE.format("site_.settings.dev"),
        "site_/settings/__init__.py": "",
        "site_/settings/dev.py": "",
        "site_/settings/prod.py": "",
        "site_/wsgi.py": WSGI.replace("site_.settings", "site_.settings.prod"),
    }
    assert dict(plan_of(tmp_path, files).env)["DJANGO_SETTINGS_MODULE"] == "site_.settings.prod"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("DEBUG = True\n", "site_/settings.py:1 has DEBUG = True"),
        ("X = 1\nDEBUG: bool = True  # for now\n", "site_/settings.py:2 has DEBUG = True"),
        ("DEBUG = os.environ.get('DEBUG', 'True') == 'True'\n", "DEBUG says otherwise: docker run -e DEBUG=False"),
        ("DEBUG = env.bool('DJANGO_DEBUG', default=True)\n", "docker run -e DJANGO_DEBUG=False"),
        ("DEBUG = int(os.environ.get('DEBUG', default=1))\n", "docker run -e DEBUG=0"),
        ("DEBUG = bool(os.environ.get('DEBUG', True))\n", "docker run -e DEBUG= ..."),
        ("DEBUG = True\nDEBUG = False\n", ""),
        ("DEBUG = env.bool('DEBUG', default=False)\n", ""),
        ("DEBUG = os.environ.get('DEBUG') == 'True'\n", ""),
    ],
)
def test_debug_that_is_on_is_told(tmp_path: Path, settings: str, said: str) -> None:
    notes = [note for note in plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings}).notes if "DEBUG" in note]
    assert (said in notes[0]) if said else notes == []


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        ("ALLOWED_HOSTS = config('HOSTS', cast=Csv())\n", ["HOSTS"]),
        ("ALLOWED_HOSTS = config('HOSTS', cast=lambda v: [s.strip() for s in v.split(',')])\n", ["HOSTS"]),
        ("DB = config(\n    'DATABASE_URL',\n    cast=dj_database_url.parse,\n)\n", ["DATABASE_URL"]),
        ("ALLOWED_HOSTS = config('HOSTS', cast=Csv(), default='*')\n", []),
        ("ALLOWED_HOSTS = config('HOSTS', cast=Csv(str), default=[])\nKEY = config('KEY')\n", ["KEY"]),
        ("ALLOWED_HOSTS = config('HOSTS', default='*', cast=Csv())\n", []),
        ("DB = config.credentials('database')\nX = config.str('X')\nY = env.log_level('Y')\n", ["X", "Y"]),
        ("X = os.getenv('X').split(',') if os.getenv('X') else []\nY = os.getenv('Y').split(',')\n", ["Y"]),
        ("X = config('X', cast=int)\nY = env('Y',)\n", ["X", "Y"]),
    ],
)
def test_casts_of_decouple_give_no_default(tmp_path: Path, settings: str, needs: list[str]) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": f"STATIC_ROOT = 'static'\n{settings}"})
    assert sorted(need.value for need in plan.needs) == needs
    assert set(needs) <= set(dict(plan.facts.collect_env))


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("ALLOWED_HOSTS = os.getenv('HOSTS', '').split(',')\n", ["HOSTS"]),
        ("ALLOWED_HOSTS = env.list('HOSTS', default=[])\n", ["HOSTS"]),
        ("ALLOWED_HOSTS = config('HOSTS', cast=Csv(), default='')\n", ["HOSTS"]),
        ("ALLOWED_HOSTS = os.environ.get('HOSTS', 'localhost').split(',')\n", []),
    ],
)
def test_who_may_ask_is_demanded_where_the_settings_let_nobody(tmp_path: Path, line: str, needs: list[str]) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": f"STATIC_ROOT = 'static'\n{line}"})
    assert [need.value for need in plan.needs] == needs
    assert not dict(plan.facts.collect_env).get("HOSTS")  # the build asks nobody


@pytest.mark.parametrize(
    ("call", "needs"),
    [
        ("dj_database_url.config(conn_max_age=600)", ["DATABASE_URL"]),
        ("dj_database_url.config(env='PLACE')", ["PLACE"]),
        ("dj_database_url.config(default='sqlite:///a')", []),
        ("dj_database_url.config() or {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}", []),
    ],
)
def test_the_only_address_of_the_database_is_demanded(tmp_path: Path, call: str, needs: list[str]) -> None:
    settings = f"import dj_database_url\nSTATIC_ROOT = 'static'\nDATABASES = {{\n    'default': {call},\n}}\n"
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings})
    assert [need.value for need in plan.needs] == needs
    assert all(str(need.origin) == "site_/settings.py:4" for need in plan.needs)


def test_settings_that_are_included_count(tmp_path: Path) -> None:
    """django-split-settings, with files of django-environ."""
    files = {
        **{name: text for name, text in PLAIN.items() if name != "site_/settings.py"},
        "site_/settings.py": "from split_settings.tools import include, optional\n\ninclude(\n    'conf/*.py',\n    optional('mine.py'),\n)\n",
        "site_/conf/static.py": "STATIC_ROOT = 'static'\n",
        "site_/conf/db.py": "DATABASES = {'default': env.db()}\n",
    }
    plan = plan_of(tmp_path, files)
    assert [(need.value, str(need.origin)) for need in plan.needs] == [("DATABASE_URL", "site_/conf/db.py:1")]
    assert dict(plan.facts.collect_env)["DATABASE_URL"].startswith("sqlite")


def test_a_variable_is_told_with_the_line_of_the_file_that_reads_it(tmp_path: Path) -> None:
    files = {
        **{name: text for name, text in PLAIN.items() if name != "site_/settings.py"},
        "site_/settings/__init__.py": "from .base import *\n",
        "site_/settings/base.py": "import os\n\nSECRET_KEY = os.environ['SECRET_KEY']\n",
    }
    (need,) = plan_of(tmp_path, files).needs
    assert str(need.origin) == "site_/settings/base.py:3"


@pytest.mark.parametrize(
    ("production", "module", "said"),
    [
        ("from .base import *\ntry:\n    from .local import *\nexcept ImportError:\n    pass\n", None, "site_/settings/production.py sets no SECRET_KEY"),
        ("import os\nfrom .base import *\nSECRET_KEY = os.environ['SECRET_KEY']\n", "site_.settings.production", ""),
        ("import os\nfrom .base import *\nif os.getenv('PLACE'):\n    SECRET_KEY = os.getenv('PLACE')\n", None, "site_/settings/production.py sets no SECRET_KEY"),
        ("import os\nfrom .base import *\nif os.getenv('SECRET_KEY'):\n    SECRET_KEY = os.getenv('SECRET_KEY')\n", "site_.settings.production", ""),
    ],
)  # fmt: skip
def test_settings_for_production_that_lack_the_key_are_not_taken(
    tmp_path: Path, production: str, module: str | None, said: str
) -> None:
    """Wagtail's template: the key is in the settings for development and in a file of the server."""
    files = {
        "requirements": "django gunicorn",
        "manage.py": MANAGE.format("site_.settings.dev"),
        "site_/wsgi.py": WSGI.replace("site_.settings", "site_.settings.dev"),
        "site_/settings/__init__.py": "",
        "site_/settings/base.py": "DEBUG = False\n",
        "site_/settings/dev.py": "from .base import *\nSECRET_KEY = 'x'\n",
        "site_/settings/production.py": production,
    }
    plan = plan_of(tmp_path, files)
    assert dict(plan.env).get("DJANGO_SETTINGS_MODULE") == module
    assert (
        any(note.startswith(said) for note in plan.notes)
        if said
        else not any("SECRET_KEY, so" in n for n in plan.notes)
    )


def test_settings_that_nothing_can_hold_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django==5.2.8\n")
    (tmp_path / "manage.py").write_text("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n")
    with pytest.raises(
        ProjectError, match=r"manage.py:2 names the settings module shop.settings, and nothing here is called shop"
    ):
        dockergen.plan(tmp_path)
    (tmp_path / "requirements.txt").write_text("django==5.2.8\nmy-shop==1.0\n")
    assert dockergen.plan(tmp_path).start  # a distribution may bring them


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_the_inside_of_a_project_without_what_is_around_is_told(tmp_path: Path, server: str) -> None:
    text = (
        f"import os\nfrom django.core.{server} import get_{server}_application\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
        f"application = get_{server}_application()\n"
    )
    for name, content in {f"{server}.py": text, "settings.py": "SECRET_KEY = 'x'\n", "urls.py": ""}.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(tmp_path)
    assert caught.value.problem == (
        f"{server}.py:3 names the settings module shop.settings, and nothing here is called shop."
    )
    assert caught.value.remedy == "This looks like the inside of shop/: commit that folder, and manage.py beside it."
