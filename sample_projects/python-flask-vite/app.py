"""The board: an API and the front end that Vite builds into frontend/dist."""

from pathlib import Path

from flask import Flask, jsonify, send_from_directory

FRONTEND = Path(__file__).parent / "frontend" / "dist"

app = Flask(__name__, static_folder=str(FRONTEND / "assets"), static_url_path="/assets")


@app.get("/api/cards")
def cards():
    return jsonify(["write", "test", "ship"])


@app.get("/")
def index():
    return send_from_directory(FRONTEND, "index.html")
