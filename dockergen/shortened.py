"""Lists in notes and errors, no longer than somebody reads."""

from __future__ import annotations

from collections.abc import Sequence


def shortened(words: Sequence[str], most: int) -> str:
    """The first of them, and how many more there are: "flask, redis and 3 more"."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
