from mandel._points import steps

__all__ = ["steps"]
