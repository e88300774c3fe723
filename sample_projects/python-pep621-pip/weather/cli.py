"""The command `weather`."""

import os

import uvicorn


def main() -> None:
    """Serve until the process is told to stop."""
    uvicorn.run("weather.app:app", host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
