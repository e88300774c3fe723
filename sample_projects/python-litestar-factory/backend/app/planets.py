"""Moons by planet."""

PLANETS = {"earth": 1, "mars": 2}
