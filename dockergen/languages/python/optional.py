"""Groups and extras that a program does not start without: its files import what they alone bring."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from dockergen.languages.python.groups import for_development, groups_of
from dockergen.languages.python.imports import files_of, whole_program
from dockergen.languages.python.project import Project
from dockergen.languages.python.requirements import included, production_files
from dockergen.languages.python.standard import standard_library
from dockergen.languages.python.syntax import nodes, parsed, suppresses
from dockergen.languages.python.unlisted import is_here, named_otherwise, runs_on_import
from dockergen.languages.python.unlocked import specifier
from dockergen.lazy import regex
from dockergen.manifests.dependency_groups import Group
from dockergen.manifests.python_locks import packages_of
from dockergen.manifests.requirements import Requirement, normalised, requirements_file
from dockergen.model import Origin
from dockergen.repository import LOCK_LIMIT, Repository

_MOST_FILES = 80
# Settings of Django that hold names of classes in full, and the keys of tables that do.
_LISTS_OF_CLASSES = frozenset(
    (
        *("MIDDLEWARE", "MIDDLEWARE_CLASSES", "AUTHENTICATION_BACKENDS", "STATICFILES_FINDERS", "EMAIL_BACKEND"),
        *("DEFAULT_FILE_STORAGE", "STATICFILES_STORAGE", "SESSION_ENGINE"),
    )
)
_TABLES_OF_CLASSES = frozenset(("CACHES", "CHANNEL_LAYERS", "STORAGES", "REST_FRAMEWORK", "TEMPLATES"))
_KEY_OF_CLASSES = regex(r"BACKEND|DEFAULT_\w+_CLASS(?:ES)?|context_processors")
_DOTTED = regex(r"[a-z_]\w*(?:\.\w+)+")
_OF_PIP = regex(r"(?:[<>=!~]=?=?[\w.*+!-]+,?)+")


def imported_groups(repo: Repository, project: Project, entry: str) -> tuple[str, ...]:
    """Names of groups and extras of the manifest, as the file writes them, and of requirements files that include the
    usual one, that are not for development and hold what the program imports as soon as it starts, or later where the
    manager installs the group unasked; the smallest that does where several do."""
    offered = _offered(repo, project) if entry else []
    if not offered:
        return ()
    found: dict[str, None] = {}
    unasked = [group for group in offered if not group.optional]
    later = modules_of_calls(repo, entry) if unasked else ()
    for groups, modules in ((offered, imported_modules(repo, entry)), (unasked, later)):
        for holding, _, _ in _holding(project, groups, modules):
            if not any(group.name in found for group in holding):
                found[min(holding, key=lambda group: len(group.requirements)).name] = None
    return tuple(found)


def left_for_later(repo: Repository, project: Project, entry: str) -> Iterator[str]:
    """Notes about what the program imports when something is called, and only a group or an extra brings that the
    image leaves out."""
    offered = [group for group in _offered(repo, project) if not group.name.endswith(".txt")] if entry else []
    found: dict[str, list[tuple[str, Origin]]] = {}
    for holding, name, origin in _holding(project, offered, modules_of_calls(repo, entry) if offered else ()):
        found.setdefault(holding[0].name, []).append((name, origin))
    for group, rows in found.items():
        names = list(dict.fromkeys(name for name, _ in rows))
        others = f" ({', '.join(names[1:])} elsewhere)" if names[1:] else ""
        yield (
            f"{rows[0][1]} imports {names[0]} when it gets there{others}, which only the "
            f"{'extra' if group in project.pyproject.optional else 'group'} {group} brings, and the image leaves out: "
            f"move {'them' if names[1:] else names[0]} to the main dependencies."
        )


def _holding(
    project: Project, groups: list[Group], modules: Iterable[tuple[str, Origin]]
) -> Iterator[tuple[list[Group], str, Origin]]:
    """The groups that bring each of the modules that nothing else does, with its distribution and the line."""
    known = named_otherwise()
    # What only the source tells of is brought by something else, or by what is looked for here.
    stated = [n for n, o in project.installed.items() if not o.path.endswith(".py") or o.path == "setup.py"]
    for module, origin in modules:
        name = normalised(known.get(module, module))
        holding = [group for group in groups if any(brings(r.name, name) for r in group.requirements)]
        if holding and not any(brings(installed, name) for installed in stated):
            wanted = next(r.name for r in holding[0].requirements if brings(r.name, name))
            yield holding, wanted, origin


def developers_only(
    repo: Repository, project: Project, entry: str, settings: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """What the program imports as it starts, or Django's settings have among their apps, although only groups for
    development bring it: as pip is told, in the release of the lock file, and a note. `settings` are the files of the
    settings."""
    groups = [group for group in _groups(repo, project) if for_development(group.name)]
    if not groups:
        return
    known = named_otherwise()
    wanted: dict[str, Origin | str] = dict.fromkeys(
        (module for module, _ in imported_modules(repo, entry)) if entry else (), ""
    )
    wanted |= {module: origin for path in settings for module, origin in installed_apps(repo, path)}
    for module, origin in wanted.items():
        name = normalised(known.get(module, module))
        if any(brings(installed, name) for installed in project.installed):
            continue
        found = ((g, r) for g in groups for r in g.requirements if r.name in (name, f"django-{name}"))
        for group, needed in found:
            what = f"{origin} has {module} among the apps" if origin else f"The program imports {module}"
            word = _as_locked(repo, project, needed)
            has = f"; the image has {needed.name} without the rest of that" if word else ", and the image leaves out"
            end = "it" if word else needed.name
            yield word, f"{what}, which only the group {group.name} brings{has}: move {end} to the main dependencies."
            break


def _as_locked(repo: Repository, project: Project, needed: Requirement) -> str:
    """The requirement as pip is told it, "" for what no index may be asked for: a checkout, a folder, a source of uv's
    or Poetry's own, something that is for another system, or words that pip does not know."""
    rows = packages_of(project.lock, repo.read(project.lock, LOCK_LIMIT)) if project.lock else {}
    row = rows.get(needed.name)
    named = project.pyproject.settings("uv", "sources")
    elsewhere = needed.url or needed.path or needed.marker or any(normalised(name) == needed.name for name in named)
    if elsewhere or project.pyproject.names_indexes or (row is not None and (row.local or row.vcs or not row.version)):
        return ""
    extras = f"[{','.join(needed.extras)}]" if needed.extras else ""
    stated = specifier(needed.specifier) if needed.specifier else ""
    held = f"=={row.version}" if row is not None else stated
    if held is None:
        return ""
    return f"{needed.name}{extras}{held}" if not held or _OF_PIP.fullmatch(held) else ""


