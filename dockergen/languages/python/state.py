"""Where in the image lies what the program writes: folders that its user owns, links for files beside the source."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.django import Django
from dockergen.languages.python.ignored import taken_along
from dockergen.languages.python.imports import program_files
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.languages.python.writes import Written, among_source, folders, written, written_by
from dockergen.lazy import regex
from dockergen.repository import Repository

_MOST_APP_FILES = 120
_MOST_LOGS = 12
_ENDINGS = (".db", ".sqlite", ".sqlite3")
_PLAIN = regex(r"[\w./-]+")
_RELATIVE = regex(r"sqlite:///(?!/)\w")
_KEPT = regex(r"\.(?:db|sqlite3?|log)$")
_INSTANCE = regex(r"\binstance_(?:path|relative_config)\b")
_MAKES = regex(r"\bFlask\(\s*__name__\b")
# Flask-Session's own folder, below the one that the program runs in.
_SESSIONS = regex(r"""\bSESSION_TYPE["']?\]?\s*[=:]\s*["']filesystem["']""")


@frozen
class State:
    """Absolute folders, links as pairs of a path relative to /app and an absolute target, and advice."""

    folders: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    moved: tuple[str, ...] = ()  # links in whose place the repository has a database, which begins the folder
    owned: tuple[str, ...] = ()  # databases of the repository that lie in one of the folders
    notes: tuple[str, ...] = ()


def state(repo: Repository, project: Project, begun: Start, installed: bool) -> State:
    """What the image provides; `installed` when the program runs from the virtual environment and not from /app."""
    own = tuple(f"/app/{folder}" for folder in begun.writable)
    links = tuple((name, f"/app/{target}") for name, target in begun.links)
    if installed and not begun.django:
        return _of_installed(repo, begun, own, links)
    if begun.django:
        moved = () if installed else _moved(repo, links)
        notes = tuple(_kept(name, target, name in moved) for name, target in links)
        if installed:
            return State(own, links, notes=notes)
        more, others = _of_apps(repo, begun.django)
        kept = tuple(sorted({*own, *more}))
        return State(kept, (*links, *others), (*moved, *_moved(repo, others)), _owned(repo, kept), notes)
    items = [_placed(repo, project, begun, item) for item in written(repo, begun.entry)]
    wanted = {*own, *folders(repo, items), *_framework(repo, project, begun, items)}
    place = _place(repo)
    beside = [item for item in items if item.file and _is_beside(repo, item)]
    links += _links(beside, place)
    row = load("python").frameworks.get(begun.framework.value) if begun.framework else None
    links += tuple((name, f"{place}/{name}") for name in (row.files if row else ()) if not repo.has(name))
    if beside or links[len(begun.links) :]:
        wanted.add(place)
    kept = tuple(sorted(f for f in wanted if not any(f.startswith(f"{other}/") for other in wanted)))
    return State(kept, links, _moved(repo, links), _owned(repo, kept, items), tuple(_advice(repo, items, place)))


def _of_apps(repo: Repository, site: Django) -> tuple[set[str], tuple[tuple[str, str], ...]]:
    """Folders and links for what a Django project's apps write and its settings make, beside what those name."""
    named = frozenset(load("python").lists["loaded_by_django"])
    files = [path for path in repo.walk(site.root, depth=4, endings=(".py",)) if path.rpartition("/")[2] in named]
    items = written_by(repo, dict.fromkeys((*site.sources, *files[:_MOST_APP_FILES])))
    beside = [item for item in items if item.file and not item.path.endswith(_ENDINGS) and _is_beside(repo, item)]
    place = _place(repo)
    wanted = {*folders(repo, [item for item in items if item not in beside]), *([place] if beside else [])}
    return wanted, _links(beside, place)


def _place(repo: Repository) -> str:
    """The folder of the image that keeps what is written beside the source."""
    return "/app/data" if not repo.glob("data/*.py") else "/app/state"


def _links(beside: Iterable[Written], place: str) -> tuple[tuple[str, str], ...]:
    return tuple((item.path.removeprefix("/app/"), f"{place}/{posixpath.basename(item.path)}") for item in beside)


def _of_installed(repo: Repository, begun: Start, own: tuple[str, ...], links: tuple[tuple[str, str], ...]) -> State:
    """What a program writes into the folder that it runs in, which has nothing but its environment."""
    # Of what an installed program opens and makes elsewhere, much lies in folders that its user names.
    found = written(repo, begun.entry, installed=True)
    items = [item for item in found if item.own or (item.file and _KEPT.search(item.path))]
    beside = [item for item in items if item.file and posixpath.dirname(item.path) == "/app"]
    links += _links(beside, "/app/data")
    wanted = {*own, *folders(repo, items), *(("/app/data",) if beside else ())}
    kept = tuple(sorted(f for f in wanted if not any(f.startswith(f"{other}/") for other in wanted)))
    return State(kept, links, notes=tuple(_kept(name, target, False) for name, target in links))


