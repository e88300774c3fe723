"""Starts the board for whoever works on it."""

from nicegui import ui

from board.pages import create

create()

if __name__ in {"__main__", "__mp_main__"}:
    ui.run(title="Board", host="127.0.0.1", port=8081, reload=True, storage_secret="for-the-sample-only")
