"""The command that starts the program, unwrapped until Node.js itself is the first process."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from dockergen.catalog import Framework, load
from dockergen.frozen import frozen
from dockergen.languages.node.build import Build, source_root
from dockergen.languages.node.evidence import field_line
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.manifests.procfile import procfile
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository, normal

_ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*=\S*")
_SHELL = regex(r"[|&;<>()$`]")
_JSX = (".tsx", ".jsx")
_TYPESCRIPT = (".ts", ".mts", ".cts")
# Files of build tools, which some packages name as what they hold: gulpfile.js is run by gulp, and serves nobody.
_TOOLS = regex(r"(?:^|/)(?:gulpfile|[Gg]runtfile|webpack|rollup|vite|postcss|tailwind)\b[\w.-]*\.[cm]?[jt]s$")
_STEMS = ("server", "index", "app", "main", "src/server", "src/index", "src/app", "src/main")
_ENTRIES = tuple(f"{stem}.{end}" for end in ("js", "mjs", "cjs", "ts") for stem in _STEMS)
_RUNNERS = ("npm", "yarn", "pnpm")
# Options of dotenv-cli that take a word: files and values are the container's.
_DOTENV_VALUES = ("-e", "-c", "-v", "-p")
_DEPTH = 5  # scripts that call scripts


@frozen
class Start:
    """How the program starts."""

    argv: tuple[str, ...]  # as the first process gets it, "node" first where it is a file
    entry: str = ""  # the file that Node.js runs; "" for a tool or a shell
    shell: bool = False
    tool: str = ""  # command of a dependency
    environment: tuple[tuple[str, str], ...] = ()
    stripped: bool = False  # Node.js runs TypeScript as it is


@frozen
class _Context:
    repo: Repository
    package: PackageJson
    build: Build
    major: int


def start(
    repo: Repository, package: PackageJson, build: Build, row: Framework | None, major: int
) -> Sourced[Start] | None:
    """The start command: Procfile > framework > production script > start script > main > conventional file.

    None when nothing can be started. Candidates that start a development server or name no file are rejected.
    """
    context = _Context(repo, package, build, major)
    rejected: list[Rejected] = []
    for command, origin in _candidates(repo, package, row):
        found = _unwrapped(context, command, 0)
        if isinstance(found, Start):
            return Sourced(found, origin, tuple(rejected))
        rejected.append(Rejected(command, origin, found))
    for path, origin in _files(repo, package, row):
        found = _file(context, path, ())
        if isinstance(found, Start):
            return Sourced(found, origin, tuple(rejected))
        if origin.path:
            rejected.append(Rejected(path, origin, found))
    return None


def requested(argv: tuple[str, ...]) -> Start:
    """A start command of the user, taken as it is."""
    entry = argv[1] if len(argv) > 1 and argv[0] == "node" and not argv[1].startswith("-") else ""
    return Start(argv, entry, shell=argv[0] in ("sh", "bash", "/bin/sh"), tool="" if entry else argv[0])


def _candidates(repo: Repository, package: PackageJson, row: Framework | None) -> list[tuple[str, Origin]]:
    found: list[tuple[str, Origin]] = []
    if repo.is_file("Procfile"):
        found += [
            (p.command, Origin("file", "Procfile", p.line)) for p in procfile(repo.read("Procfile")) if p.name == "web"
        ]
    if row is not None and row.start and row.kind in ("output", "tool"):
        found.append((shlex.join(row.start), Origin("default", note=row.title)))
    for name in ("start:prod", "start:production", "start"):
        if command := package.scripts.get(name, ""):
            found.append((command, Origin("file", "package.json", field_line(repo, "scripts", name))))
    return found


def _files(repo: Repository, package: PackageJson, row: Framework | None) -> list[tuple[str, Origin]]:
    found: list[tuple[str, Origin]] = []
    if package.main and not _TOOLS.search(package.main):
        found.append((package.main, Origin("file", "package.json", field_line(repo, "main"))))
    if row is not None and row.start and row.kind == "server":
        found.append((row.start[-1], Origin("default", note=row.title)))
    if len(package.programs) == 1:
        found.append((package.programs[0], Origin("file", "package.json", field_line(repo, "bin"))))
    known = [path for path in _ENTRIES if repo.is_file(path)]
    return found + [(path, Origin("file", path, 1)) for path in known if not package.main or repo.is_file(path)]


def _unwrapped(context: _Context, command: str, depth: int) -> Start | str:
    """The start that a command line comes down to, or why it is none."""
    if depth > _DEPTH or "\n" in command:
        return "scripts call one another in a circle"
    parts = [part.strip() for part in re.split(r"&&", command)]
    if len(parts) > 1 and all(_prepares(context, part) for part in parts[:-1]):
        return _unwrapped(context, parts[-1], depth + 1)
    if _SHELL.search(command):
        return _in_shell(context, command)
    try:
        words = shlex.split(command)
    except ValueError:
        return "a quote does not close"
    environment, words = _assignments(words)
    found = _program(context, words, depth)
    if isinstance(found, Start) and environment:
        return replace(found, environment=(*environment, *found.environment))
    return found


def _prepares(context: _Context, part: str) -> bool:
    """The step builds, which the image has done already."""
    words = part.split()
    script = words[-1] if words and words[0] in _RUNNERS else ""
    return script in ("build", context.build.script) or words[:1] in (["tsc"], ["rimraf"], ["vite"])


def _assignments(words: list[str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    rest = list(words)
    if rest and rest[0] in ("cross-env", "env", "exec", "dotenv", "--"):
        head = rest.pop(0)
        while head == "dotenv" and rest and rest[0].startswith("-"):
            rest = rest[2:] if rest[0] in _DOTENV_VALUES else rest[1:]
    pairs = []
    while rest and _ASSIGNMENT.fullmatch(rest[0]):
        name, _, value = rest.pop(0).partition("=")
        pairs.append((name, value))
    if rest and rest[0] in ("exec", "cross-env"):
        rest.pop(0)
    return tuple(pair for pair in pairs if pair[0] not in ("NODE_ENV", "PORT")), rest


def _program(context: _Context, words: list[str], depth: int) -> Start | str:
    if not words:
        return "it starts nothing"
    head = words[0].removeprefix("./node_modules/.bin/").removeprefix("node_modules/.bin/")
    if head in ("npx", "yarn", "pnpm", "npm"):
        return _script(context, words, depth)
    if head == "node":
        return _node(context, words[1:])
    if head == "next" and words[1:2] == ["start"]:
        return _tool(context, ["next", "start", *_without_port(words[2:])])
    if head == "nest" and words[1:2] == ["start"] and not {"--watch", "--debug"} & set(words):
        return _file(context, "dist/main.js", ())
    if head in ("pm2", "pm2-runtime"):
        return _pm2(context, words[1:])
    if unfit := _unfit(head, words):
        return unfit
    if head in ("ts-node", "tsx", "ts-node-esm"):
        return _typescript(context, head, words[1:])
    return _tool(context, [head, *words[1:]])


def _unfit(head: str, words: list[str]) -> str:
    """Why the program starts no image, "" where nothing speaks against it."""
    lists = load("node").lists
    if head in lists["foreign"]:
        return "it starts a program of another language"
    develops = head in lists["development"] or "--watch" in words or words[1:2] == ["dev"]
    return "it starts a development server" if develops else ""


def _pm2(context: _Context, words: list[str]) -> Start | str:
    """The program that PM2 would keep alive: the container's engine does that, and restarts it."""
    rest = [word for word in words if not word.startswith("-") and word != "start"]
    path = normal(rest[0]) if rest else ""
    if not path or not context.repo.is_file(path):
        return "PM2 starts nothing that is here"
    if not re.search(r"\.config\.c?js$|\.json$", path):
        return _file(context, path, ())
    found = re.search(r"""["']?script["']?\s*:\s*["']([^"']+)["']""", context.repo.source(path))
    return _file(context, found[1], ()) if found else "PM2's configuration names no script"


