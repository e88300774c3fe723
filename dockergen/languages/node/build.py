"""What turns the source into what runs: the build script, the folders it fills, the values it bakes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from dockergen.catalog import Framework, load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.node.evidence import field_line
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.model import BuildArgument, Origin, Secret, Sourced
from dockergen.repository import Repository, normal
from dockergen.settings import Settings

SOURCES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx", ".vue", ".svelte", ".astro", ".html")
_SCRIPTS = ("build", "build:prod", "build:production", "build:ts", "compile")
_COMPILES = regex(r"\b(tsc|webpack|rollup|esbuild|swc|babel|nest build)\b")
_ELSEWHERE = regex(
    r"\b(docker|podman|dev|watch|docs?|storybook|types?|tests?|analyze|release|image|electron|tauri|ios|android)\b"
)
_WALKED = 5000  # files that are looked at by name
_FILES = 400  # source files that are looked into; evidence, not proof
_PUBLIC = regex(
    r"(?:import\.meta\.env|process\.env)\.((?:VITE|NEXT_PUBLIC|REACT_APP|PUBLIC|GATSBY|VUE_APP|NUXT_PUBLIC)_[A-Z0-9_]+)"
)
# What BuildKit and the linters take for a credential, by its name.
_SECRET_NAME = regex(
    r"(^|_)(APIKEY|AUTH|CREDENTIALS?|KEY|PWORD|PASSWD)(_|$)|TOKEN|SECRET|PASSWORD|API_KEY|CLIENT_KEY|USERNAME|PRIVATE"
)
_OUT_DIR = regex(r"\boutDir\s*:\s*(?:path\.)?(?:resolve|join)?\(?[^'\"`,)}]*?(?:,\s*)?['\"`]([^'\"`$]+)['\"`]")
_MOVES = regex(r"\b(?:mv|cp)\s+(?:-\w+\s+)*([\w./-]+)\s+([\w./-]+)")
_VITE_CONFIG = regex(r"\bvite\b[^&|;]*?\s(?:--config|-c)[ =]([\w./-]+)")
_WEBPACK_CONFIG = regex(r"\bwebpack\b[^&|;]*?\s(?:--config|-c)[ =]([\w./-]+)")
_BUNDLE_TRACKER = regex(r"\bnew\s+BundleTracker\(\s*\{[^{}]{0,2000}\}\s*\)")  # it has a path of its own
_REQUIRED = regex(r"(?:\brequire\(\s*|\bfrom\s+)['\"](\.{1,2}/[\w./-]+)['\"]")
_TSC_OUT = regex(r'^[^/\n]*"outDir"\s*:\s*"([^"]+)"', re.MULTILINE)
_TSC_ROOT = regex(r'^[^/\n]*"rootDir"\s*:\s*"([^"]+)"', re.MULTILINE)
_CALLS = regex(r"\b(?:npm|pnpm|yarn) run ([\w:.-]+)")
_CONFIGS = 5  # files that a configuration of webpack is merged from; further ones are not its output
_OPENSSL_3 = 17  # the first Node.js with OpenSSL 3
OUTPUT_FILE = regex(r"(?:\s-o|\s--output)[ =]([\w./-]+/[\w.-]+)")  # Tailwind's command writes a single file
OUTPUT_FLAG = regex(r"(?:--outDir|--out-dir|--outdir|--dist-dir|--output-path|-d)[ =]([\w./-]+)")


@frozen
class Build:
    """The build step; command "" when there is none."""

    command: Sourced[str] | None  # a script name (run by the package manager), or a command of the user
    script: str = ""  # name of the script in package.json, "" when the user gave a command
    output: str = ""  # folder that it fills, normalised; may begin with ../ for a front end


def framework(repo: Repository, package: PackageJson) -> tuple[str, Framework, Origin] | None:
    """The first framework of the catalog whose package is a dependency: its name, row and evidence."""
    rows = load("node").frameworks
    for name, row in rows.items():
        # A server counts only where it ships; a bundler is a dependency of development.
        known = (
            package.all_dependencies
            if row.kind in ("site", "spa", "output", "next", "refused")
            else package.dependencies
        )
        for dependency in row.dependencies:
            if dependency in known:
                section = "dependencies" if dependency in package.dependencies else "devDependencies"
                origin = Origin("file", "package.json", field_line(repo, section, dependency))
                return (*_without_server(repo, name, row), origin)
    return None


def _without_server(repo: Repository, name: str, row: Framework) -> tuple[str, Framework]:
    """React Router's browser-only row where its configuration says so."""
    browser = load("node").frameworks["react-router-spa"]
    config = repo.first(*browser.config) if name == "react-router" else None
    if config and re.search(r"^[^/\n]*\bssr\s*:\s*false", repo.source(config), re.MULTILINE):
        return "react-router-spa", browser
    return name, row


