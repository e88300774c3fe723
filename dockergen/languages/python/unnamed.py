"""What the program imports, or uses of a library, and no line of the manifest brings: who wrote it had it installed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.along import brought_along
from dockergen.languages.python.apis import uses
from dockergen.languages.python.django import Django
from dockergen.languages.python.optional import (
    brings,
    for_developers,
    imported_modules,
    installed_apps,
    named_apps,
    named_classes,
)
from dockergen.languages.python.project import Project
from dockergen.languages.python.setuptools_files import setup
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.start import Start
from dockergen.languages.python.syntax import nodes, parsed
from dockergen.languages.python.unlisted import distribution, named_otherwise
from dockergen.lazy import regex
from dockergen.manifests.requirements import bare_name, normalised
from dockergen.model import Origin
from dockergen.repository import Repository

_ANYBODYS = frozenset(("", "django", "flask", "python", "py", "google", "api", "client", "sdk", "connector"))
_LOADED = ("apps.py", "models.py", "admin.py", "urls.py")
_ADDRESS = regex(r"[\w.+]+://[\w%{<:/.]")
_WORDS = regex(r"[-\[\]]")


@frozen
class Unnamed:
    """A distribution that no line brings, and the line of the program that asks for it."""

    name: str
    origin: Origin
    module: str = ""  # what is imported, where that is it


def unnamed(repo: Repository, project: Project, begun: Start, paths: Iterable[str]) -> tuple[Unnamed, ...]:
    """Each distribution once; `paths` are the files of the program.

    Only distributions that are known here by name: what an unknown module is called on the index is anybody's guess.
    """
    present = brought_along(project) | for_developers(repo, project) | {bare_name(word) for word in begun.added}
    if any(wanted.path or wanted.editable for wanted, _ in project.direct):
        present |= {wanted.name for wanted in setup(repo).requirements}
    found: dict[str, Unnamed] = {}
    paths = tuple(paths)
    for one in (*_imported(repo, begun, paths), *_used(repo, paths), *_told_by_text(repo, paths, present)):
        if not _is_present(one, present) and not (one.module and _is_somewhere(repo, one.module)):
            found.setdefault(one.name, one)
    return tuple(found.values())


def _imported(repo: Repository, begun: Start, paths: tuple[str, ...]) -> Iterator[Unnamed]:
    standard = standard_library()
    for module, origin in (*imported_modules(repo, begun.entry), *asked_by_django(repo, begun.django, paths)):
        name = distribution(module) if module not in standard else ""
        if name:
            yield Unnamed(name, origin, module)


def asked_by_django(
    repo: Repository, site: Django | None, paths: Iterable[str] | None = None
) -> Iterator[tuple[str, Origin]]:
    """Modules, with their lines, that a Django project wants of its apps: those that its settings name, and what its
    own import. `paths` are the files of the program, where they are known."""
    if site is None:
        return
    # Django imports these of each app by itself, with the first request those of its addresses, and of its templates.
    known = repo.walk(site.root, depth=3, endings=(".py",)) if paths is None else paths
    loaded = [path for path in known if path.rpartition("/")[2] in _LOADED or "/templatetags/" in path]
    yield from imported_modules(repo, *loaded, *site.sources)
    yield from chain.from_iterable(installed_apps(repo, path) for path in site.sources)
    classes = chain.from_iterable(named_classes(repo, path) for path in site.sources)
    yield from ((module, origin) for module, origin in classes if distribution(module))
    yield from chain.from_iterable(_of_extras(repo, path) for path in site.sources)


def _of_extras(repo: Repository, path: str) -> Iterator[tuple[str, Origin]]:
    """The modules that apps of a settings file import and their distributions leave to an extra."""
    modules = {name: module for module, name in named_otherwise().items()}
    apps = list(named_apps(repo, path))
    for row in load("python-apis").lists["apps_want"]:
        app, name = row.split()
        origin = next((place for full, place in apps if f"{full}.".startswith(f"{app}.")), None)
        if origin is not None:
            yield modules.get(name, name), origin


def _is_somewhere(repo: Repository, module: str) -> bool:
    """True when a folder of the repository has a module of that name, which sys.path may lead to."""
    here = repo.is_file(f"{module}.py") or repo.is_folder(module)
    places = (f"{above}{name}" for above in ("*/", "*/*/") for name in (f"{module}.py", f"{module}/__init__.py"))
    return here or any(map(repo.glob, places))


def _used(repo: Repository, paths: Iterable[str]) -> Iterator[Unnamed]:
    wants = dict(row.rsplit(" ", 1) for row in load("python-apis").lists["wants"])
    for row, origin in uses(repo, paths, wants):
        yield Unnamed(wants[row], origin)


def _told_by_text(repo: Repository, paths: Iterable[str], present: frozenset[str]) -> Iterator[Unnamed]:
    """Drivers that an address names: the library that takes it imports them, and the program does not."""
    rows = [row.split() for row in load("python-apis").lists["told_by_text"]]
    rows = [row for row in rows if row[1] in present and present.isdisjoint(row[2:])]
    for path in paths if rows else ():
        text = repo.source(path)
        asked = {row[0]: row[2] for row in rows if row[0] in text}
        for node in chain.from_iterable(map(nodes, parsed(text).body if asked else ())):
            first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
            said = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
            for beginning, name in asked.items() if said else ():
                # An address without a place is what others are compared with, or changed into, and some are patterns.
                addressed = first is not node or "://" not in said or _ADDRESS.match(said)
                if said.startswith(beginning) and addressed and not any(map(str.isspace, said)):
                    yield Unnamed(name, Origin("file", path, getattr(node, "lineno", 0)))


def _is_present(one: Unnamed, present: frozenset[str]) -> bool:
    """True when it is installed, by its own name, that of its module, or as another distribution with that module."""
    others = next((row.split() for row in load("python-apis").lists["alternatives"] if one.name in row.split()), [])
    named = {one.name, *others, *filter(None, (normalised(one.module),))}
    if any(brings(other, name) for other in present for name in named):
        return True
    # django-cors-middleware has the module of django-cors-headers, and qrcode[pil] brings Pillow.
    words = set(one.name.split("-")) | set(normalised(one.module).split("-"))
    compound = (parts for other in present if len(parts := _WORDS.split(other)) > 1)
    return bool(one.module) and any((words - _ANYBODYS).intersection(parts) for parts in compound)
