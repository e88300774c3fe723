"""The items on the shelf."""

ITEMS: dict[str, int] = {"bolt": 120, "nut": 80}
