"""What starts the service: asked for, named by a file of the repository, or found in its source."""

from __future__ import annotations

from dockergen.languages.python.start.choice import start, startable
from dockergen.languages.python.start.result import Start

__all__ = ["Start", "start", "startable"]
