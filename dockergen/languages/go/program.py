"""The main package that becomes the image: which one, what it links, which port it opens, which files it reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError, UsageError
from dockergen.frozen import frozen
from dockergen.languages.go.modules import Modules
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository, normal
from dockergen.settings import Settings

_SCAN_LIMIT = 2000  # source files read for evidence
_MAIN = re.compile(r"^package\s+main\b", re.M)
_MAIN_FUNCTION = re.compile(r"^func\s+main\s*\(\s*\)", re.M)
_IGNORED_BUILD = re.compile(r"^//(?:go:build| \+build)\s+ignore\b", re.M)
_IMPORTS_C = re.compile(r'^\s*(?:import\s+)?"C"\s*$', re.M)
_SERVES = re.compile(r"\b(ListenAndServe(?:TLS)?|Serve|Listen|Start|StartServer|Run)\s*\(|\bhttp\.Server\s*\{")
_SERVES_IMPORT = re.compile(
    r'"(net/http|net|github\.com/(?:gin-gonic|labstack|gofiber|go-chi|valyala|gorilla)/[^"]+|google\.golang\.org/grpc)"'
)
_READS_PORT = re.compile(
    r'(?:Getenv|LookupEnv|env)\w*\(\s*"PORT"|env:"PORT[",]|BindEnv\([^)]*"PORT"|`[^`]*env(?:config)?:"PORT"'
)
_ADDRESS = re.compile(r'"(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::\])?:(?P<port>[1-9]\d{1,4})"')
_PORT_TEXT = re.compile(r'(?i:port)\w*"?[^"\n]{0,40}?"(?P<port>[1-9]\d{3,4})"')
_OPENS = re.compile(
    r"\b(?:Dir|DirFS|ParseFiles|ParseGlob|LoadHTMLGlob|LoadHTMLFiles|Static|StaticFile|StaticFS|File|ReadFile|ReadDir|Open|"
    r'AddConfigPath|SetConfigFile|Glob|Walk|WalkDir|Load|Join|ServeFile)\(\s*(?:[^()"\n]*,\s*)?"(?:\./)?(?P<path>[\w][\w./-]*)'
    r'|"file://(?:\./)?(?P<url>[\w][\w./-]*)'
)
_EMBED = re.compile(r"^//go:embed\s+(?P<patterns>.+)$", re.M)
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
    framework: Sourced[str] | None
    port: Sourced[int] | None
    reads_port: bool
    runtime_files: tuple[str, ...]
    embeds_missing: bool  # an embedded folder is made by a front-end build
    embedded: tuple[str, ...]  # files and folders that //go:embed names
    build_packages: tuple[str, ...]
    runtime_packages: tuple[str, ...]
    notes: tuple[str, ...]


def program(repo: Repository, mods: Modules, settings: Settings) -> Program:
    """The program to build; ProjectError when there is none or several, UsageError for an unknown --app."""
    package = _package(repo, mods, settings)
    sources = _sources(repo, mods)
    base = (mods.by_folder.get("") or mods.root).module or package.value or "app"
    binary = _binary_name(package.value or base)
    framework = _framework(mods)
    port, notes = _port(repo, sources, package.value, framework[1] if framework else None)
    needs = [row for name, row in load("go").packages.items() if name in mods.requires]
    return Program(
        package=package,
        binary=binary,
        touch=_main_file(repo, package.value),
        cgo=_cgo(repo, mods, sources),
        links_cpp=any(name in mods.requires for name in load("go").lists["cpp"]),
        framework=framework[0] if framework else None,
        port=port,
        reads_port=any(_READS_PORT.search(repo.source(path)) for path in sources)
        or bool(framework and framework[1].title == "Gin"),
        runtime_files=_runtime_files(repo, sources),
        embeds_missing=any(not found for path in sources for _, found in _embeds(repo, path)),
        embedded=tuple(sorted({name for path in sources for _, found in _embeds(repo, path) for name in found})),
        build_packages=tuple(name for row in needs for name in row.build),
        runtime_packages=tuple(name for row in needs for name in row.run),
        notes=tuple(notes),
    )


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
    services = [f for f in folders if f.rsplit("/", 1)[-1] not in load("go").lists["tools"]]
    named = [f for f in folders if f and f.rsplit("/", 1)[-1] == _binary_name(mods.root.module)]
    best = [""] if "" in folders else named if len(named) == 1 else services
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
    for path in _sources(repo, mods):
        folder = path.rpartition("/")[0]
        if folder in found or any(f"/{folder}/".find(f"/{name}/") >= 0 for name in _NOT_A_SERVICE):
            continue
        text = repo.source(path)
        if _MAIN.search(text) and _MAIN_FUNCTION.search(text) and not _IGNORED_BUILD.search(text):
            found[folder] = path
    return dict(sorted(found.items(), key=lambda item: (item[0].count("/") if item[0] else -1, item[0])))


def _sources(repo: Repository, mods: Modules) -> tuple[str, ...]:
    """Go files without tests; in a workspace only those of its modules."""
    return tuple(_walk_sources(repo, mods))


def _walk_sources(repo: Repository, mods: Modules) -> Iterator[str]:
    seen = 0
    folders = sorted(mods.by_folder) if mods.manifest == "go.work" else [""]
    for folder in folders:
        for path in repo.walk(folder, depth=12):
            if path.endswith(".go") and not path.endswith("_test.go"):
                seen += 1
                if seen > _SCAN_LIMIT:
                    return
                yield path


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


# --- what it needs


def _framework(mods: Modules) -> tuple[Sourced[str], Framework] | None:
    for row in load("go").frameworks.values():
        for name in row.dependencies:
            if name in mods.requires:
                path, line = mods.requires[name]
                return Sourced(row.title, Origin("file", path, line)), row
    return None


def _cgo(repo: Repository, mods: Modules, sources: tuple[str, ...]) -> Sourced[str]:
    for name in load("go").lists["cgo"]:
        if name in mods.requires:
            path, line = mods.requires[name]
            return Sourced("on", Origin("file", path, line))
    for path in sources:
        text = repo.source(path)
        if '"C"' in text and _IMPORTS_C.search(text):
            return Sourced("on", Origin("file", path, repo.line_of(path, _IMPORTS_C)))
    return Sourced("off", Origin("default", note="nothing imports C"))


def _port(
    repo: Repository, sources: tuple[str, ...], package: str, framework: Framework | None
) -> tuple[Sourced[int] | None, list[str]]:
    """The port the program listens on, None for a program that does not listen."""
    prefix = f"{package}/" if package else ""
    near = [p for p in sources if p.startswith(prefix) and "/" not in p[len(prefix) :]]
    ordered = [*near, *(p for p in sources if p not in set(near))]
    serving = [p for p in ordered if _SERVES.search(text := repo.source(p)) and _SERVES_IMPORT.search(text)]
    if not serving and framework is None:
        return None, []
    for path in [*serving, *ordered]:
        for pattern in (_ADDRESS, _PORT_TEXT):
            found = pattern.search(repo.source(path))
            if found and 1 <= int(found["port"]) <= 65535:
                origin = Origin("file", path, repo.line_of(path, found.group()))
                return Sourced(int(found["port"]), origin), _local_only(found, origin)
    default = framework.port if framework and framework.port else 8080
    return Sourced(default, Origin("default", note=framework.title if framework else "Go")), []


def _local_only(address: re.Match[str], origin: Origin) -> list[str]:
    host = address.groupdict().get("host")
    if host not in ("localhost", "127.0.0.1"):
        return []
    return [f"{origin} listens on {host}, which nothing outside the container reaches; use :{address['port']}."]


def _runtime_files(repo: Repository, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Folders and files at the root that the source opens by a relative path and does not embed."""
    found = set()
    entries = repo.entries()
    for path in sources:
        for use in _OPENS.finditer(repo.source(path)):
            name = (use["path"] or use["url"]).split("/", 1)[0]
            if (
                entries.get(name) in ("file", "folder")
                and not name.startswith(".")
                and not name.endswith((".go", ".mod", ".sum"))
            ):
                found.add(name)
    return tuple(sorted(found))


def _embeds(repo: Repository, path: str) -> Iterator[tuple[str, list[str]]]:
    """Each pattern of the //go:embed lines of a file, from the root, with what is there."""
    text = repo.source(path)
    if "//go:embed" not in text:
        return
    folder = path.rpartition("/")[0]
    for directive in _EMBED.finditer(text):
        for pattern in directive["patterns"].split():
            target = normal(f"{folder}/{pattern.strip('`').strip(chr(34)).removeprefix('all:')}".lstrip("/"))
            if target:
                yield target, [target] if repo.has(target) else repo.glob(target)
