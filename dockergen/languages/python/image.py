"""The image of a Python program: a virtual environment built in one stage and copied into a slim image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dockergen.catalog import load
from dockergen.errors import DockergenError
from dockergen.frozen import frozen
from dockergen.languages.python.apt_lists import builds
from dockergen.languages.python.base import Base, base, check_start, with_base_version
from dockergen.languages.python.checkout import missing_parts
from dockergen.languages.python.companions import of_their_time
from dockergen.languages.python.completed import completed, program_of
from dockergen.languages.python.distributed import distributed
from dockergen.languages.python.django import Django
from dockergen.languages.python.django_variables import ANY_WORD
from dockergen.languages.python.documentation import documentation, documentation_plan
from dockergen.languages.python.foreign import foreign
from dockergen.languages.python.ignored import ignored, trusted, withheld
from dockergen.languages.python.imports import whole_program
from dockergen.languages.python.inline import refuse_other_carrier
from dockergen.languages.python.install import Install, install
from dockergen.languages.python.letter_case import misspelt
from dockergen.languages.python.localhost import on_localhost
from dockergen.languages.python.manager_choice import manifest
from dockergen.languages.python.needs import advice, kept_in, variables
from dockergen.languages.python.only_shown import left_to_write
from dockergen.languages.python.optional import developers_only, imported_groups, left_for_later
from dockergen.languages.python.outside import outside
from dockergen.languages.python.overtaken import overtaken
from dockergen.languages.python.process import argv, environment, health, ignores_sigterm
from dockergen.languages.python.project import Project, project
from dockergen.languages.python.start import Start
from dockergen.languages.python.state import State, state
from dockergen.languages.python.system import System, system
from dockergen.languages.python.unpublished import locked_and_gone
from dockergen.languages.python.unwritten import of_program
from dockergen.languages.python.uv_member import member, start_of
from dockergen.languages.python.version import version
from dockergen.lazy import regex
from dockergen.manifests.dotenv import examples
from dockergen.model import BuildPlan, Decision, Image, Origin, Packages, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings

_POSTGRES = ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary")
_SECRET = regex(r"KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|DSN")
_PLAIN_VALUE = regex(r"[\w.:/@-]+")
_SERVER = "postgres://build@localhost/build"  # an address that Django's settings can be loaded with


@frozen
class PythonFacts:
    """What the Python templates print."""

    install: Install
    system: System
    copies_source: bool  # the final image runs from a copy of the repository
    collect: str  # path of manage.py when static files are collected
    collect_options: tuple[str, ...]
    collect_env: tuple[tuple[str, str], ...]  # dummy values for that step only
    missing: tuple[str, ...]  # folders without which collectstatic ends
    static: str  # folder that collectstatic fills, relative to /app or absolute
    collected: str  # the same in the build stage
    build_command: str  # asked for by a flag
    made: tuple[tuple[str, ...], ...]  # commands of the repository whose result belongs into the image
    stops: bool  # the program needs help to stop on SIGTERM
    interactive: bool  # it is asked on its standard input
    interpreter: str  # of the final image, where that is another path than in the build image
    resets: bool  # the final image has an ENTRYPOINT that would swallow the command
    layout: str = "program"  # template below templates/dockerfiles/python/
    links: tuple[tuple[str, str], ...] = ()  # files that the program writes beside its source, and where they go
    moved: tuple[str, ...] = ()  # those of them that the repository holds
    owned: tuple[str, ...] = ()  # databases of the repository in folders that the program writes to


def plan(repo: Repository, settings: Settings) -> BuildPlan:
    """The image of a Python program.

    Raises ProjectError for a manifest that cannot be used, a version that does not exist, or nothing to start.
    """
    path = member(repo, settings)
    found = project(repo, settings, path)
    settings = with_base_version(repo, found, settings)
    first = _first(repo, settings, path)
    settings, left = overtaken(repo, settings, found, first)
    if left:
        found = project(repo, settings, path)
        first = _first(repo, settings, path)
    entry = first.entry if first else ""
    if imported := imported_groups(repo, found, entry):
        found = project(repo, settings, path, imported)
    site = documentation(repo, found, settings)
    if first and first.entry and not site and not manifest(repo) and not _carries(found, settings, first.entry):
        refuse_other_carrier(repo, first.entry, found.script.path)
        found = of_program(repo, found, first)
    found = completed(repo, found, first if not found.script.path and not site else None)
    release, notes = version(repo, found, settings, entry)
    if site:
        return documentation_plan(repo, found, release, site, settings)
    begun = start_of(repo, settings, path)
    begun = of_their_time(_without_installed(begun, found), release.value)
    lacking = tuple(developers_only(repo, found, begun.entry, _settings_files(begun)))
    begun = replace(begun, added=(*begun.added, *(word for word, _ in lacking if word)))
    program = whole_program(repo, begun.entry) if begun.entry else ()
    unwritten = left_to_write(repo, program, _settings_files(begun), found.installed)
    setup = install(repo, found, begun, release)
    final = base(found, settings, release.value)
    build, runtime = final.build, final.image
    needs = system(repo, found, begun, release.value, build, runtime)
    port = begun.port
    words = argv(begun, port, final)
    kept = state(repo, found, begun, not setup.copies_source)
    facts = _facts(repo, found, _loading(repo, begun, found), begun, setup, needs, kept, settings, final)
    collected = facts.static if facts.collect and not facts.static.startswith("/") else ""
    asked = settings.package.value if settings.package else ()
    loaded = needs.loaded if facts.collect else ()
    env = environment(repo, found, begun, setup, port)
    demanded = _demanded(repo, begun, env)
    local = on_localhost(repo, begun)
    env_file, env_kept = kept_in(repo, demanded)
    check_start(final, begun, kept.folders, tuple(p for p in asked if not builds(p)))
    return BuildPlan(
        language="python",
        title="Python",
        build_image=build,
        runtime_image=runtime,
        decisions=(
            *_decisions(found, release, begun, setup, build, runtime, final.origin, port),
            *setup.legacy.decisions,
            *setup.builds.decisions,
            *(Decision("build_command", command) for command in begun.made if not settings.build_command),
            *needs.decisions,
        ),
        start=words,
        port=port.value if port else None,
        health=health(begun, port, final),
        interactive=begun.interactive,
        terminal=begun.terminal,
        probe=begun.probe or begun.health,
        env=env,
        build_packages=tuple(
            sorted({*setup.build_packages, *needs.build, *loaded, *_makers(facts), *(p for p in asked if builds(p))})
        ),
        runtime_packages=tuple(sorted({*final.packages, *needs.run, *(p for p in asked if not builds(p))})),
        writable=kept.folders,
        start_why=begun.why,
        dependency_paths=("/app/.venv",),
        context_files=(
            *setup.manifests,
            *setup.folders,
            *setup.reads,
            *filter(None, (setup.builds.file,)),
            *trusted(repo),
        ),
        ignore=ignored(repo, collected, program_of(repo, begun) if begun.entry else ()),
        secrets=setup.secrets,
        needs=demanded,
        build_args=setup.arguments,
        commands=begun.commands,
        packages=_packages(begun, bool(facts.collect)),
        notes=(
            *left,
            *found.notes,
            *locked_and_gone(found),
            *notes,
            *begun.notes,
            *setup.notes,
            *needs.notes,
            *kept.notes,
            *advice(repo, demanded),
            *(place.told for place in local if place.fixed),
            *final.notes,
            *missing_parts(repo),
            *withheld(repo, begun.entry),
            *unwritten,
            *foreign(repo, begun.entry, (*final.packages, *needs.run, *asked)),
            *misspelt(repo, (*program, *_settings_files(begun)) if begun.entry else ()),
            *(note for _, note in lacking),
            *left_for_later(repo, found, begun.entry),
        ),
        env_file=env_file,
        env_kept=env_kept,
        reaches=tuple(place.told for place in local),
        outside=outside(repo, program),
        touch=begun.entry,
        distributed=bool(distributed(repo)),
        facts=facts,
    )


def _carries(found: Project, settings: Settings, entry: str) -> bool:
    """True when the script that states its own requirements is the one that is started."""
    script = found.script.path
    return bool(script) and (entry == script or (settings.start is not None and script in settings.start.value))


def _without_installed(begun: Start, found: Project) -> Start:
    """The start without servers that a group or file of requirements brings, which its imports chose."""
    there = [row for row in begun.added if found.has(row.partition("==")[0])]
    if not there:
        return begun
    notes = tuple(note for note in begun.notes if not any(row in note for row in there))
    return replace(begun, added=tuple(row for row in begun.added if row not in there), notes=notes)


def _first(repo: Repository, settings: Settings, path: str) -> Start | None:
    """The start, None where that is still to be told: the version is settled first."""
    try:
        return start_of(repo, settings, path)
    except DockergenError:
        return None


def _demanded(repo: Repository, begun: Start, given: tuple[tuple[str, str], ...]) -> tuple[Sourced[str], ...]:
    """The variables that the program and Django's settings want, each once, but those that the image gives."""
    found = {need.value: need for need in variables(repo, begun.entry, given)}
    for need in begun.django.needs if begun.django else ():
        if need.value not in dict(given):
            found.setdefault(need.value, need)
    return tuple(found.values())


