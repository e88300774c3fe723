import bottle

from tides import __version__

app = bottle.Bottle()


@app.get("/")
def index():
    return f"tides {__version__}"


@app.get("/high/<port>")
def high(port):
    return {"port": port, "hours": [3.2, 15.6]}
