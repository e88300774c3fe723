"""What Debian has to add: compilers where a distribution is not published compiled, libraries that no wheel bundles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from dockergen.catalog import SystemPackages, load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.apt_lists import AptList, apt_lists
from dockergen.languages.python.compatible import asked_for
from dockergen.languages.python.markers import applies
from dockergen.languages.python.project import Project
from dockergen.languages.python.start import Start
from dockergen.languages.python.unloadable import unloadable
from dockergen.languages.python.unpublished import stand_ins
from dockergen.languages.python.wheels import published
from dockergen.languages.python.zones import old_zone
from dockergen.lazy import regex
from dockergen.manifests.requirements import normalised
from dockergen.model import Decision, Image, Origin, Sourced
from dockergen.repository import Repository

# What compiles C and C++ when no row knows better.
_COMPILERS = SystemPackages(build=("g++", "gcc", "libc6-dev"))
# What Django's settings load, in steps of the build too: libraries, and files of time zones.
_LOADED = ("lib", "tzdata")
_CPU = regex(r"[/+]cpu\b|-cpu\b")


@frozen
class System:
    """Debian packages of both stages, and which distributions they are there for."""

    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()  # the libraries among them, as the build stage names them
    compiled: tuple[str, ...] = ()  # distributions that are built from source
    reasons: tuple[str, ...] = ()  # "pdf2image: poppler-utils (runs pdftoppm)", for the final image
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()


@frozen
class _Need:
    """One distribution that needs something."""

    name: str
    origin: Origin
    row: SystemPackages
    built: bool = False
    listed: bool = False  # no distribution: a file of the repository asks for the packages


def system(repo: Repository, project: Project, start: Start, release: str, build: Image, runtime: Image) -> System:
    """The Debian packages for that Python, under the names that the suites of the two images have for them.

    Raises ProjectError when something is needed and the final image has no apt.
    """
    minor = ".".join(release.split(".")[:2])
    lists = apt_lists(repo, project)
    needs = sorted((*_needs(repo, project, start, minor), *map(_listed, lists)), key=lambda need: need.name)
    needs += _zones(repo, project, start, suite(runtime))
    before, after = _names(suite(build)), _names(suite(runtime))
    compiling = [(need, tuple(before.get(p, p) for p in need.row.build)) for need in needs if need.built]
    running = [(need, tuple(after.get(p, p) for p in _run(need))) for need in needs if _run(need)]
    if running and not _has_apt(runtime):
        need, packages = running[0]
        raise ProjectError(
            f"{need.origin}: {need.name} needs {', '.join(packages)}, and {runtime} has no apt to install it.",
            "Take a base image that has the libraries, or leave --base out.",
            command="dockergen init",
        )
    return System(
        build=tuple(sorted({p for _, packages in compiling for p in packages})),
        run=tuple(sorted({p for _, packages in running for p in packages})),
        loaded=tuple(sorted({before.get(p, p) for need in needs for p in need.row.run if p.startswith(_LOADED)})),
        compiled=tuple(need.name for need, _ in compiling if not need.listed),
        reasons=tuple(_reason(need, packages) for need, packages in running),
        decisions=(*_decisions("build_packages", compiling), *_decisions("runtime_packages", running)),
        notes=(*dict.fromkeys(_notes(project, needs, minor)), *_left_out(lists)),
    )


def _zones(repo: Repository, project: Project, start: Start, release: str) -> Iterator[_Need]:
    """What has the files of a time zone under its old name, which Debian's tzdata had up to release 12."""
    zone = old_zone(repo, project, start) if release not in ("bullseye", "bookworm") else None
    if zone is not None:
        row = load("python-packages").packages["tzdata-legacy"]
        yield _Need(zone.value, Origin("file", zone.origin.path, zone.origin.line, note=zone.value), row)


def _listed(found: AptList) -> _Need:
    row = SystemPackages(build=found.build, run=found.run)
    return _Need(found.origin.path, found.origin, row, bool(found.build), listed=True)


