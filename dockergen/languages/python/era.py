"""How old the pins are: Pythons that came out long after the newest of them were never tried with what they name."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.catalog import Versions, load
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.wheels import key
from dockergen.manifests.python_locks import Locked
from dockergen.model import Origin

_MEASURED = (3, 8)  # from this time on it is known what runs on the Pythons of today
_OLDEST = "3.6"  # before the first Python of the table


@frozen
class Era:
    """The newest Python that was out when the newest of the pins was made, and that pin."""

    minor: str
    pin: str
    origin: Origin


def era(project: Project, versions: Versions) -> Era | None:
    """None where nothing known is pinned, most lines are open, or the pins are of the last two Pythons' time."""
    found = list(_dated(project))
    if not found or not (project.locked or _mostly_pinned(project)):
        return None
    newest = max(found, key=lambda item: key(item.minor))
    known = versions.supported
    if newest.minor in known[known.index(versions.default) - 1 :]:
        return None
    return newest


def contemporary(fitting: list[str], newest: Era, versions: Versions) -> list[str]:
    """Those of the releases that were out by then, or are the oldest maintained one: only a release that is known to
    fail there, or to have no wheels, is a reason for a Python that has ended; and an age that nobody measures."""
    forgotten = key(newest.minor) < _MEASURED
    latest = key(newest.minor) if forgotten else max(key(newest.minor), key(versions.supported[0]))
    return [minor for minor in fitting if key(minor) <= latest] or fitting[:1]


def _dated(project: Project) -> Iterator[Era]:
    rows = load("python-eras").eras
    for name, package in project.locked.items():
        if compiled_for := _newest_wheel(package):
            yield Era(compiled_for, f"{name} {package.version}", Origin("file", project.lock, package.line))
    for name, release, origin in _pins(project):
        row = rows.get(name)
        if row is not None:
            reached = [minor for minor, first in row.items() if key(release) >= key(first)]
            yield Era(max(reached, key=key, default=_OLDEST), f"{name} {release}", origin)


def _newest_wheel(package: Locked) -> str:
    """The newest Python that the lock file lists a wheel for, which must have been out by then."""
    tags = [tag.removeprefix("cp3") for tag, abi, _ in package.wheels if tag.startswith("cp3") and abi != "abi3"]
    return max((f"3.{minor}" for minor in tags if minor.isdigit()), key=key, default="")


def _pins(project: Project) -> Iterator[tuple[str, str, Origin]]:
    for name, package in project.locked.items():
        yield name, package.version, Origin("file", project.lock, package.line)
    for wanted, origin in project.direct if not project.locked else ():
        if wanted.pinned and not wanted.marker:
            yield wanted.name, wanted.pinned, origin


def _mostly_pinned(project: Project) -> bool:
    named = [wanted for wanted, _ in project.direct if wanted.name and not wanted.marker]
    return sum(bool(wanted.pinned) for wanted in named) * 2 > len(named)
