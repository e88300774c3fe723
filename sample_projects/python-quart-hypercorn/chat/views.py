"""The pages of the guest book."""

from chat import app


@app.get("/")
async def index() -> str:
    return "hello from chat"