def _left_out(lists: list[AptList]) -> Iterator[str]:
    for found in lists:
        if found.left_out:
            yield (
                f"{found.origin}: {', '.join(found.left_out)} belongs to Debian's own Python, which the program does "
                "not use, so it is left out."
            )


def suite(image: Image) -> str:
    """The Debian suite of an image: what its tag says, else what that tag of the official image is made of."""
    named = re.search(r"bullseye|bookworm|trixie|forky", image.tag)
    if named:
        return named[0]
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", image.tag)
    if not found or image.repository.rpartition("/")[2] != "python":
        return "trixie"
    minor, patch = f"{found[1]}.{found[2]}", int(found[3] or 99)
    for name in ("trixie", "bookworm"):
        first = load("python-packages").lists[f"python-on-{name}"]
        if any(row.rpartition(".")[0] == minor and patch >= int(row.rpartition(".")[2]) for row in first):
            return name
    return "bullseye"


def _names(name: str) -> Mapping[str, str]:
    """Name of a package in Debian 13 -> its name in that suite, where the two differ."""
    suites = load("python-packages").suites
    return suites.get("bookworm" if name == "bullseye" else name, {})


def _has_apt(image: Image) -> bool:
    return not any(word in f"{image.repository}:{image.tag}" for word in load("python-packages").lists["without-apt"])


def _run(need: _Need) -> tuple[str, ...]:
    return (*need.row.run, *(need.row.links if need.built else ()))


def _reason(need: _Need, packages: tuple[str, ...]) -> str:
    why = f" ({need.row.why})" if need.row.why and need.row.run else ""
    return f"{need.name}: {', '.join(packages)}{why}"


def _needs(repo: Repository, project: Project, start: Start, minor: str) -> Iterator[_Need]:
    rows = load("python-packages").packages
    for name, origin in _present(project, rows):
        row = rows.get(name)
        if (row is not None and project.has(*row.unless)) or _for_another_python(project, name, minor):
            continue
        built = not _has_wheel(project, name, row, minor)
        if built and name in project.locked and not asked_for(repo, project, project.locked[name], minor):
            continue
        if row is None and built:
            yield _Need(name, origin, _COMPILERS, built)
        elif row is not None:
            yield _Need(name, origin, row, built and bool(row.build))
        yield from _of_older(project, name, origin)
    yield from _imported(repo, start, rows)


def _of_older(project: Project, name: str, origin: Origin) -> Iterator[_Need]:
    """What releases of before need besides."""
    for line in load("python").lists["older_need"]:
        older, *packages = line.split()
        if older.startswith(f"{name}<") and project.includes(older):
            yield _Need(name, origin, SystemPackages(run=tuple(packages)), built=False)


def _for_another_python(project: Project, name: str, minor: str) -> bool:
    """True for what each line that names it asks for on other Pythons only, such as a backport."""
    markers = [r.marker for r, _ in project.direct if r.name == name] if name not in project.locked else []
    return bool(markers) and not any(applies(marker, minor) for marker in markers)


def _present(project: Project, rows: Mapping[str, SystemPackages]) -> Iterator[tuple[str, Origin]]:
    """The distributions that get installed; what an unlocked one requires is known only where a row says it."""
    pending = [(name, _said_by(name, origin)) for name, origin in project.installed.items()]
    pending += [
        (f"{requirement.name}[{extra}]", _said_by(requirement.name, origin))
        for requirement, origin in project.direct
        for extra in requirement.extras
    ]
    pending += [(name, _said_by(name, origin)) for name, origin in stand_ins(project)]
    seen: set[str] = set()
    while pending:
        name, origin = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name, origin
        if name in rows and not project.locked:
            pending += [(pulled, origin) for pulled in rows[name].pulls]


def _said_by(name: str, origin: Origin) -> Origin:
    return Origin(origin.kind, origin.path, origin.line, note=name)


