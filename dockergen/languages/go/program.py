"""The main package that becomes the image: which one, what it links, which port it opens, which files it reads."""

from __future__ import annotations

import re
import shlex

from dockergen.catalog import load
from dockergen.errors import ProjectError, UsageError
from dockergen.frozen import frozen
from dockergen.languages.go.command import Command, command
from dockergen.languages.go.modules import Modules
from dockergen.languages.go.needs import cgo, embeds, links_all, runtime_files
from dockergen.languages.go.port import framework, listens, port, reads_port
from dockergen.languages.go.sources import go_files, imports, reached
from dockergen.lazy import regex
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository, normal
from dockergen.settings import Settings

_MAIN = regex(r"^package\s+main\b", re.M)
_MAIN_FUNCTION = regex(r"^func\s+main\s*\(\s*\)", re.M)
_NOT_A_SERVICE = {
    "examples",
    "example",
    "_examples",
    "hack",
    "testdata",
    "test",
    "tests",
    "scripts",
    "internal/tools",
    "tools",
    "docs",
}


@frozen
class Program:
    """One main package and what it needs."""

    package: Sourced[str]  # folder, "" for the root
    binary: str
    touch: str
    cgo: Sourced[str]  # "on" or "off"
    links_cpp: bool
    links_all: bool  # the C library can be linked in
    framework: Sourced[str] | None
    command: Command
    port: Sourced[int] | None
    reads_port: bool
    runtime_files: tuple[str, ...]
    embeds_missing: bool  # an embedded folder is made by a front-end build
    takes_in: tuple[str, ...]  # the same as it is written, and what is not there yet, up to the first wildcard
    embedded: tuple[str, ...]  # files and folders that //go:embed names
    build_packages: tuple[str, ...]
    runtime_packages: tuple[str, ...]
    notes: tuple[str, ...]


def program(repo: Repository, mods: Modules, settings: Settings) -> Program:
    """The program to build; ProjectError when there is none or several, UsageError for an unknown --app."""
    package = _package(repo, mods, settings)
    sources = reached(repo, mods, go_files(repo, mods), package.value)
    base = (mods.by_folder.get("") or mods.root).module or package.value or "app"
    imported = frozenset(name for path in sources for name in imports(repo, path))
    binary = _binary_name(package.value or base)
    # A folder such as cmd/app names no program.
    binary = _binary_name(base) if binary in load("go").lists["nameless"] else binary
    found = framework(mods.requires, imported, [repo.source(path) for path in sources])
    row = found[1] if found else None
    number, notes = port(repo, sources, row)
    started = command(repo, sources, (binary, _binary_name(base)), number.value if number else None)
    if number is not None and any(str(number.value) in word or word.endswith("=0.0.0.0") for word in started.arguments):
        notes = []  # the start command opens what the default keeps closed
    needs = [row for name, row in load("go").packages.items() if name in mods.requires]
    taken = [hit for path in sources for hit in embeds(repo, path)]
    embedded = tuple(sorted({name for _, there in taken for name in there}))
    opened = runtime_files(repo, sources, embedded)
    return Program(
        package=package,
        binary=f"{binary}-server" if binary in opened else binary,
        touch=_main_file(repo, package.value),
        cgo=cgo(repo, mods, sources),
        links_all=links_all(repo, mods, sources),
        links_cpp=any(name in mods.requires for name in load("go").lists["cpp"]),
        framework=found[0] if found else None,
        command=started,
        port=number,
        reads_port=reads_port(repo, sources) or (row is not None and row.title == "Gin"),
        runtime_files=opened,
        embeds_missing=any(not there for _, there in taken),
        takes_in=tuple(sorted({_plain(pattern) for pattern, _ in taken} - {""})),
        embedded=embedded,
        build_packages=tuple(name for row in needs for name in row.build),
        runtime_packages=tuple(name for row in needs for name in row.run),
        notes=tuple(notes),
    )


def _plain(pattern: str) -> str:
    """The folder or file of a pattern, without the parts that hold wildcards."""
    parts = pattern.split("/")
    return "/".join(parts[: next((i for i, part in enumerate(parts) if set("*?[") & set(part)), len(parts))])


def program_names(repo: Repository, mods: Modules) -> tuple[str, ...]:
    """Folders of the main packages and their last names."""
    folders = _mains(repo, mods)
    return tuple(sorted({*folders, *(folder.rsplit("/", 1)[-1] for folder in folders)} - {""}))


