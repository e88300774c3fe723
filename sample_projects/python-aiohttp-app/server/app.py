"""Tells the distance between two points."""

import math

from aiohttp import web


async def index(request: web.Request) -> web.Response:
    return web.json_response({"message": "hello from distance"})


async def distance(request: web.Request) -> web.Response:
    x, y = float(request.query.get("x", "0")), float(request.query.get("y", "0"))
    return web.json_response({"distance": math.hypot(x, y)})


async def make_app() -> web.Application:
    app = web.Application()
    app.add_routes([web.get("/", index), web.get("/distance", distance)])
    return app
