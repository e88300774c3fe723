"""The ASGI application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def index(request: Request) -> JSONResponse:
    return JSONResponse({"message": "hello from weather"})


async def forecast(request: Request) -> JSONResponse:
    return JSONResponse({"city": request.path_params["city"], "sky": "clear"})


app = Starlette(routes=[Route("/", index), Route("/forecast/{city}", forecast)])
