"""A setuptools of their time: for what imports pkg_resources, which setuptools has until 81 only."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator

from dockergen.catalog import OldSetuptools, load
from dockergen.frozen import frozen
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.project import Project
from dockergen.languages.python.syntax import catches, dotted, guards, parsed
from dockergen.languages.python.wheels import ends_before, key
from dockergen.manifests.requirements import Requirement
from dockergen.model import Decision, Origin, Sourced
from dockergen.repository import Repository

_ITSELF = "the program"
_NONE_BY_ITSELF = (3, 12)  # the first Python whose environments have no setuptools by themselves


@frozen
class Legacy:
    """What the environment gets besides what the manifests ask for, and for whose sake."""

    added: str = ""  # "setuptools<82"
    who: str = ""  # "APScheduler 3.6.3"
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class _Need:
    who: str
    origin: Origin
    remedy: str  # what makes it unnecessary


def old_setuptools(repo: Repository, project: Project, entry: str, release: str, own_pip: bool) -> Legacy:
    """The setuptools for what imports pkg_resources; `own_pip` when the environment is made with what Python brings.

    Where the manifests insist on a newer one, it is replaced, as the program would stop without; uv installs its lock
    file again and again, so there a note says how to mend it.
    """
    if own_pip and key(release)[:2] < _NONE_BY_ITSELF:
        return Legacy()
    first = load("python-setuptools").lists["without-pkg-resources"][0]
    newest, stated = _stated(project, first)
    need = _need(repo, project, entry, release) if newest or stated is None else None
    if need is None:
        return Legacy()
    asked = f"setuptools<{first}"
    if stated is not None and project.manager.value == "uv" and project.lock:
        return Legacy(notes=(_contradiction(project, need, newest, stated, asked, "or the program stops there"),))
    note = (
        f"{need.origin}: {need.who} imports pkg_resources, which setuptools has no more since {first}, so the image "
        f"adds {asked}; {need.remedy}."
        if stated is None
        else _contradiction(project, need, newest, stated, asked, "as the image has it already")
    )
    who = need.who[:1].upper() + need.who[1:] if need.who == _ITSELF else need.who  # it begins a comment
    return Legacy(asked, who, (Decision("setuptools", Sourced(asked, need.origin)),), (note,))


def _stated(project: Project, first: str) -> tuple[str, Origin | None]:
    """The release without pkg_resources that the manifests insist on, "" when there is none; and where they say so.

    ("", None) where nothing is said, or anything is allowed; ("", origin) where they ask for one that has it.
    """
    locked = project.locked.get("setuptools")
    if locked is not None and locked.version:
        origin = Origin("file", project.lock, locked.line)
        return (locked.version if key(locked.version) >= key(first) else ""), origin
    for requirement, origin in project.direct:
        if requirement.name == "setuptools" and (pinned := requirement.pinned):
            return (pinned if key(pinned) >= key(first) else ""), origin
        if requirement.name == "setuptools" and ends_before(requirement.specifier, first):
            return "", origin
        least = re.search(r">=?\s*([\d.]+)", requirement.specifier) if requirement.name == "setuptools" else None
        if least and key(least[1]) >= key(first):
            return least[1], origin
    return "", None


def _need(repo: Repository, project: Project, entry: str, release: str) -> _Need | None:
    """The first that imports pkg_resources when it is imported: a distribution, else the program itself."""
    rows = load("python-setuptools").setuptools
    for name, origin in project.installed.items():
        row = rows.get(name)
        version = _version(project, name, row) if row is not None else None
        if row is None or version is None:
            continue
        who = row.brings if row.brings else f"{name} {version}".strip()
        remedy = f"{name} {row.runs} and later need it no more" if row.runs else "it has no release yet that does not"
        return _Need(who, origin, remedy)
    line, path = next(_own(repo, entry, release), (0, "")) if entry else (0, "")
    if not line:
        return None
    remedy = "importlib.metadata and importlib.resources, which Python has, take its place"
    return _Need(_ITSELF, Origin("file", path, line), remedy)


def _version(project: Project, name: str, row: OldSetuptools) -> str | None:
    """The release that is installed when it is one that needs pkg_resources, "" when it is not known which; or None."""
    locked = project.locked.get(name)
    direct = next((r for r, _ in project.direct if r.name == name), Requirement(name))
    version = locked.version if locked is not None else direct.pinned
    if version:
        late = bool(row.runs) and key(version) >= key(row.runs)
        return None if late or key(version) <= key(row.after) else version
    if not row.runs or ends_before(direct.specifier, row.runs):
        return ""
    return None


def _own(repo: Repository, entry: str, release: str) -> Iterator[tuple[int, str]]:
    """Lines and files of the program that import pkg_resources on import, with nobody to catch the failure."""
    for path in whole_program(repo, entry):
        text = repo.source(path)
        if "pkg_resources" in text:
            with contextlib.suppress(RecursionError):  # thousands of branches: nobody wrote that by hand
                running = _running(parsed(text).body, release)
                yield from [(node.lineno, path) for node in running if _imports_it(node)]


def _imports_it(node: ast.stmt) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
    return any(name.split(".")[0] == "pkg_resources" for name in names)


def _running(body: tuple[ast.stmt, ...] | list[ast.stmt], release: str) -> Iterator[ast.stmt]:
    """Statements that run on import on that Python; those whose failure to import is caught are left out."""
    for node in body:
        yield node
        if isinstance(node, ast.With) or (isinstance(node, ast.Try) and not _has_a_way_out(node)):
            yield from _running(node.body, release)
        elif isinstance(node, ast.If) and not guards(node) and "TYPE_CHECKING" not in ast.unparse(node.test):
            settled = _holds(node.test, release)
            first, second = node.body if settled is not False else [], node.orelse if settled is not True else []
            yield from _running([*first, *second], release)


def _holds(test: ast.expr, release: str) -> bool | None:
    """What `sys.version_info < (3, 9)` comes to on that Python, None for any other condition."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or dotted(test.left) != ["sys", "version_info"]:
        return None
    try:
        stated = ast.literal_eval(test.comparators[0])
    except ValueError:
        return None
    # The patch is not known; a tuple of two is less than any release of that minor.
    ours = (*key(release)[:2], 99)
    if not isinstance(stated, tuple) or not 0 < len(stated) < 3 or not all(isinstance(part, int) for part in stated):
        return None
    compared = {ast.Lt: ours < stated, ast.LtE: ours <= stated, ast.Gt: ours > stated, ast.GtE: ours >= stated}
    return compared.get(type(test.ops[0]))


def _has_a_way_out(node: ast.Try) -> bool:
    return any(catches(handler, "ImportError", "ModuleNotFoundError") for handler in node.handlers)


def _contradiction(project: Project, need: _Need, newest: str, stated: Origin, asked: str, end: str) -> str:
    again = " and lock anew" if project.lock else ""
    return (
        f"{stated} has setuptools {newest}, which has no pkg_resources, and {need.who} ({need.origin}) imports it: "
        f'add "{asked}" to the dependencies{again}, {end}; {need.remedy}.'
    )
