"""Regular expressions that are compiled when they are first asked: a run asks a third of those that it imports."""

from __future__ import annotations

import re
from typing import Any, cast


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` returns, as far as its methods go; re.error is raised by the first of them that is called."""
    return cast("re.Pattern[str]", _Uncompiled(text, flags))


class _Uncompiled:
    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """The method of the compiled pattern, kept for the next time."""
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value
