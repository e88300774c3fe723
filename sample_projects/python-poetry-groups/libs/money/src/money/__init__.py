"""Amounts that do not lose cents."""

from decimal import ROUND_HALF_EVEN, Decimal


def rounded(amount: str) -> str:
    return str(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_EVEN))
