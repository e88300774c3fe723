"""Requirements that no index has for Python 3 on Linux: modules of Python itself, Debian's own packages, what only
Python 2 or another system had, and modules that are published under another name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.wheels import key
from dockergen.lazy import regex
from dockergen.manifests.requirements import normalised
from dockergen.model import Origin
from dockergen.repository import Repository

_BOUND = regex(r"==|<|~=")
_OWN = "which Python brings itself"
_OLD = "which has no release for Python 3"
_MOVED = "whose newest release only tells that it is called otherwise now"
_OURS = "which is the project itself and lies here"
_NAME = regex(r"""^[ \t]*name[ \t]*=[ \t]*["']?([\w.-]+)""", re.MULTILINE)
_EXTRA = regex(r"[A-Za-z0-9._-]+")
_PLAIN = regex(r"\d+(?:\.\d+)*")
_FROZEN = "a part of Debian's or Ubuntu's own Python that `pip freeze` lists there and no index has"
_ELSEWHERE = "which there is for {} only"
_WITHOUT = {
    _OWN: "Take the line out; imports of it go on working.",
    _OLD: "Take the line out; Python 3 brings what it was a copy of.",
}
_TAKE_OUT = "Take the line out."


@frozen
class Edits:
    """What is done to the requirements file before pip reads it, as expressions of sed, and what the notes say."""

    expressions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class _Row:
    """One requirement that cannot be had, what it is, and the distribution that is meant; "" where there is none."""

    name: str
    origin: Origin
    what: str
    instead: str = ""


def edits(repo: Repository, project: Project, kind: str, editable: bool) -> Edits:
    """How the requirements file reads without what no index has, and without the project itself, which `pip freeze`
    lists where it was installed; `editable` where the install step can do that.

    Raises ProjectError, with the command, where the line is another manifest's.
    """
    rows = [*_rows(project, kind), *(_replaceable(repo, project) if kind == "requirements" and editable else ())]
    path = project.requirements.path
    if not rows:
        return Edits()
    first = next((row for row in rows if kind != "requirements" or not editable or row.origin.path != path), None)
    if first is not None:
        found = f"{first.origin} asks for {first.name}, {first.what}."
        remedy = f"Write {first.instead} instead." if first.instead else _WITHOUT.get(first.what, _TAKE_OUT)
        raise ProjectError(found, remedy, command=_command(project, kind, first))
    notes = (f"{row.origin} asks for {row.name}, {row.what}; the image {_deed(row)}." for row in rows)
    return Edits(tuple(_expression(row) for row in rows), tuple(notes))


def stand_ins(project: Project) -> Iterator[tuple[str, Origin]]:
    """The distributions that the image has for requirements of other names, with the lines of those."""
    yield from ((normalised(row.instead), row.origin) for row in _rows(project, "") if row.instead)


def locked_and_gone(project: Project) -> Iterator[str]:
    """What is told of a lock file that holds releases which the index has no more."""
    for name, package in project.locked.items():
        public = not (package.local or package.vcs) and package.source in ("", "registry")
        near = nearest(name, package.version) if public else ()
        if near:
            where = Origin("file", project.lock, package.line)
            yield (
                f"{where} locks {name} {package.version}, which the index has no more, so the build will not find it; "
                f"the nearest that it has are {' and '.join(filter(None, near))}: lock it anew."
            )


def nearest(name: str, release: str) -> tuple[str, ...]:
    """The releases before and after one that the index has no more, "" before the first; () for any other."""
    if not _PLAIN.fullmatch(release):
        return ()
    rows = (row.partition("-") for row in load("python-gone").gone.get(name, "").split())
    return next(((a, b) for a, _, b in rows if _padded(a or "0") < _padded(release) < _padded(b)), ())


def _padded(release: str) -> tuple[int, ...]:
    """The numbers of a release, of which 1.2 and 1.2.0 are the same."""
    return (*key(release), 0, 0, 0, 0)[:4]


