"""Chooses the language with the strongest claim, lets it plan, and adds the builds of front ends it serves."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from dockergen.context import ignore_groups
from dockergen.discovery import declared
from dockergen.errors import ProjectError, UsageError
from dockergen.frozen import frozen
from dockergen.language import Language
from dockergen.model import AssetBuild, BuildPlan, Decision, Match, Origin, Service, Sourced, Strength
from dockergen.repository import Repository, normal
from dockergen.settings import Settings
from dockergen.unplanned import unplanned

_MOST_NAMED = 3  # commands in one note
_SEARCH_DEPTH = 3  # services/<name> and apps/<group>/<name>
# What folders are called that answer the requests of the others.
_ANSWERING = frozenset(("api", "backend", "back-end", "back_end", "back", "server"))
_FRONT_END_DEPTH = 3  # frontend, src/web and src/js/web


@frozen
class Claim:
    """A language that claims a folder."""

    name: str
    language: Language
    match: Match
    root: str = ""


@frozen
class _Choice:
    """The folder of the service that is to be built, and what claims it."""

    root: str
    claims: list[Claim]
    others: tuple[str, ...] = ()  # folders of the services that it was chosen among


def languages() -> dict[str, Language]:
    """Every language profile, by module name."""
    return declared("dockergen.languages", "LANGUAGE")


def service(repo: Repository, settings: Settings) -> Service:
    """The one service of the repository that is to be built.

    Raises ProjectError when nothing is recognized or several services are and none was chosen, UsageError when the
    chosen language or app is unknown.
    """
    chosen = _chosen_folder(repo, settings)
    root = chosen.root
    here = repo.sub(root)
    try:
        claim = _strongest(here, chosen.claims, settings)
        plan = claim.language.plan(here, settings)
        plan = _with_language(_with_assets(here, settings, claim, plan), claim, settings)
    except ProjectError as error:
        raise _told_from_above(error, root) from error
    plan = replace(plan, notes=(*plan.notes, *_lying_outside(repo, root, plan)))
    if root and settings.app is None:
        beside = (*_services_beside(chosen), *_front_ends_beside(repo, settings, root))
        plan = replace(plan, notes=(*plan.notes, *beside))
    return Service(_name(here, root), root, replace(plan, ignore=ignore_groups(plan)))


def _told_from_above(error: ProjectError, root: str) -> ProjectError:
    """The error of the service in the folder, for one who stands at the root of the repository."""
    if not root or f"{root}/" in error.command:
        return error
    begin, _, rest = error.command.partition("dockergen init ")
    command = error.command
    if not begin and rest and not rest.startswith("-"):
        command = f"dockergen init {root}/{rest}"
    elif command and not command.startswith("dockergen"):
        command = f"cd {shlex.quote(root)} && {command}"
    return ProjectError(f"In {root}/: {error.problem}", error.remedy, command=command)


def _lying_outside(repo: Repository, root: str, plan: BuildPlan) -> Iterator[str]:
    """Notes about what the service reads from elsewhere in the repository."""
    for wanted in plan.outside[:3]:
        path = normal(f"{root}/{wanted.value}") if root else None
        if path and repo.has(path):
            yield (
                f"{root}/{wanted.origin} reads {path}, which lies outside of {root}/, the folder that this image is "
                f"built from, so the image lacks it: move it there, or the manifest to the root of the repository and "
                "run dockergen there."
            )


def _services_beside(chosen: _Choice) -> Iterator[str]:
    """A note about the services that were not chosen."""
    root, others = chosen.root, chosen.others
    if others:
        each = " and ".join(f"`dockergen init --app {shlex.quote(folder)}`" for folder in others[:_MOST_NAMED])
        more = " ..." if len(others) > _MOST_NAMED else ""
        yield (
            f"This repository holds {len(others) + 1} services, and {root}/ has the name of the one that is asked by "
            f"the others; {each}{more} writes the files of the other{'s' if len(others) > 1 else ''}."
        )


def _front_ends_beside(repo: Repository, settings: Settings, root: str) -> Iterator[str]:
    """Notes about front ends in folders beside the one service that was found."""
    for folder in repo.folders():
        if folder == root.partition("/")[0] or _looks_unused(folder):
            continue
        if any(c.match.pages for c in claims_on(repo, _without_choices(settings), folder)):
            yield (
                f"{folder}/ holds a front end, which is not in this image; "
                f"it gets its own with `dockergen init {folder}`."
            )


def claims_on(repo: Repository, settings: Settings, root: str = "") -> list[Claim]:
    """The claims of all languages on one folder, in the order of their names."""
    here = repo.sub(root)
    found = []
    for name, language in languages().items():
        match = language.match(here, settings)
        if match is not None:
            found.append(Claim(name, language, match, root))
    return found


def _chosen_folder(repo: Repository, settings: Settings) -> _Choice:
    _refuse_template(repo)
    claims = claims_on(repo, settings)
    if settings.app is not None:
        root = _app_folder(repo, settings, claims)
        return _Choice(root, claims_on(repo, settings, root) if root else _knowing(repo, settings.app.value, claims))
    strong = [claim for claim in claims if claim.match.strength > Strength.SUPPORTING]
    if strong and not all(claim.match.gathers for claim in strong):
        return _Choice("", claims)
    below = _services_below(repo, settings)
    if strong and not _of_another_language(below, strong):
        return _Choice("", claims)
    if not below:
        loose = claims or _loose(repo)
        lying = [] if loose else _sources_below(repo, settings)
        return _Choice(lying[0][0].root, lying[0]) if len(lying) == 1 else _Choice("", loose)
    if len(below) == 1 and not claims:
        root = next(iter(below))
        return _Choice(root, below[root])
    if claims and (strong or max(c.match.strength for c in claims) == Strength.SUPPORTING) and len(below) == 1:
        # The manifest at the root only builds assets, or holds packages together; the one real service lies below.
        root = next(iter(below))
        return _Choice(root, below[root])
    if root := _answering(below):
        return _Choice(root, below[root], tuple(folder for folder in below if folder != root))
    raise _several_services(below)


def _answering(below: Iterable[str]) -> str:
    """The folder of the service that the others ask, by its name; "" where none or several are called so."""
    named = [root for root in below if root.rsplit("/", 1)[-1].lower() in _ANSWERING]
    return named[0] if len(named) == 1 else ""


def _refuse_template(repo: Repository) -> None:
    """ProjectError for what projects are made of: its names and manifests hold places for values."""
    for path, command in (("cookiecutter.json", "cookiecutter ."), ("copier.yml", "copier copy . ../project")):
        folder = next((name for name in repo.folders() if "{{" in name), "") if repo.is_file(path) else ""
        if folder:
            raise ProjectError(
                f"This is a template of projects: {path}:1 asks for the values that {folder}/ is made with.",
                "Make a project of it, and run dockergen there.",
                command=command,
            )


def _loose(repo: Repository) -> list[Claim]:
    """The weakest claims, where there are no others."""
    asked = (
        (name, language, language.loose(repo) if language.loose else None) for name, language in languages().items()
    )
    return [Claim(name, language, match, "") for name, language, match in asked if match is not None]


def _sources_below(repo: Repository, settings: Settings) -> list[list[Claim]]:
    """The claims on each folder at the root that holds source files without a manifest."""
    asked = (claims_on(repo, settings, folder) for folder in repo.folders() if not _looks_unused(folder))
    return [claims for claims in asked if claims]


def _of_another_language(below: Mapping[str, list[Claim]], gathering: list[Claim]) -> bool:
    """True when a service lies below that is none of the packages that the root holds together."""
    names = {claim.name for claim in gathering}
    return any(c.match.strength == Strength.MANIFEST and c.name not in names for rows in below.values() for c in rows)


def _knowing(repo: Repository, app: str, claims: list[Claim]) -> list[Claim]:
    """The claims of the languages that know the app by that name; all where none does."""
    return [c for c in claims if c.language.apps and app in c.language.apps(repo)] or claims


def _app_folder(repo: Repository, settings: Settings, claims: list[Claim]) -> str:
    """The folder that --app names, or "" when the language of the root knows the app by that name."""
    assert settings.app is not None
    wanted = settings.app.value
    known = {app for claim in claims if claim.language.apps for app in claim.language.apps(repo)}
    path = normal(wanted)
    if wanted in known or path in known:
        return ""
    below = _services_below(repo, settings)
    matching = [root for root in below if root == path or root.rsplit("/", 1)[-1] == wanted]
    if len(matching) == 1:
        return matching[0]
    if path and repo.is_folder(path) and claims_on(repo, settings, path):
        return path
    names = sorted(known | set(below))
    if not names:
        raise UsageError(f"{settings.app.origin}: there is no app {wanted!r} here.", "Leave --app out.")
    raise UsageError(
        f"{settings.app.origin}: there is no app {wanted!r} here.",
        f"Choose one of: {', '.join(names)}.",
        command=shlex.join(["dockergen", "init", "--app", names[0]]),
    )


def _services_below(repo: Repository, settings: Settings) -> dict[str, list[Claim]]:
    """Folders below that hold a service of their own, by path; folders within such a folder do not count."""
    found: dict[str, list[Claim]] = {}
    pending = [(folder, 1) for folder in repo.folders()]
    while pending:
        folder, depth = pending.pop(0)
        if _looks_unused(folder):
            continue
        claims = [c for c in claims_on(repo, settings, folder) if c.match.strength > Strength.LOOSE_FILES]
        if claims:
            found[folder] = claims
        elif depth < _SEARCH_DEPTH:
            pending.extend((below, depth + 1) for below in repo.folders(folder))
    real = {root: c for root, c in found.items() if any(x.match.strength == Strength.MANIFEST for x in c)}
    return dict(sorted((real or found).items()))


def _looks_unused(folder: str) -> bool:
    name = folder.rsplit("/", 1)[-1].lower()
    return name.startswith(".") or name in {
        "docs",
        "doc",
        "test",
        "tests",
        "e2e",
        "example",
        "examples",
        "sample",
        "samples",
        "fixtures",
        "scripts",
        "tools",
        "hack",
        "infra",
        "binder",
        # What a page loads of others, with their manifests.
        "static",
        "third_party",
        "thirdparty",
        "vendor",
        "vendors",
        "deploy",
        "deployment",
        "charts",
        "terraform",
        "benchmarks",
    }


def _strongest(repo: Repository, claims: list[Claim], settings: Settings) -> Claim:
    if settings.language is not None:
        return _requested(claims, settings.language)
    if not claims:
        raise _nothing_found(repo, settings)
    best = max(claim.match.strength for claim in claims)
    winners = [claim for claim in claims if claim.match.strength == best]
    # What only holds packages together starts nothing itself; beside a program it is its front end's workspace.
    winners = [claim for claim in winners if not claim.match.gathers] or winners
    if len(winners) > 1:
        listed = "; ".join(
            f"{c.language.title} ({c.match.what or 'a service'}: {', '.join(map(str, c.match.evidence))})"
            for c in winners
        )
        raise ProjectError(
            f"{len(winners)} languages claim this folder equally: {listed}.",
            "Say which one is the service.",
            command=f"dockergen init --language {winners[0].name}",
        )
    return winners[0]


def _requested(claims: list[Claim], language: Sourced[str]) -> Claim:
    known = languages()
    if language.value not in known:
        raise UsageError(
            f"{language.origin}: dockergen does not know the language {language.value!r}.",
            f"Choose one of: {', '.join(known)}.",
            command="dockergen languages",
        )
    for claim in claims:
        if claim.name == language.value:
            return claim
    raise ProjectError(
        f"{language.origin}: nothing in this folder looks like {known[language.value].title}.",
        "Leave the choice to dockergen, or add the manifest that language needs.",
        command="dockergen init",
    )


def _nothing_found(repo: Repository, settings: Settings) -> ProjectError:
    names = list(repo.entries())
    seen = ", ".join(repr(name)[1:-1] for name in names[:8]) + (", ..." if len(names) > 8 else "")
    titles = ", ".join(language.title for language in languages().values())
    lying = _sources_below(repo, settings)
    if lying:
        rows = [f"{claims[0].root} ({claims[0].language.title})" for claims in lying]
        return ProjectError(
            f"This folder holds no manifest of {titles}, and there are source files in {', '.join(rows[:6])}.",
            "Run dockergen in the folder that holds the service.",
            command=shlex.join(["dockergen", "init", lying[0][0].root]),
        )
    if (other := unplanned(repo)) is not None:
        return ProjectError(
            f"{other[0]} is a manifest of {other[1]}, which dockergen does not plan; it knows {titles}.",
            "Run it in a folder of one of these, if the repository has one.",
            command="dockergen languages",
        )
    return ProjectError(
        f"No {titles} project was recognized here (found: {seen or 'an empty folder'}).",
        "Run dockergen in the folder that holds the manifest, such as requirements.txt, package.json or go.mod.",
        command="dockergen languages",
    )


def _several_services(below: dict[str, list[Claim]]) -> ProjectError:
    rows = [f"{root} ({claims[0].language.title}, {claims[0].match.evidence[0]})" for root, claims in below.items()]
    found = "one service below its root" if len(below) == 1 else f"{len(below)} services"
    return ProjectError(
        f"This repository holds {found}: {'; '.join(rows)}.",
        "Choose it, if that is what you want." if len(below) == 1 else "Choose one; each gets a Dockerfile of its own.",
        command=shlex.join(["dockergen", "init", "--app", next(iter(below))]),
    )


def _with_language(plan: BuildPlan, claim: Claim, settings: Settings) -> BuildPlan:
    evidence = claim.match.evidence[0] if claim.match.evidence else Origin("default")
    origin = settings.language.origin if settings.language else evidence
    decision = Decision("language", Sourced(claim.name, origin), "--language")
    return replace(plan, decisions=(decision, *plan.decisions))


def _name(repo: Repository, root: str) -> str:
    """A name for the image, from the folder; it is printed, never written into a file."""
    name = root.rsplit("/", 1)[-1] if root else repo.root.resolve().name
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "app"


# --- front ends


def _with_assets(repo: Repository, settings: Settings, claim: Claim, plan: BuildPlan) -> BuildPlan:
    builds: list[AssetBuild] = []
    notes = list(plan.notes)
    awaited = [path for path in plan.takes_in or () if not repo.has(path)]
    folders = _frontend_folders(repo)
    for folder in folders:
        for name, language in languages().items():
            if language.assets is None or name == claim.name:
                continue
            try:
                build = language.assets(repo.sub(folder), _without_choices(settings))
            except ProjectError as error:
                # A program that lacks nothing does not fail for the tools of its front end.
                if awaited:
                    raise
                notes.append(f"The front end in {folder or 'this folder'} is not built: {error.problem} {error.remedy}")
                continue
            if build is None:
                silent = awaited or plan.distributed
                lacking = language.unbuilt(repo.sub(folder)) if language.unbuilt and not silent else ""
                notes += [f"The front end in {folder or 'this folder'} is not built: {lacking}"] if lacking else []
                continue
            placed = _placed(build, folder, len(builds), awaited)
            if (folder.count("/") >= _FRONT_END_DEPTH - 1 or plan.distributed) and repo.is_folder(placed.output):
                continue  # a theme deep inside of the program, committed as it was built
            if _overlap(placed.target, plan.takes_in or ()) or _serves(repo, folder, build):
                builds.append(placed)
            elif not plan.distributed:
                notes.append(
                    f"{folder}/ builds a front end that nothing here refers to, so it is not in this image; "
                    f"it gets its own with `dockergen init {folder}`."
                )
    packages, told = _packages(repo, folders, claim, plan)
    builds += packages
    notes += told
    baked = any(_overlap(build.target, plan.takes_in or ()) for build in builds)
    notes += [
        f"{path} goes into the program, and nothing here makes it; make it before the image, or with --build-command."
        for path in awaited
        if not any(_overlap(build.target, (path,)) for build in builds)
    ]
    return replace(plan, assets=tuple(builds), bakes_assets=baked, notes=tuple(notes))


def _packages(
    repo: Repository, folders: list[str], claim: Claim, plan: BuildPlan
) -> tuple[list[AssetBuild], list[str]]:
    """The installs of packages that the program reads as they are, and what is said where one cannot be."""
    builds: list[AssetBuild] = []
    notes: list[str] = []
    for wanted in plan.packages:
        if repo.has(wanted.folder):
            continue
        beside = wanted.folder.rpartition("/")[0]
        for folder in dict.fromkeys((beside, *folders)):
            build = _installed(repo, folder, claim)
            if build is None:
                continue
            stage = "packages" if not builds else f"packages-{len(builds) + 1}"
            placed = _placed(build, folder, 0, [])
            builds.append(replace(placed, stage=stage, target=wanted.folder, ships=wanted.ships))
            break
        else:
            notes.append(f"{wanted.origin} reads {wanted.folder}, and no package.json here says what is in it.")
    return builds, notes


def _installed(repo: Repository, folder: str, claim: Claim) -> AssetBuild | None:
    asked = (language.packages for name, language in languages().items() if name != claim.name and language.packages)
    if not repo.is_folder(folder):
        return None
    return next((build for plans in asked if (build := plans(repo.sub(folder), Settings()))), None)


# What folders of pages for a browser are called; others that are embedded hold manuals or data.
_SHOWN = frozenset(
    ("assets", "build", "client", "dist", "frontend", "html", "out", "public", "site", "static", "ui", "web", "www")
)


def _overlap(folder: str, paths: tuple[str, ...]) -> bool:
    """One lies in the other."""
    return any(f"{folder}/".startswith(f"{path}/") or f"{path}/".startswith(f"{folder}/") for path in paths if folder)


def _without_choices(settings: Settings) -> Settings:
    """The user's decisions are about the service, not about the front end that it serves."""
    return Settings()


