"""The pages that list what is for sale."""

from flask import Blueprint, render_template

pages = Blueprint("catalog", __name__)

ITEMS = ["apple", "pear"]


@pages.get("/")
def index() -> str:
    return render_template("index.html", items=ITEMS)