def installed_apps(repo: Repository, path: str) -> Iterator[tuple[str, Origin]]:
    """The apps of a settings file that are always there, by their first names, with their lines."""
    yield from ((name.split(".")[0], origin) for name, origin in named_apps(repo, path))


def named_apps(repo: Repository, path: str) -> Iterator[tuple[str, Origin]]:
    """The same by their names in full."""
    return _named(repo, path, lambda setting: setting.endswith("_APPS"))


def named_classes(repo: Repository, path: str) -> Iterator[tuple[str, Origin]]:
    """The modules, by their first names, of the middleware and of what else a settings file names in full and Django
    imports by itself."""
    for setting, value in _assigned(repo, path):
        for name, line in _of_classes(setting, value):
            if _DOTTED.fullmatch(name):
                yield name.split(".")[0], Origin("file", path, line)


def _of_classes(setting: str, value: ast.expr) -> Iterator[tuple[str, int]]:
    """The names of classes in a setting: not what is handed to them, such as the address of a server."""
    if setting in _LISTS_OF_CLASSES:
        yield from _texts(value)
    for inner in nodes(value) if setting in _TABLES_OF_CLASSES else ():
        for key, held in zip(inner.keys, inner.values, strict=True) if isinstance(inner, ast.Dict) else ():
            if isinstance(key, ast.Constant) and _KEY_OF_CLASSES.fullmatch(str(key.value)):
                yield from _texts(held)


def _texts(value: ast.expr) -> Iterator[tuple[str, int]]:
    for item in value.elts if isinstance(value, (ast.List, ast.Tuple)) else (value,):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value, item.lineno


def _named(repo: Repository, path: str, of: Callable[[str], bool]) -> Iterator[tuple[str, Origin]]:
    """The texts of some settings that are always there."""
    for setting, value in _assigned(repo, path):
        for item in nodes(value) if of(setting) else ():
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value, Origin("file", path, item.lineno)


def _assigned(repo: Repository, path: str) -> Iterator[tuple[str, ast.expr]]:
    body = parsed(repo.source(path)).body
    # django-configurations: settings are attributes of classes.
    of_classes = chain.from_iterable(node.body for node in body if isinstance(node, ast.ClassDef))
    for node in (*body, *of_classes):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node.value) for target in targets if isinstance(target, ast.Name))


