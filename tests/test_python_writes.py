"""Folders that a program writes below its own: found in the source, so that the image's user owns them."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.languages.python.image import PythonFacts
from dockergen.model import BuildPlan

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"


def _plan(root: Path, files: dict[str, str]) -> BuildPlan:
    for name, text in {"requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return dockergen.plan(root)


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        pytest.param("import os\nos.makedirs('logs')\n", ("/app/logs",), id="relative"),
        pytest.param("import chromadb\nclient = chromadb.PersistentClient(path='./vectors')\n", ("/app/vectors",), id="vectors"),
        pytest.param("store = Chroma(embedding_function=None, persist_directory='index')\n", ("/app/index",), id="vectors-of-langchain"),
        pytest.param("import lancedb\nstore = lancedb.connect('lance')\n", ("/app/lance",), id="vectors-of-lance"),
        pytest.param("import os\nenv = os.getenv\napp.config.update(UPLOAD_FOLDER=env('UPLOADS', './up'))\n", ("/app/up",), id="by-a-wrapper"),
        pytest.param("import os\nos.makedirs(os.path.join(app.root_path, 'made'))\n", ("/app/made",), id="root-of-the-app"),
        pytest.param("import os\nif not os.path.exists('a/b'): os.mkdir('a/b')\n", ("/app/a/b",), id="nested"),
        pytest.param(
            "import os\nBASE = os.path.dirname(os.path.abspath(__file__))\n"
            "app.config['UPLOAD_FOLDER'] = os.path.join(BASE, 'uploads')\n",
            ("/app/uploads",),
            id="beside-the-file",
        ),
        pytest.param(
            "from pathlib import Path\nHERE = Path(__file__).resolve().parent\n(HERE / 'cache').mkdir(exist_ok=True)\n",
            ("/app/cache",),
            id="pathlib",
        ),
        pytest.param(
            "import os\nLOG_DIR = os.environ.get('LOG_DIR', './logs')\nos.makedirs(LOG_DIR)\n", ("/app/logs",), id="environment"
        ),
        pytest.param("import sqlite3\nsqlite3.connect('data/app.db')\n", ("/app/data",), id="database-in-a-folder"),
        pytest.param("from logging.handlers import RotatingFileHandler as R\nimport logging\nlogging.FileHandler(f'logs/x.log')\n", ("/app/logs",), id="log-file"),
        pytest.param("import os\napp.config['STATIC'] = os.path.join(os.path.dirname(__file__), 'static')\napp.config['CONFIG'] = os.getenv('VOLUME', os.path.join(app.config['STATIC'], 'config'))\nos.makedirs(app.config['CONFIG'])\n", ("/app/static/config",), id="keys-of-a-configuration"),
        pytest.param("import os\napp.config.update(UPLOAD_FOLDER=os.path.join(os.path.dirname(__file__), 'uploads'))\n", ("/app/uploads",), id="argument-of-a-configuration"),
        pytest.param("import os\napp.config.from_mapping({'UPLOAD_FOLDER': 'uploads'})\n", ("/app/uploads",), id="key-of-a-mapping"),
        pytest.param("import os\nDEBUG = False\nUPLOAD_FOLDER = 'here' if DEBUG else '/srv/there'\n", (), id="for-a-developer"),
        pytest.param("import os\nos.makedirs(os.getenv('DATA_DIR', '/data/shop'), exist_ok=True)\n", ("/data/shop",), id="a-place-for-data"),
        pytest.param("import sqlite3\nsqlite3.connect('/var/lib/shop/shop.db')\n", ("/var/lib/shop",), id="a-place-of-debian"),
        pytest.param("import os\nos.makedirs('/var/lib')\nos.makedirs('/usr/share/shop')\n", (), id="what-debian-owns"),
        pytest.param("URL = '/data'\nFILE = '/data/x.json'\n", (), id="words-that-nothing-writes"),
        pytest.param("FILE = '/app/state/shop.json'\n", ("/app/state",), id="a-file-of-an-image"),
        pytest.param("FILE = '/app/package/shop.json'\nOTHER = '/app/shop.json'\n", (), id="a-file-among-source"),
        pytest.param("import os, logging\nlogging.FileHandler(parser.get('general', 'log-file'))\n", (), id="name-of-an-option"),
        pytest.param("import os\nos.makedirs('/tmp/x')\n", (), id="elsewhere"),
        pytest.param("def save(folder):\n    import os\n    os.makedirs(folder)\nfolder = 'x'\n", (), id="a-parameter-is-unknown"),
        pytest.param("open('static/style.css').read()\n", (), id="reading"),
        pytest.param("import os\nos.makedirs('package')\n", (), id="a-folder-of-source"),
        pytest.param("import os\nos.makedirs('../outside')\n", (), id="above"),
    ],
)  # fmt: skip
def test_folders_that_the_program_writes(tmp_path: Path, text: str, folders: tuple[str, ...]) -> None:
    assert _plan(tmp_path, {"app.py": FLASK + text, "package/__init__.py": ""}).writable == folders


def test_settings_that_are_named_in_a_string_are_read_too(tmp_path: Path) -> None:
    config = "import os\nclass Config:\n    UPLOAD_FOLDER: str = os.environ.get('UP') or os.path.join(os.path.dirname(__file__), 'uploads')\n"
    files = {
        "shop/__init__.py": "from flask import Flask\ndef create_app(config='shop.config.Config'):\n    app = Flask(__name__)\n    return app\n",
        "shop/config.py": config,
    }
    assert _plan(tmp_path, files).writable == ("/app/shop/uploads",)


def test_database_among_the_source_is_told_with_the_variable_that_moves_it(tmp_path: Path) -> None:
    uri = "import os\nbasedir = os.path.abspath(os.path.dirname(__file__))\nSQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL') or 'sqlite:///' + os.path.join(basedir, 'app.db')\n"
    plan = _plan(tmp_path, {"app.py": FLASK + uri})
    assert plan.writable == ("/app/data",)
    assert plan.facts.links == (("app.db", "/app/data/app.db"),)
    assert any("/app/app.db (app.py:6)" in note and "-e DATABASE_URL=sqlite:////data" in note for note in plan.notes)


@pytest.mark.parametrize("call", ["create_engine('sqlite:///' +", "create_async_engine('sqlite+aiosqlite:///' +"])
def test_a_database_that_an_engine_is_made_for_is_kept(tmp_path: Path, call: str) -> None:
    models = f"from os import path\nhere = path.abspath(path.dirname(__file__))\nengine = {call} path.join(here, '..', 'shop.db'), echo=True)\n"
    plan = _plan(tmp_path, {"app.py": f"import models\n{FLASK}", "models/__init__.py": models})
    assert plan.facts.links == (("shop.db", "/app/data/shop.db"),)


def test_a_default_of_a_parameter_that_is_positional_only_is_known(tmp_path: Path) -> None:
    connect = "import sqlite3\ndef connect(path='notes.db', /, mode='x'):\n    sqlite3.connect(path)\n"
    plan = _plan(tmp_path, {"app.py": connect + FLASK})
    assert plan.facts.links == (("notes.db", "/app/data/notes.db"),)


def test_code_of_tests_and_tools_that_nothing_imports_decides_nothing(tmp_path: Path) -> None:
    assert _plan(tmp_path, {"app.py": FLASK, "tool.py": "import os\nos.makedirs('out')\n"}).writable == ()


@pytest.mark.parametrize(
    "text",
    [
        "LOG_DIR = os.path.join(BASE_DIR, 'logs')\nLOGGING = {'handlers': {'file': {'filename': os.path.join(LOG_DIR, 'a.log')}}}\n",
        "LOGGING = {\n'handlers': {'file': {\n'filename': BASE_DIR / 'logs' / 'a.log',\n}}}\n",
        "LOGGING = {\n'handlers': {'file': {\n'filename': 'logs/a.log',\n}}}\n",
    ],
)
def test_log_files_of_django_settings_lie_in_a_folder_of_the_user(tmp_path: Path, text: str) -> None:
    plan = _plan(tmp_path, {
        "requirements.txt": "django==5.2\n",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "shop/settings.py": text,
        "shop/wsgi.py": "application = get_wsgi_application()\n",
    })  # fmt: skip
    assert plan.writable == ("/app/logs",)


def _kept_in(root: Path, files: dict[str, str]) -> str:
    for name, text in {"requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    found = next(file.text for file in dockergen.generate(root) if file.path == "Dockerfile")
    return (
        found[found.index("# The program writes here") : found.index("# A number, so that")].split("\n", 1)[1].rstrip()
    )


def test_database_of_the_repository_begins_the_folder_that_keeps_it(tmp_path: Path) -> None:
    source = FLASK + "import sqlite3\nsqlite3.connect('notes.db')\n"
    assert _kept_in(tmp_path, {"app.py": source, "notes.db": "SQLite"}) == (
        "RUN install -d -o 10001 -g 10001 /app/data && \\\n"
        "    install -m 644 -o 10001 -g 10001 notes.db /app/data/notes.db && \\\n"
        "    ln -sf /app/data/notes.db notes.db"
    )
    assert any("begins with that of the repository" in note for note in dockergen.plan(tmp_path).notes)


def test_database_of_the_repository_in_a_folder_of_its_own_belongs_to_the_user(tmp_path: Path) -> None:
    source = FLASK + "import sqlite3\nsqlite3.connect('store/notes.db')\n"
    assert _kept_in(tmp_path, {"app.py": source, "store/notes.db": "SQLite"}) == (
        "RUN install -d -o 10001 -g 10001 /app/store && \\\n    chown 10001:10001 store/notes.db"
    )


def test_database_that_stays_out_of_the_build_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    source = FLASK + "import sqlite3\nsqlite3.connect('db.sqlite3')\n"
    without = _kept_in(tmp_path, {"app.py": source})
    assert without == _kept_in(tmp_path, {"db.sqlite3": "SQLite"})
    assert without.endswith("    ln -s /app/data/db.sqlite3 db.sqlite3")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"config.py": "DB_PATH = 'shop.db'\n", "app.py": "import sqlite3\nfrom config import DB_PATH\nsqlite3.connect(DB_PATH)\n"}, id="imported"),
        pytest.param({"base.py": "PLACE = 'shop.db'\n", "config.py": "from base import *\n", "app.py": "import sqlite3\nfrom config import *\nsqlite3.connect(PLACE)\n"}, id="by-a-star"),
        pytest.param({"config.py": "class Config:\n    DB_PATH: str = 'shop.db'\n", "app.py": "import sqlite3\nfrom config import Config\nsqlite3.connect(Config.DB_PATH)\n"}, id="of-a-class"),
        pytest.param({"app.py": "import sqlite3\ndef connect(path='shop.db'):\n    return sqlite3.connect(path)\n"}, id="default-of-a-parameter"),
        pytest.param({"store.py": "import sqlite3\nclass Store:\n    def __init__(self, db_path):\n        self.db_path = db_path\n    def connect(self):\n        return sqlite3.connect(self.db_path)\n", "app.py": "from store import Store\nStore(db_path='shop.db')\n"}, id="argument-of-another-file"),
        pytest.param({"store.py": "import sqlite3\nclass Store:\n    def __init__(self, where):\n        sqlite3.connect(where)\n", "app.py": "from store import Store\nStore('shop.db')\n"}, id="by-its-bare-name"),
        pytest.param({"settings.py": "from pathlib import Path\ndef load(base_dir: Path):\n    return dict(db_path=base_dir / 'shop.db')\n", "app.py": "import sqlite3\nimport settings\nsqlite3.connect(settings.db_path)\n"}, id="below-a-folder-that-is-handed-on"),
        pytest.param({"app.py": "import logging\nlogging.FileHandler(app.config.get('LOG', 'shop.db'))\n"}, id="default-of-a-key"),
    ],
)  # fmt: skip
def test_a_file_is_found_whose_path_lies_elsewhere(tmp_path: Path, files: dict[str, str]) -> None:
    plan = _plan(tmp_path, {**files, "app.py": FLASK + files["app.py"]})
    assert plan.facts.links == (("shop.db", "/app/data/shop.db"),)


def test_a_file_that_is_named_in_a_folder_is_no_second_one_beside_the_source(tmp_path: Path) -> None:
    text = "import os, sqlite3\nPATH = os.path.join('store', 'shop.db')\nsqlite3.connect(PATH)\n"
    plan = _plan(tmp_path, {"app.py": FLASK + text})
    assert (plan.writable, plan.facts.links) == (("/app/store",), ())


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("app.config['SESSION_TYPE'] = 'filesystem'\n", ("/app/flask_session",)),
        ("app.config['SESSION_TYPE'] = 'redis'\n", ()),
        ("PLACE = '/app/uploads'\n", ("/app/uploads",)),
        ("PLACE = '/app/package'\nSTYLE = '/app/style.css'\n", ()),
    ],
)
def test_folders_of_extensions_and_of_other_images(tmp_path: Path, text: str, folders: tuple[str, ...]) -> None:
    assert _plan(tmp_path, {"app.py": FLASK + text, "package/__init__.py": ""}).writable == folders


def _installed_shop(root: Path, source: str) -> None:
    """A console script of a package that is installed, with that module."""
    (root / "shop").mkdir()
    (root / "shop/__init__.py").touch()
    (root / "pyproject.toml").write_text(
        "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['flask']\n[project.scripts]\nshop = 'shop.main:main'\n"
        "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
    )
    (root / "shop/main.py").write_text(source)


def test_an_installed_program_writes_into_the_folder_that_it_runs_in(tmp_path: Path) -> None:
    _installed_shop(
        tmp_path,
        "import logging, os\nfrom flask import Flask\nHERE = os.path.dirname(__file__)\n"
        "def main():\n    logging.FileHandler('shop.log')\n    logging.FileHandler('logs/more.log')\n    open('Dockerfile', 'w')\n"
        "    Flask(__name__).run(host='0.0.0.0', port=8000)\n",
    )
    plan = dockergen.plan(tmp_path)
    assert plan.start == ("shop",)
    assert not plan.facts.copies_source
    assert plan.writable == ("/app/data", "/app/logs")
    assert plan.facts.links == (("shop.log", "/app/data/shop.log"),)


@pytest.mark.parametrize(
    ("release", "folders", "links"),
    [
        pytest.param("==3.1.1", ("/app/data", "/app/instance"), (("shop.db", "/app/data/shop.db"),), id="the instance folder"),
        pytest.param("==2.5.1", ("/app/data",), (("website/shop.db", "/app/data/shop.db"),), id="beside the app"),
        pytest.param("<3", ("/app/data",), (("website/shop.db", "/app/data/shop.db"),), id="beside the app of any such release"),
    ],
)  # fmt: skip
def test_a_file_of_flask_sqlalchemy_lies_where_its_release_keeps_it(
    tmp_path: Path, release: str, folders: tuple[str, ...], links: tuple[tuple[str, str], ...]
) -> None:
    files = {
        "requirements.txt": f"flask\ngunicorn\nflask-sqlalchemy{release}\n",
        "main.py": "from website import create_app\n\napp = create_app()\n",
        "website/__init__.py": "from flask import Flask\n\nDB_NAME = 'shop.db'\n\n\ndef create_app():\n    app = Flask(__name__)\n"
        "    app.config['SQLALCHEMY_DATABASE_URI'] = f'sqlite:///{DB_NAME}'\n    return app\n",
    }
    plan = _plan(tmp_path, files)
    assert (plan.writable, plan.facts.links) == (folders, links)


def test_an_installed_program_that_writes_into_its_own_package_runs_in_place(tmp_path: Path) -> None:
    _installed_shop(
        tmp_path,
        "import os\nfrom flask import Flask\nHERE = os.path.dirname(__file__)\n"
        "def main():\n    os.makedirs(HERE + '/made')\n    Flask(__name__).run(host='0.0.0.0', port=8000)\n",
    )
    plan = dockergen.plan(tmp_path)
    assert plan.start == ("shop",)
    assert (plan.writable, dict(plan.env)["PYTHONPATH"]) == (("/app/shop/made",), "/app")


def test_modules_are_found_in_a_folder_of_sources_wherever_it_lies(tmp_path: Path) -> None:
    plan = _plan(
        tmp_path,
        {
            "backend/src/shop/__init__.py": "",
            "backend/src/shop/app.py": f"from shop import places\n{FLASK}",
            "backend/src/shop/places.py": "import os\nos.makedirs('sessions')\n",
        },
    )
    assert plan.writable == ("/app/sessions",)


def test_names_of_databases_in_lists_and_comparisons_are_not_what_the_program_writes(tmp_path: Path) -> None:
    source = FLASK + "import sqlite3\ndef open_it(path):\n    sqlite3.connect(path)\nIGNORED = ['thumbs.db', 'x.ini']\n"
    (tmp_path / "app.py").write_text(f"{source}HIDDEN = name == 'other.db'\nopen_it('notes.db')\n")
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    text = "\n".join(dockergen.plan(tmp_path).notes)
    assert "notes.db" in text
    assert "thumbs.db" not in text
    assert "other.db" not in text


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ("/var/lib/shop/files", "/var/lib/shop/files"),
        ("/var/log/shop/shop.log", "/var/log/shop"),
        ("/var/lib/other/files", ""),
        ("It keeps what it has in /var/lib/shop/files", ""),
    ],
)
def test_place_of_the_programs_own_that_a_table_of_settings_names_is_the_users(
    tmp_path: Path, value: str, folder: str
) -> None:
    files = {
        "requirements.txt": "flask\n",
        "shop/__init__.py": "",
        "shop/__main__.py": "from shop.settings import SETTINGS\nfrom http.server import HTTPServer\nHTTPServer(('', 8000), None).serve_forever()\n",
        "shop/settings.py": f"SETTINGS = {{'folder': {{'value': '{value}', 'help': 'where'}}}}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [path for path in dockergen.plan(tmp_path).writable if path.startswith("/var")] == (
        [folder] if folder else []
    )


def _facts(root: Path, files: dict[str, str]) -> PythonFacts:
    facts = _plan(root, files).facts
    assert isinstance(facts, PythonFacts)
    return facts


def test_a_file_of_the_repository_that_is_written_anew_begins_with_its_content(tmp_path: Path) -> None:
    text = (
        FLASK
        + "import json\ndef save(users):\n    with open('users.json', 'w') as file:\n        json.dump(users, file)\n"
    )
    facts = _facts(tmp_path, {"app.py": text, "users.json": "{}"})
    assert facts.links == (("users.json", "/app/data/users.json"),)
    assert facts.moved == ("users.json",)


def test_a_file_in_a_folder_of_nothing_else_is_the_users(tmp_path: Path) -> None:
    text = FLASK + "def save(text):\n    open('store/users.json', 'w').write(text)\n"
    facts = _facts(tmp_path, {"app.py": text, "store/users.json": "{}"})
    assert (facts.links, facts.owned) == ((), ("store/users.json",))


def test_what_apps_of_django_write_is_found_in_their_own_files(tmp_path: Path) -> None:
    tree = {
        "requirements.txt": "django==5.2.8\n",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
        "site1/__init__.py": "",
        "site1/wsgi.py": "application = None\n",
        "site1/settings.py": "SECRET_KEY = 'x'\n",
        "shop/__init__.py": "",
        "shop/views.py": "import os\nos.makedirs('exports', exist_ok=True)\nwith open('report.csv', 'w') as file:\n    file.write('')\n",
    }
    plan = _plan(tmp_path, tree)
    assert plan.writable == ("/app/data", "/app/exports")
    assert isinstance(plan.facts, PythonFacts)
    assert plan.facts.links == (("report.csv", "/app/data/report.csv"),)


def test_a_log_of_the_repository_stays_out_and_is_made_anew(tmp_path: Path) -> None:
    text = FLASK + "import logging\nlogging.FileHandler('logs/app.log')\nlogging.FileHandler('app.log')\n"
    facts = _facts(tmp_path, {"app.py": text, "logs/app.log": "old", "app.log": "old"})
    assert facts.links == (("app.log", "/app/data/app.log"),)
    assert (facts.moved, facts.owned) == ((), ())


@pytest.mark.parametrize(
    ("field", "folders"),
    [
        ("DATADIR: str = Field('data', validation_alias='SHOP_DATADIR')", ("/app/data",)),
        ("data_dir: str = 'data'\n    UPLOAD_DIR: str = Field(default='files')", ("/app/files",)),
        ("TITLE: str = Field('data')", ()),
    ],
)
def test_a_folder_that_pydantics_settings_name_is_the_users(
    tmp_path: Path, field: str, folders: tuple[str, ...]
) -> None:
    settings = (
        f"from pydantic import Field\nfrom pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    {field}\n"
    )
    assert _plan(tmp_path, {"app.py": f"import settings\n{FLASK}", "settings.py": settings}).writable == folders


def test_the_root_path_of_an_app_is_the_folder_of_its_package(tmp_path: Path) -> None:
    made = "import os\nfrom flask import Flask\n\napp = Flask(__name__)\nos.makedirs(os.path.join(app.root_path, '..', 'logs'))\n"
    plan = _plan(tmp_path, {"shop/__init__.py": made, "wsgi.py": "from shop import app\n"})
    assert plan.writable == ("/app/logs",)


def test_folders_of_logs_within_a_folder_of_the_repository_are_the_users_too(tmp_path: Path) -> None:
    program = "import logging\nlogging.basicConfig(filename='logs/all/shop.log')\nimport os\nos.makedirs('logs')\n"
    _plan(tmp_path, {"app.py": FLASK + program, "logs/all/shop.log": "x\n", "logs/error/shop.log": "x\n"})
    text = dockergen.generate(tmp_path)[0].text
    assert "chown 10001:10001 logs/all" in text
    assert "chown 10001:10001 logs/error" in text
