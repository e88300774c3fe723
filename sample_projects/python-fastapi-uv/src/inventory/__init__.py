"""A small stock-keeping API."""
