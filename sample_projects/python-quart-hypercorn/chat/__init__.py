"""A guest book that keeps its entries in memory."""

from quart import Quart

app = Quart(__name__)

from chat import views  # noqa: E402, F401 - the routes need the app