def _has_wheel(project: Project, name: str, row: SystemPackages | None, minor: str) -> bool:
    """True when what is installed is published compiled for that Python, or is no compiled thing at all."""
    locked = project.locked.get(name)
    direct = next((r for r, _ in project.direct if r.name == name), None)
    if _refused(project, name):
        return False
    if direct is not None and (direct.url or direct.path) and not (direct.url + direct.path).endswith(".whl"):
        return row is None or not row.build
    if locked is not None and locked.source.startswith("git"):
        return row is None or not row.build
    if locked is not None and locked.wheels:
        return locked.has_wheel(minor)
    if row is not None and locked is not None and locked.only_source:
        return not row.build
    wanted = f"=={locked.version}" if locked is not None and locked.version else direct.specifier if direct else ""
    return published(name, wanted, minor)


def _refused(project: Project, name: str) -> bool:
    """True when pip or uv is told to take no wheel of it, by us too, and there is something to compile."""
    row = load("python-packages").packages.get(name)
    if row is None or not row.build:
        return False
    if any(found.value == name for found in unloadable(project)):
        return True
    uv = project.pyproject.settings("uv")
    listed = uv.get("no-binary-package")
    named = [str(word) for word in listed] if isinstance(listed, list) else []
    for option, value, _ in project.requirements.options:
        named += value.replace(",", " ").split() if option == "--no-binary" else []
    return uv.get("no-binary") is True or ":all:" in named or name in map(normalised, named)


def _imported(repo: Repository, start: Start, rows: Mapping[str, SystemPackages]) -> Iterator[_Need]:
    """Modules of the standard library, or switched on in Django's settings, that lean on a system library."""
    paths = (*([start.entry] if start.entry else []), *(start.django.sources if start.django else ()))
    texts = {path: repo.source(path) for path in dict.fromkeys(paths)}
    for name, row in rows.items():
        for module in row.imports:
            used = re.compile(
                rf"""(?m)^\s*(?:import|from)\s+{re.escape(module)}\b|["']{re.escape(module)}(?:\.|["'])"""
            )
            found = next((path for path, text in texts.items() if module in text and used.search(text)), "")
            if found:
                yield _Need(name, Origin("file", found, repo.line_of(found, used), note=name), row)


def _decisions(name: str, needs: Iterable[tuple[_Need, tuple[str, ...]]]) -> Iterator[Decision]:
    for need, packages in needs:
        if packages:
            yield Decision(name, Sourced(packages, need.origin))


def _notes(project: Project, needs: Iterable[_Need], minor: str) -> Iterator[str]:
    for need in needs:
        if need.row.note:
            yield f"{need.origin}: {need.row.note}"
        if need.row.compiled and need.built:
            yield f"{need.origin}: {need.row.compiled}"
        if need.built and need.row is _COMPILERS:
            yield f"{need.origin}: this release has no wheel for Python {minor}, so it is compiled."
        elif need.built and need.row.rust:
            yield (
                f"{need.origin}: this release has no wheel for Python {minor}. Compiling its Rust code takes "
                "minutes and may refuse this Python; a newer release, or an older Python by --version, has one."
            )
        if need.row.cuda and not _for_cpu(project, need.name):
            yield _cuda(project, need)


def _for_cpu(project: Project, name: str) -> bool:
    """True when the repository asks for the build without CUDA: an index for CPUs, a version, a lock without it."""
    if project.locked:
        return not any(other.startswith("nvidia-") for other in project.locked)
    options = [value for _, value, _ in project.requirements.options]
    asked = [f"{r.specifier} {r.url}" for r, _ in project.direct if r.name == name]
    rows = [project.pyproject.settings("uv").get("index"), project.pyproject.settings("poetry").get("source")]
    indexes = [
        str(row.get("url")) for listed in rows if isinstance(listed, list) for row in listed if isinstance(row, dict)
    ]
    return any(_CPU.search(text) for text in (*options, *asked, *indexes))


def _cuda(project: Project, need: _Need) -> str:
    count = sum(name.startswith("nvidia-") for name in project.locked)
    what = (
        f"{count} distributions of CUDA libraries are locked with it"
        if count
        else "its usual wheel brings CUDA libraries"
    )
    return (
        f"{need.origin}: {what}, gigabytes in the image that only a machine with an NVIDIA GPU uses. "
        "For CPUs, take it from the index of CPU builds that its project documents, or the distribution for CPUs."
    )