def _loading(repo: Repository, begun: Start, found: Project) -> dict[str, str]:
    """Dummies for what Django's settings demand, for steps of the build that load them; nothing connects with them."""
    if not begun.django:
        return {}
    shown = [examples(repo.source(path)) for path in load("common").lists["variables_shown"]]
    known = {
        name: value for values in reversed(shown) for name, value in values.items() if _PLAIN_VALUE.fullmatch(value)
    }
    # A value that the repository shows to everybody passes more checks than a word.
    pairs = {
        name: known.get(name, value) if value == ANY_WORD and not _SECRET.search(name) else value
        for name, value in begun.django.demanded
    }
    # manage.py may default to the settings for development, which collect something else.
    pairs["DJANGO_SETTINGS_MODULE"] = begun.django.settings
    pairs |= dict(begun.django.collecting)
    pairs.setdefault("SECRET_KEY", ANY_WORD)
    # Settings for production refuse SQLite where the driver of a server is there.
    servers = bool(found.has(*_POSTGRES))
    return {name: _SERVER if servers and value.startswith("sqlite:") else value for name, value in pairs.items()}


def _made(begun: Start, pairs: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """With dummies for what the settings demand, which the commands load."""
    variables = ("env", *(f"{name}={value}" for name, value in sorted(pairs.items()))) if pairs else ()
    found = [command.value.split() for command in begun.made]
    return tuple((*(variables or (("env",) if "=" in words[0] else ())), *words) for words in found)


def _makers(facts: PythonFacts) -> tuple[str, ...]:
    """Django compiles its messages by a program of Debian."""
    return ("gettext",) if any("compilemessages" in command for command in facts.made) else ()


def _settings_files(begun: Start) -> tuple[str, ...]:
    return begun.django.sources if begun.django else ()


def _packages(begun: Start, collects: bool) -> tuple[Packages, ...]:
    """What the program reads of a front end's packages; collected static files are copies."""
    found = begun.django.packages if begun.django else ()
    return tuple(Packages(folder.value, folder.origin, not collects) for folder in found)


def _facts(
    repo: Repository,
    found: Project,
    pairs: Mapping[str, str],
    begun: Start,
    setup: Install,
    needs: System,
    kept: State,
    settings: Settings,
    final: Base,
) -> PythonFacts:
    site = begun.django
    collects = site is not None and bool(site.static_root)
    static = site.static_folder if site and collects else ""
    return PythonFacts(
        install=setup,
        system=needs,
        copies_source=setup.copies_source,
        collect=site.manage if site and collects else "",
        collect_options=site.collect_options if site and collects else (),
        collect_env=tuple(sorted(pairs.items())) if collects else (),
        missing=_missing(repo, found, site) if site and collects else (),
        static=static,
        collected=static if static.startswith("/") else f"/app/{static}",
        build_command=settings.build_command.value if settings.build_command else "",
        made=_made(begun, pairs) if not settings.build_command else (),
        stops=ignores_sigterm(repo, begun),
        interactive=begun.interactive and not begun.terminal,
        interpreter=final.interpreter,
        resets=final.resets,
        links=kept.links,
        moved=kept.moved,
        owned=kept.owned,
    )


def _missing(repo: Repository, found: Project, site: Django) -> tuple[str, ...]:
    """Folders without which collectstatic ends: those that an old Django collects from, and those of log files that
    the settings open. Version control keeps no empty folder."""
    collected = site.static_missing if found.before("django", "4") else ()
    logging = any("FileHandler" in repo.source(path) for path in site.sources)
    return (*collected, *(folder for folder in site.writable if logging and not repo.has(folder)))


def _decisions(
    found: Project,
    release: Sourced[str],
    begun: Start,
    setup: Install,
    build: Image,
    runtime: Image,
    base: Origin,
    port: Sourced[int] | None,
) -> tuple[Decision, ...]:
    shown = tuple(word.replace("{port}", str(port.value) if port else "") for word in begun.command.value)
    rows = [
        *([Decision("app", Sourced(found.member, Origin("file", found.manifest)), "--app")] if found.member else []),
        Decision("version", release, "--version"),
        Decision("manager", found.manager, "--manager"),
        *([Decision("framework", begun.framework)] if begun.framework else []),
        Decision("build_image", Sourced(str(build), release.origin)),
        Decision("runtime_image", Sourced(str(runtime), base), "--base"),
        *([Decision("port", port, "--port")] if port else []),
        Decision("start", replace(begun.command, value=shown), "--start"),
    ]
    return tuple(rows)
