"""The API of the planets; the server calls create_app."""

from app.planets import PLANETS
from litestar import Litestar, get
from litestar.exceptions import NotFoundException


@get("/")
async def index() -> dict[str, str]:
    return {"message": "hello from planets"}


@get("/planets/{name:str}")
async def planet(name: str) -> dict[str, int]:
    if name not in PLANETS:
        raise NotFoundException
    return {"moons": PLANETS[name]}


def create_app() -> Litestar:
    return Litestar([index, planet])