# --- which package


def _package(repo: Repository, mods: Modules, settings: Settings) -> Sourced[str]:
    mains = _mains(repo, mods)
    if settings.app is not None:
        return _requested(repo, mains, settings.app)
    if not mains:
        raise ProjectError(
            f"{repo.prefix}{mods.manifest} belongs to a library: no folder holds `package main` with `func main()`.",
            "Add a command, or name the folder that is one.",
            command="dockergen init --app cmd/server",
        )
    folders = list(mains)
    if len(folders) == 1:
        return Sourced(folders[0], _evidence(repo, mains[folders[0]]))
    services = [folder for folder in folders if not _is_tool(folder)]
    best = _best(repo, mods, folders, services)
    if len(best) != 1:
        rows = ", ".join(f"{folder or '.'} ({mains[folder]})" for folder in folders)
        raise ProjectError(
            f"This repository holds {len(folders)} programs: {rows}.",
            "Choose the one that this image runs.",
            command=shlex.join(["dockergen", "init", "--app", (services or folders)[0].rsplit("/", 1)[-1]]),
        )
    lost = tuple(
        Rejected(f or ".", _evidence(repo, mains[f]), "another program of this repository")
        for f in folders
        if f != best[0]
    )
    return Sourced(best[0], _evidence(repo, mains[best[0]]), lost)


def _best(repo: Repository, mods: Modules, folders: list[str], services: list[str]) -> list[str]:
    """The root > a daemon named after the module > the one named like it > what is no tool."""
    files = go_files(repo, mods)
    serving = [folder for folder in services if listens(repo, reached(repo, mods, files, folder))]
    if "" in folders and ("" in serving or not serving):
        return [""]
    base = _binary_name(mods.root.module)
    names = {folder: folder.rsplit("/", 1)[-1] for folder in folders if folder}
    family = [f"{base}{end}" for end in load("go").lists["daemons"]]
    daemons = [folder for folder in services if names.get(folder) in family]
    named = [folder for folder in names if names[folder] == base]
    for found in (daemons, named):
        if len(found) == 1:
            return found
    return services


def _is_tool(folder: str) -> bool:
    """The name, or its last part, is that of a command beside a service: shop-migrate, shopctl, shop-cli."""
    name = folder.rsplit("/", 1)[-1]
    tools = load("go").lists["tools"]
    return name in tools or re.split(r"[-_]", name)[-1] in tools or name.endswith(("ctl", "cli"))


def _requested(repo: Repository, mains: dict[str, str], app: Sourced[str]) -> Sourced[str]:
    path = normal(app.value)
    found = [f for f in mains if f == path or f.rsplit("/", 1)[-1] == app.value]
    if len(found) != 1:
        raise UsageError(
            f"{app.origin}: {app.value!r} is not the name of one main package.",
            f"Choose one of: {', '.join(f or '.' for f in mains) or 'none was found'}.",
        )
    lost = tuple(Rejected(f or ".", _evidence(repo, mains[f]), f"{app.origin} wins") for f in mains if f != found[0])
    return Sourced(found[0], app.origin, lost)


def _mains(repo: Repository, mods: Modules) -> dict[str, str]:
    """Folders with a main package, with the file that holds func main, in order of depth and name."""
    found: dict[str, str] = {}
    for path in go_files(repo, mods):
        folder = path.rpartition("/")[0]
        if folder in found or any(f"/{folder}/".find(f"/{name}/") >= 0 for name in _NOT_A_SERVICE):
            continue
        text = repo.source(path)
        if _MAIN.search(text) and _MAIN_FUNCTION.search(text):
            found[folder] = path
    return dict(sorted(found.items(), key=lambda item: (item[0].count("/") if item[0] else -1, item[0])))


def _main_file(repo: Repository, folder: str) -> str:
    prefix = f"{folder}/" if folder else ""
    names = [
        prefix + n
        for n, kind in repo.entries(folder).items()
        if kind == "file" and n.endswith(".go") and not n.endswith("_test.go")
    ]
    return next((n for n in names if _MAIN_FUNCTION.search(repo.source(n))), names[0] if names else "")


def _evidence(repo: Repository, path: str) -> Origin:
    return Origin("file", path, repo.line_of(path, _MAIN_FUNCTION))


def _binary_name(path: str) -> str:
    name = re.sub(r"/v\d+$", "", path).rsplit("/", 1)[-1]
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).strip(".-") or "app"
