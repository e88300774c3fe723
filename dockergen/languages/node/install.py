"""How the dependencies get in: the files that the install step reads, its scripts, and what must be compiled."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.node.evidence import field_line
from dockergen.languages.node.manager import Manager
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.model import Secret
from dockergen.repository import LOCK_LIMIT, Repository, normal

_VARIABLE = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}")
_TOKEN = regex(r"(_authToken|_password|_auth|npmAuthToken|npmAuthIdent)\s*[=:]\s*[\"']?([^\s\"'#]+)")
# Packages for tests that fetch a browser when they are installed, and the variable that stops them.
_BROWSERS = {
    "cypress": ("CYPRESS_INSTALL_BINARY", "0"),
    "playwright": ("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    "puppeteer": ("PUPPETEER_SKIP_DOWNLOAD", "1"),
}
_BUILDS = ("npm run build", "pnpm run build", "pnpm build", "yarn build", "yarn run build")
_SCRIPTS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")
# Prebuilt or compiled parts in any lock file: names that only packages with native code depend on.
_NATIVE_IN_LOCK = regex(
    r"[/\"'\s](node-gyp-build|node-gyp|prebuild-install|@mapbox/node-pre-gyp|node-addon-api|bindings|nan)[@\"':]"
)
_OF_GIT = regex(r"\bgit(?:\+\w+)?://|\.git#|#commit=|^\s*(?:type: git|resolution: .*type: git\b)", re.MULTILINE)
_INSTALL_SCRIPT = regex(r'"node_modules/((?:@[^/"]+/)?[^/"]+)":\s*\{[^{}]*"hasInstallScript": true', re.DOTALL)


@frozen
class Install:
    """What the install partials print."""

    kind: str  # npm, pnpm, yarn1, yarn or bun
    bootstrap: str  # package to install globally first, such as pnpm@10.34.8
    replaces: bool  # ... in the place of Yarn 1, which images of Node.js before 26 bring
    cache: str  # folder of the cache mount
    manifests: tuple[str, ...]  # files and folders that are bind-mounted
    locked: bool
    scripts: bool  # the root's own install scripts run
    rebuild: bool  # ... but those of the dependencies must
    source_first: bool  # the install scripts need the source
    pnp: bool  # Yarn without node_modules
    yarn: str  # how Yarn is called: "yarn" or "node .yarn/releases/yarn-4.cjs"
    prefix: str = ""  # folder of the manifests in the context, "" or "folder/"
    secrets: tuple[Secret, ...] = ()
    native: bool = False  # a dependency has compiled parts
    build_packages: tuple[str, ...] = ()
    runtime_packages: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()  # what keeps test tools from downloading browsers
    notes: tuple[str, ...] = ()


def install(repo: Repository, package: PackageJson, manager: Manager, node: str) -> Install:
    """The install step; ProjectError for a local dependency that lies outside of the repository."""
    row = load("node").managers[manager.kind]
    mounted = [*_manifests(repo, package, manager), *_local(repo, package)]
    secrets, hidden = _secrets(repo)
    needs, scripts, extra = _own_scripts(repo, package, manager)
    rows = load("node").packages
    system = [rows[name] for name in sorted({**package.dependencies, **package.optional}) if name in rows]
    dev = [rows[name] for name in sorted(package.development) if name in rows]
    return Install(
        kind=manager.kind,
        bootstrap=_bootstrap(manager, node),
        replaces=manager.kind == "yarn" and not manager.yarn_path and int(node.split(".", maxsplit=1)[0]) < 26,
        cache=row.cache,
        manifests=tuple(dict.fromkeys(p for p in [*mounted, *extra] if p not in hidden)),
        locked=bool(manager.lock),
        scripts=scripts,
        rebuild=not scripts and _has_install_scripts(repo, package, manager),
        source_first=needs,
        pnp=manager.kind == "yarn" and _linker(repo) == "pnp",
        yarn=f"node {manager.yarn_path}" if manager.yarn_path else "yarn",
        prefix="",
        secrets=secrets,
        native=_native(repo, package, manager),
        build_packages=tuple(
            sorted({*_fetching(repo, package, manager), *(p for s in (*system, *dev) for p in s.build)})
        ),
        runtime_packages=tuple(sorted({p for s in system for p in s.run})),
        environment=tuple(pair for name, pair in _BROWSERS.items() if name in package.development),
    )


def _bootstrap(manager: Manager, node: str) -> str:
    if manager.kind in ("pnpm", "bun"):
        return f"{manager.kind}@{manager.version}"
    if manager.kind == "yarn" and not manager.yarn_path:
        return f"@yarnpkg/cli-dist@{manager.version}"
    # The images carry Yarn 1 up to Node.js 25.
    if manager.kind == "yarn1" and int(node.split(".", maxsplit=1)[0]) >= 26:
        return f"yarn@{manager.version}"
    return ""


def _manifests(repo: Repository, package: PackageJson, manager: Manager) -> list[str]:
    names = ["package.json", manager.lock]
    if manager.kind in ("npm", "pnpm", "yarn1", "bun"):
        names.append(".npmrc")
    if manager.kind == "bun":
        names += ["bunfig.toml", *package.patches]
    if manager.kind == "yarn1":
        names.append(".yarnrc")
    if manager.kind == "pnpm":
        names += ["pnpm-workspace.yaml", ".pnpmfile.cjs", ".pnpmfile.mjs", *package.patches]
        names += ["patches"] if "patchedDependencies" in repo.source("pnpm-workspace.yaml") else []
    if manager.kind == "yarn":
        names += [".yarnrc.yml", manager.yarn_path, ".yarn/plugins", ".yarn/patches"]
    return [name for name in names if name and repo.has(name)]


def _local(repo: Repository, package: PackageJson) -> list[str]:
    """Folders and archives of the repository that dependencies name with file: or link:."""
    found = []
    for name, value in sorted(package.all_dependencies.items()):
        kind, colon, path = value.partition(":")
        if not colon or kind not in ("file", "link", "portal"):
            continue
        inside = normal(path)
        if inside is None or not repo.has(inside):
            line = field_line(repo, name)
            raise ProjectError(
                f"package.json:{line} takes {name} from {path[:80]!r}, which is not below this folder.",
                "Run dockergen in the folder that holds both, or publish the package.",
            )
        found.append(inside)
    return found


def _secrets(repo: Repository) -> tuple[tuple[Secret, ...], set[str]]:
    """Credentials of private registries, and configuration files that hold one in clear and are therefore not read."""
    secrets: dict[str, Secret] = {}
    hidden = set()
    for path in (".npmrc", ".yarnrc.yml"):
        if not repo.is_file(path):
            continue
        text = repo.source(path)
        if any("$" not in value for _, value in _TOKEN.findall(text)):
            hidden.add(path)
            name = path.lstrip(".").partition(".")[0]
            secrets[name] = Secret(name, f"/root/{path}", source=path, why=f"{path} holds a token")
            continue
        for variable in _VARIABLE.findall(text):
            secrets[variable] = Secret(variable.lower(), variable=variable, source=variable, why=f"{path} refers to it")
    return tuple(secrets[name] for name in sorted(secrets)), hidden


def _own_scripts(repo: Repository, package: PackageJson, manager: Manager) -> tuple[bool, bool, list[str]]:
    """Whether the root's install scripts need the source; whether they run at all; files that they read."""
    hooks = load("node").lists["hooks"]
    names = _SCRIPTS[:3] if manager.kind == "yarn" else _SCRIPTS
    extra: list[str] = []
    present = needed = source = False
    for name in names:
        command = package.scripts.get(name, "")
        if not command or name == "prepublish":
            continue
        present = True
        for part in re.split(r"&&|\|\||;", command):
            kind, paths = _reads(repo, package, part.strip(), hooks)
            extra += paths
            needed = needed or kind != "hook"
            source = source or kind == "source"
    return source, needed or not present, extra


