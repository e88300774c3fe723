import bottle

import abacus

app = bottle.Bottle()


@app.get("/")
def index():
    return "hello from abacus"


@app.get("/<number:int>")
def count(number):
    return {"steps": abacus.steps(number)}
