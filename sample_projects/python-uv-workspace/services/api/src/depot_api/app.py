"""What lies in the depot, in the units of whoever asks."""

from quart import Quart
from units import pounds

STOCK = {"anvil": 75.0, "feather": 0.01}

app = Quart(__name__)


@app.get("/")
async def index() -> dict[str, object]:
    return {"message": "hello from depot", "things": sorted(STOCK)}


@app.get("/weight/<thing>")
async def weight(thing: str) -> tuple[dict[str, object], int]:
    if thing not in STOCK:
        return {"error": f"no {thing} here"}, 404
    return {"thing": thing, "kilograms": STOCK[thing], "pounds": pounds(STOCK[thing])}, 200
