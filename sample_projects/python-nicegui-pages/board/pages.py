"""What the browser shows."""

from nicegui import app, ui


def create() -> None:
    @ui.page("/")
    def index() -> None:
        app.storage.general["visits"] = app.storage.general.get("visits", 0) + 1
        ui.label(f"hello from board, visit {app.storage.general['visits']}")

    @app.get("/reloads")
    def reloads() -> dict[str, bool]:
        return {"reloads": app.config.reload}
