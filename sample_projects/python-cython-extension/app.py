import bottle

import mandel
from texts import GREETING

app = bottle.Bottle()


@app.get("/")
def index():
    return GREETING


@app.get("/<re:float>/<im:float>")
def point(re, im):
    return {"steps": mandel.steps(re, im, 100)}
