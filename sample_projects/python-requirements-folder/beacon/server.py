"""Lights that blink."""

import asyncio
import logging
import os
import sys

import tornado.web
from pythonjsonlogger.json import JsonFormatter

LIGHTS = {"red": 2.0, "white": 0.5}


class Index(tornado.web.RequestHandler):
    def get(self) -> None:
        self.write({"message": "hello from beacon", "lights": sorted(LIGHTS)})


class Light(tornado.web.RequestHandler):
    def get(self, name: str) -> None:
        if name not in LIGHTS:
            raise tornado.web.HTTPError(404)
        self.write({"light": name, "seconds": LIGHTS[name]})


async def main() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    app = tornado.web.Application([("/", Index), (r"/lights/(\w+)", Light)])
    app.listen(int(os.environ.get("PORT", "8888")))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