def _moved(repo: Repository, links: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(name for name, _ in links if taken_along(repo, name))


def _owned(repo: Repository, folders: tuple[str, ...], items: Iterable[Written] = ()) -> tuple[str, ...]:
    """Files of the repository that the image's user could not write although the folder is its own: databases, logs,
    what the program writes anew, and folders of logs within it."""
    places = [folder.removeprefix("/app/") for folder in folders if folder.startswith("/app/")]
    found = {path for place in places for ending in _ENDINGS for path in repo.glob(f"{place}/*{ending}")}
    logs = [path for place in places for path in islice(repo.walk(place, depth=3, endings=(".log",)), _MOST_LOGS)]
    found |= {*logs}
    below = {posixpath.dirname(path) for path in logs} - {*places}
    anew = (item.path.removeprefix("/app/") for item in items if item.file and not item.likely)
    found |= {path for path in anew if repo.is_file(path) and any(path.startswith(f"{place}/") for place in places)}
    kept = (path for path in found if taken_along(repo, path))
    return tuple(sorted(path for path in (*kept, *below) if _PLAIN.fullmatch(path)))


def _kept(name: str, target: str, moved: bool) -> str:
    place = posixpath.dirname(target)
    how = "begins with that of the repository and keeps it" if moved else "keeps it"
    return (
        f"The database /app/{name} lies among the source; the image {how} in {place}, mount a volume there: "
        f"docker run -v data:{place} ..."
    )


def _framework(repo: Repository, project: Project, begun: Start, items: list[Written]) -> set[str]:
    name = begun.framework.value if begun.framework else ""
    row = load("python").frameworks.get(name)
    found = {f"/app/{folder}" for folder in (*(row.writable if row else ()), *_mounted(repo, project, begun))}
    if name not in ("flask", "quart"):
        return found
    texts = [repo.source(path) for path in program_files(repo, begun.entry, 60)] if begun.entry else []
    # Flask-SQLAlchemy keeps SQLite files that are named by a relative path in the instance folder.
    named = any(item.relative for item in items) or any(map(_RELATIVE.search, texts))
    sqlite = named and project.has("flask-sqlalchemy")
    if (sqlite and not project.before("flask-sqlalchemy", "3")) or any(map(_INSTANCE.search, texts)):
        found.add(f"/app/{begun.import_root}/instance" if begun.import_root not in ("", ".") else "/app/instance")
    if any(map(_SESSIONS.search, texts)) and not any("SESSION_FILE_DIR" in text for text in texts):
        found.add("/app/flask_session")
    return found


def _placed(repo: Repository, project: Project, begun: Start, item: Written) -> Written:
    """The file where Flask-SQLAlchemy before 3 keeps it."""
    if not item.relative or not project.has("flask-sqlalchemy") or not project.before("flask-sqlalchemy", "3"):
        return item
    maker = next((p for p in program_files(repo, begun.entry, 60) if _MAKES.search(repo.source(p))), begun.entry)
    return replace(item, path=posixpath.join("/app", posixpath.dirname(maker), item.path.removeprefix("/app/")))


def _mounted(repo: Repository, project: Project, begun: Start) -> Iterator[str]:
    """Folders of other frameworks that the program imports, such as NiceGUI pages in a FastAPI app."""
    rows = [r for r in load("python").frameworks.values() if r.writable and project.has(*r.dependencies)]
    if not rows or not begun.entry:
        return
    texts = [repo.source(path) for path in program_files(repo, begun.entry, 60)]
    for row in rows:
        names = "|".join(re.escape(name.replace("-", "_")) for name in row.dependencies)
        if any(re.search(rf"^\s*(?:import|from)\s+(?:{names})\b", text, re.MULTILINE) for text in texts):
            yield from row.writable


def _is_beside(repo: Repository, item: Written) -> bool:
    """True for a file that the program makes in a folder that stays as built, or writes anew there."""
    path = item.path.removeprefix("/app/")
    folder = posixpath.dirname(path)
    among = not folder or bool(repo.glob(f"{folder}/*.py"))
    return among and (not repo.has(path) or repo.is_file(path))


def _advice(repo: Repository, items: list[Written], place: str) -> list[str]:
    """What to do about a database among the source."""
    notes = []
    for item in among_source(repo, items)[-1:]:
        remedy = f"mount a volume there: docker run -v data:{place} ..."
        if item.variable:
            remedy = f"or give another place: docker run -e {item.variable}=sqlite:////data/app.db -v data:/data ..."
        how = "begins with that of the repository and keeps it" if taken_along(repo, item.path[5:]) else "keeps it"
        notes.append(
            f"The database {item.path} ({item.origin}) lies among the source; the image {how} in {place}, {remedy}"
        )
    return notes
