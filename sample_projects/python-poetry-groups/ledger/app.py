"""A ledger that rounds what it is told."""

from money import rounded
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def index(request: Request) -> JSONResponse:
    return JSONResponse({"message": "hello from ledger"})


async def round_amount(request: Request) -> JSONResponse:
    return JSONResponse({"amount": rounded(request.path_params["amount"])})


app = Starlette(routes=[Route("/", index), Route("/round/{amount}", round_amount)])
