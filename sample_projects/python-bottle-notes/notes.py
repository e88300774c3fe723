"""Notes in SQLite; routes without an app object, and a server that starts on import."""

import sqlite3

from bottle import get, post, request, run

db = sqlite3.connect("notes.sqlite3", check_same_thread=False)
db.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")


@get("/")
def index():
    return {"message": "hello from notes", "count": db.execute("SELECT count(*) FROM notes").fetchone()[0]}


@get("/add/<text>")
def add(text):
    db.execute("INSERT INTO notes VALUES (?)", (text,))
    db.commit()
    return {"added": text}


run(host="localhost", port=8089, debug=True, reloader=False)