def _rows(project: Project, kind: str) -> Iterator[_Row]:
    lists = load("python").lists
    standard = standard_library() - {*lists["standard_published"]} | (
        {*lists["refused_by_uv"]} if kind == "uv" else set()
    )
    meant = dict(row.split() for row in lists["published_otherwise"])
    moved = dict(row.split() for row in lists["refused_since"])
    elsewhere = {name: rest.split() for name, _, rest in (row.partition(" ") for row in lists["only_elsewhere"])}
    listed = {found.name for found, _ in project.direct}
    python2 = {name: instead for name, _, instead in (row.partition(" ") for row in lists["only_python_2"])}
    for found, origin in project.direct:
        if found.url or found.path or not found.name:
            continue
        if found.name in meant:
            yield _Row(found.name, origin, "the name of a module that is published under another", meant[found.name])
        elif found.name.replace("-", "_") in standard:
            yield _Row(found.name, origin, _OWN)
        elif found.name in python2 and not found.marker:
            yield _Row(found.name, origin, _OLD, python2[found.name])
        elif found.name in moved and not _BOUND.search(found.specifier):
            yield _Row(found.name, origin, _MOVED, moved[found.name])
        elif found.name in elsewhere and not found.marker:
            system, *instead = elsewhere[found.name]
            absent = [name for name in instead if name not in listed]
            yield _Row(found.name, origin, _ELSEWHERE.format(system), "".join(absent))
        elif found.name in lists["only_debian"]:
            yield _Row(found.name, origin, _FROZEN)


def _itself(repo: Repository, project: Project) -> Iterator[_Row]:
    """The lines that pin the project's own distribution, whose package lies at the root and is imported from there."""
    stated = _NAME.search(repo.source("setup.py")) or _NAME.search(repo.source("setup.cfg"))
    name = normalised(project.pyproject.name or (stated[1] if stated else ""))
    if name and (repo.is_folder(name.replace("-", "_")) or repo.is_file(f"{name.replace('-', '_')}.py")):
        for found, origin in project.direct:
            if found.name == name and found.pinned and not found.marker:
                yield _Row(name, origin, _OURS)


def _replaceable(repo: Repository, project: Project) -> Iterator[_Row]:
    """Lines of the requirements file itself that only a look at the index or at the repository finds wrong."""
    rows = (*_itself(repo, project), *_gone(repo, project))
    once = [found.name for found, _ in project.direct]
    return (row for row in rows if row.origin.path == project.requirements.path and once.count(row.name) == 1)


def _gone(repo: Repository, project: Project) -> Iterator[_Row]:
    """The pins of releases that the index has no more. Where hashes are checked, nothing may stand in for them, and
    where another index is asked, that may have them."""
    if project.requirements.hashed or _asks_elsewhere(repo, project):
        return
    for found, origin in project.direct:
        plain = found.pinned and not (found.url or found.path or found.marker)
        near = nearest(found.name, found.pinned) if plain else ()
        if near and all(map(_EXTRA.fullmatch, found.extras)):
            before, after = near
            extras = f"[{','.join(found.extras)}]" if found.extras else ""
            held = f"{found.name}{extras}=={_nearer(found.pinned, before, after)}"
            yield _Row(found.name, origin, f"whose release {found.pinned} the index has no more", held)


def _asks_elsewhere(repo: Repository, project: Project) -> bool:
    named = project.requirements.names_indexes or project.pyproject.names_indexes
    return named or any(map(repo.is_file, ("pip.conf", "pip.ini")))


def _nearer(release: str, before: str, after: str) -> str:
    """The one of the same series or major, the nearer of two; what came with the release of a distance fits it best."""
    if not before:
        return after
    one, low, high = _padded(release), _padded(before), _padded(after)
    for length in (2, 1):
        same = [text for text, numbers in ((after, high), (before, low)) if numbers[:length] == one[:length]]
        if len(same) == 1:
            return same[0]
    nearer = [abs(a - b) for a, b in zip(low, one, strict=True)] < [abs(a - b) for a, b in zip(high, one, strict=True)]
    return before if nearer else after


def _deed(row: _Row) -> str:
    return f"has {row.instead}" if row.instead else "is built without the line"


def _expression(row: _Row) -> str:
    """pip compares names without regard to case, and takes - and _ for the same."""
    line = f"^\\s*{row.name.replace('-', '[-_.]')}([^[:alnum:]._-].*)?$"
    return f"s/{line}/{row.instead}/I" if row.instead else f"/{line}/Id"


def _command(project: Project, kind: str, row: _Row) -> str:
    if row.origin.path.endswith(".txt"):
        return f"sed -i -E {shlex.quote(_expression(row))} {shlex.quote(row.origin.path)}"
    manager = project.manager.value
    return f"{manager} remove {row.name}" if manager in ("uv", "poetry", "pdm", "pipenv") else ""
