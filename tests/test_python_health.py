"""The path that is asked whether a program lives: its health route, behind the prefixes of its routers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import plan_of

ROUTER = "from fastapi import APIRouter\nrouter = APIRouter(prefix='/api/v1')\n@router.get('/health')\ndef health():\n    return {'status': 'ok'}\n"
MAIN = "from fastapi import FastAPI\nfrom shop import health\napp = FastAPI()\n"
CASES: dict[str, tuple[dict[str, str], str]] = {
    "on the app": ({"main.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/healthz')\ndef f(): return 1\n"}, "/healthz"),
    "prefix of the router": (
        {"main.py": "from fastapi import FastAPI, APIRouter\napp = FastAPI()\n" + ROUTER + "app.include_router(router)\n"},
        "/api/v1/health",
    ),
    "prefix of the inclusion, in another file": (
        {"main.py": MAIN + "app.include_router(health.router, prefix='/internal')\n", "shop/__init__.py": "", "shop/health.py": ROUTER},
        "/internal/api/v1/health",
    ),
    "routers in routers": (
        {
            "main.py": "from fastapi import FastAPI\nfrom shop.api import api\napp = FastAPI()\napp.include_router(api)\n",
            "shop/__init__.py": "",
            "shop/api.py": "from fastapi import APIRouter\nfrom .health import router\napi = APIRouter(prefix='/all')\napi.include_router(router)\n",
            "shop/health.py": ROUTER,
        },
        "/all/api/v1/health",
    ),
    "a prefix that settings give": (
        {"main.py": MAIN + "app.include_router(health.router, prefix=settings.API)\n", "shop/__init__.py": "", "shop/health.py": ROUTER},
        "/",
    ),
    "a route of another file that asks a database": (
        {
            "main.py": MAIN + "app.include_router(health.router)\n",
            "shop/__init__.py": "",
            "shop/health.py": ROUTER.replace("def health():", "def health(db=Depends(session)):"),
        },
        "/",
    ),
    "a router that nothing includes": ({"main.py": MAIN + ROUTER}, "/"),
    "mounted": (
        {"main.py": "from fastapi import FastAPI\napp = FastAPI()\nv1 = FastAPI()\n@v1.get('/ping')\ndef f(): return 1\napp.mount('/v1', v1)\n"},
        "/v1/ping",
    ),
    "a blueprint's prefix": (
        {"app.py": "from flask import Flask, Blueprint\napp = Flask(__name__)\nbp = Blueprint('x', __name__, url_prefix='/api')\n@bp.route('/ping')\ndef f(): return ''\napp.register_blueprint(bp)\n"},
        "/api/ping",
    ),
    "registered under another": (
        {
            "app.py": "from flask import Flask\nfrom views import bp\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(bp, url_prefix='/v2')\n    return app\n",
            "views.py": "from flask import Blueprint\nbp = Blueprint('x', __name__, url_prefix='/api')\n@bp.route('/health/')\ndef f():\n    '''Lives.'''\n    return ''\n",
        },
        "/v2/health/",
    ),
    "a list of routes": ({"main.py": "from starlette.applications import Starlette\napp = Starlette(routes=[Route('/health', f)])\n"}, "/health"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "path"), CASES.values(), ids=CASES)
def test_health_route_is_asked_behind_its_prefixes(tmp_path: Path, files: dict[str, str], path: str) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask fastapi starlette gunicorn uvicorn", **files})
    assert plan.probe == path
    assert f"c.request('GET', '{path}')" in " ".join(plan.health)
