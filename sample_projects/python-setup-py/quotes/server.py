"""The web application and the command that serves it."""

import os
import signal
import sys
from importlib.resources import files

from bottle import Bottle
from waitress import serve

QUOTES = files("quotes").joinpath("quotes.txt").read_text(encoding="utf-8").splitlines()

app = Bottle()


@app.get("/")
def index() -> dict[str, object]:
    return {"message": "hello from quotes", "count": len(QUOTES)}


@app.get("/quotes/<number:int>")
def quote(number: int) -> dict[str, str]:
    return {"quote": QUOTES[number % len(QUOTES)]}


def main() -> None:
    """Serve until the process is told to stop."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
