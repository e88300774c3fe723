"""Distributions that a program imports as it starts and its requirements leave out: they are installed with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockergen.catalog import load
from dockergen.languages.python.optional import imported_modules, installed_apps
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.manifests.requirements import normalised
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository

_MOST_SHOWN = 6
_ANYBODYS = frozenset(("django", "flask", "python", "py", "google", "api", "client", "sdk", "connector"))


def left_out(repo: Repository, project: Project, start: Start) -> tuple[Sourced[str], ...]:
    """The distributions, each with the line that imports it; only ones that are known by that name, and never beside
    a lock file, hashes, or a package of the repository that may ask for more.

    What another distribution brings anyway is asked for in vain, as pip installs nothing twice.
    """
    tree = project.requirements
    plain = project.manager.value == "pip" and tree.path and not project.lock
    if (
        not plain
        or tree.hashed
        or tree.constrained
        or any(r.path or r.editable or not r.name for r, _ in project.direct)
    ):
        return ()
    listed = {r.name for r, _ in project.direct}
    listed |= {f"{r.name}[{extra}]" for r, _ in project.direct for extra in r.extras}
    listed |= {name.partition("==")[0] for name in start.added} if listed else set()
    meant = {**_known(), **dict(row.split() for row in load("python").lists["distributions"])} if listed else {}
    found: dict[str, Origin] = {}
    for module, origin in _modules(repo, start) if listed else ():
        name = meant.get(module, "")
        if name and _is_pure(name) and not _comes_with(module, name, listed) and not _is_somewhere(repo, module):
            found.setdefault(name, origin)
    return tuple(Sourced(name, origin) for name, origin in found.items())


def advice(found: tuple[Sourced[str], ...], path: str) -> list[str]:
    """One note about what the requirements file should name."""
    if not found:
        return []
    shown = ", ".join(f"{one.value} ({one.origin})" for one in found[:_MOST_SHOWN])
    more = f" and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    return [f"{path} does not name {shown}{more}, which the program imports; the image has the newest: add it there."]


def _modules(repo: Repository, start: Start) -> Iterator[tuple[str, Origin]]:
    for module, path in imported_modules(repo, start.entry) if start.entry else ():
        needle = re.compile(rf"^\s*(?:import|from)\s[^#\n]*\b{re.escape(module)}\b", re.MULTILINE)
        yield module, Origin("file", path, repo.line_of(path, needle))
    for path in start.django.sources if start.django else ():
        yield from installed_apps(repo, path)


@cache
def _known() -> dict[str, str]:
    """Modules that are called as their distributions, of those that are known to be installed often."""
    names = (*load("python-floors").floors, *load("python-packages").packages, *load("python-wheels").wheels)
    return {name.replace("-", "_"): name for name in names if "." not in name}


def _is_pure(name: str) -> bool:
    """True unless Debian has to add something, which is decided from what the manifests name."""
    row = load("python-packages").packages.get(name)
    return re.fullmatch(r"[\w.-]+", name) is not None and (
        row is None or not (row.run or row.note or (row.build and not row.wheels))
    )


def _comes_with(module: str, name: str, listed: set[str]) -> bool:
    """True for what is listed, under the name of an edition too, and for what something listed is known to bring."""
    name, module = normalised(name), normalised(module)
    rows = dict(row.split(maxsplit=1) for row in load("python").lists["brought_by"])
    stem = name.removesuffix("-binary").removesuffix("-headless")
    if not listed.isdisjoint(rows.get(name, "").split()):
        return True
    # flask-cors brings Flask, qrcode[pil] what it is called after; django-cors-middleware has the module of another.
    words = (set(stem.split("-")) | set(module.split("-"))) - _ANYBODYS
    return any(
        words.intersection(re.split(r"[-\[\]]", other)) or any(f"-{part}-" in f"-{other}-" for part in (stem, module))
        for other in listed
    )


def _is_somewhere(repo: Repository, module: str) -> bool:
    """True when a folder of the repository has a module of that name, which sys.path may lead to."""
    return bool(repo.glob(f"*/{module}.py") or repo.glob(f"*/{module}/__init__.py"))
