"""Books on a shelf."""

import sqlite3
from importlib.resources import files

from pyramid.config import Configurator

TABLE = "create table if not exists books (title text)"


def books(settings):
    database = sqlite3.connect(settings["database"].removeprefix("sqlite:///"))
    database.execute(TABLE)
    return database


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.add_route("home", "/")
        config.add_route("add", "/add/{title}")
        config.scan()
        return config.make_wsgi_app()


GREETING = files("shelf").joinpath("greeting.txt").read_text().strip()
