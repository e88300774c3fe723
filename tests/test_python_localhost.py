"""Services that a program looks for on localhost: told where nothing else can be said, and where verify finds none."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.model import Origin, Sourced
from dockergen.verify.causes import UNREACHED
from dockergen.verify.diagnosis import looked_for
from dockergen.verify.report import Problem

APP = "from flask import Flask\nimport os\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("URL = 'postgresql+psycopg2://me:pw@localhost:5432/shop'\n", "PostgreSQL on localhost, which", id="address"),
        pytest.param("URL = os.getenv('DATABASE_URL', 'mysql://me@127.0.0.1/shop')\n", "MySQL on localhost unless DATABASE_URL", id="default"),
        pytest.param("app.config['MYSQL_HOST'] = 'localhost'\n", "database on localhost, which", id="setting"),
        pytest.param("app.config['MYSQL_HOST'] = os.environ.get('MYSQL_HOST', 'localhost')\n", "database on localhost unless MYSQL_HOST", id="setting with a default"),
        pytest.param("def start():\n    return mysql.connector.connect(\n    host='localhost', user='me')\n", "database on localhost, which", id="argument"),
        pytest.param("class S(BaseSettings):\n    redis_url: str = 'redis://localhost:6379/0'\n", "Redis on localhost unless REDIS_URL", id="field of settings"),
        pytest.param("import os\nA = os.getenv('QUEUE_URL', 'amqp://guest:guest@rabbit:5672/')\n", "looks for its RabbitMQ on rabbit, a name that only a network of containers has; `docker run -e QUEUE_URL=...`", id="a service of compose"),
        pytest.param("class S(BaseSettings):\n    url: str = Field(default='redis://cache:6379/0', alias='CACHE')\n", "`docker run -e CACHE=...` names another", id="a field under another name"),
        pytest.param("A = 'redis://cache:6379/0'\n", "Redis on cache, a name that only a network of containers has; join it with docker run --network.", id="a name that nothing changes"),
        pytest.param("DATABASES = {'default': {'HOST': 'db', 'PORT': 5432}}\n", "app.py:4 looks for its database on db, a name that only a network", id="a name of Django's"),
        pytest.param("DATABASES = {'default': {'HOST': os.getenv('DB_HOST', 'db')}}\n", "`docker run -e DB_HOST=...` names another", id="the default of a variable of Django's"),
        pytest.param("DATABASES = {'default': {'HOST': ''}}\n", "", id="no name"),
        pytest.param("import os\nA = os.getenv('DB', 'postgresql://me@db.example.org/x')\n", "", id="a host of the world"),
        pytest.param("A = 'redis://localhost/0'\nB = 'redis://localhost/1'\n", "app.py:4 looks for its Redis on localhost, which", id="twice"),
        pytest.param("client = MongoClient()\n", "database on localhost, which", id="default of the driver"),
        pytest.param("# URL = 'postgresql://localhost/shop'\n", "", id="comment"),
        pytest.param("URL = 'http://localhost:3000'\n", "", id="no database"),
    ],
)  # fmt: skip
def test_a_service_on_localhost_is_told(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.py").write_text(APP + line)
    plan = dockergen.plan(tmp_path)
    assert bool(plan.reaches) is bool(told)
    assert all(told in place for place in plan.reaches)
    noted = any("on localhost" in note for note in plan.notes)
    assert noted is ("localhost, which" in told)


def test_verify_says_where_the_source_looks_for_what_it_does_not_reach() -> None:
    problem = Problem("start", UNREACHED, "Say where it is.")
    assert looked_for(problem, ["app.py:4 looks there."]).cause == f"{UNREACHED} app.py:4 looks there."
    assert looked_for(problem, []) is problem
    wanted = [
        Sourced(name, Origin("file", "app.py", 3)) for name in ("CLOUD_HOST", "CLOUD_KEY", "QUEUE_URL", "HOSTILE")
    ]
    assert looked_for(problem, [], wanted).remedy.endswith("dockergen verify --env CLOUD_HOST=... --env QUEUE_URL=...")
    named = looked_for(problem, ["app.py:4 looks for it on db; `docker run -e QUEUE_URL=...` names another."])
    assert named.remedy == "Say where it is: dockergen verify --env QUEUE_URL=..."
    fixed = looked_for(
        problem, ["app.py:4 looks for it on db, a name that only some have; join it with docker run --network."]
    )
    assert fixed.remedy.endswith("docker run --network NETWORK ...")
    other = Problem("start", "Something else.", "")
    assert looked_for(other, ["app.py:4 looks there."]) is other
