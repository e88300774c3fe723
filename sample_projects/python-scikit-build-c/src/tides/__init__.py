from tides._levels import level

__all__ = ["level"]
