"""What a framework keeps to itself: Django without DEBUG answers 500 and writes no reason anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from dockergen.engine import Engine
from dockergen.lazy import regex
from dockergen.model import BuildPlan

_MODULE = regex(r"(?<![\w.])((?:\w+\.)*(?:wsgi|asgi))(?::\w+)?(?![\w.])")
# The same request within the program, where the exception is not turned into a page.
_ASK = (
    "import importlib, sys; importlib.import_module(sys.argv[1]); from django.test import Client; "
    "Client(HTTP_HOST='localhost').get(sys.argv[2])"
)


def told_inside(engine: Engine, container: str, plan: BuildPlan | None, log: str, path: str) -> str:
    """The traceback of the same request within the container; "" where the log has one, or the program is not
    Django's."""
    module = _module(plan.start) if plan else ""
    if not module or "Traceback" in log or not _is_django(plan):
        return ""
    _, output = engine.execute(container, ["python", "-c", _ASK, module, path])
    return output if "Traceback" in output else ""


def _is_django(plan: BuildPlan | None) -> bool:
    return any(d.name == "framework" and d.sourced.value == "django" for d in plan.decisions) if plan else False


def _module(words: Sequence[str]) -> str:
    found = _MODULE.search(" ".join(words))
    return found[1] if found else ""