def _script(context: _Context, words: list[str], depth: int) -> Start | str:
    rest = words[1:]
    if rest[:1] in (["run"], ["run-script"], ["exec"], ["--"], ["dlx"]):
        rest = rest[1:]
    if not rest:
        return "it names no script"
    name = rest[0]
    if name in context.package.scripts and words[0] != "npx":
        more = [word for word in rest[1:] if word != "--"]
        return _unwrapped(context, f"{context.package.scripts[name]} {shlex.join(more)}".rstrip(), depth + 1)
    return _program(context, rest, depth + 1) if depth < _DEPTH and rest[0] not in _RUNNERS else "it names no script"


def _node(context: _Context, words: list[str]) -> Start | str:
    flags: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("-"):
        flag = rest.pop(0)
        if flag.startswith("--watch"):
            return "it restarts on changes"
        if flag.startswith("--env-file"):
            rest = rest[1:] if "=" not in flag and rest else rest
            continue  # settings come from the container's environment
        if flag.startswith("--inspect"):
            continue
        flags.append(flag)
        if flag in ("-r", "--require", "--import", "--loader", "--experimental-loader") and rest:
            flags.append(rest.pop(0))
    if not rest:
        return "it names no file"
    return _file(context, rest[0], tuple(flags), tuple(rest[1:]))


