"""Findings about a Dockerfile: one rule per module, each declaring RULE; discovery finds them."""
