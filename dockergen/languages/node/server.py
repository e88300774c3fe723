"""The plan of a program that Node.js runs: a server or a worker."""

from __future__ import annotations

from dataclasses import replace

from dockergen.catalog import ImageRow, load
from dockergen.frozen import frozen
from dockergen.languages.node import nextjs, signals
from dockergen.languages.node.build import hashes_with_md4, public_variables, sources
from dockergen.languages.node.bundled import imports_development
from dockergen.languages.node.facts import NodeFacts, ignored
from dockergen.languages.node.install import Install, install
from dockergen.languages.node.manager import Manager, manager
from dockergen.languages.node.port import Network, network
from dockergen.languages.node.project import Project
from dockergen.languages.node.start import Start
from dockergen.model import BuildPlan, Decision, Image, Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, settled

_TOUCH = (
    *(f"src/{name}.ts" for name in ("main", "index", "server", "app")),
    *("app/page.tsx", "app/page.js", "src/app/page.tsx", "pages/index.js"),
)


@frozen
class _Runtime:
    image: Image
    user: str
    origin: Origin
    shell: bool


def server_plan(repo: Repository, settings: Settings, project: Project) -> BuildPlan:
    """The image of a program that Node.js runs; ProjectError as the parts raise it."""
    package = project.manifest
    tool = manager(repo, package, settings)
    setup = install(repo, package, tool, project.version.value)
    started = _started(project, setup)
    net = network(repo, started.value.entry, project.row)
    port = _port(project, net, settings)
    runtime = _runtime(project, setup, started.value, net, settings)
    kept = imports_development(repo, package) if project.build.command else ""
    facts = _facts(repo, project, setup, started.value, trimmed=not kept)
    argv = started.value.argv
    if not project.is_next and settings.start is None:
        argv = signals.stoppable(repo, argv, project.version.value)
    handled = argv != started.value.argv
    if not runtime.shell and argv[0] == "node":
        argv = argv[1:]
    arguments, secrets = public_variables(repo) if project.build.command and project.row else ((), ())
    packages = {*setup.runtime_packages, *(settings.package.value if settings.package else ())}
    build_image = load("node").images["build"].at(project.version.value)
    notes = [*project.notes, *tool.notes, *(net.notes if started.value.tool != "fastify" else ()), *setup.notes]
    if project.next_mode == "server":
        notes.append(nextjs.advice(repo))
    if kept:
        notes.append(
            f"The bundle imports {kept} when it runs, one of the devDependencies, so the image keeps all of these; "
            "move it to dependencies, or import it where only development does."
        )
    if started.value.stripped:
        notes.append(f"Node.js runs {started.value.entry} as it is, without a compiler; types are not checked.")
    return BuildPlan(
        language="node",
        title="Node.js",
        build_image=build_image,
        runtime_image=runtime.image,
        decisions=_decisions(project, tool, started, port, runtime, build_image),
        start=argv,
        start_why=signals.WHY if handled else "",
        port=port.value if port else None,
        health=_health(port, net, runtime),
        user=runtime.user,
        env=_environment(project, started.value, port),
        build_packages=setup.build_packages,
        runtime_packages=tuple(sorted(packages)),
        writable=("/app/.next/cache",) if project.is_next else (),
        dependency_paths=("/app/.yarn", "/app/.pnp.cjs") if setup.pnp else ("/app/node_modules",),
        context_files=(*setup.manifests, *facts.copies, *facts.files),
        ignore=ignored(repo, "" if facts.source and not facts.output else facts.output, facts.copies),
        secrets=(*setup.secrets, *secrets),
        build_args=arguments,
        notes=tuple(notes),
        touch=_touch(repo, started.value.entry),
        facts=replace(facts, arguments=tuple(a.name for a in arguments), secrets=secrets),
    )


def _started(project: Project, setup: Install) -> Sourced[Start]:
    if project.next_mode == "standalone" and (
        project.start is None or project.start.origin.kind not in ("flag", "env", "config")
    ):
        return Sourced(Start(("node", "server.js"), "server.js"), project.next_origin)
    found = project.start
    if project.next_mode == "server" and (found is None or found.value.tool == "next"):
        argv = ("node", "node_modules/next/dist/bin/next", "start")
        extra = found.value.argv[2:] if found else ()
        return Sourced(Start((*argv, *extra)), found.origin if found else project.next_origin)
    assert found is not None
    if setup.pnp and found.value.argv[0] == "node":
        loader = ("--experimental-loader", "./.pnp.loader.mjs") if project.manifest.module else ()
        command = ("node", "-r", "./.pnp.cjs", *loader, *found.value.argv[1:])
        return replace(found, value=replace(found.value, argv=command))
    return found


def _port(project: Project, net: Network, settings: Settings) -> Sourced[int] | None:
    detected = net.port
    if detected is None and project.row is not None and project.row.port:
        detected = Sourced(project.row.port, Origin("default", note=project.row.title))
    if project.is_next:
        detected = Sourced(3000, Origin("default", note="Next.js"))
    if detected is None:
        return settings.port
    return settled("port", settings.port, detected)


