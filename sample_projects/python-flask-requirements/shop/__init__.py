"""The web shop."""

from flask import Flask


def create_app() -> Flask:
    """Return a new application."""
    app = Flask(__name__)

    from shop import catalog

    app.register_blueprint(catalog.pages)
    return app
