"""Where a program starts: the files that are looked at, and the app objects that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.listening import Listening, listening
from dockergen.languages.python.objects import AppObject, Found, app_objects
from dockergen.languages.python.source import guard_line
from dockergen.languages.python.source_roots import source_roots
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.syntax import Module, parsed
from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 400  # Python files that are read before the search gives up
_DEPTH = 5
_IMPORT = regex(r"^\s*(?:from|import)\s+(\.*[A-Za-z_]\w*)", re.MULTILINE)
# An app of Celery or of the tests is none that is served.
_FACTORY = regex(r"(?:create|make|build|get|init)_(?!\w*(?:celery|worker|task|test))(?:\w+_)?(?:app|application)")
_PARSES = regex(r"^(?:\w+\s*=\s*)?\w+\.parse_args\(", re.MULTILINE)
_COMMANDS = frozenset(("cli", "commands", "management"))  # folders inside a package whose apps are for its commands
# Files that may hand on an object which another file makes; elsewhere such an import only uses it.
_ENTRANCES = ("wsgi", "asgi", "main", "app", "run", "server", "application", "web", "index", "__main__")


@frozen
class App:
    """An app object with its place, as a server is told: module, name, and the folder that must be on the path."""

    module: str
    name: str
    constructor: str
    origin: Origin
    factory: bool
    import_root: str  # "" for the root of the repository
    place: tuple[int, int] = (0, 0)  # smaller is likelier; equal for files that nothing tells apart
    wraps: str = ""
    wrapper: str = ""
    imported: bool = False
    arguments: str = ""  # what a line of the repository calls the factory with

    @property
    def reference(self) -> str:
        return f"{self.module}:{self.name}"


@dataclass
class Modules:
    """The Python files of one repository, parsed when they are asked for."""

    repo: Repository
    constructors: Mapping[str, str]
    _found: dict[str, Found] = field(default_factory=dict)
    _files: dict[tuple[str, str], str] = field(default_factory=dict)
    _listening: dict[str, list[Listening]] = field(default_factory=dict)

    def module(self, path: str) -> Module:
        return parsed(self.repo.source(path))

    def found(self, path: str) -> Found:
        """The app objects of a file and what its functions make; imports are followed."""
        if path not in self._found:
            self._found[path] = Found()  # a cycle of imports finds nothing new
            self._found[path] = app_objects(
                self.module(path), self.constructors, lambda dotted: self._outside(path, dotted)
            )
        return self._found[path]

    def listening(self, path: str) -> list[Listening]:
        """The servers that the file starts by itself."""
        if path not in self._listening:
            objects = frozenset(item.name for item in self.found(path).objects)
            self._listening[path] = listening(self.module(path), objects)
        return self._listening[path]

    def imported(self, path: str) -> list[str]:
        """The files of the repository that the file imports."""
        found = []
        for dotted in self.module(path).imports.values():
            module, _, name = dotted.rpartition(".")
            stem = module or "."
            inner = f"{dotted}" if not dotted.startswith(".") or name else ""
            for candidate in (inner, stem):
                if candidate.strip(".") or candidate:
                    other = self.file_from(path, candidate)
                    if other and other != path and other not in found:
                        found.append(other)
        return found

    def file_of(self, dotted: str, root: str = "") -> str:
        """The file of a module below a folder, "" when there is none."""
        place = "/".join(part for part in (root, dotted.replace(".", "/")) if part)
        return next((p for p in (f"{place}.py", f"{place}/__init__.py") if self.repo.is_file(p)), "")

    def file_from(self, path: str, module: str) -> str:
        """The file of a module as another file imports it, "" when there is none."""
        folder = path.rpartition("/")[0]
        if (folder, module) not in self._files:
            self._files[folder, module] = self._file_from(folder, module)
        return self._files[folder, module]

    def _outside(self, path: str, dotted: str) -> str:
        """The constructor behind `module.name` of another file; a leading "=" asks for an object, else for a maker."""
        is_object = dotted.startswith("=")
        asked = dotted.lstrip("=")
        seen = {path}
        while True:
            module, _, name = asked.rpartition(".")
            path = self.file_from(path, module) if name else ""
            if not path or path in seen:
                return ""  # not here, or handed round in a circle
            seen.add(path)
            if not is_object and name not in self.repo.source(path):
                return ""
            found = self.found(path)
            if is_object:
                return next((o.constructor for o in found.objects if o.name == name and not o.factory), "")
            if made := found.makers.get(name, ""):
                return made
            origin = self.module(path).imports.get(name)
            if not origin or origin == asked:
                return self._called() if _FACTORY.fullmatch(name) else ""
            asked = origin  # handed on by a package's __init__

    def _called(self) -> str:
        """What a factory makes that hides it too well: the constructor that some file of the program calls."""
        for path in candidates(self.repo):
            text = self.repo.source(path)
            for dotted in self.constructors:
                if re.search(rf"\b{re.escape(dotted.split('.')[-1])}\(", text) and dotted.split(".")[0] in text:
                    return dotted
        return ""

    def _file_from(self, folder: str, module: str) -> str:
        if module.startswith(".") or not module:
            level = len(module) - len(module.lstrip("."))
            base = folder
            for _ in range(level - 1):
                base = base.rpartition("/")[0]
            rest = module.lstrip(".")
            return self.file_of(rest, base) if rest else (f"{base}/__init__.py".lstrip("/") if level else "")
        roots = [folder]
        while roots[-1]:
            roots.append(roots[-1].rpartition("/")[0])
        return next((found for root in (*reversed(roots), "src") if (found := self.file_of(module, root))), "")


@lru_cache(maxsize=8)
def modules_of(repo: Repository, constructors: tuple[tuple[str, str], ...]) -> Modules:
    """The modules of a repository with these constructors: one view for the claim and for the plan."""
    return Modules(repo, dict(constructors))


@lru_cache(maxsize=8)
def candidates(repo: Repository) -> list[str]:
    """Python files that may hold the program, likeliest first: the usual names at the root, in src, in packages."""
    skipped = frozenset(load("python").lists["not_the_program"])
    found = []
    for path in repo.walk(depth=_DEPTH, endings=(".py",)):
        parts = path.split("/")
        if not skipped.intersection(parts[:-1]) and not _is_test(parts[-1]):
            found.append(path)
            if len(found) >= _MOST_FILES * 5:
                break
    return sorted(found, key=lambda path: (*place(path), path))[:_MOST_FILES]


def place(path: str) -> tuple[int, int]:
    """How likely a file is the program by its depth and name; files with equal places are not told apart by them."""
    names = load("python").lists["entry_names"]
    stem = path.rsplit("/", 1)[-1][:-3]
    depth = path.removeprefix("src/").count("/")
    if stem in names:
        return depth, names.index(stem)
    return depth + 3, len(names) + (0 if stem in ("__init__", "__main__") else 1)


def apps(modules: Modules, paths: list[str]) -> list[App]:
    """All app objects in the files, likeliest first; module-level objects before factories of the same file."""
    repo = modules.repo
    words = {name.split(".")[-1] for name in modules.constructors}
    makers = re.compile(
        r"\b(?:" + "|".join(sorted(map(re.escape, words))) + r"|(?:create|make|build|get|init)_\w*app\w*)\b"
    )
    found: list[App] = []
    for path in paths:
        text = repo.source(path)
        stem = path.rsplit("/", 1)[-1][:-3]
        if not makers.search(text) and not (stem in _ENTRANCES and "import" in text):
            continue
        objects = [item for item in modules.found(path).objects if not item.imported or _hands_on(modules, path, item)]
        if not objects:
            continue
        module, root = module_of(repo, path)
        depth, order = place(path)
        if _PARSES.search(text) or _COMMANDS.intersection(path.split("/")[1:-1]):
            depth += 10  # on import it would read the command line of the server; or it is the app of the commands
        for item in sorted(objects, key=_preference):
            found.append(
                App(
                    *(module, item.name, item.constructor, Origin("file", path, item.line), item.factory, root),
                    *((depth, order), item.wraps, item.wrapper, item.imported),
                )
            )
    return sorted(found, key=lambda app: app.place[0] >= 10)


def _hands_on(modules: Modules, path: str, item: AppObject) -> bool:
    """True when the file is where the program begins although another one makes the object."""
    stem = path.rsplit("/", 1)[-1][:-3]
    if stem in ("wsgi", "asgi"):
        return True
    return stem in _ENTRANCES and any(
        item.name in (s.target, s.function.split(".")[0]) for s in modules.listening(path)
    )


def _preference(item: AppObject) -> tuple[int, bool, bool, int]:
    known = {row.split()[0] for row in load("python").lists["wrappers"]}
    conventional = item.name in ("app", "application", "api", "server", "asgi", "wsgi")
    # A known wrapper completes the app (sockets, another interface); an unknown one may be for a test.
    kind = 0 if item.wrapper in known else 3 if item.factory else 2 if item.wraps else 1
    return kind, item.imported, not conventional, item.line


def module_of(repo: Repository, path: str) -> tuple[str, str]:
    """The dotted name of a file and the folder that must be on the import path for it."""
    folder = path.rpartition("/")[0]
    root = import_root(repo, path)
    parts = path.removeprefix(f"{root}/" if root else "")[:-3].split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    if root and (repo.is_file(f"{parts[0]}.py") or repo.is_file(f"{parts[0]}/__init__.py")):
        # Servers look into the working folder first, where that name is another module's.
        parts = [*root.split("/"), *parts]
    return ".".join(parts), root if folder else ""


def import_root(repo: Repository, path: str) -> str:
    """The folder from which the absolute imports of the file resolve; a regular package is one only when it is run as a
    folder of scripts: its files import each other by their bare names."""
    folder = path.rpartition("/")[0]
    roots = [folder]
    while roots[-1]:
        roots.append(roots[-1].rpartition("/")[0])
    packages = []
    while len(roots) > 1 and repo.is_file(f"{roots[0]}/__init__.py"):
        packages.append(roots.pop(0))
    wanted = {name for name in _IMPORT.findall(repo.source(path)) if not name.startswith(".")}
    relative = bool(re.search(r"^\s*from\s+\.", repo.source(path), re.MULTILINE))
    if folder not in roots and not relative:
        own = path.rsplit("/", 1)[-1].removesuffix(".py")  # proj/celery.py imports the celery that is installed
        # A package may have a logging.py of its own; its files mean Python's all the same.
        siblings = {n for n in wanted - {own} - standard_library() if resolves(repo, folder, n)}
        if any(not any(resolves(repo, root, name) for root in roots) for name in siblings):
            return folder
    for package in packages[1:]:
        # src/__init__.py beside files that call their own package app, and not src.app.
        own = path.removeprefix(f"{package}/").partition("/")[0]
        if own in wanted and not any(resolves(repo, root, own) for root in roots):
            return package
    if len(roots) == 1:
        return roots[0]
    scores = {root: sum(resolves(repo, root, name) for name in wanted) for root in roots}
    if relative and scores.get(folder) is not None:
        scores[folder] = -1  # a file with relative imports is no top-level module
    best = max(scores.values())
    likely = [root for root in reversed(roots) if scores[root] == best]
    if best > 0:
        return likely[0]
    return next((root for root in source_roots(repo) if root in likely), likely[0])


def search_path(repo: Repository, path: str) -> str:
    """The folder that a script needs on the import path besides its own: "" for none, "." for the repository itself."""
    folder = path.rpartition("/")[0]
    _, root = module_of(repo, path)
    if root == folder:
        return ""
    wanted = {name for name in _IMPORT.findall(repo.source(path)) if not name.startswith(".")}
    if not root and not any(resolves(repo, "", n) and not resolves(repo, folder, n) for n in wanted):
        return ""
    return root or "."


def guarded(repo: Repository, paths: list[str]) -> Iterator[tuple[str, int]]:
    """Files with a `__main__` guard, likeliest first, and the line of the guard."""
    for path in paths:
        if line := guard_line(repo.source(path)):
            yield path, line


def resolves(repo: Repository, root: str, name: str) -> bool:
    """True when the folder has a module of that path, or a folder that may be a package."""
    place = f"{root}/{name}" if root else name
    return repo.is_file(f"{place}.py") or repo.is_folder(place)


def _is_test(name: str) -> bool:
    return (
        name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "setup.py", "noxfile.py", "fabfile.py", "manage.py", "conf.py", "gunicorn.conf.py")
    )