def for_developers(repo: Repository, project: Project) -> frozenset[str]:
    """What only groups for development bring, which a note tells of where the program needs it."""
    groups = (group for group in _groups(repo, project) if for_development(group.name))
    return frozenset(wanted.name for group in groups for wanted in group.requirements)


def _offered(repo: Repository, project: Project) -> list[Group]:
    chosen = {*project.production.groups, *project.production.extras}
    groups = (g for g in _groups(repo, project) if not for_development(g.name) and g.name not in chosen)
    return [*groups, *_wider(repo, project.requirements.path)]


def _wider(repo: Repository, path: str) -> Iterator[Group]:
    """Requirements files for one way to run the program, with what they add to the file that they include."""
    for other in production_files(repo) if path else ():
        if other != path and path in included(repo, other):
            yield Group(other, requirements_file(repo.source(other)).requirements, optional=True)


def _groups(repo: Repository, project: Project) -> list[Group]:
    groups = groups_of(repo, project.manager.value, project.manifest)
    return [*groups, *(Group(name, rows, optional=True) for name, rows in project.pyproject.optional.items())]


def brings(distribution: str, name: str) -> bool:
    """opentelemetry-sdk brings a part of opentelemetry, as python-multipart brings multipart."""
    return distribution in (name, f"python-{name}", f"django-{name}") or distribution.startswith(f"{name}-")


def imported_modules(repo: Repository, *entries: str) -> Iterator[tuple[str, Origin]]:
    """Modules of distributions that are imported as soon as the files run, each once, with the line that does."""
    standard = standard_library()
    pending, seen, yielded = [*entries], {*entries}, set[str]()
    for _ in range(_MOST_FILES):
        if not pending:
            return
        path = pending.pop(0)
        body = parsed(repo.source(path)).body
        body = (*body, *_when_ready(body)) if path.endswith("apps.py") else body
        for dotted, line in _dotted(tuple(runs_on_import(body))):
            top = dotted.split(".")[0]
            if top and top not in standard and not is_here(repo, path, top):
                if top not in yielded:
                    yielded.add(top)
                    yield top, Origin("file", path, line)
                continue
            for target in _with_packages(repo, path, dotted):
                if target not in seen:
                    seen.add(target)
                    pending.append(target)


def modules_of_calls(repo: Repository, entry: str) -> Iterator[tuple[str, Origin]]:
    """Modules of distributions that functions of the program import, each once, with the line; not what may fail."""
    standard = standard_library()
    seen: set[str] = set()
    for path in whole_program(repo, entry):
        for dotted, line in _dotted(tuple(_called(parsed(repo.source(path)).body))):
            top = dotted.split(".")[0]
            if top and top not in seen and top not in standard and not is_here(repo, path, top):
                seen.add(top)
                yield top, Origin("file", path, line)


def _called(body: Iterable[ast.stmt], inside: bool = False) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports of functions, without those that expect failure or are for type checkers."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if inside:
                yield node
            continue
        tried = (isinstance(node, ast.Try) and node.handlers) or (isinstance(node, ast.With) and suppresses(node))
        if tried or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
            continue
        within = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for field in ("body", "orelse", "finalbody"):
            yield from _called(getattr(node, field, ()), within)


def _when_ready(body: tuple[ast.stmt, ...]) -> Iterator[ast.stmt]:
    """What Django runs of a configuration of an app as soon as it is loaded."""
    for node in (inner for statement in body if isinstance(statement, ast.ClassDef) for inner in statement.body):
        if isinstance(node, ast.FunctionDef) and node.name == "ready":
            yield from node.body


def _dotted(statements: tuple[ast.Import | ast.ImportFrom, ...]) -> Iterator[tuple[str, int]]:
    for node in statements:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
            continue
        module = "." * node.level + (node.module or "")
        dot = "" if module.endswith(".") else "."
        yield module, node.lineno
        yield from ((f"{module}{dot}{alias.name}", node.lineno) for alias in node.names)


def _with_packages(repo: Repository, path: str, dotted: str) -> Iterator[str]:
    """The file of a module, and those of the packages that hold it."""
    if dotted.startswith("."):
        yield from files_of(repo, path, dotted)
        return
    parts = dotted.split(".")
    for count in range(1, len(parts) + 1):
        yield from files_of(repo, path, ".".join(parts[:count]))
