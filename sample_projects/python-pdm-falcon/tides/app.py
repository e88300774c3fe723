"""Tide tables of three harbours."""

import falcon

HARBOURS = {"brest": 6.9, "cuxhaven": 2.9, "oban": 3.4}


class Index:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = {"message": "hello from tides", "harbours": sorted(HARBOURS)}


class Range:
    def on_get(self, request: falcon.Request, response: falcon.Response, harbour: str) -> None:
        if harbour not in HARBOURS:
            raise falcon.HTTPNotFound(description=f"no harbour {harbour}")
        response.media = {"harbour": harbour, "metres": HARBOURS[harbour]}


app = falcon.App()
app.add_route("/", Index())
app.add_route("/range/{harbour}", Range())
