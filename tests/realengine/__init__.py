"""A real Docker engine and base images for the tests, also on a machine that has neither.

`python -m tests.realengine up | images REF... | down` does by hand what the fixtures do.
"""
