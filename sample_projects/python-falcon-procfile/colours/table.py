"""Colours by name."""

COLOURS = {"teal": "#008080", "navy": "#000080"}
