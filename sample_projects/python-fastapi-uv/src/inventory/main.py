"""The HTTP side of the inventory."""

from fastapi import FastAPI, HTTPException

from inventory.stock import ITEMS

app = FastAPI(title="inventory")


@app.get("/")
def index() -> dict[str, str]:
    return {"message": "hello from inventory"}


@app.get("/items/{name}")
def item(name: str) -> dict[str, str | int]:
    if name not in ITEMS:
        raise HTTPException(status_code=404, detail="no such item")
    return {"name": name, "count": ITEMS[name]}
