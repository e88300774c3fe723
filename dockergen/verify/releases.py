"""Releases that pip does not find or cannot install together, by its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from dockergen.catalog import load, versions_of
from dockergen.lazy import regex
from dockergen.verify.report import Problem

_WANTED = regex(
    r"Could not find a version that satisfies the requirement ([A-Za-z0-9][\w.-]*)(?:\[[\w,.-]*\])?"
    r"([=<>!~][^\s(]{1,200})[^\n]{0,400}?\(from versions: ([^)\n]*)\)"
)
_REFUSING = regex(r"Ignored the following versions that require a different python version: ([^\n]*)")
_WANTS = regex(r"No module named '(\w+)'")
_CONFLICT = regex(r"The conflict is caused by:\n((?:[ \t]+[^\n]+\n?){2,12})")
_DEPENDS = regex(r" depends on ([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([<>=!~][^;]*)")
_PINNED = regex(r"The user requested ([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(\S+)")
_MOST_CLAIMS = 3  # of a conflict; pip lists one for each release that it has tried
_PATCH = 99  # newer than any patch of a minor, as its image has the newest


def missing_release(where: str, log: str) -> Problem | None:
    """What pip does not find and where that leads; None when its log tells of none that can be judged."""
    found = _WANTED.search(log)
    try:
        wanted = SpecifierSet(found[2].rstrip(",")) if found else None
    except InvalidSpecifier:
        return None
    if found is None or wanted is None:
        return None
    name = found[1]
    for release, pythons in _refusing(log):
        if wanted.contains(release, prereleases=True) and (minor := _newest(pythons)):
            cause = f"{name} {release} wants another version of Python ({pythons})."
            return Problem(where, cause, f"Choose one: dockergen init --force --version {minor}.")
    exact = re.fullmatch(r"={2,3}([^*]+)", str(wanted))
    published = sorted(r for r in map(_version, found[3].split(", ")) if r and not r.is_prerelease)
    asked = _version(exact[1]) if exact else None
    if asked is None or not published:
        return None
    if asked in published:
        wants = next(iter(_WANTS.findall(log)), "")
        why = f"wants {wants} there before it builds" if wants else "does not build here"
        cause = f"{name} {asked} is published for this Python as source only, and {why}."
        return Problem(where, cause, f"Raise its release to one with wheels, such as {published[-1]}, or take it out.")
    near = [str(r) for r in (*[r for r in published if r < asked][-1:], *[r for r in published if r > asked][:1])]
    cause = (
        f"The index has no {name} {asked} for this Python; the nearest releases that it has are {' and '.join(near)}."
    )
    otherwise = f", or an older Python, if it has wheels for that: dockergen init --force --version {_before()}"
    return Problem(where, cause, f"Pin one of those{otherwise if _is_compiled(name) else ' in the manifest'}.")


def contradiction(where: str, log: str) -> Problem | None:
    """Which requirements contradict each other, None where pip's log tells of none."""
    found = _CONFLICT.search(log)
    claims = [line.strip() for line in found[1].splitlines()] if found else []
    claims = [claim for claim in claims if not _agrees(claim, claims)] or claims
    told = [re.sub(r"^The user requested ", "the requirements ask for ", claim) for claim in claims[:_MOST_CLAIMS]]
    if not told:
        return None
    cause = f"The requirements contradict each other, so pip installs none of them: {'; '.join(told)}."
    return Problem(
        where, cause, "Loosen or raise one of those pins; `pip install --dry-run -r ...` tells when they fit."
    )


def _agrees(claim: str, claims: Iterable[str]) -> bool:
    """True for what a release depends on and the requirements pin a release of that fits."""
    depends = _DEPENDS.search(claim)
    if depends is None:
        return False
    name = canonicalize_name(depends[1])
    pins = (_PINNED.fullmatch(other) for other in claims)
    pinned = next((pin[2] for pin in pins if pin and canonicalize_name(pin[1]) == name), "")
    try:
        allowed = SpecifierSet(depends[2].replace(" and ", ","))
    except InvalidSpecifier:
        return False
    return bool(pinned) and allowed.contains(pinned, prereleases=True)


def _refusing(log: str) -> list[tuple[Version, str]]:
    """The releases that pip passed over for the Python that they want, newest first, each with that."""
    rows = (row for line in _REFUSING.findall(log) for row in line.split("; "))
    parts = (row.partition(" Requires-Python ") for row in rows)
    known = [(release, pythons) for text, _, pythons in parts if (release := _version(text))]
    return sorted(known, key=lambda row: (not row[0].is_prerelease, row[0]), reverse=True)


def _version(text: str) -> Version | None:
    try:
        return Version(text.strip())
    except InvalidVersion:
        return None


def _newest(pythons: str) -> str:
    """The newest Python that the words of a release allow, of those with security fixes where there is one."""
    versions = versions_of("python")
    try:
        allowed = SpecifierSet(pythons)
    except InvalidSpecifier:
        return ""
    known = (*versions.end_of_life, *versions.supported)
    return next((minor for minor in reversed(known) if f"{minor}.{_PATCH}" in allowed), "")


def _before() -> str:
    return versions_of("python").supported[-2]


def _is_compiled(name: str) -> bool:
    normal = canonicalize_name(name)
    return normal in load("python-wheels").wheels or normal in load("python-packages").packages