def build(repo: Repository, package: PackageJson, settings: Settings, row: Framework | None) -> Build:
    """The build: --build-command, else the first script that is named like a build."""
    output = output_folder(repo, package, row)
    if settings.build_command is not None:
        return Build(settings.build_command, "", output)
    name = build_script(package)
    if not name:
        return Build(None)
    return Build(Sourced(name, Origin("file", "package.json", field_line(repo, "scripts", name))), name, output)


def build_script(package: PackageJson) -> str:
    """The script that builds: by its name, else one that runs a compiler before the start; "" when there is none."""
    named = next((name for name in _SCRIPTS if name in package.scripts), "")
    before = (name for name in ("prestart:prod", "prestart") if _COMPILES.search(package.scripts.get(name, "")))
    return named or next(before, "") or _one_of_a_kind(package)


def hashes_with_md4(package: PackageJson, node: str) -> bool:
    """True where a bundler of the package hashes with MD4, as webpack 4 does, which the OpenSSL of Node.js 17 and later
    has in its legacy provider only. https://nodejs.org/en/blog/release/v17.0.0"""
    if int(re.split(r"\D", node, maxsplit=1)[0] or 0) < _OPENSSL_3:
        return False
    rows = (row.split() for row in load("node").lists["hashes_with_md4_before"])
    specs = ((re.match(r"\D*(\d+)", package.all_dependencies.get(name, "")), int(first)) for name, first in rows)
    return any(found is not None and int(found[1]) < first for found, first in specs)


def _one_of_a_kind(package: PackageJson) -> str:
    """`build:frontend` where it is the only script of its kind that builds something here."""
    names = [
        n
        for n, command in package.scripts.items()
        if n.startswith("build:") and not _ELSEWHERE.search(f"{n} {command}")
    ]
    return names[0] if len(names) == 1 else ""


def output_folder(repo: Repository, package: PackageJson, row: Framework | None) -> str:
    """The folder that the build fills: a flag of the script > the tool's configuration > the tool's default; where a
    script puts it elsewhere afterwards, that place."""
    filled = _filled(repo, package, row)
    moves = _MOVES.findall(package.scripts.get(f"post{build_script(package)}", ""))
    return next((relative(target) for source, target in moves if relative(source) == filled), filled)


def _filled(repo: Repository, package: PackageJson, row: Framework | None) -> str:
    command = expanded(package, build_script(package))
    if flag := OUTPUT_FLAG.search(command):
        return relative(flag[1])
    if row is not None and row.title == "Tailwind CSS" and (file := OUTPUT_FILE.search(command)):
        return relative(file[1].rpartition("/")[0])
    vite = _vite_config(repo, command)
    if vite and (row is None or row.title == "Vite" or (row.kind == "server" and "vite" in command)):
        return _vite_output(repo, vite)
    if row is not None and row.title == "Angular":
        return _angular_output(repo)
    if row is not None and row.title == "webpack":
        return _webpack_output(repo, command)
    if row is not None and row.title in ("esbuild", "Rollup") and (written := _written_output(repo, command)):
        return written
    if repo.is_file("project.json") and (nx := _nx_output(repo)):
        return nx
    if row is not None and row.output and row.kind != "server":
        return row.output
    if found := _TSC_OUT.search(_typescript(repo)):
        return relative(found[1])
    return row.output if row is not None and row.output else "dist"


