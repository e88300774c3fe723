"""Temperatures of a greenhouse."""

import logging
import os
import sys

import uvloop
from aiohttp import web
from pythonjsonlogger.json import JsonFormatter

READINGS = {"north": 18.5, "south": 24.0}


async def index(request: web.Request) -> web.Response:
    return web.json_response({"message": "hello from thermo", "loop": "uvloop", "sensors": sorted(READINGS)})


async def reading(request: web.Request) -> web.Response:
    sensor = request.match_info["sensor"]
    if sensor not in READINGS:
        raise web.HTTPNotFound(text=f"no sensor {sensor}")
    return web.json_response({"sensor": sensor, "celsius": READINGS[sensor]})


def main() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    app = web.Application()
    app.add_routes([web.get("/", index), web.get("/readings/{sensor}", reading)])
    web.run_app(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8080")), loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main()
