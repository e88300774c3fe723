"""The image of a Go program: a static binary on distroless, or the smallest base that its C libraries allow."""

from __future__ import annotations

import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.go.modules import modules
from dockergen.languages.go.program import Program, program
from dockergen.languages.go.version import version
from dockergen.model import BuildPlan, Decision, IgnoreGroup, Image, Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, settled


@frozen
class GoFacts:
    """What the Go templates print."""

    manifests: tuple[str, ...]  # files that `go mod download` reads
    downloads: bool  # something is to be downloaded, and it is not vendored
    cgo: bool
    tags: tuple[str, ...]  # build tags of a program that has the C library linked in
    package: str  # ./cmd/server
    binary: str
    runtime_files: tuple[str, ...]  # folders and files that the program opens when it runs
    mounts_source: bool  # the source can be mounted read-only instead of copied
    build_command: str


def plan(repo: Repository, settings: Settings) -> BuildPlan:
    """The image of one main package.

    Raises ProjectError for a missing go.mod or go.sum, a replacement outside of the repository, no or several main
    packages, or a Go version that does not exist.
    """
    catalog = load("go")
    mods = modules(repo)
    go_version, notes = version(repo, mods, settings)
    main = program(repo, mods, settings)
    minor = ".".join(go_version.value.split(".")[:2])
    runtime, user, why = _runtime(main, settings)
    build = catalog.images["build"].at(go_version.value, catalog.images["build"].suites.get(minor, "trixie"))
    port = settled("port", settings.port, main.port) if main.port else settings.port
    start = settled("start", settings.start, _start(main))
    decisions = [
        Decision("version", go_version, "--version"),
        Decision("manager", Sourced("go", Origin("file", mods.manifest, 1))),
        *([Decision("framework", main.framework)] if main.framework else []),
        Decision("app", replace(main.package, value=f"./{main.package.value}".rstrip("/.") or "."), "--app"),
        Decision("cgo", main.cgo),
        Decision("build_image", Sourced(str(build), go_version.origin)),
        Decision("runtime_image", Sourced(str(runtime), why), "--base"),
        *([Decision("port", port, "--port")] if port else []),
        Decision("start", start, "--start"),
        Decision("health", Sourced("none", Origin("default", note="distroless has nothing to probe with"))),
    ]
    return BuildPlan(
        language="go",
        title="Go",
        build_image=build,
        runtime_image=runtime,
        decisions=tuple(decisions),
        start=start.value,
        port=port.value if port else None,
        user=user,
        env=(*main.command.environment, *_port_variable(main, port, settings)),
        build_packages=tuple(sorted({*main.build_packages})),
        runtime_packages=tuple(sorted({*main.runtime_packages, *(settings.package.value if settings.package else ())})),
        context_files=(*mods.manifests, *main.runtime_files, *main.embedded),
        takes_in=main.takes_in,
        ignore=_ignored(repo),
        notes=(*notes, *main.notes),
        touch=main.touch,
        facts=GoFacts(
            manifests=mods.manifests,
            downloads=mods.downloads,
            cgo=main.cgo.value == "on",
            tags=catalog.lists["static_tags"] if main.links_all else (),
            package=f"./{main.package.value}" if main.package.value else ".",
            binary=main.binary,
            runtime_files=main.runtime_files,
            mounts_source=not main.embeds_missing,
            build_command=settings.build_command.value if settings.build_command else "",
        ),
    )


def _port_variable(main: Program, port: Sourced[int] | None, settings: Settings) -> tuple[tuple[str, str], ...]:
    known = port is not None and (main.reads_port or main.command.shell or settings.port is not None)
    return (("PORT", str(port.value)),) if port is not None and known else ()


def _start(main: Program) -> Sourced[tuple[str, ...]]:
    words: tuple[str, ...] = (f"/app/{main.binary}", *main.command.arguments)
    if main.command.shell:
        # Variables stay as they are written; a shell fills them in and makes way for the program.
        words = ("sh", "-c", " ".join(["exec", words[0], *(_double_quoted(word) for word in words[1:])]))
    return Sourced(words, main.command.origin if main.command.arguments else main.package.origin)


def _double_quoted(word: str) -> str:
    return '"' + re.sub(r'(["\\`])', r"\\\1", word) + '"'


def _runtime(main: Program, settings: Settings) -> tuple[Image, str, Origin]:
    """The smallest image that the program is known to work on, its user, and the reason."""
    images = load("go").images
    if settings.base:
        repository, _, tag = settings.base.value.partition("@")[0].rpartition(":")
        digest = settings.base.value.partition("@")[2]
        image = Image(repository, tag, digest) if repository else Image(settings.base.value, "latest")
        return (
            image,
            images["static"].user if "distroless" in image.repository else "10001:10001",
            settings.base.origin,
        )
    packages = (*main.runtime_packages, *(settings.package.value if settings.package else ()))
    if packages:
        return images["slim"].at(), "10001:10001", Origin("default", note=f"{packages[0]} comes from Debian")
    words = settings.start.value if settings.start else _start(main).value
    if words[0] in ("sh", "bash", "/bin/sh"):
        return images["slim"].at(), "10001:10001", Origin("default", note="the start command needs a shell")
    static = main.cgo.value == "off" or (main.links_all and not settings.build_command)
    kind = "static" if static else "cc" if main.links_cpp else "base"
    row = images[kind]
    return (
        row.at(),
        row.user,
        Origin("default", note="static binary" if kind == "static" else "cgo needs the C library"),
    )


def _ignored(repo: Repository) -> tuple[IgnoreGroup, ...]:
    patterns = ["**/*_test.go", "**/*.test", "**/*.out", "coverage*"]
    # Folders that builds fill; a repository may as well keep source in them.
    patterns += [
        name for name in ("bin", "build", "dist", "tmp") if not repo.has(name) or not list(repo.glob(f"{name}/**/*.go"))
    ]
    return (
        IgnoreGroup("Built and tested on this machine, not in the image", tuple(patterns)),
        IgnoreGroup("Front-end packages are installed in the image", ("**/node_modules",)),
    )
