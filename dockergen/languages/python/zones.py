"""Time zones under old names, such as Europe/Kiev and US/Eastern, which Debian 13 keeps in a package of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockergen.catalog import load
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

# Django refuses a TIME_ZONE that the system has no file of.
_SETTING = regex(r"^[ \t]*(?:CELERY_)?TIME_?ZONE[ \t]*=([^#\n]*)", re.MULTILINE)
_QUOTED = regex(r"""["']([\w/+-]+)["']""")
_ASKED = regex(r"""\bZoneInfo\(\s*["']([\w/+-]+)["']|\btimezone\s*=\s*["']([\w/+-]+)["']""")


def old_zone(repo: Repository, project: Project, start: Start) -> Sourced[str] | None:
    """The first zone that the program asks the system for by a name that tzdata no longer has; None for none."""
    found = (*_of_settings(repo, start), *(() if project.has("tzdata") else _of_program(repo, start)))
    return next((zone for zone in found if zone.value in _old()), None)


@cache
def _old() -> frozenset[str]:
    return frozenset(load("python-packages").lists["old-zones"])


def _of_settings(repo: Repository, start: Start) -> Iterator[Sourced[str]]:
    for path in start.django.sources if start.django else ():
        text = repo.source(path)
        for found in _SETTING.finditer(text):
            origin = Origin("file", path, text.count("\n", 0, found.start(1)) + 1)
            yield from (Sourced(name, origin) for name in _QUOTED.findall(found[1]))


def _of_program(repo: Repository, start: Start) -> Iterator[Sourced[str]]:
    """What zoneinfo is asked for, and the argument of schedulers: both look into the system's files first."""
    for path in whole_program(repo, start.entry) if start.entry else ():
        text = repo.source(path)
        for found in _ASKED.finditer(text) if "ZoneInfo(" in text or "timezone" in text else ():
            yield Sourced(found[1] or found[2], Origin("file", path, text.count("\n", 0, found.start()) + 1))
