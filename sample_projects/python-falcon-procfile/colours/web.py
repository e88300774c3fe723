"""Colours by name, behind a middleware that counts requests."""

import falcon.asgi

from colours.table import COLOURS


class Index:
    async def on_get(self, request, response) -> None:
        response.media = {"message": "hello from colours"}


class Colour:
    async def on_get(self, request, response, name: str) -> None:
        if name not in COLOURS:
            raise falcon.HTTPNotFound
        response.media = {"value": COLOURS[name]}


class Counted:
    """Adds a header with the number of requests so far."""

    def __init__(self, inner) -> None:
        self.inner = inner
        self.count = 0

    async def __call__(self, scope, receive, send) -> None:
        self.count += scope["type"] == "http"

        async def counted(message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-count", str(self.count).encode())]
            await send(message)

        await self.inner(scope, receive, counted)


app = falcon.asgi.App()
app.add_route("/", Index())
app.add_route("/colours/{name}", Colour())
asgi_app = Counted(app)
