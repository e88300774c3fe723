"""Which Python the image has, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dockergen.catalog import Versions, load, versions_of
from dockergen.errors import ProjectError
from dockergen.languages.python.compatible import refusing, trouble, with_wheels
from dockergen.languages.python.project import Project
from dockergen.languages.python.python_pins import Pin, Unreadable, classified, is_range, pins, ranges
from dockergen.languages.python.space import space
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, settled

_RELEASE = regex(r"3\.\d{1,2}(\.\d{1,2})?((a|b|rc)\d+)?|3\.\d{1,2}-rc")
_CLAUSE = regex(r"\s*(===|==|!=|<=|>=|~=|<|>|\^|~|=)?\s*v?(\d+(?:\.\d+)*)((?:\.\*)?)[a-z0-9.]*\s*")
_Ranges = list[tuple[str, Origin]]


def version(repo: Repository, project: Project, settings: Settings, entry: str = "") -> tuple[Sourced[str], list[str]]:
    """The Python release (a minor such as 3.13, or the exact patch that the repository pins) and notes about it.

    `entry` is the file that the program begins in: what it imports counts where the repository leaves the choice.

    Raises ProjectError when the repository asks for a release that does not exist.
    """
    versions = versions_of("python")
    stated = pins(repo)
    allowed = list(ranges(repo, project))
    notes = [
        f"{u.origin} says {u.text[:40]!r}, {u.why}, so it decides nothing."
        for u in stated
        if isinstance(u, Unreadable) and not is_range(u)
    ]
    pinned = [pin for pin in stated if isinstance(pin, Pin)]
    chosen, more = _detected(repo, pinned, allowed, project, versions, entry)
    if pinned and project.manager.value == "pip":
        chosen, gone = _served(chosen)
        more = [*more, *gone]
    chosen = settled("version", settings.version, chosen)
    _check(chosen, versions, settings)
    minor = _minor(chosen.value)
    notes += more if settings.version is None else []
    if pinned or settings.version is not None:
        notes += _compiled(repo, project, chosen, versions, allowed)
    if ended := versions.ended(minor):
        notes.append(
            f"Python {minor} ({chosen.origin}) has had no security fixes since {ended}; {versions.default} has."
        )
    if minor == versions.latest:
        notes.append(
            f"Python {minor} ({chosen.origin}) is so new that some distributions lack wheels for it and are compiled; "
            f"for {versions.default} nearly all have."
        )
    for text, origin in allowed:
        if not allows(text, minor):
            notes.append(f"Python {chosen.value} ({chosen.origin}) is outside of {text} ({origin}).")
            break
    return chosen, notes


def _served(chosen: Sourced[str]) -> tuple[Sourced[str], list[str]]:
    """The minor instead of a patch whose image is of a Debian that no mirror has any more, and what is said of it."""
    first = {row.split()[0]: row.split()[1] for row in load("python").lists["served_patches"]}
    found = re.fullmatch(r"(3\.\d+)\.(\d+)", chosen.value)
    if not found or int(found[2]) >= int(first.get(found[1], 0)):
        return chosen, []
    why = "its image is of a Debian that no mirror has any more"
    lost = Rejected(chosen.value, chosen.origin, why)
    note = f"{chosen.origin} names Python {chosen.value}, and {why}: the image has the last {found[1]}."
    return Sourced(found[1], chosen.origin, (lost, *chosen.rejected)), [note]


def _compiled(
    repo: Repository, project: Project, chosen: Sourced[str], versions: Versions, allowed: _Ranges
) -> Iterator[str]:
    """What a release that somebody insists on lacks and another one has."""
    missing = trouble(repo, project, _minor(chosen.value))
    possible = [v for v in versions.end_of_life if all(allows(text, v) for text, _ in allowed)] if missing else []
    better = [v for v in possible if not trouble(repo, project, v)]
    if better:
        what, origin = next(iter(missing.items()))
        command = f"dockergen init --version {better[-1]}"
        yield f"Python {chosen.value} ({chosen.origin}): {what} ({origin}); {better[-1]} has all: {command}."


def allows(constraint: str, minor: str) -> bool:
    """True when the newest patch of the minor satisfies the constraint (PEP 440 specifiers, and Poetry's ^ ~ ||)."""
    wanted = tuple(int(part) for part in minor.split("."))
    parts = re.split(r"\s*\|\|?\s*", constraint)
    return any(all(_clause_holds(clause, wanted) for clause in _clauses(part)) for part in parts)


def _clauses(text: str) -> list[str]:
    return [clause for clause in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", text.strip()) if clause and clause != "*"]


def _clause_holds(clause: str, minor: tuple[int, ...]) -> bool:
    found = _CLAUSE.fullmatch(clause)
    if not found:
        return True  # a clause that nobody understands excludes nothing
    operator = found[1] or "=="
    release = tuple(int(part) for part in found[2].split("."))[:3]
    newest = (*minor, 99)  # the tag of a minor is its newest patch
    padded = (*release, 0, 0, 0)[:3]
    if operator in ("==", "===", "="):
        return minor[: len(release)] == release[:2]
    if operator == "!=":
        return not (minor == release or (found[3] and minor[: len(release)] == release))
    if operator in ("<", "<="):
        return newest < padded if operator == "<" else minor <= release[:2]
    if operator in (">", ">="):
        return newest >= padded if operator == ">=" else newest > padded
    if operator == "^" or (operator == "~=" and len(release) == 2):
        return newest >= padded and minor[0] == release[0]
    if operator == "~" and len(release) == 1:
        return minor[0] == release[0]
    return newest >= padded and minor == release[:2]


def _detected(
    repo: Repository, pinned: list[Pin], allowed: _Ranges, project: Project, versions: Versions, entry: str
) -> tuple[Sourced[str], list[str]]:
    if pinned:
        return _by_pin(repo, pinned, allowed, project, versions, entry)
    known = (*(v for v in versions.end_of_life if v not in versions.supported), *versions.supported)
    for text, origin in allowed:
        exact = re.fullmatch(r"\s*={0,3}\s*(3\.\d+\.\d+)\s*", text)
        if exact:
            return Sourced(exact[1], origin), []
        fitting = [v for v in known if allows(text, v) and all(allows(other, v) for other, _ in allowed)] or [
            v for v in known if allows(text, v)
        ]
        if not fitting and versions.latest and all(allows(other, versions.latest) for other, _ in allowed):
            return Sourced(versions.latest, origin), []
        if not fitting:
            raise ProjectError(
                f"{origin} asks for Python {text}, and no release known here is in that range.",
                f"Correct the range; the supported releases are {', '.join(versions.supported)}.",
                command=f"dockergen init --version {versions.default}",
            )
        return with_wheels(repo, Sourced(fitting[-1], origin), fitting, project, entry), []
    listed = [(minor, origin) for minor, origin in classified(repo, project) if minor in versions.supported]
    if listed and _refused(project, *listed[0]) is None:
        fitting = sorted((minor for minor, _ in listed), key=_key)
        return with_wheels(repo, Sourced(*listed[0]), fitting, project, entry), []
    if (place := space(repo)) and place.sdk != "docker" and place.version:
        # Releases of its day were made for the Python that the platform takes by default, 3.10.
        origin = place.origin("sdk_version")
        accepted = (minor for minor in versions.supported if _refused(project, minor, origin) is None)
        return Sourced(next(accepted, versions.default), origin), []
    newest = Sourced(versions.default, Origin("default", note="newest supported"))
    # Older releases count too: what is pinned since years has wheels for no other, and compiling it mostly fails.
    chosen = with_wheels(repo, newest, list(known), project, entry)
    lost = (_refused(project, *row) for row in listed[:1])
    return replace(chosen, rejected=(*chosen.rejected, *filter(None, lost))), []


def _refused(project: Project, release: str, origin: Origin) -> Rejected | None:
    """The release as a rejected candidate where the installer refuses a line on it, None where it is known of none."""
    found = next(refusing(project, _minor(release)), None)
    return Rejected(release, origin, f"{found[0]} ({found[1]})") if found else None


def _by_pin(
    repo: Repository, pinned: list[Pin], allowed: _Ranges, project: Project, versions: Versions, entry: str
) -> tuple[Sourced[str], list[str]]:
    """The strongest pin, with the others and the ranges as rejected candidates."""
    best, *others = pinned
    value, notes = _release(best, versions)
    lost = tuple(Rejected(o.release, o.origin, f"{best.origin} wins") for o in others if o.release != best.release)
    lost += tuple(Rejected(text, origin, "a range; the pin wins") for text, origin in allowed)
    notes += [
        f"{o.origin} says Python {o.release}, {best.origin} says {best.release}, which wins."
        for o in others
        if _minor(o.release) != _minor(best.release)
    ][:1]
    if _broken(best, allowed, project):
        text, origin = allowed[0]
        fitting = [v for v in versions.supported if allows(text, v)]
        if fitting:
            refused = Rejected(value, best.origin, f"the installer refuses it: {origin} asks for {text}")
            notes.append(f"{best.origin} says Python {best.release}, which {origin} excludes ({text}).")
            return Sourced(fitting[-1], origin, (refused, *lost)), notes
    if unfit := _refused(project, value, best.origin):
        possible = [v for v in versions.supported if all(allows(text, v) for text, _ in allowed)]
        if fitting := [v for v in possible if _refused(project, v, best.origin) is None]:
            origin = next(refusing(project, _minor(value)))[1]
            chosen = with_wheels(repo, Sourced(fitting[-1], origin), fitting, project, entry)
            notes.append(f"{best.origin} says Python {best.release}, and {unfit.why}: the image has {chosen.value}.")
            return replace(chosen, rejected=(*chosen.rejected, unfit, *lost)), notes
    return Sourced(value, best.origin, lost), notes


def _broken(pin: Pin, allowed: _Ranges, project: Project) -> bool:
    """True when the installer refuses the pinned release, because the project's own range excludes it."""
    own = [text for text, origin in allowed if origin.path == project.manifest]
    return (
        (project.manager.value in ("uv", "poetry", "pdm") or not project.requirements.path)
        and project.manager.value != "pipenv"
        and bool(own)
        and pin.release.count(".") > 0
        and not allows(own[0], _minor(pin.release))
    )


def _release(pin: Pin, versions: Versions) -> tuple[str, list[str]]:
    """The release of the tag: bare majors and builds of which there is no image become the nearest that there is."""
    notes = []
    value = pin.release
    if value == "3":
        value = versions.default
    if pin.free_threaded:
        notes.append(
            f"{pin.origin} asks for the free-threaded build of Python {value}, of which the official image has no tag: "
            "the image has the usual build, in which threads take turns."
        )
    if pin.pre and _minor(value) in (*versions.end_of_life, versions.latest):
        notes.append(f"{pin.origin} asks for a pre-release; Python {_minor(value)} has been released since.")
        value = _minor(value)
    elif pin.pre:
        notes.append(f"{pin.origin} asks for a pre-release of Python {_minor(value)}: its image may change or go.")
        value = f"{value}{pin.pre}" if pin.pre != "rc" else f"{_minor(value)}-rc"
    return value, notes


def _check(chosen: Sourced[str], versions: Versions, settings: Settings) -> None:
    newest = versions.latest or versions.supported[-1]
    way_out = f"dockergen init --version {versions.default}"
    if not _RELEASE.fullmatch(chosen.value):
        free = re.fullmatch(r"3\.\d+(\.\d+)?t", chosen.value)
        what = "of whose free-threaded build the official image has no tag" if free else "for which there is no image"
        raise ProjectError(
            f"{chosen.origin} asks for Python {chosen.value!r}, {what}.",
            f"Name a release such as {versions.default}.",
            command=way_out,
        )
    minor = _minor(chosen.value)
    if _key(minor) < (3, 6):
        raise ProjectError(
            f"{chosen.origin} asks for Python {chosen.value}; releases before 3.6 have no usable image.",
            "Move to a supported release.",
            command=way_out,
        )
    early = bool(re.search(r"[a-z]", chosen.value)) and _key(minor)[1] == _key(newest)[1] + 1
    if _key(minor) > _key(newest) and settings.version is None and not early:
        raise ProjectError(
            f"{chosen.origin} asks for Python {chosen.value}; the newest release known here is {newest}.",
            f"Correct the line, or insist with --version {chosen.value} when that image exists.",
            command=way_out,
        )


def _minor(value: str) -> str:
    """The first two numbers of a release."""
    return ".".join(re.findall(r"\d+", value)[:2])


def _key(value: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", value))
