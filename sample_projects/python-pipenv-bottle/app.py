"""Words of the day, from a list of five."""

import datetime

import bottle

WORDS = ["brisk", "lantern", "meadow", "quarry", "thimble"]

app = bottle.Bottle()


@app.get("/")
def index():
    return {"message": "hello from words"}


@app.get("/today")
def today():
    return {"word": WORDS[datetime.date.today().toordinal() % len(WORDS)]}


@app.get("/words/<position:int>")
def word(position):
    if not 0 <= position < len(WORDS):
        raise bottle.HTTPError(404, "no such word")
    return {"word": WORDS[position]}
