"""Django: which settings, which interface, which server, what is written, and what is told: one tree for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from dockergen.languages.python.image import PythonFacts
from tests.python_trees import decision, plan_of, started

MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', '{}')\n"
WSGI = "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\napplication = get_wsgi_application()\n"
ASGI = WSGI.replace("wsgi", "asgi")
G = "gunicorn --worker-tmp-dir /dev/shm"
PLAIN = {
    "requirements": "django gunicorn",
    "manage.py": MANAGE.format("site_.settings"),
    "site_/settings.py": "DEBUG = False\n",
    "site_/wsgi.py": WSGI,
    "site_/asgi.py": ASGI,
}


def without(files: dict[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in files.items() if name not in names}


CASES: dict[str, tuple[dict[str, str], str]] = {
    "wsgi": (PLAIN, f"{G} site_.wsgi:application"),
    "no server": ({**PLAIN, "requirements": "django"}, f"{G} site_.wsgi:application"),
    "asgi by a direct server": (
        {**PLAIN, "requirements": "django uvicorn"},
        "uvicorn site_.asgi:application --host 0.0.0.0 --port 8000",
    ),
    "channels": (
        {**PLAIN, "requirements": "django channels daphne gunicorn"},
        "daphne -b 0.0.0.0 -p 8000 site_.asgi:application",
    ),
    "channels without a server": (
        {**PLAIN, "requirements": "django channels"},
        "uvicorn site_.asgi:application --host 0.0.0.0 --port 8000",
    ),
    "application named by the settings": (
        {**PLAIN, "site_/settings.py": "WSGI_APPLICATION = 'conf.web.handler'\n", "conf/web.py": WSGI.replace("application =", "handler =")},
        f"{G} conf.web:handler",
    ),
    "below a folder": (
        {f"src/{name}" if name != "requirements" else name: text for name, text in PLAIN.items()},
        f"{G} site_.wsgi:application",
    ),
    "below a folder that manage.py puts on the path": (
        {
            **{f"src/{name}" if name.startswith("site_/") else name: text for name, text in PLAIN.items()},
            "manage.py": "import sys\nsys.path.insert(0, 'src')\n" + PLAIN["manage.py"],
        },
        f"{G} site_.wsgi:application",
    ),
    "waitress": ({**PLAIN, "requirements": "django waitress"}, "waitress-serve --listen=0.0.0.0:8000 site_.wsgi:application"),
    "Procfile with runserver": ({**PLAIN, "Procfile": "web: python manage.py runserver 0.0.0.0:$PORT\n"}, f"{G} site_.wsgi:application"),
    "Procfile with a migration": (
        {**PLAIN, "Procfile": "web: python manage.py migrate && gunicorn site_.wsgi\n"},
        "gunicorn site_.wsgi",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "start"), CASES.values(), ids=CASES)
def test_site_is_served(tmp_path: Path, files: dict[str, str], start: str) -> None:
    plan = plan_of(tmp_path, files)
    assert started(plan) == start
    assert dict(plan.commands)["migrate"] in ("python manage.py migrate", "python src/manage.py migrate")
    assert "migrate" not in " ".join(plan.start)


SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "production beside development": (
        {"manage.py": MANAGE.format("site_.settings.dev"), "site_/settings/dev.py": "", "site_/settings/production.py": ""},
        "site_.settings.production",
    ),
    "production beside local that is not committed": (
        {"manage.py": MANAGE.format("site_.settings.local"), "site_/settings/base.py": "", "site_/settings/prod.py": ""},
        "site_.settings.prod",
    ),
    "production in a file of its own": (
        {"manage.py": MANAGE.format("site_.settings"), "site_/settings.py": "", "site_/settings_production.py": ""},
        "site_.settings_production",
    ),
    "of an empty package": (
        {"manage.py": MANAGE.format("site_.settings"), "site_/settings/__init__.py": "\n", "site_/settings/base.py": "SECRET_KEY = 'x'\n"},
        "site_.settings.base",
    ),
    "named by fly.toml": (
        {
            "manage.py": MANAGE.format("site_.settings.dev"),
            "site_/settings/dev.py": "",
            "site_/settings/production.py": "",
            "site_/settings/fly.py": "",
            "fly.toml": '[env]\nDJANGO_SETTINGS_MODULE = "site_.settings.fly"\n',
        },
        "site_.settings.fly",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "module"), SETTINGS.values(), ids=SETTINGS)
def test_settings_are_those_of_production(tmp_path: Path, files: dict[str, str], module: str) -> None:
    wsgi = (
        {"site_/wsgi.py": WSGI.replace("'site_.settings'", "'site_.settings.dev'")}
        if "dev" in files["manage.py"]
        else {}
    )
    plan = plan_of(tmp_path, {"requirements": "django gunicorn", "site_/__init__.py": "", **files, **wsgi})
    assert plan.facts.collect_env == () or dict(plan.facts.collect_env)["DJANGO_SETTINGS_MODULE"] == module
    assert dict(plan.env).get("DJANGO_SETTINGS_MODULE") == module


def test_settings_that_do_not_exist_are_an_error_with_the_line(tmp_path: Path) -> None:
    files = {**without(PLAIN, "site_/settings.py"), "site_/__init__.py": "", "site_/settings/base.py": ""}
    with pytest.raises(ProjectError) as raised:
        plan_of(
            tmp_path,
            {**files, "manage.py": MANAGE.format("site_.settings.lokal"), "site_/wsgi.py": "application = 1\n"},
        )
    assert "manage.py:2 names the settings module site_.settings.lokal" in raised.value.problem
    assert "site_.settings.base" in raised.value.remedy


DATABASE = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\n"


@pytest.mark.parametrize(
    ("settings", "writable", "links"),
    [
        (DATABASE, ("/app/data",), (("db.sqlite3", "/app/data/db.sqlite3"),)),
        (DATABASE.replace("'db.sqlite3'", "'store' / 'db.sqlite3'"), ("/app/store",), ()),
        (
            f"from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nKEPT = BASE_DIR / 'kept'\n{DATABASE.replace('BASE_DIR /', 'KEPT /')}",
            ("/app/kept",),
            (),
        ),
        (
            "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nKEPT = BASE_DIR / 'kept'\nKEPT.mkdir(exist_ok=True)\n",
            ("/app/kept",),
            (),
        ),
        (
            DATABASE.replace("'db.sqlite3'", "'db.sqlite3', 'OPTIONS': {'timeout': 20}"),
            ("/app/data",),
            (("db.sqlite3", "/app/data/db.sqlite3"),),
        ),
        (
            DATABASE.replace("BASE_DIR / 'db.sqlite3'", "os.path.join(BASE_DIR, 'db.sqlite3'), 'CONN_MAX_AGE': 0"),
            ("/app/data",),
            (("db.sqlite3", "/app/data/db.sqlite3"),),
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.spatialite', 'NAME': 'db/geo.db'}}\n",
            ("/app/db",),
            (),
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}\n",
            ("/app/data",),
            (("db.sqlite3", "/app/data/db.sqlite3"),),
        ),
        ("MEDIA_ROOT = BASE_DIR / 'media'\n", ("/app/media",), ()),
        ("MEDIA_ROOT = os.path.join(BASE_DIR, 'var/media')\n", ("/app/var/media",), ()),
        ("MEDIA_ROOT = env('MEDIA_ROOT')\n", (), ()),
        (
            DATABASE + "MEDIA_ROOT = BASE_DIR / 'media'\n",
            ("/app/data", "/app/media"),
            (("db.sqlite3", "/app/data/db.sqlite3"),),
        ),
    ],
)
def test_media_and_sqlite_can_be_written(
    tmp_path: Path, settings: str, writable: tuple[str, ...], links: tuple[tuple[str, str], ...]
) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings})
    assert plan.writable == writable
    assert plan.facts.links == links


@pytest.mark.parametrize("imports", ["from . import database", "from .database import config"])
def test_database_that_a_function_beside_the_settings_names_can_be_written(tmp_path: Path, imports: str) -> None:
    made = "import os\nfrom django.conf import settings\ndef config():\n    name = os.getenv('NAME')\n    if not name:\n        name = os.path.join(settings.BASE_DIR, 'db.sqlite3')\n    return {'ENGINE': 'django.db.backends.sqlite3', 'NAME': name}\n"
    call = "database.config()" if "import database" in imports else "config()"
    settings = f"BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n{imports}\nDATABASES = {{\n    'default': {call}\n}}\n"
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": f"import os\n{settings}", "site_/database.py": made})
    assert plan.facts.links == (("db.sqlite3", "/app/data/db.sqlite3"),)


@pytest.mark.parametrize("static", ["", "STATIC_ROOT = BASE_DIR / 'collected'\n"])
def test_collecting_static_files_is_no_step_of_a_release_where_the_image_has_them(tmp_path: Path, static: str) -> None:
    line = "web: python manage.py migrate && python manage.py collectstatic --no-input && gunicorn site_.wsgi\n"
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": static, "Procfile": line})
    assert ("collectstatic" in dict(plan.commands)) is not bool(static)


def test_django_finds_a_writable_place_for_a_database_that_lies_here(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": DATABASE, "db.sqlite3": "SQLite"})
    assert (plan.writable, plan.facts.links, plan.facts.moved) == (
        ("/app/data",),
        (("db.sqlite3", "/app/data/db.sqlite3"),),
        (),
    )


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        ("SECRET_KEY = os.environ.get('DJANGO_SECRET_KEY')\n", ["DJANGO_SECRET_KEY (site_/settings.py:1)"]),
        ("DEBUG = False\nKEY = os.environ['KEY']\nDB = env.db('DB')\n", ["DB (site_/settings.py:3)", "KEY (site_/settings.py:2)"]),
        ("SECRET_KEY = os.environ.get('SECRET_KEY', '')\n", ["SECRET_KEY (site_/settings.py:1)"]),
        ("SECRET_KEY = os.getenv('DJANGO_SECRET_KEY', None)\n", ["DJANGO_SECRET_KEY (site_/settings.py:1)"]),
        ("SECRET_KEY = os.environ.get('SECRET_KEY', 'x')\n", []),
        ("os.environ['OMP_THREAD_LIMIT'] = '1'\n", []),
        ("HEADER = loads(os.environ['HEADER']) if 'HEADER' in os.environ else None\n", []),
        ("env = environ.Env(DEBUG=(bool, False))\nDEBUG = env('DEBUG')\n", []),
        ("DB = dj_database_url.parse(os.environ.get('DATABASE_URL'), conn_max_age=60)\n", ["DATABASE_URL (site_/settings.py:1)"]),
        ("if 'GDAL' in os.environ:\n    GDAL = os.environ['GDAL']\n", []),
        ("if env.get_value('HOST', default=None):\n    HOSTS = [env('HOST')]\n", []),
        ("if env('BUCKET', default=''):\n    KEY = env('BUCKET_KEY')\nelse:\n    PLACE = env('PLACE')\n", ["PLACE (site_/settings.py:4)"]),
        ("if os.getenv('FILE', None):\n    FILE = os.environ['FILE']\n", []),
        ("if os.environ.get('ENV') == 'production':\n    KEY = os.environ['KEY']\nelse:\n    OTHER = os.environ['OTHER']\n", ["OTHER (site_/settings.py:4)"]),
        ("STAGE = os.environ.get('STAGE', 'dev').lower()\nLIVE = STAGE in ('live', 'staging')\nif LIVE:\n    KEY = os.environ['KEY']\n", []),
        ("DEBUG = config('DEBUG', default='False', cast=bool)\nif not DEBUG:\n    KEY = os.environ['KEY']\n", ["KEY (site_/settings.py:3)"]),
        ("if sys.argv[1:2] == ['test']:\n    DEBUG = True\nif DEBUG:\n    KEY = os.environ['KEY']\n", ["KEY (site_/settings.py:4)"]),
        ("DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ.get('DBHOST')}}\n", ["DBHOST (site_/settings.py:1)"]),
        ("DATABASES = {'default': {'ENGINE': os.environ.get('ENGINE', 'django.db.backends.sqlite3'), 'HOST': os.environ.get('DBHOST')}}\n", []),
        ("CACHES = {'default': {'LOCATION': os.environ.get('CACHE')}}\n", ["CACHE (site_/settings.py:1)"]),
        ("CACHES = {'default': {'LOCATION': os.environ.get('CACHE', 'redis://localhost')}}\n", []),
    ],
)  # fmt: skip
def test_variables_without_a_default_are_demanded(tmp_path: Path, settings: str, needs: list[str]) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings})
    assert sorted(f"{need.value} ({need.origin})" for need in plan.needs) == needs
    assert any("does not start without" in note for note in plan.notes) is bool(needs)


@pytest.mark.parametrize(
    ("requirements", "settings", "said"),
    [
        ("django gunicorn", "STATIC_ROOT = BASE_DIR / 'static'\n", "add WhiteNoise"),
        ("django gunicorn whitenoise", "STATIC_ROOT = BASE_DIR / 'static'\n", ""),
        ("django gunicorn", "INSTALLED_APPS = ['django.contrib.staticfiles']\n", "No STATIC_ROOT"),
        ("django gunicorn django-storages", "STATIC_ROOT = 'x'\nSTATICFILES_STORAGE = 'storages.backends.s3boto3.S3StaticStorage'\n", "keeps static files elsewhere"),
        ("django", "", "manage.py runserver is for development"),
    ],
)  # fmt: skip
def test_what_static_files_and_servers_lack_is_told(
    tmp_path: Path, requirements: str, settings: str, said: str
) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "requirements": requirements, "site_/settings.py": settings})
    told = [note for note in plan.notes if "pins no version" not in note]
    assert any(said in note for note in told) if said else told == []


def test_interface_that_lost_is_told(tmp_path: Path) -> None:
    start = decision(plan_of(tmp_path, PLAIN), "start").sourced
    assert start.rejected[0].value == "site_.asgi:application"
    assert "ASGI server" in start.rejected[0].why


def test_health_route_of_the_project_is_asked(tmp_path: Path) -> None:
    urls = "urlpatterns = [path('', index), path('healthz/', health, name='health')]\n"
    plan = plan_of(tmp_path, {**PLAIN, "site_/urls.py": urls})
    assert "'/healthz/'" in plan.health[-1]


@pytest.mark.parametrize(("driver", "address"), [("psycopg2-binary", "postgres://"), ("mysqlclient", "sqlite:////")])
def test_database_of_the_build_is_of_the_kind_that_settings_expect(tmp_path: Path, driver: str, address: str) -> None:
    settings = "STATIC_ROOT = 'static'\nDATABASES = {'default': env.db('DATABASE_URL')}\n"
    plan = plan_of(tmp_path, {**PLAIN, "requirements": f"django gunicorn {driver}", "site_/settings.py": settings})
    assert dict(plan.facts.collect_env)["DATABASE_URL"].startswith(address)


def test_an_asgi_entry_that_is_a_package_is_found(tmp_path: Path) -> None:
    files = {name: text for name, text in PLAIN.items() if "sgi.py" not in name}
    files["site_/asgi/__init__.py"] = ASGI
    files["site_/asgi/handler.py"] = "LIMIT = 1\n"
    assert "site_.asgi:application" in started(plan_of(tmp_path, files))


def test_settings_of_many_files_are_all_read(tmp_path: Path) -> None:
    parts = ["base", *(f"part{number}" for number in range(12))]
    files = {name: text for name, text in PLAIN.items() if name != "site_/settings.py"}
    files["site_/settings/__init__.py"] = "".join(f"from .{part} import *\n" for part in parts)
    files |= {f"site_/settings/{part}.py": "X = 1\n" for part in parts}
    files["site_/settings/base.py"] = "SECRET_KEY = config('SECRET_KEY')\nDEBUG = False\n"
    assert [need.value for need in plan_of(tmp_path, files).needs] == ["SECRET_KEY"]


@pytest.mark.parametrize(
    ("apps", "kept"),
    [("'tests',", True), ("'tests.users',", True), ("'django.contrib.admin',  # tests", False), ("'contests',", False)],
)
def test_tests_that_are_apps_of_the_settings_reach_the_image(tmp_path: Path, apps: str, kept: bool) -> None:
    settings = f"DEBUG = False\nINSTALLED_APPS = [\n    {apps}\n]\n"
    files = {name: text for name, text in PLAIN.items() if name != "site_/settings.py"}
    files |= {
        "site_/settings/__init__.py": "from .base import *\n",
        "site_/settings/base.py": settings,
        "tests/apps.py": "",
    }
    patterns = [pattern for group in plan_of(tmp_path, files).ignore for pattern in group.patterns]
    assert ("tests" in patterns) is not kept


def test_tests_that_a_view_imports_from_reach_the_image(tmp_path: Path) -> None:
    view = "from tests.helpers import initials\n"
    files = {**PLAIN, "shop/__init__.py": "", "shop/views.py": view, "tests/helpers.py": "initials = 1\n"}
    patterns = {pattern for group in plan_of(tmp_path, files).ignore for pattern in group.patterns}
    assert "tests" not in patterns


def test_a_database_engine_of_the_build_can_be_imported(tmp_path: Path) -> None:
    engine = "DATABASES = {'default': {'ENGINE': os.environ['DB_ENGINE'], 'NAME': os.environ['DB_NAME']}}\n"
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": f"STATIC_ROOT = BASE_DIR / 'static'\n{engine}"})
    assert isinstance(plan.facts, PythonFacts)
    values = dict(plan.facts.collect_env)
    assert (values["DB_ENGINE"], values["DB_NAME"]) == ("django.db.backends.sqlite3", "only-for-the-build")


def test_values_of_the_build_pass_where_they_are_checked_and_switch_nothing_on(tmp_path: Path) -> None:
    settings = (
        "STATIC_ROOT = BASE_DIR / 'static'\nKEY = config('AWS_ACCESS_KEY_ID')\nSIGNED = config('AWS_S3_SIGNATURE_VERSION')\n"
        "NAME = config('SITE_NAME')\nif KEY:\n    STATICFILES_STORAGE = 'storages.backends.s3boto3.S3StaticStorage'\n"
    )
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings})
    assert isinstance(plan.facts, PythonFacts)
    values = dict(plan.facts.collect_env)
    assert (values["AWS_ACCESS_KEY_ID"], values["AWS_S3_SIGNATURE_VERSION"]) == ("", "s3v4")
    assert values["SITE_NAME"] == "only-for-the-build"


@pytest.mark.parametrize(
    ("line", "collects"),
    [
        ("STATICFILES_STORAGE = 'storages.backends.s3boto3.S3StaticStorage'\n", False),
        ("STORAGES = {\n    'default': {'BACKEND': 'a.B'},\n    'staticfiles': {'BACKEND': 'shop.storage.S3Static'},\n}\n", False),
        ("STORAGES = {\n    'default': {'BACKEND': 'storages.backends.s3.S3Storage'},\n    'staticfiles': {'BACKEND': 'whitenoise.storage.X'},\n}\n", True),
        ("if USE_S3:\n    STATICFILES_STORAGE = 'storages.backends.s3boto3.S3StaticStorage'\n", True),
    ],
    ids=["a bucket", "a class of the project", "uploads alone", "only if asked"],
)  # fmt: skip
def test_static_files_that_lie_elsewhere_are_not_sent_by_the_build(tmp_path: Path, line: str, collects: bool) -> None:
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": f"STATIC_ROOT = BASE_DIR / 'static'\n{line}"})
    assert isinstance(plan.facts, PythonFacts)
    assert bool(plan.facts.collect) is collects
    told = [note for note in plan.notes if "keeps static files elsewhere" in note]
    assert bool(told) is not collects


@pytest.mark.parametrize(
    ("release", "missing"), [("2.2.24", ("assets", "site_/static")), ("5.2", ())], ids=["insists on them", "does not"]
)
def test_folders_of_static_files_that_are_not_committed_are_made_for_an_old_django(
    tmp_path: Path, release: str, missing: tuple[str, ...]
) -> None:
    settings = (
        "import os\nBASE_DIR = os.path.dirname(os.path.abspath(__file__))\nSTATIC_ROOT = os.path.join(BASE_DIR, 'collected')\n"
        "STATICFILES_DIRS = (\n    os.path.join(BASE_DIR, 'static'),\n    os.path.join(BASE_DIR, '..', 'assets'),\n"
        "    os.path.join(BASE_DIR, 'there'),\n)\n"
    )
    files = {
        **PLAIN,
        "requirements": f"django=={release} gunicorn",
        "site_/settings.py": settings,
        "site_/there/a.css": "",
    }
    plan = plan_of(tmp_path, files)
    assert isinstance(plan.facts, PythonFacts)
    assert plan.facts.missing == missing


def test_values_of_the_build_are_those_that_the_repository_shows(tmp_path: Path) -> None:
    settings = (
        "STATIC_ROOT = BASE_DIR / 'static'\nHASHER = env('HASHER')\nCITY = env('CITY')\nAPI_KEY = env('API_KEY')\n"
        "STORAGES = {'staticfiles': {'BACKEND': env('STATIC_BACKEND')}}\n"
    )
    shown = "HASHER=shop.hashers.Quick\nCITY=<your city>\nAPI_KEY=abc\n"
    plan = plan_of(tmp_path, {**PLAIN, "site_/settings.py": settings, ".env.example": shown})
    assert isinstance(plan.facts, PythonFacts)
    values = dict(plan.facts.collect_env)
    assert values["HASHER"] == "shop.hashers.Quick"
    assert values["CITY"] == values["API_KEY"] == "only-for-the-build"
    assert values["STATIC_BACKEND"] == "django.contrib.staticfiles.storage.StaticFilesStorage"


MODEL = "from django.db import models\n\nclass Article(models.Model):\n    title = models.TextField()\n"
APPS = {
    **PLAIN,
    "site_/settings.py": "INSTALLED_APPS = ['django.contrib.auth', 'blog.apps.BlogConfig']\n",
    "blog/models.py": MODEL,
}


@pytest.mark.parametrize(
    ("files", "command", "told"),
    [
        ({}, "python manage.py migrate --run-syncdb", "The models of blog have no migrations here, and a container"),
        ({".gitignore": "*.pyc\n**/migrations\n"}, "python manage.py migrate --run-syncdb", "here (.gitignore:2 hides them)"),
        ({"blog/migrations/__init__.py": ""}, "python manage.py migrate", "`python manage.py makemigrations blog`"),
        ({"blog/migrations/0001_initial.py": ""}, "python manage.py migrate", ""),
        ({"blog/models.py": "# none yet\n"}, "python manage.py migrate", ""),
        ({"blog/models.py": MODEL + "\n    class Meta:\n        abstract = True\n"}, "python manage.py migrate", ""),
        ({"blog/models.py": MODEL + "\n    class Meta:\n        managed = False\n"}, "python manage.py migrate", ""),
        ({"blog/models.py": MODEL + "\n    class Meta:\n        ordering = ['title']\n"}, "python manage.py migrate --run-syncdb", "of blog"),
        ({"site_/settings.py": "INSTALLED_APPS = ['django.contrib.auth']\n"}, "python manage.py migrate", ""),
    ],
)  # fmt: skip
def test_models_without_migrations_are_told(tmp_path: Path, files: dict[str, str], command: str, told: str) -> None:
    plan = plan_of(tmp_path, {**APPS, **files})
    assert dict(plan.commands)["migrate"] == command
    notes = " ".join(plan.notes)
    assert told in notes if told else "makemigrations" not in notes


def test_a_folder_that_no_app_can_lie_in_is_passed_over(tmp_path: Path) -> None:
    assert plan_of(tmp_path, {**APPS, "blog/migrations/0001_initial.py": "", "shop(old/models.py": MODEL}).notes
