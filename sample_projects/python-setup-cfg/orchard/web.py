"""Counts apples."""

import csv
import os
from importlib.metadata import version
from importlib.resources import files

import cherrypy

with files("orchard").joinpath("trees.csv").open() as rows:
    TREES = {name: int(count) for name, count in csv.reader(rows)}


class Orchard:
    @cherrypy.expose
    @cherrypy.tools.json_out()
    def index(self):
        return {"message": "hello from orchard", "version": version("orchard")}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def apples(self, tree):
        if tree not in TREES:
            raise cherrypy.HTTPError(404)
        return {"tree": tree, "apples": TREES[tree]}


def main():
    cherrypy.config.update(
        {
            "global": {
                "environment": "production",
                "server.socket_host": "0.0.0.0",
                "server.socket_port": int(os.environ.get("PORT", "8080")),
                "log.screen": True,
            }
        }
    )
    cherrypy.quickstart(Orchard())
