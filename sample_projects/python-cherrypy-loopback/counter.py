"""Counts the visits of one browser."""

import os

import cherrypy

HERE = os.path.dirname(os.path.abspath(__file__))
CONF = os.path.join(HERE, "server.conf")
SESSIONS = {"/": {"tools.sessions.storage_path": os.path.join(HERE, "sessions")}}


class Counter:
    @cherrypy.expose
    def index(self):
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return f"hello from counter, visit {cherrypy.session['visits']}"

    @cherrypy.expose
    def reloads(self):
        return str(cherrypy.engine.autoreload.thread is not None)


if __name__ == "__main__":
    cherrypy.config.update(CONF)
    app = cherrypy.tree.mount(Counter(), "/", CONF)
    app.merge(SESSIONS)
    cherrypy.engine.start()
    cherrypy.engine.block()
