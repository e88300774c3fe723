"""Checks the table before a release."""

from colours.table import COLOURS

assert all(len(value) == 7 for value in COLOURS.values())
