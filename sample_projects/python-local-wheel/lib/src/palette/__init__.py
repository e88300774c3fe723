"""Which inks go together."""

from inkpot import INKS


def beside(ink: str) -> str:
    return INKS[(INKS.index(ink) + 1) % len(INKS)]
