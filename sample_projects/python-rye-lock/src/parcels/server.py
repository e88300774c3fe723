"""Where parcels are."""

import os

import bottle
import waitress

PLACES = {"a1": "warehouse", "b2": "on its way", "c3": "delivered"}

app = bottle.Bottle()


@app.get("/")
def index() -> dict[str, object]:
    return {"message": "hello from parcels", "known": sorted(PLACES)}


@app.get("/parcels/<number>")
def parcel(number: str) -> dict[str, str]:
    if number not in PLACES:
        raise bottle.HTTPError(404, "no such parcel")
    return {"number": number, "place": PLACES[number]}


def main() -> None:
    waitress.serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))