def _frontend_folders(repo: Repository) -> list[str]:
    found, level = [""], [""]
    for _ in range(_FRONT_END_DEPTH):
        level = [below for folder in level for below in repo.folders(folder) if not _looks_unused(below)]
        found += level
    return [folder for folder in found if repo.has(f"{folder}/package.json" if folder else "package.json")]


def _serves(repo: Repository, folder: str, build: AssetBuild) -> bool:
    """True when the sources of the service mention the folder that the front end's build fills."""
    if not folder:
        return True  # a build at the root of the service is the service's own
    outside = normal(f"{folder}/{build.output}") if build.output.startswith("../") else ""
    if outside and _lies_in_sources(repo, outside.rpartition("/")[0]):
        return True  # it fills a folder of the service around it
    output = build.output.rsplit("/", 1)[-1] if build.output else ""
    name = folder.rsplit("/", 1)[-1]
    word = {w: re.compile(rf"(?<![\w-]){re.escape(w)}(?![\w-])") for w in (output, name) if w}
    for path in repo.walk(depth=6, endings=(".py", ".go", ".toml", ".cfg", ".html", ".in")):
        text = repo.source(path)
        inside = path.startswith(folder + "/")
        if inside and path.endswith(".html"):
            continue  # a page of the front end, whose comments may speak of its build
        if output and word[output].search(text) and (inside or word[name].search(text)):
            return True
    return False


def _lies_in_sources(repo: Repository, folder: str) -> bool:
    """True for a folder that is there, or that a folder of the repository is to hold."""
    while folder and not repo.is_folder(folder):
        folder = folder.rpartition("/")[0]
    return bool(folder)


def _placed(build: AssetBuild, folder: str, index: int, awaited: list[str]) -> AssetBuild:
    """The build as seen from the root of the service, its paths below `folder`, and what it fills there."""

    def below(path: str) -> str:
        return f"{folder}/{path}" if folder and path else path or folder

    output = normal(below(build.output)) or build.output
    target = output
    if awaited and not _overlap(output, tuple(awaited)):
        # The program says where it wants it; a build whose output is only guessed writes there itself.
        path = next((p for p in awaited if _SHOWN.intersection(p.split("/"))), awaited[0])
        target = path.rpartition("/")[0] if "." in path.rpartition("/")[2] else path
        output = output if build.certain else target
    return replace(
        build,
        root=folder,
        output=output,
        target=target,
        stage="assets" if not index else f"assets-{index + 1}",
        context_files=tuple(below(path) for path in build.context_files),
        beside=tuple(found for path in build.beside if (found := normal(below(path)))),
    )
