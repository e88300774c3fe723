"""A shop for inks."""

from flask import Flask, abort
from inkpot import INKS
from palette import beside

app = Flask(__name__)


@app.get("/")
def index():
    return {"message": "hello from inks", "inks": INKS}


@app.get("/beside/<ink>")
def next_to(ink):
    if ink not in INKS:
        abort(404)
    return {"ink": ink, "beside": beside(ink)}
