"""For the developer's machine."""

from config.settings.base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "local-only"
