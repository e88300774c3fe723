"""Environment variables without which a program does not start, found in what runs on import."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.commands import next_lines
from dockergen.pipeline import service_at

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"


def _write(root: Path, text: str) -> Path:
    (root / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\n")
    (root / "app.py").write_text(FLASK + text)
    return root


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("import os\nKEY = os.environ['API_KEY']\n", ["API_KEY"], id="environ"),
        pytest.param("import os\nID = int(os.getenv('ID'))\nWAIT = int(os.getenv('WAIT', '3'))\nNAME = str(os.getenv('NAME'))\n", ["ID"], id="converted-as-if-there"),
        pytest.param("import os\nHOSTS = os.environ.get('HOSTS').split(' ')\nLEVEL = os.getenv('LEVEL', 'x').upper()\n", ["HOSTS"], id="used-as-if-there"),
        pytest.param("import os\nUSER = os.getenv('DB_USER')\nURL = f'postgresql://{USER}:{os.getenv(\"DB_PASS\")}@db/shop'\n", ["DB_PASS", "DB_USER"], id="of-an-address"),
        pytest.param("import os\nUSER = os.getenv('DB_USER')\nURL = os.getenv('URL') or f'postgresql://{USER}@db/shop'\nHELLO = f'hello {USER}'\n", [], id="of-another-text"),
        pytest.param("import os\nHOST = os.getenv('HOST_NAME')\nURL = HOST + ':80' + os.environ.get('PLACE')\n", ["PLACE", "HOST_NAME"], id="put-together"),
        pytest.param("from os import environ\nclass C:\n    KEY = environ['API_KEY']\n", ["API_KEY"], id="class-body"),
        pytest.param("from environs import Env\nenv = Env()\nTOKEN = env.str('TOKEN')\nLEVEL = env('LEVEL', 'info')\n", ["TOKEN"], id="environs"),
        pytest.param("from decouple import config\nA = config('A', cast=int)\nB = config('B', default=1)\n", ["A"], id="decouple"),
        pytest.param("import os\nif os.environ.get('DEVELOPMENT') == 'True':\n    uri = os.environ.get('DB')\nelse:\n    uri = os.environ.get('DATABASE_URL')\n    if uri.startswith('postgres:'):\n        uri = uri[9:]\n", ["DATABASE_URL"], id="in the branch that runs"),
        pytest.param("import os\nif os.environ.get('DATABASE_URL'):\n    uri = os.environ['DATABASE_URL']\nelse:\n    uri = 'sqlite:///a.db'\n", [], id="in the branch that does not"),
        pytest.param("import os\nclass Config:\n    SQLALCHEMY_DATABASE_URI = os.getenv('DB_URL')\n", ["DB_URL"], id="the only address"),
        pytest.param("import os\nclass A:\n    SQLALCHEMY_DATABASE_URI = os.getenv('DB_URL')\nclass B:\n    SQLALCHEMY_DATABASE_URI = 'sqlite://'\n", [], id="one of two addresses"),
        pytest.param("from pydantic_settings import BaseSettings\nfrom sqlalchemy import create_engine\nclass Settings(BaseSettings):\n    name: str = ''\n    db_address: str = ''\nsettings = Settings()\nengine = create_engine(settings.db_address, echo=True)\n", ["DB_ADDRESS"], id="an-empty-field-that-an-engine-gets"),
        pytest.param("from pydantic_settings import BaseSettings\nfrom sqlalchemy import create_engine\nclass Settings(BaseSettings):\n    db_address: str = 'sqlite://'\nsettings = Settings()\nengine = create_engine(settings.db_address)\n", [], id="a-field-that-an-engine-gets"),
        pytest.param("from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom sqlalchemy import create_engine\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='SHOP_')\n    address: str = ''\nsettings = Settings()\nengine = create_engine(settings.address)\n", ["SHOP_ADDRESS"], id="an-empty-field-with-a-prefix"),
        pytest.param("from pydantic_settings import BaseSettings\nfrom sqlalchemy import create_engine\nclass Settings(BaseSettings):\n    address: str = ''\nsettings = Settings()\nif settings.address:\n    engine = create_engine(settings.address)\n", [], id="an-empty-field-that-is-asked-for-first"),
        pytest.param("from os import getenv\nfrom telethon import TelegramClient\nAPI_ID = int(getenv('API_ID', 0))\nAPI_HASH = getenv('API_HASH', '')\n", ["API_ID", "API_HASH"], id="of a client of Telegram"),
        pytest.param("from os import getenv\nAPI_HASH = getenv('API_HASH', '')\n", [], id="of another client"),
        pytest.param("from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    secret_key: str\n    debug: bool = False\ns = S()\n", ["SECRET_KEY"], id="pydantic"),
        pytest.param("from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='shop_')\n    key: str\ns = S()\n", ["SHOP_KEY"], id="pydantic-prefix"),
        pytest.param("from pydantic_settings import BaseSettings\nclass Env(BaseSettings):\n    debug: bool = False\nclass _Client(Env, env_prefix='client_'):\n    token: str\nClient = _Client()\n", ["CLIENT_TOKEN"], id="pydantic-of-its-own"),
        pytest.param("from pydantic_settings import BaseSettings\nclass Env(BaseSettings):\n    key: str\nsettings = Env(_env_file='.env.local')\n", ["KEY"], id="pydantic-with-a-file"),
        pytest.param("from pydantic import BaseSettings, Field\nclass Env(BaseSettings):\n    url: str = Field(..., env='DATABASE_URL')\n    key: str = Field(description='x')\n    size: int = Field(default=3)\n    wait: int = Field(3)\nenv_ = Env()\n", ["DATABASE_URL", "KEY"], id="pydantic-with-fields"),
        pytest.param("from pydantic_settings import BaseSettings\nclass Item(BaseSettings):\n    name: str\nitem = Item(name='x')\n", [], id="pydantic-with-values"),
        pytest.param("import os\nKEY = os.environ.get('API_KEY')\nPORT = os.environ['PORT']\n", [], id="optional-and-ours"),
        pytest.param("import os\ntry:\n    KEY = os.environ['API_KEY']\nexcept KeyError:\n    KEY = ''\n", [], id="tried"),
        pytest.param("import os\nif 'API_KEY' in os.environ:\n    KEY = os.environ['API_KEY']\n", [], id="asked-first"),
        pytest.param("import os\nTOKEN = os.getenv('API_KEY', '')\nif not TOKEN:\n    raise ValueError('set it')\n", ["API_KEY"], id="empty-by-default-and-refused"),
        pytest.param("import os\nTOKEN = os.getenv('API_KEY', '').strip()\n", [], id="empty-by-default"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL')\nif URL.startswith('postgres://'):\n    URL = URL.replace('a', 'b')\n", ["DATABASE_URL"], id="given-another-value-later"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL')\nif URL.startswith('postgres://'):\n    OTHER = URL.replace('a', 'b')\n", ["DATABASE_URL"], id="held-and-used"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL')\nif URL and URL.startswith('postgres://'):\n    pass\n", [], id="held-and-asked-first"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL', '')\nPARTS = URL.split(',')\n", [], id="held-and-empty-by-default"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL')\ntry:\n    URL = 'x'\nfinally:\n    pass\nPARTS = URL.split(',')\n", [], id="held-and-tried"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL')\nif not URL:\n    URL = 'sqlite://'\nNAME = URL.lower()\n", [], id="held-with-a-default"),
        pytest.param("import os\nclass Config:\n    pass\nconfig = Config()\nconfig.NAME = os.getenv('NAME')\nconfig.NAME = 'x'\nN = config.NAME.lower()\n", [], id="held-by-an-attribute-and-set-again"),
        pytest.param("import os\ndef make():\n    return os.environ['API_KEY']\nVALUE = make()\n", ["API_KEY"], id="a-function-that-is-called-at-once"),
        pytest.param("import os\nimport dj_database_url\nDB = dj_database_url.parse(os.getenv('DB'))\n", ["DB"], id="parsed"),
        pytest.param("import os\nfrom sqlalchemy import create_engine\nURL = os.getenv('DATABASE_URL')\nengine = create_engine(URL, echo=True)\n", ["DATABASE_URL"], id="of-a-server"),
        pytest.param("import os\napp.config['SQLALCHEMY_DATABASE_URI'] = os.getenv('DATABASE_URL')\n", ["DATABASE_URL"], id="of-the-database"),
        pytest.param("import os\nURL = os.getenv('DATABASE_URL')\napp.config.update(SQLALCHEMY_DATABASE_URI=URL)\n", ["DATABASE_URL"], id="of-the-database-held"),
        pytest.param("import os\napp.config['SQLALCHEMY_DATABASE_URI'] = os.getenv('DATABASE_URL') or 'sqlite://'\n", [], id="of-a-database-or-another"),
        pytest.param("import os\nfrom pydantic import BaseSettings, PostgresDsn\nclass S(BaseSettings):\n    url: PostgresDsn = PostgresDsn.build(scheme='postgresql', host=os.getenv('DB_HOST'), path='/a')\n    key: str\ns = S()\n", ["DB_HOST", "KEY"], id="of-an-address-of-pydantic"),
        pytest.param("import os\nclass Tests:\n    SQLALCHEMY_DATABASE_URI = os.getenv('TEST_URL')\n", [], id="of-a-database-of-a-class"),
        pytest.param("import os\nimport redis\nqueue = redis.from_url(os.getenv('REDIS_URL'))\n", ["REDIS_URL"], id="of-a-server-at-once"),
        pytest.param("import os\nfrom sqlalchemy import create_engine\nURL = os.getenv('DATABASE_URL')\nengine = create_engine(URL or 'sqlite://')\n", [], id="of-a-server-or-another"),
        pytest.param("import os\ndef later():\n    return os.environ['API_KEY']\n", [], id="later"),
        pytest.param("import os\nos.environ['API_KEY'] = 'x'\n", [], id="written"),
        pytest.param("import os\nos.environ.setdefault('ID', '3')\nN = int(os.environ['ID'])\n", [], id="given-by-itself"),
        pytest.param("def env(name):\n    return name\nX = env('OTHER')\n", [], id="a-function-of-that-name"),
    ],
)  # fmt: skip
def test_variables_that_the_program_demands(tmp_path: Path, text: str, names: list[str]) -> None:
    assert [need.value for need in dockergen.plan(_write(tmp_path, text)).needs] == names


def test_demanded_variables_are_told_with_their_lines_and_stand_in_the_printed_command(tmp_path: Path) -> None:
    service = service_at(_write(tmp_path, "import os\nKEY = os.environ['API_KEY']\n"), {})
    assert any("API_KEY (app.py:5)" in note for note in service.plan.notes)
    assert " -e API_KEY " in next_lines(service)[1]


def test_other_processes_of_the_image_are_printed_ready_to_paste(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\ngunicorn\n",
        "app.py": "import os\nfrom flask import Flask\napp = Flask(os.environ['NAME'])\n",
        "Procfile": "web: gunicorn app:app\nrelease: flask db upgrade\nreport: python clock.py > /tmp/report\nclock: python clock.py --every 5\n",
        "clock.py": "print(1)\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    service = service_at(tmp_path, {})
    lines = [line.replace(service.name, "IMAGE") for line in next_lines(service)[2:]]
    assert "docker run --rm -e NAME IMAGE python clock.py --every 5" in lines
    assert "docker run --rm -e NAME IMAGE flask db upgrade" in lines
    assert "docker run --rm -e NAME IMAGE sh -c 'python clock.py > /tmp/report'" in lines


def test_a_factory_of_another_file_demands_what_it_reads(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\ngunicorn\n",
        "main.py": "from website import create_app\n\napp = create_app()\n",
        "website.py": "import os\nfrom flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n"
        "    app.secret_key = os.environ['FLASK_SECRET_KEY']\n    return app\n\n\ndef other():\n    os.environ['NOT_THIS']\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert [(need.value, str(need.origin)) for need in dockergen.plan(tmp_path).needs] == [
        ("FLASK_SECRET_KEY", "website.py:7")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("# mine\nAPI_KEY=abc\nOTHER=1\n", "--env-file .env -e REGION", id="plain"),
        pytest.param("API_KEY='a b'\n", "-e API_KEY -e REGION", id="with quotes, which an engine keeps"),
        pytest.param("API_KEY=abc\nPORT=3000\n", "-e API_KEY -e REGION", id="with another port"),
        pytest.param("OTHER=1\n", "-e API_KEY -e REGION", id="without what is wanted"),
    ],
)
def test_the_printed_command_takes_the_file_of_variables_that_is_there(tmp_path: Path, text: str, words: str) -> None:
    _write(tmp_path, "import os\nKEY = os.environ['API_KEY'] + os.environ['REGION']\n")
    (tmp_path / ".env").write_text(text)
    assert f" {words} " in next_lines(service_at(tmp_path, {}))[1]


CONFIG = "import os\nHOST = os.getenv('DB_HOST')\nNAME = os.environ.get('DB_NAME', 'shop')\nTOKEN: str = os.getenv('TOKEN', '')\n"
SETTINGS = "import os\nclass Settings:\n    host: str = os.getenv('DB_HOST')\nsettings = Settings()\n"


@pytest.mark.parametrize(
    ("config", "text", "names"),
    [
        pytest.param(CONFIG, "from config import HOST, NAME\nURL = f'postgresql://{HOST}/{NAME}'\n", ["DB_HOST"], id="a-name"),
        pytest.param(CONFIG, "import config\nURL = f'postgresql://{config.HOST}/{config.NAME}'\n", ["DB_HOST"], id="a-module"),
        pytest.param(CONFIG, "from config import HOST as PLACE\nPARTS = PLACE.split(',')\n", ["DB_HOST"], id="another-name"),
        pytest.param(SETTINGS, "from config import settings\nURL = f'postgresql://{settings.host}/shop'\n", ["DB_HOST"], id="an-object"),
        pytest.param(SETTINGS, "from config import Settings\nURL = f'postgresql://{Settings.host}/shop'\n", ["DB_HOST"], id="a-class"),
        pytest.param(CONFIG, "from config import HOST\nURL = HOST and f'postgresql://{HOST}/shop'\n", [], id="asked-first"),
        pytest.param(f"{CONFIG}HOST = HOST or 'db'\n", "from config import HOST\nURL = f'postgresql://{HOST}/shop'\n", [], id="given-later"),
        pytest.param(CONFIG, "from config import HOST\nHOST = 'db'\nURL = f'postgresql://{HOST}/shop'\n", [], id="given-here"),
    ],
)  # fmt: skip
def test_variables_that_another_file_keeps_are_demanded_where_they_are_used(
    tmp_path: Path, config: str, text: str, names: list[str]
) -> None:
    (tmp_path / "config.py").write_text(config)
    assert [need.value for need in dockergen.plan(_write(tmp_path, text)).needs] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import os\napp.secret_key = os.getenv('SIGN')\n", ["SIGN"]),
        ("import os\ndef create():\n    app.config['SECRET_KEY'] = os.environ.get('SIGN')\n", ["SIGN"]),
        ("import os\nclass Config:\n    SECRET_KEY = os.environ.get('SIGN')\n", ["SIGN"]),
        ("import os\napp.secret_key = os.getenv('SIGN') or 'dev'\n", []),
        ("import os\napp.secret_key = os.getenv('SIGN')\nif app.debug:\n    app.secret_key = 'dev'\n", []),
    ],
)
def test_flask_does_not_work_without_what_it_signs_with(tmp_path: Path, text: str, names: list[str]) -> None:
    plan = dockergen.plan(_write(tmp_path, f"from flask import flash\n{text}def view():\n    flash('x')\n"))
    assert [need.value for need in plan.needs] == names


def test_flask_without_sessions_works_without_a_key(tmp_path: Path) -> None:
    assert not dockergen.plan(_write(tmp_path, "import os\napp.secret_key = os.getenv('SIGN')\n")).needs
