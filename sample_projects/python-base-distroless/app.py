import sys

import bottle

app = bottle.Bottle()


@app.get("/")
def index():
    return f"hello from {sys.executable}"


@app.get("/home")
def home():
    return sys.base_prefix
