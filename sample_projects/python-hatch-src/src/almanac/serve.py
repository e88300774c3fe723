"""Sayings about the weather."""

import os
from importlib.metadata import version
from importlib.resources import files

import falcon
import waitress

SAYINGS = files("almanac").joinpath("sayings.txt").read_text().splitlines()


class Index:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = {"message": "hello from almanac", "version": version("almanac")}


class Saying:
    def on_get(self, request: falcon.Request, response: falcon.Response, number: int) -> None:
        if not 0 <= number < len(SAYINGS):
            raise falcon.HTTPNotFound
        response.media = {"saying": SAYINGS[number]}


app = falcon.App()
app.add_route("/", Index())
app.add_route("/sayings/{number:int}", Saying())


def main() -> None:
    waitress.serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
