"""Counts letters."""

from sanic import Request, Sanic, json

app = Sanic("letters")


@app.get("/")
async def index(request: Request):
    return json({"message": "hello from letters"})


@app.get("/count/<word:str>")
async def count(request: Request, word: str):
    return json({"letters": len(word)})


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=9999, dev=True)