def _file(context: _Context, path: str, flags: tuple[str, ...], rest: tuple[str, ...] = ()) -> Start | str:
    entry = normal(path)
    if not entry:
        return "the file lies outside of the repository"
    repo, build = context.repo, context.build
    if entry.endswith(_JSX):
        return "it holds JSX, which Node.js does not run: a bundler makes a browser's script of it"
    for candidate in (entry, f"{entry}.js", f"{entry}.mjs", f"{entry}.cjs", f"{entry}/index.js"):
        if repo.is_file(candidate) and not candidate.endswith(_TYPESCRIPT):
            return Start(("node", *flags, candidate, *rest), candidate)
    if build.command is not None and _is_output(context, entry):
        suffixed = entry if entry.rsplit("/", 1)[-1].endswith((".js", ".mjs", ".cjs")) else f"{entry}.js"
        return Start(("node", *flags, suffixed, *rest), suffixed)
    if repo.is_file(entry) and entry.endswith(_TYPESCRIPT):
        return _typescript(context, "", [entry, *rest])
    return "the file does not exist"


def _is_output(context: _Context, entry: str) -> bool:
    """The build makes this file: it lies in the output folder, or in one of the usual names that is not there yet."""
    output = context.build.output
    if output and entry.startswith(f"{output}/"):
        return True
    folder, slash, _ = entry.partition("/")
    return bool(slash) and folder in ("dist", "build", "lib", "out", "output", ".output")


def _typescript(context: _Context, tool: str, words: list[str]) -> Start | str:
    """A TypeScript file: the compiled one when there is a build, the tool when it ships, else Node.js itself."""
    path = next((w for w in words if w.endswith(_TYPESCRIPT)), "")
    entry = normal(path) if path else None
    if not entry or not context.repo.is_file(entry):
        return "the file does not exist"
    if context.build.command is not None and context.build.output:
        root = source_root(context.repo)
        inner = entry.removeprefix(f"{root}/") if root else entry
        script = re.sub(r"\.([mc]?)ts$", r".\1js", inner)
        compiled = f"{context.build.output}/{script}"
        return Start(("node", compiled), compiled)
    if tool and tool in context.package.dependencies:
        return _tool(context, [tool, *words])
    if context.major >= 22:
        return Start(("node", entry), entry, stripped=True)
    return "Node.js runs TypeScript as it is from version 22 on; there is no build script"


def _tool(context: _Context, words: list[str]) -> Start | str:
    """The command of a dependency by its path: no package manager stands between it and the signals."""
    name = words[0]
    if name in ("sh", "bash"):
        return Start(tuple(words), shell=True)
    if "/" in name:
        inside = normal(name)
        if inside and context.repo.is_file(inside):
            return Start((f"./{inside}", *words[1:]), shell=True)
        return "the file does not exist"
    return Start((f"node_modules/.bin/{name}", *words[1:]), tool=name)


def _in_shell(context: _Context, command: str) -> Start | str:
    known = load("node").lists["development"]
    heads = {word for part in re.split(r"[|&;]+", command) for word in part.split()[:1]}
    if heads & set(known) or re.search(r"\b(next|nuxt|astro) dev\b", command):
        return "it starts a development server"
    last = re.split(r"&&|;", command)[-1].strip()
    body = command if last.startswith("exec ") else f"{command[: len(command) - len(last)]}exec {last}"
    simple = not re.search(r"[|&;<>()`]", last)
    return Start(("sh", "-c", body if simple else command), shell=True)


def _without_port(words: list[str]) -> list[str]:
    """`next start` reads PORT where no flag says otherwise."""
    kept, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-p", "--port"):
            rest = rest[1:]
        elif not word.startswith(("--port=", "-p=")):
            kept.append(word)
    return kept