def expanded(package: PackageJson, name: str, depth: int = 3) -> str:
    """The command line of a script, with the scripts that it calls in their places."""
    command = package.scripts.get(name, "")
    if not depth:
        return command
    return _CALLS.sub(lambda hit: expanded(package, hit[1], depth - 1) or hit[0], command)


def foreign_program(package: PackageJson, name: str) -> str:
    """A program of another language that the script runs, "" when there is none."""
    known = frozenset(load("node").lists["foreign"])
    steps = re.split(r"&&|\|\||[;|]", expanded(package, name))
    return next((word for step in steps if (word := _program(step)) in known), "")


def _program(step: str) -> str:
    return next((word for word in step.split() if not re.match(r"\w+=", word) and word not in ("cross-env", "env")), "")


def source_root(repo: Repository) -> str:
    """The folder of TypeScript sources that the compiler leaves out of output paths."""
    found = _TSC_ROOT.search(_typescript(repo))
    if found:
        return relative(found[1])
    loose = any(name.endswith(".ts") and not name.endswith((".d.ts", ".config.ts")) for name in repo.entries())
    return "" if loose or not repo.is_folder("src") else "src"


def public_variables(repo: Repository) -> tuple[tuple[BuildArgument, ...], tuple[Secret, ...]]:
    """Variables that the bundler writes into the output: arguments, and secrets where the name looks like one."""
    names = {name for _, text in sources(repo) for name in _PUBLIC.findall(text)}
    names -= {"PUBLIC_URL"}
    plain = [name for name in sorted(names) if not _SECRET_NAME.search(name)][:40]
    secret = [name for name in sorted(names) if _SECRET_NAME.search(name)][:40]
    why = "the build writes its value into files that browsers load"
    return (
        tuple(BuildArgument(name, why=why) for name in plain),
        tuple(Secret(name.lower(), variable=name, source=name, why=why) for name in secret),
    )


def sources(repo: Repository) -> Iterator[tuple[str, str]]:
    """Source files and their texts, the shallow ones first, as many as evidence needs."""
    folders = [
        "",
        *(f for f in repo.folders() if f.rsplit("/", 1)[-1] not in ("test", "tests", "docs", "e2e", "public")),
    ]
    below = chain.from_iterable(repo.walk(folder, 6 if folder else 0) for folder in folders)
    seen = (p for p in islice(below, _WALKED) if p.endswith(SOURCES) and ".test." not in p and ".spec." not in p)
    for path in islice(seen, _FILES):
        yield path, repo.source(path)


def relative(path: str) -> str:
    """A folder without `.` parts and slashes at its ends; leading ../ stay."""
    up = 0
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and not parts:
            up += 1
        elif part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join([*[".."] * up, *parts])


def _vite_config(repo: Repository, command: str) -> str | None:
    """The configuration that the build names, else the one of a usual name."""
    told = _VITE_CONFIG.search(command)
    path = normal(told[1]) if told else ""
    return path if path and repo.is_file(path) else repo.first(*load("node").frameworks["vite"].config)


def _vite_output(repo: Repository, config: str) -> str:
    """The outDir, which is relative to Vite's root unless it is made of the configuration's own folder."""
    text = re.sub(r"^\s*//.*$", "", repo.source(config), flags=re.MULTILINE)
    root = re.search(r"\broot\s*:\s*['\"]([^'\"]+)['\"]", text)
    if found := _OUT_DIR.search(text):
        if re.search(r"\bdirname\b|__dirname|import\.meta", found[0]):
            return relative(f"{config.rpartition('/')[0]}/{found[1]}")
        return relative(f"{root[1]}/{found[1]}" if root and "(" not in found[0] else found[1])
    if re.search(r"\boutDir\s*:", text):
        line = repo.line_of(config, re.compile(r"\boutDir\s*:"))
        raise ProjectError(
            f"{config}:{line} computes the output folder, so it cannot be read without running it.",
            "Write the folder out, as in outDir: 'dist'.",
        )
    return relative(f"{root[1]}/dist") if root else "dist"


