"""Workers of Gunicorn: the releases that have them, and configurations that serve ASGI."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from tests.python_trees import plan_of, started

SOCKETS = (
    "from flask import Flask\nfrom flask_socketio import SocketIO\napp = Flask(__name__)\nsockets = SocketIO(app)\n"
)
LINE = {"Procfile": "web: gunicorn -k eventlet app:app\n"}


@pytest.mark.parametrize(
    ("requirements", "files", "installed", "said"),
    [
        ("flask flask-socketio eventlet", {}, "install gunicorn==23.0.0\n", "adds gunicorn==23.0.0"),
        ("flask flask-socketio eventlet==0.22.1", {}, "install gunicorn==19.9.0\n", "adds gunicorn==19.9.0"),
        ("flask flask-socketio eventlet gunicorn", {}, "install 'gunicorn<24'\n", "requirements.txt:4: the eventlet worker is gone"),
        ("flask eventlet gunicorn>=20", LINE, "install 'gunicorn<24'\n", "requirements.txt:3: the eventlet worker is gone"),
        ("flask eventlet gunicorn", {"gunicorn.conf.py": "worker_class = 'eventlet'\n"}, "install 'gunicorn<24'\n", "is gone"),
        ("flask eventlet==0.41.0 gunicorn==25.3.0", LINE, "", ""),
        ("flask eventlet gunicorn==22.0.0", LINE, "", ""),
        ("flask eventlet gunicorn==27.0.1", LINE, "", "requirements.txt:3 pins a Gunicorn that has no eventlet worker"),
        ("flask eventlet gunicorn", {}, "", ""),
        ("flask gunicorn==22.0.0", LINE, "install eventlet\n", "Procfile:1 has Gunicorn's worker eventlet, which no manifest brings: the image adds eventlet."),
    ],
)  # fmt: skip
def test_a_gunicorn_that_has_the_worker_is_installed(
    tmp_path: Path, requirements: str, files: dict[str, str], installed: str, said: str
) -> None:
    plan = plan_of(tmp_path, {"requirements": requirements, "app.py": SOCKETS, **files})
    assert installed in dockergen.generate(tmp_path)[0].text
    assert any(said in note for note in plan.notes) if said else not any("eventlet" in note for note in plan.notes)


ASGI = "from fastapi import FastAPI\napi = FastAPI()\n"


@pytest.mark.parametrize(
    ("requirements", "configuration", "start"),
    [
        ("fastapi uvicorn gunicorn uvicorn-worker", "worker_class = 'uvicorn_worker.UvicornWorker'\n", "gunicorn --worker-tmp-dir /dev/shm main:api"),
        ("fastapi uvicorn gunicorn", "workers = 4\nworker_class = 'uvicorn.workers.UvicornWorker'\nbind = '0.0.0.0:9090'\n", "gunicorn --worker-tmp-dir /dev/shm main:api --bind 0.0.0.0:9090"),
        ("fastapi uvicorn gunicorn", "workers = 4\n", "uvicorn main:api --host 0.0.0.0 --port 8000"),
        ("fastapi uvicorn", "worker_class = 'uvicorn.workers.UvicornWorker'\n", "uvicorn main:api --host 0.0.0.0 --port 8000"),
        ("fastapi gunicorn", "worker_class = 'uvicorn.workers.UvicornWorker'\n", "uvicorn main:api --host 0.0.0.0 --port 8000"),
    ],
)  # fmt: skip
def test_gunicorn_serves_asgi_where_its_configuration_says_so(
    tmp_path: Path, requirements: str, configuration: str, start: str
) -> None:
    files = {"requirements": requirements, "main.py": ASGI, "gunicorn.conf.py": configuration}
    assert started(plan_of(tmp_path, files)) == start
