#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.12,<3.14"
# dependencies = [
#     "aiohttp==3.13.2",
# ]
# ///
"""Serves a saying at http://127.0.0.1:8085."""

import random

from aiohttp import web

SAYINGS = ["A stitch in time saves nine.", "Many hands make light work."]


async def saying(request):
    return web.Response(text=random.choice(SAYINGS))


def main():
    app = web.Application()
    app.add_routes([web.get("/", saying)])
    web.run_app(app, port=8085)


if __name__ == "__main__":
    main()
