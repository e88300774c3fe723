"""This machine."""

from config.settings.base import *

DEBUG = True
SECRET_KEY = "for development only"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "development.sqlite3"}}
