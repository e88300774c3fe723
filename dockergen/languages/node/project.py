"""What a folder with a package.json is: its framework, its build, its start."""

from __future__ import annotations

from dockergen.catalog import Framework
from dockergen.frozen import frozen
from dockergen.languages.node import nextjs
from dockergen.languages.node.build import Build, build, framework
from dockergen.languages.node.evidence import MANIFEST, field_line, manifest
from dockergen.languages.node.start import Start, requested, start
from dockergen.languages.node.version import version
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, settled

_COMPILER = regex(r"(?:npx )?tsc(?:\s+(?:-p|--project)\s+\S+|\s+--?\w+)*")
_STATIC = ("spa", "site")


@frozen
class Project:
    """The decisions that all kinds of image share."""

    manifest: PackageJson
    version: Sourced[str]
    framework: tuple[str, Framework, Origin] | None
    build: Build
    start: Sourced[Start] | None
    next_mode: str  # "", standalone, export or server
    next_origin: Origin
    members: tuple[str, ...]  # patterns of a workspace
    workspace_origin: Origin
    notes: tuple[str, ...]

    @property
    def row(self) -> Framework | None:
        return self.framework[1] if self.framework else None

    @property
    def is_next(self) -> bool:
        """A Next.js server, standalone or not."""
        return self.next_mode in ("standalone", "server")

    @property
    def is_static(self) -> bool:
        """The build makes files for a web server, and nothing else runs."""
        exported = self.next_mode == "export"
        return self.build.command is not None and (exported or (self.row is not None and self.row.kind in _STATIC))


def project(repo: Repository, settings: Settings) -> Project:
    """The shared decisions; ProjectError when the manifest, a version or an output folder cannot be read."""
    package = manifest(repo)
    node, notes = version(repo, package, settings)
    found = framework(repo, package)
    row = found[1] if found else None
    built = build(repo, package, settings, row)
    next_mode, next_origin = nextjs.mode(repo) if row is not None and row.kind == "next" else ("", Origin("default"))
    detected = None if next_mode == "export" else start(repo, package, built, row, int(node.value.split(".")[0]))
    if row is not None and row.kind in _STATIC and detected is not None and not _deliberate(detected):
        detected = None
    started = detected
    if settings.start is not None:
        lost = Sourced(detected.value.argv, detected.origin, detected.rejected) if detected else settings.start
        argv = settled("start", settings.start, lost)
        started = Sourced(requested(argv.value), argv.origin, argv.rejected)
    if started is not None and _only_checks(repo, package, built, started.value.entry):
        notes.append(
            f'"{built.script}" checks types and makes nothing that {started.value.entry} uses; it is left out.'
        )
        built = Build(None)
    members, origin = _members(repo, package)
    return Project(package, node, found, built, started, next_mode, next_origin, members, origin, tuple(notes))


def _only_checks(repo: Repository, package: PackageJson, built: Build, entry: str) -> bool:
    """The compiler alone is the build, and the program starts from a source that does not mention its output."""
    if not built.script or not _COMPILER.fullmatch(package.scripts.get(built.script, "")) or not repo.is_file(entry):
        return False
    output = built.output
    return (
        not entry.endswith((".ts", ".mts", ".cts"))
        and not entry.startswith(f"{output}/")
        and output not in repo.source(entry)
    )


def _deliberate(found: Sourced[Start]) -> bool:
    """A front end has a server of its own only where a script or Procfile runs a file of the repository."""
    return found.value.entry != "" and not (found.origin.path != "Procfile" and _main_only(found))


def _main_only(found: Sourced[Start]) -> bool:
    return found.origin.path not in (MANIFEST, "Procfile") or found.value.argv[1:] == ()


def _members(repo: Repository, package: PackageJson) -> tuple[tuple[str, ...], Origin]:
    if package.workspaces:
        return package.workspaces, Origin("file", MANIFEST, field_line(repo, "workspaces"))
    if repo.is_file("pnpm-workspace.yaml"):
        table = repo.yaml("pnpm-workspace.yaml")
        globs = table.get("packages") if isinstance(table, dict) else None
        if isinstance(globs, list):
            names = tuple(g for g in globs if isinstance(g, str) and g not in (".", "./"))
            return names, Origin("file", "pnpm-workspace.yaml", repo.line_of("pnpm-workspace.yaml", "packages"))
    return (), Origin("default")
