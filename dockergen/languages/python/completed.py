"""The project as its author had it installed: with the releases that it was written for, and what no line names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dockergen.languages.python.along import Bound, held
from dockergen.languages.python.companions import companions
from dockergen.languages.python.drivers import driver_bound, driver_note
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.outgrown import Insisted, insisted, outgrown
from dockergen.languages.python.project import Project
from dockergen.languages.python.setuptools_files import tells_requirements
from dockergen.languages.python.start import Start
from dockergen.languages.python.unnamed import Unnamed, unnamed
from dockergen.manifests.requirements import Requirement, bare_name
from dockergen.repository import Repository
from dockergen.shortened import shortened

_MOST_FILES = 400
_MOST_SHOWN = 6
_MOST_ROUNDS = 4
_ITSELF = (".", "./")
_NOT_LOADED = ("migrations", "tests", "test")


def completed(repo: Repository, project: Project, begun: Start | None) -> Project:
    """The project with bounds and additions, which the same step installs, and notes that say why.

    What a lock file holds stays as it is, and what it lacks is installed apart; where the requirements insist on
    hashes, it is only told.
    """
    project = _with_driver(project)
    if begun is None or not begun.entry:
        return _with_companions(project)
    paths = tuple(program_of(repo, begun))
    missing = () if _asks_more(repo, project) else unnamed(repo, project, begun, paths)
    contradicted = map(_insisted_note, insisted(repo, project, paths))
    if project.locked or _is_hashed(project):
        added = () if _is_hashed(project) else tuple(one.name for one in missing)
        notes = (*project.notes, *contradicted, *_missing_notes(project, missing, bool(added)))
        return replace(project, provided=(*project.provided, *added), notes=notes)
    project = replace(
        project,
        direct=(*project.direct, *((Requirement(one.name), one.origin) for one in missing)),
        installed={**project.installed, **{one.name: one.origin for one in missing}},
    )
    project = _with_driver(project)
    old = outgrown(repo, project, paths)
    bounds = {bare_name(word): word for word in project.besides} | {one.name: one.text for one in old}
    project = replace(
        held(project, old),
        besides=(*bounds.values(), *(one.name for one in missing if one.name not in bounds)),
        notes=(*project.notes, *contradicted, *map(_outgrown_note, old), *_unnamed_note(project, missing)),
    )
    return _with_companions(project, frozenset(bounds))


def _with_driver(project: Project) -> Project:
    bound = driver_bound(project) if not project.locked and not _is_hashed(project) else None
    if bound is None:
        return project
    besides, notes = (*project.besides, bound.text), (*project.notes, driver_note(bound))
    return replace(held(project, (bound,)), besides=besides, notes=notes)


def program_of(repo: Repository, begun: Start) -> Iterator[str]:
    """The files of the program; Django finds those of its apps by itself."""
    if begun.django is None:
        yield from whole_program(repo, begun.entry)
        return
    for count, path in enumerate(repo.walk(begun.django.root, endings=(".py",))):
        if count == _MOST_FILES:
            return
        *folders, name = path.split("/")
        if not any(folder in _NOT_LOADED for folder in folders) and not name.startswith(("test_", "tests.")):
            yield path


def _with_companions(project: Project, bounded: frozenset[str] = frozenset()) -> Project:
    """What a bound is for may itself need others of its time."""
    if _is_hashed(project):
        return project
    settled = {wanted.name for wanted, _ in project.direct if wanted.specifier or wanted.url} - bounded
    settled |= {wanted.name for wanted in project.constraints}
    found: dict[str, Bound] = {}
    for _ in range(_MOST_ROUNDS):
        more = companions(project, settled)
        if not more:
            break
        found |= {one.name: one for one in more}
        project = held(project, more)
    if not found:
        return project
    kept = tuple(word for word in project.besides if bare_name(word) not in found)
    added = tuple(found[name].text for name in sorted(found))
    return replace(project, besides=(*kept, *added), notes=(*project.notes, _companions_note(tuple(found.values()))))


def _outgrown_note(one: Bound) -> str:
    return (
        f"{one.origin} uses {one.cause.lstrip('.')}, which {one.name} has no more since {one.below}, so the image "
        f"holds {one.text}; state that bound, or write it anew."
    )


def _insisted_note(one: Insisted) -> str:
    bound = one.bound
    return (
        f"{bound.origin} uses {bound.cause.lstrip('.')}, which {bound.name} has no more since {bound.below}, and "
        f"{one.origin} holds {one.held.removeprefix('==')}: hold {bound.text} there, or write it anew."
    )


def _companions_note(found: tuple[Bound, ...]) -> str:
    first = found[0]
    texts = ", ".join(sorted(one.text for one in found))
    return (
        f"{first.origin}: {first.cause} does not work with the newest of what comes along, so the image holds {texts}; "
        "`pip freeze` where the program runs tells the releases to pin."
    )


def _is_hashed(project: Project) -> bool:
    """True where pip checks hashes, by the lines or by the constraints: it refuses what has none."""
    return project.requirements.hashed or any(wanted.hashed for wanted in project.constraints)


def _asks_more(repo: Repository, project: Project) -> bool:
    """True when a package of the repository may ask for what nothing else names; what the project itself asks for is
    often written down in its setup.py."""
    packages = [r for r, _ in project.direct if r.path or r.editable or not r.name]
    return any(r.path not in _ITSELF for r in packages) or (bool(packages) and not tells_requirements(repo))


def _unnamed_note(project: Project, missing: tuple[Unnamed, ...]) -> Iterator[str]:
    shown = shortened([f"{one.name} ({one.origin})" for one in missing], _MOST_SHOWN)
    if missing and project.unwritten:
        yield f"The image has {shown} too, which the program uses and does not import."
    elif missing:
        manifest = _manifest(project)
        yield f"{manifest} does not name {shown}, which the program uses; the image has the newest: add it there."


def _missing_notes(project: Project, missing: tuple[Unnamed, ...], added: bool) -> Iterator[str]:
    place = project.lock or project.requirements.path
    for one in missing[:_MOST_SHOWN]:
        end = "; the image has the newest: add it to the dependencies and lock anew."
        other = ": add it to the dependencies and lock anew, or the program stops there."
        yield f"{one.origin} uses {one.name}, which {place} does not hold{end if added else other}"


def _manifest(project: Project) -> str:
    known = next((origin.path for _, origin in project.direct if origin.path), "")
    return known or project.requirements.path or project.manifest