def _reads(repo: Repository, package: PackageJson, command: str, hooks: tuple[str, ...]) -> tuple[str, list[str]]:
    words = command.removeprefix("npx ").removeprefix("yarn run ").split()
    while words and "=" in words[0]:
        words.pop(0)
    first = words[0] if words else ""
    if first in hooks or not first or (first == "node" and any("husky" in w or "hook" in w for w in words)):
        return "hook", []
    if first == "patch-package":
        return "files", [p for p in ("patches",) if repo.has(p)]
    if first == "prisma" and words[1:2] == ["generate"]:
        return "files", [
            p for p in (package.prisma_schema, "prisma", "prisma.config.ts", "schema.prisma") if p and repo.has(p)
        ]
    if " ".join(words[:2]) in load("node").lists["repeated"]:
        return "hook", []
    if first in ("tsc", "vite", "webpack", "rollup", "tsup") or " ".join(words) in _BUILDS:
        return "hook", []  # the build has a step of its own
    return "source", []


def _has_install_scripts(repo: Repository, package: PackageJson, manager: Manager) -> bool:
    if manager.kind == "npm" and manager.lock:
        found = _INSTALL_SCRIPT.findall(repo.read(manager.lock, LOCK_LIMIT))
        return any(name not in load("node").lists["harmless"] for name in found)
    return _native(repo, package, manager) or any(n in package.all_dependencies for n in ("esbuild", "vite"))


def _fetching(repo: Repository, package: PackageJson, manager: Manager) -> tuple[str, ...]:
    """What of Debian fetches packages that are locked, or asked for, in a Git repository; the slim image lacks it."""
    text = repo.read(manager.lock, LOCK_LIMIT) if manager.lock else "\n".join(package.all_dependencies.values())
    return ("ca-certificates", "git") if _OF_GIT.search(text) else ()


def _native(repo: Repository, package: PackageJson, manager: Manager) -> bool:
    """A dependency that ships has compiled parts, or may have: the lock file names what such packages need."""
    catalog = load("node")
    known = {*catalog.lists["native"], *catalog.packages}
    if known & {*package.dependencies, *package.optional}:
        return True
    if not manager.lock:
        return False
    text = repo.read(manager.lock, LOCK_LIMIT)
    if manager.kind != "npm":
        return _NATIVE_IN_LOCK.search(text) is not None
    return _native_in_npm_lock(repo, manager.lock) if '"hasInstallScript": true' in text else False


def _native_in_npm_lock(repo: Repository, lock: str) -> bool:
    table = repo.json(lock, LOCK_LIMIT)
    packages = table.get("packages") if isinstance(table, dict) else None
    for path, entry in (packages if isinstance(packages, dict) else {}).items():
        if not path or not isinstance(entry, dict) or not entry.get("hasInstallScript"):
            continue
        name = path.rpartition("node_modules/")[2]
        if not entry.get("dev") and not entry.get("devOptional") and name not in load("node").lists["harmless"]:
            return True
    return False


def _linker(repo: Repository) -> str:
    text = repo.source(".yarnrc.yml") if repo.is_file(".yarnrc.yml") else ""
    found = re.search(r"^nodeLinker:\s*[\"']?([\w-]+)", text, re.MULTILINE)
    return found[1] if found else "pnp"