def _runtime(project: Project, setup: Install, started: Start, net: Network, settings: Settings) -> _Runtime:
    """The smallest image that the program is known to work on, and the reason."""
    images = load("node").images
    version = project.version.value
    slim = images["slim"]
    if settings.base is not None:
        name, _, digest = settings.base.value.partition("@")
        repository, colon, tag = name.rpartition(":")
        image = Image(repository, tag, digest) if colon and "/" not in tag else Image(name, "latest", digest)
        bare = "distroless" in image.repository
        return _Runtime(image, "65532:65532" if bare else "1000:1000", settings.base.origin, not bare)
    why = _needs_debian(project, setup, started, net, settings)
    row: ImageRow | None = images.get(f"distroless-{version}")
    if why or row is None:
        reason = why or (f"Node.js {version} is pinned" if "." in version else f"distroless has no Node.js {version}")
        return _Runtime(slim.at(version), slim.user, Origin("default", note=reason), True)
    return _Runtime(row.at(), row.user, Origin("default", note="nothing but Node.js is needed"), False)


def _needs_debian(project: Project, setup: Install, started: Start, net: Network, settings: Settings) -> str:
    if settings.package is not None or setup.runtime_packages:
        return "a Debian package is needed"
    if started.argv[0] != "node":
        return "the start command needs more than Node.js"
    if project.is_next:
        return "Next.js writes its cache"
    if setup.native:
        return "a dependency has compiled parts"
    return "the program starts others" if net.child_process else ""


def _facts(repo: Repository, project: Project, setup: Install, started: Start, *, trimmed: bool) -> NodeFacts:
    package, build = project.manifest, project.build
    builds = build.command is not None
    modules = bool(package.dependencies or package.optional)
    prisma = "@prisma/client" in package.dependencies
    trims = builds and bool(package.development) and trimmed
    prune = trims and (setup.source_first or prisma)
    layout = (
        "source"
        if not builds
        else {"standalone": "next_standalone", "server": "next_server"}.get(project.next_mode, "built")
    )
    output = build.output if builds else ""
    compiled = builds and output != "" and any(word.startswith(f"{output}/") for word in started.argv)
    if builds and not compiled and started.entry and not repo.is_file(started.entry) and "/" in started.entry:
        output, compiled = started.entry.split("/", 1)[0], True
    if project.row is not None and project.row.kind in ("output", "tool") and builds:
        compiled = True
    # Such a build brings all that it opens; public/ is in it.
    self_contained = project.row is not None and project.row.kind == "output"
    return NodeFacts(
        layout=layout,
        install=setup,
        installs=bool(package.all_dependencies),
        modules=modules and not (project.row is not None and project.row.title == "Nuxt"),
        production_stage=trims and modules and not prune,
        prune=prune,
        script=build.script,
        command=build.command.value if build.command and not build.script else "",
        md4=builds and hashes_with_md4(package, project.version.value),
        generate=prisma and "prisma" not in package.scripts.get("build", "") + package.scripts.get("postinstall", ""),
        output=output,
        source=not compiled,
        copies=_copies(repo, output) if compiled and not self_contained else (),
        files=_files(repo, project) if builds else (),
        public=repo.is_folder("public"),
        cache=f"/app/{nextjs.folder(repo)}/cache" if project.is_next else "",
    )


def _files(repo: Repository, project: Project) -> tuple[str, ...]:
    config = nextjs.config(repo) if project.is_next else None
    return tuple(name for name in ("package.json", config) if name and repo.has(name))


def _copies(repo: Repository, output: str) -> tuple[str, ...]:
    names = load("node").lists["runtime_folders"]
    return tuple(name for name in sorted(names) if repo.is_folder(name) and name != output and any(repo.entries(name)))


def _environment(project: Project, started: Start, port: Sourced[int] | None) -> tuple[tuple[str, str], ...]:
    pairs = {"NODE_ENV": "production", **dict(started.environment)}
    if project.row is not None:
        pairs.update(project.row.env)
    if started.tool == "fastify":
        pairs["FASTIFY_ADDRESS"] = "0.0.0.0"
    if port is not None:
        pairs["PORT"] = str(port.value)
    return tuple(pairs.items())


def _health(port: Sourced[int] | None, net: Network, runtime: _Runtime) -> tuple[str, ...]:
    if port is None:
        return ()
    node = "node" if runtime.shell else "/nodejs/bin/node"
    number = "process.env.PORT" if net.reads_port else f"'{port.value}'"
    # Any answer below 500 is a sign of life: no route is known to exist.
    script = f"fetch('http://127.0.0.1:'+{number}).then(r=>process.exit(r.status<500?0:1),()=>process.exit(1))"
    return (node, "-e", script)


def _touch(repo: Repository, entry: str) -> str:
    if entry and repo.is_file(entry):
        return entry
    known = next((path for path in _TOUCH if repo.is_file(path)), "")
    return known or next((path for path, _ in sources(repo) if "config" not in path), "")


def _decisions(
    project: Project, tool: Manager, started: Sourced[Start], port: Sourced[int] | None, runtime: _Runtime, image: Image
) -> tuple[Decision, ...]:
    found = [
        Decision("version", project.version, "--version"),
        Decision("manager", tool.name, "--manager"),
    ]
    if project.framework:
        name, _, origin = project.framework
        found.append(Decision("framework", Sourced(name, origin)))
    if project.build.command is not None:
        found.append(Decision("build", project.build.command, "--build-command"))
    found += [
        Decision("build_image", Sourced(str(image), project.version.origin)),
        Decision("runtime_image", Sourced(str(runtime.image), runtime.origin), "--base"),
    ]
    if port is not None:
        found.append(Decision("port", port, "--port"))
    argv = Sourced(started.value.argv, started.origin, started.rejected)
    found.append(Decision("start", argv, "--start"))
    return tuple(found)
