"""Runs the service: python -m server."""

import os

from aiohttp import web

from server.app import make_app

web.run_app(make_app(), host=os.environ.get("BIND_HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8085")))
