"""Which way a bearing points."""

import os
from importlib.metadata import metadata

import bottle

__version__ = "1.4.2"

NAMES = ("north", "east", "south", "west")


@bottle.get("/")
def index() -> dict[str, str]:
    about = metadata("compass")
    return {"message": "hello from compass", "version": about["Version"], "summary": about["Summary"]}


@bottle.get("/bearing/<degrees:int>")
def bearing(degrees: int) -> dict[str, str]:
    return {"points": NAMES[round(degrees / 90) % 4]}


def main() -> None:
    bottle.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))
