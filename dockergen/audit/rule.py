"""What an audit rule is: a code, what it demands, and the function that looks for breaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from dockergen.dockerfile import Dockerfile
from dockergen.frozen import frozen


@frozen
class Rule:
    """One demand on a Dockerfile; `check` yields the 1-based line of each breach."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    remedy: str
    check: Callable[[Dockerfile], Iterable[int]]
