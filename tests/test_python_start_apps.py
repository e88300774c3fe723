"""Which app object is served, by what: one small tree for each way in which people write theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from tests.python_trees import decision, plan_of, started

FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
U = "--host 0.0.0.0 --port"
G = "gunicorn --worker-tmp-dir /dev/shm"

CASES: dict[str, tuple[dict[str, str], str, int]] = {
    "fastapi": ({"requirements": "fastapi uvicorn", "main.py": FASTAPI}, f"uvicorn main:app {U} 8000", 8000),
    "any variable name": (
        {"requirements": "fastapi uvicorn", "main.py": FASTAPI.replace("app =", "service =")},
        f"uvicorn main:service {U} 8000",
        8000,
    ),
    "annotated variable": (
        {"requirements": "fastapi uvicorn", "main.py": "from fastapi import FastAPI\napp: FastAPI = FastAPI()\n"},
        f"uvicorn main:app {U} 8000",
        8000,
    ),
    "module alias": (
        {"requirements": "fastapi uvicorn", "main.py": "import fastapi as fa\napi = fa.FastAPI()\n"},
        f"uvicorn main:api {U} 8000",
        8000,
    ),
    "subclass": (
        {
            "requirements": "flask",
            "app.py": "from flask import Flask\nclass Shop(Flask):\n    pass\napp = Shop(__name__)\n",
        },
        f"{G} app:app",
        8000,
    ),
    "starlette": (
        {
            "requirements": "starlette uvicorn",
            "app.py": "from starlette.applications import Starlette\napp = Starlette()\n",
        },
        f"uvicorn app:app {U} 8000",
        8000,
    ),
    "litestar": (
        {"requirements": "litestar uvicorn", "app.py": "from litestar import Litestar\napp = Litestar([])\n"},
        f"uvicorn app:app {U} 8000",
        8000,
    ),
    "quart on hypercorn": (
        {
            "requirements": "quart",
            "app.py": "from quart import Quart\napp = Quart(__name__)\napp.run()\n"
            if 0
            else "from quart import Quart\napp = Quart(__name__)\n",
        },
        "hypercorn app:app --bind 0.0.0.0:8000",
        8000,
    ),
    "sanic": (
        {"requirements": "sanic", "server.py": "from sanic import Sanic\napp = Sanic('a')\n"},
        f"sanic server:app {U} 8000",
        8000,
    ),
    "sanic factory": (
        {
            "requirements": "sanic",
            "server.py": "from sanic import Sanic\ndef create_app():\n    app = Sanic('a')\n    return app\n",
        },
        f"sanic --factory server:create_app {U} 8000",
        8000,
    ),
    "falcon": (
        {"requirements": "falcon gunicorn", "app.py": "import falcon\napplication = falcon.App()\n"},
        f"{G} app:application",
        8000,
    ),
    "falcon asgi": (
        {"requirements": "falcon uvicorn", "app.py": "import falcon.asgi\napp = falcon.asgi.App()\n"},
        f"uvicorn app:app {U} 8000",
        8000,
    ),
    "bottle object": (
        {"requirements": "bottle", "app.py": "from bottle import Bottle\napp = Bottle()\n"},
        f"{G} app:app",
        8000,
    ),
    "bottle that runs on import": (
        {"requirements": "bottle", "app.py": "from bottle import Bottle, run\napp = Bottle()\nrun(app, port=9000)\n"},
        "python -m bottle --bind 0.0.0.0:9000 --server gunicorn app:app",
        9000,
    ),
    "bottle without an object": (
        {
            "requirements": "bottle",
            "app.py": "from bottle import route, run\n@route('/')\ndef hi():\n    return 'x'\nrun(host='localhost', port=8081)\n",
        },
        "python -m bottle --bind 0.0.0.0:8081 --server gunicorn app",
        8081,
    ),
    "bottle's default app beside an object that nothing uses": (
        {
            "requirements": "bottle waitress",
            "app.py": "from bottle import Bottle, get, run\napp = Bottle()\n@get('/')\ndef hi():\n    return 'x'\nif __name__ == '__main__':\n    run(port=8082)\n",
        },
        "python -m bottle --bind 0.0.0.0:8082 --server waitress app",
        8082,
    ),
    "bottle with a server of its own": (
        {
            "requirements": "bottle bottle-websocket",
            "app.py": "from bottle import get, run\nfrom bottle_websocket import GeventWebSocketServer\n@get('/')\ndef hi():\n    return 'x'\nif __name__ == '__main__':\n    run(host='0.0.0.0', port=8083, server=GeventWebSocketServer)\n",
        },
        "python app.py",
        8083,
    ),
    "pyramid factory": (
        {
            "requirements": "pyramid waitress",
            "app.py": "from pyramid.config import Configurator\ndef main():\n    with Configurator() as config:\n        return config.make_wsgi_app()\n",
        },
        "waitress-serve --listen=0.0.0.0:8000 --call app:main",
        8000,
    ),
    "fasthtml": (
        {
            "requirements": "python-fasthtml",
            "main.py": "from fasthtml.common import *\napp, rt = fast_app()\nserve()\n",
        },
        f"uvicorn main:app {U} 5001",
        5001,
    ),
    "Dash that a Flask app carries": (
        {
            "requirements": "dash flask gunicorn",
            "main.py": "from site_ import init_app\n\napp = init_app()\n",
            "site_/__init__.py": "from flask import Flask\nfrom .board import init_dashboard\n\ndef init_app():\n    app = Flask(__name__)\n    app = init_dashboard(app)\n    return app\n",
            "site_/board.py": "import dash\n\ndef init_dashboard(app):\n    board = dash.Dash(server=app)\n    return board.server\n",
        },
        f"{G} main:app",
        8000,
    ),
    "dash attribute": (
        {
            "requirements": "dash gunicorn",
            "app.py": "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n",
        },
        f"{G} app:server",
        8050,
    ),
    "dash without attribute": (
        {"requirements": "dash gunicorn", "app.py": "import dash\napp = dash.Dash(__name__)\n"},
        "waitress-serve --listen=0.0.0.0:8050 app:app.server",
        8050,
    ),
    "factory in a package": (
        {
            "requirements": "flask gunicorn",
            "shop/__init__.py": "from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n",
        },
        f"{G} shop:create_app()",
        8000,
    ),
    "factory for uvicorn": (
        {
            "requirements": "fastapi uvicorn",
            "main.py": "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    return build()\n",
        },
        f"uvicorn --factory main:create_app {U} 8000",
        8000,
    ),
    "factory of another file": (
        {
            "requirements": "flask gunicorn",
            "wsgi.py": "from shop.factory import make\napplication = make('production')\n",
            "shop/__init__.py": "",
            "shop/factory.py": "from flask import Flask\ndef make(name):\n    return Flask(name)\n",
        },
        f"{G} wsgi:application",
        8000,
    ),
    "factory handed on by a package": (
        {
            "requirements": "flask gunicorn",
            "wsgi.py": "from shop import make\napp = make('production')\n",
            "shop/__init__.py": "from .factory import make\n",
            "shop/factory.py": "from flask import Flask\ndef make(name):\n    return Flask(name)\n",
        },
        f"{G} wsgi:app",
        8000,
    ),
    "entrance that imports the object": (
        {
            "requirements": "flask gunicorn",
            "run.py": "from shop import app\nif __name__ == '__main__':\n    app.run(debug=True)\n",
            "shop/__init__.py": FLASK,
        },
        f"{G} run:app",
        8000,
    ),
    "object imported by a worker only": (
        {"requirements": "flask gunicorn", "worker.py": "from shop import app\n", "shop/__init__.py": FLASK},
        f"{G} shop:app",
        8000,
    ),
    "absolute imports below backend": (
        {
            "requirements": "fastapi uvicorn",
            "backend/app/__init__.py": "",
            "backend/app/main.py": "from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()\n",
            "backend/app/api.py": "router = None\n",
        },
        f"uvicorn app.main:app {U} 8000",
        8000,
    ),
    "relative imports": (
        {
            "requirements": "fastapi uvicorn",
            "service/main.py": "from fastapi import FastAPI\nfrom .api import router\napp = FastAPI()\n",
            "service/api.py": "router = None\n",
        },
        f"uvicorn service.main:app {U} 8000",
        8000,
    ),
    "wrapper of the same name": (
        {"requirements": "fastapi uvicorn", "main.py": FASTAPI + "app = SomeMiddleware(app)\n"},
        f"uvicorn main:app {U} 8000",
        8000,
    ),
    "unknown wrapper loses": (
        {"requirements": "fastapi uvicorn", "main.py": FASTAPI + "asgi_app = SomeMiddleware(app)\n"},
        f"uvicorn main:app {U} 8000",
        8000,
    ),
    "unknown wrapper wins where the Makefile names it": (
        {
            "requirements": "fastapi uvicorn",
            "main.py": FASTAPI + "asgi_app = SomeMiddleware(app)\n",
            "Makefile": "run:\n\tuvicorn main:asgi_app --reload\n",
        },
        f"uvicorn main:asgi_app {U} 8000",
        8000,
    ),
    "sockets around the app win": (
        {
            "requirements": "fastapi uvicorn python-socketio",
            "main.py": FASTAPI
            + "import socketio\nsio = socketio.AsyncServer()\nsockets = socketio.ASGIApp(sio, app)\n",
        },
        f"uvicorn main:sockets {U} 8000",
        8000,
    ),
    "wsgi app in asgi clothes": (
        {
            "requirements": "flask uvicorn asgiref",
            "main.py": FLASK + "from asgiref.wsgi import WsgiToAsgi\nasgi = WsgiToAsgi(app)\n",
        },
        f"uvicorn main:asgi {U} 8000",
        8000,
    ),
    "mounted app loses": (
        {
            "requirements": "fastapi uvicorn",
            "main.py": "from fastapi import FastAPI\napi = FastAPI()\nroot = FastAPI()\nroot.mount('/api', api)\n",
        },
        f"uvicorn main:root {U} 8000",
        8000,
    ),
    "string of uvicorn.run": (
        {
            "requirements": "fastapi uvicorn",
            "run.py": "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('service.web:application', port=9100, reload=True)\n",
            "service/__init__.py": "",
            "service/web.py": FASTAPI.replace("app =", "application ="),
            "service/main.py": FASTAPI,
        },
        f"uvicorn service.web:application {U} 9100",
        9100,
    ),
    "port of app.run": (
        {
            "requirements": "flask gunicorn",
            "app.py": FLASK + "if __name__ == '__main__':\n    app.run(debug=True, port=5050)\n",
        },
        f"{G} app:app",
        5050,
    ),
    "app.run on import": (
        {"requirements": "flask gunicorn", "app.py": FLASK + "app.run(host='0.0.0.0', port=5001)\n"},
        f"{G} app:app",
        5001,
    ),
    "uvicorn.run on import": (
        {
            "requirements": "fastapi uvicorn",
            "main.py": FASTAPI + "import uvicorn\nuvicorn.run(app, host='0.0.0.0', port=8010)\n",
        },
        "python main.py",
        8010,
    ),
    "gunicorn configuration": (
        {
            "requirements": "flask gunicorn",
            "app.py": FLASK,
            "gunicorn.conf.py": "bind = '127.0.0.1:8765'\nworkers = 3\n",
        },
        f"{G} app:app --bind 0.0.0.0:8765",
        8765,
    ),
    "socketio in threads": (
        {
            "requirements": "flask flask-socketio gunicorn",
            "app.py": FLASK + "from flask_socketio import SocketIO\nsocketio = SocketIO(app)\n",
        },
        f"{G} app:app --workers 1 --threads 100",
        8000,
    ),
    "extension given the app": (
        {
            "requirements": "flask gunicorn",
            "app.py": FLASK + "from flask_limiter import Limiter\nlimiter = Limiter(app=app)\n",
        },
        f"{G} app:app",
        8000,
    ),
    "newer syntax": (
        {
            "requirements": "fastapi uvicorn",
            "main.py": "from fastapi import FastAPI\n\nmatch x else:\n    pass\n\napp = FastAPI()\n",
        },
        f"uvicorn main:app {U} 8000",
        8000,
    ),
    "newer syntax inside of a factory": (
        {
            "requirements": "fastapi uvicorn",
            "main.py": "from fastapi import FastAPI\n\ndef create_app():\n    app = FastAPI()\n    frob app as x\n    return app\n",
        },
        f"uvicorn --factory main:create_app {U} 8000",
        8000,
    ),
    "direct server before an indirect one": (
        {"requirements": "flask waitress", "app.py": FLASK},
        "waitress-serve --listen=0.0.0.0:8000 app:app",
        8000,
    ),
    "entrypoint of the manifest": (
        {
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["fastapi", "uvicorn"]\n[tool.fastapi]\nentrypoint = "core.web:api"\n',
            "core/web.py": FASTAPI.replace("app =", "api ="),
            "main.py": FASTAPI,
        },
        f"uvicorn core.web:api {U} 8000",
        8000,
    ),
}


@pytest.mark.parametrize(("files", "start", "port"), CASES.values(), ids=CASES)
def test_app_object_is_found_and_served(tmp_path: Path, files: dict[str, str], start: str, port: int) -> None:
    plan = plan_of(tmp_path, files)
    assert started(plan) == start
    assert plan.port == port


def test_app_that_is_run_on_import_is_imported_all_the_same(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, CASES["app.run on import"][0])
    assert dict(plan.env)["FLASK_RUN_FROM_CLI"] == "true"


def test_objects_that_lost_are_told_with_the_reason(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {"requirements": "fastapi uvicorn", "main.py": FASTAPI, "worker.py": FASTAPI, "tools/web.py": FASTAPI},
    )
    start = decision(plan, "start").sourced
    assert [row.value for row in start.rejected] == ["worker:app", "tools.web:app"]
    assert str(start.rejected[0].origin) == "worker.py:3"
    assert "main.py" in start.rejected[0].why


def test_objects_that_nothing_tells_apart_are_an_error_that_lists_them(tmp_path: Path) -> None:
    files = {f"{name}/main.py": FASTAPI for name in ("billing", "orders", "users")}
    with pytest.raises(ProjectError) as raised:
        plan_of(tmp_path, {"requirements": "fastapi uvicorn", **files})
    for name in ("billing", "orders", "users"):
        assert f"{name}/main.py:3" in raised.value.problem
    assert raised.value.command


def test_object_whose_file_imports_the_others_is_no_tie(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {
            "requirements": "fastapi uvicorn",
            "billing/main.py": FASTAPI + "from users.main import app as users\napp.mount('/users', users)\n",
            "users/main.py": FASTAPI,
        },
    )
    assert "billing.main:app" in started(plan)


def test_server_that_is_missing_is_added_and_told(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": FLASK})
    assert plan.facts.install.added[0].startswith("gunicorn==")
    assert any("gunicorn" in note for note in plan.notes)


OLD = [
    ("main.py", 'import os\n\nprint "hello"\n', 3),
    ("main.py", "import os\ntry:\n    os.x()\nexcept IOError, error:\n    raise ValueError, 'no'\n", 4),
    ("app.py", "from flask import Flask\napp = Flask('a')\n\ndef f(x):\n    print 'x is', x\n", 5),
]

SOCKETS = "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n\n@app.websocket('/ws')\nasync def talk(ws: WebSocket):\n    pass\n"


@pytest.mark.parametrize(
    ("requirements", "source", "added"),
    [
        ("fastapi uvicorn", SOCKETS, ["websockets"]),
        ("fastapi", SOCKETS, ["uvicorn", "websockets"]),
        ("fastapi uvicorn[standard]", SOCKETS, []),
        ("fastapi uvicorn wsproto", SOCKETS, []),
        ("fastapi uvicorn", FASTAPI, []),
    ],
)
def test_websockets_get_the_library_that_uvicorn_lacks(
    tmp_path: Path, requirements: str, source: str, added: list[str]
) -> None:
    plan = plan_of(tmp_path, {"requirements": requirements, "main.py": source})
    assert [row.partition("==")[0] for row in plan.facts.install.added] == added
    assert not added or any("WebSockets" in note for note in plan.notes)


def test_python_2_of_a_module_that_the_program_imports_is_named(tmp_path: Path) -> None:
    old = "try:\n    import x\nexcept ImportError, error:\n    pass\n"
    files = {"app.py": "from flask import Flask\nfrom shop import stock\napp = Flask('a')\n", "shop/stock.py": old}
    with pytest.raises(ProjectError, match=r"shop/stock\.py:3 is Python 2"):
        plan_of(tmp_path, {"requirements": "flask", **files})
    asked = "import sys\nif sys.version_info[0] == 2:\n    from shop import stock\n"
    assert plan_of(tmp_path, {"app.py": f"{asked}from flask import Flask\napp = Flask('a')\n"}).start


def test_two_exceptions_without_brackets_are_python_3_14(tmp_path: Path) -> None:
    source = "from flask import Flask\napp = Flask('a')\ntry:\n    pass\nexcept ValueError, TypeError:\n    pass\n"
    assert plan_of(tmp_path, {"requirements": "flask", "app.py": source}).start


@pytest.mark.parametrize(("name", "text", "line"), OLD)
def test_python_2_program_is_named(tmp_path: Path, name: str, text: str, line: int) -> None:
    with pytest.raises(ProjectError, match=rf"{name}:{line} is Python 2"):
        plan_of(tmp_path, {"requirements": "flask", name: text})


def test_newer_syntax_beside_the_word_print_is_not_python_2(tmp_path: Path) -> None:
    text = 'def report():\n    """\n    print the report\n    """\n    frob app as x\n\nmain()\n'
    assert started(plan_of(tmp_path, {"requirements": "requests", "main.py": text})) == "python main.py"


INI = "[app:main]\nuse = egg:shop\n[server:main]\nuse = egg:waitress#main\nlisten = {}\n"
SETUP = "from setuptools import setup\nsetup(name='shop', install_requires=['pyramid', 'waitress'])\n"


@pytest.mark.parametrize(
    ("listen", "start", "port"),
    [
        ("*:6543", "pserve production.ini", 6543),
        ("localhost:6544", "gunicorn --worker-tmp-dir /dev/shm --paste production.ini", 6544),
    ],
)
def test_pyramid_of_an_ini_file(tmp_path: Path, listen: str, start: str, port: int) -> None:
    files = {"setup.py": SETUP, "production.ini": INI.format(listen), "shop/__init__.py": ""}
    plan = plan_of(tmp_path, files)
    assert started(plan) == start
    assert plan.port == port


def test_notebooks_alone_are_a_clear_answer(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"analysis\.ipynb"):
        plan_of(tmp_path, {"requirements": "pandas", "analysis.ipynb": "{}"})


HIDDEN = {
    "requirements": "flask gunicorn",
    "app.py": "from flask import Flask\nfrom app.routes import pages\napp = Flask(__name__)\n"
    "if __name__ == '__main__':\n    app.run(host='0.0.0.0', debug=True)\n",
    "app/__init__.py": "",
    "app/routes.py": "pages = None\n",
}


def test_a_file_that_a_package_of_its_name_hides_is_run_as_it_is(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HIDDEN)
    assert (plan.start, plan.port) == (("python", "app.py"), 5000)
    assert any("mv app.py main.py" in note for note in plan.notes)


def test_the_factory_of_the_package_is_taken_where_the_file_is_hidden(tmp_path: Path) -> None:
    factory = "from flask import Flask\n\n\ndef create_app():\n    return Flask(__name__)\n"
    entry = "from app import create_app\n\napp = create_app()\n\nif __name__ == '__main__':\n    app.run()\n"
    plan = plan_of(tmp_path, {**HIDDEN, "app/__init__.py": factory, "app.py": entry})
    assert plan.start[-1] == "app:create_app()"


def test_a_hidden_file_that_only_the_container_would_reach_has_to_be_renamed(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no server can load it") as told:
        plan_of(tmp_path, {**HIDDEN, "app.py": HIDDEN["app.py"].replace("host='0.0.0.0', ", "")})
    assert told.value.command == "mv app.py main.py"


def test_what_the_readme_serves_is_started_with_a_server_that_only_developers_have(tmp_path: Path) -> None:
    tree = {
        "requirements": "fastapi==0.116.2",
        "README.md": "Run it:\n\n    uvicorn src.api.Main:app --reload\n",
        "src/__init__.py": "",
        "src/builder.py": "from fastapi import FastAPI\nclass Builder:\n    def __init__(self):\n        self.made = FastAPI()\n",
        "src/api/__init__.py": "",
        "src/api/Main.py": "from src.builder import Builder\nbuilder = Builder()\napp = builder.made\n",
    }
    plan = plan_of(tmp_path, tree)
    assert "uvicorn src.api.Main:app" in started(plan)
    assert any(
        "README.md:3 starts uvicorn, which is not among the dependencies, so the image adds" in note
        for note in plan.notes
    )


def test_a_name_that_is_not_there_is_no_reason_to_add_a_server(tmp_path: Path) -> None:
    tree = {
        "requirements": "requests",
        "README.md": "    uvicorn shop.main:application\n",
        "shop/__init__.py": "",
        "shop/main.py": "import requests\n",
    }
    with pytest.raises(ProjectError, match="Nothing in this folder says what to start"):
        plan_of(tmp_path, tree)


def test_a_name_that_two_files_take_from_each_other_ends_the_search(tmp_path: Path) -> None:
    files = {
        "requirements": "flask",
        "app.py": "from one import create_app\n\napp = create_app()\n",
        "one.py": "from two import create_app\n",
        "two.py": "from one import create_app\n",
        "main.py": "from flask import Flask\n\nweb = Flask(__name__)\n",
    }
    assert plan_of(tmp_path, files).start[0] == "gunicorn"


def test_a_factory_of_celery_makes_nothing_that_is_served(tmp_path: Path) -> None:
    package = (
        "from celery import Celery\nfrom flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n\n"
        "def create_celery_app(app=None):\n    app = app or create_app()\n    return Celery(app.name)\n"
    )
    files = {
        "requirements": "flask\ncelery",
        "shop/__init__.py": package,
        "tasks.py": "from shop import create_celery_app\n\ncelery = create_celery_app()\n",
    }
    assert plan_of(tmp_path, files).start[-1] == "shop:create_app()"


def test_a_package_around_the_program_that_its_imports_do_not_name_is_only_a_folder(tmp_path: Path) -> None:
    files = {
        "requirements": "fastapi uvicorn",
        "src/__init__.py": "",
        "src/app/__init__.py": "",
        "src/app/router.py": "x = 1\n",
        "src/app/main.py": "from fastapi import FastAPI\nfrom app.router import x\n\napp = FastAPI()\n",
    }
    plan = plan_of(tmp_path, files)
    assert "app.main:app" in " ".join(plan.start)
    assert "src.app" not in " ".join(plan.start)
    assert dict(plan.env)["PYTHONPATH"] == "/app/src"