def webpack_configs(repo: Repository, command: str) -> list[str]:
    """The configuration that the command names, else the one of a usual name, and the files that it is merged from."""
    told = _WEBPACK_CONFIG.search(command)
    path = normal(told[1]) if told else ""
    first = path if path and repo.is_file(path) else repo.first(*load("node").frameworks["webpack"].config)
    found = [first] if first else []
    for config in found:  # grows as it is read
        beside = config.rpartition("/")[0]
        for name in _REQUIRED.findall(repo.source(config)):
            near = normal(f"{beside}/{name}" if beside else name)
            parts = (f"{near}{ending}" for ending in ("", ".js", ".cjs", ".mjs", ".ts"))
            part = next((p for p in parts if near and repo.is_file(p)), None)
            if part and part not in found and len(found) < _CONFIGS:
                found.append(part)
    return found


def from_config(config: str, written: str) -> str:
    """The folder that an expression of quoted parts means: seen from the configuration where that names its own place,
    else from where the command runs."""
    parts = re.findall(r"['\"]([^'\"]+)['\"]", written)
    near = bool(re.search(r"\b__dirname\b|\bdirname\b|import\.meta", written))
    return relative("/".join((*([config.rpartition("/")[0]] if near else []), *parts)))


def _webpack_output(repo: Repository, command: str) -> str:
    for config in webpack_configs(repo, command):
        text = repo.source(config)
        found = re.search(r"\bpath\s*:\s*(path\.(?:resolve|join)\([^)]*\))", _BUNDLE_TRACKER.sub("", text))
        if found and re.search(r"['\"]", found[1]):
            return from_config(config, found[1])
    return "dist"


def _written_output(repo: Repository, command: str) -> str:
    """The outdir of an esbuild script, or the dir of a Rollup configuration, that the build command names."""
    named = [path for word in command.split() if (path := normal(word)) and repo.is_file(path)]
    known = [name for name in repo.entries() if re.fullmatch(r"(esbuild|rollup)[\w.]*\.(config\.)?[cm]?[jt]s", name)]
    for path in [*named, *known]:
        found = re.search(r"\b(?:outdir|dir)\s*:\s*['\"]([\w./-]+)['\"]", repo.source(path))
        if found:
            return relative(found[1])
    return ""


def _angular_output(repo: Repository) -> str:
    table = repo.json("angular.json") if repo.is_file("angular.json") else {}
    projects = table.get("projects") if isinstance(table, dict) else None
    for name, project in (projects if isinstance(projects, dict) else {}).items():
        try:
            target = project["architect"]["build"]
            path = target.get("options", {}).get("outputPath", f"dist/{name}")
        except (KeyError, TypeError, AttributeError):
            continue
        base = path.get("base", f"dist/{name}") if isinstance(path, dict) else str(path)
        browser = "" if str(target.get("builder", "")).endswith(":browser") else "/browser"
        return normal(base + browser) or "dist"
    return "dist"


def _nx_output(repo: Repository) -> str:
    """The outputPath of the build target in Nx's project.json."""
    table: object = repo.json("project.json")
    for key in ("targets", "build", "options", "outputPath"):
        table = table.get(key) if isinstance(table, dict) else None
    return normal(table) or "" if isinstance(table, str) else ""


def _typescript(repo: Repository) -> str:
    found = repo.first("tsconfig.build.json", "tsconfig.json")
    text = repo.source(found) if found else ""
    return text if '"outDir"' in text or found == "tsconfig.json" else repo.source("tsconfig.json")
