"""The plan of a site that a web server hands out: single-page applications and static site generators."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.node.build import hashes_with_md4, public_variables, sources
from dockergen.languages.node.facts import NodeFacts, ignored
from dockergen.languages.node.install import install
from dockergen.languages.node.manager import manager
from dockergen.languages.node.project import Project
from dockergen.model import BuildPlan, Companion, Decision, Image, Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings, settled

PORT = 8080
_START = ("sh", "-c", 'echo "listen ${PORT};" > /tmp/listen.conf && exec nginx -g "daemon off;"')
_TOUCH = (
    *(f"src/{name}" for name in ("main.ts", "main.tsx", "main.js", "main.jsx", "App.tsx", "App.jsx", "index.js")),
    *("src/pages/index.astro", "app/page.tsx"),
)


def static_plan(repo: Repository, settings: Settings, project: Project) -> BuildPlan:
    """The build on Node.js and the files on nginx; ProjectError when the output lies outside of the folder."""
    catalog, package, build = load("node"), project.manifest, project.build
    output = "out" if project.next_mode == "export" else build.output
    if output.startswith(".."):
        raise ProjectError(
            f"The build writes to {output}, outside of this folder, so it belongs to the service that serves it.",
            "Run dockergen in the folder of that service.",
            command="dockergen init ..",
        )
    assert build.command is not None
    tool = manager(repo, package, settings, runs=False)
    setup = install(repo, package, tool, project.version.value)
    arguments, secrets = public_variables(repo)
    row = catalog.images["static"]
    image = _base(settings) or row.at()
    why = settings.base.origin if settings.base else Origin("default", note="static files need no Node.js")
    build_image = catalog.images["build"].at(project.version.value)
    port = settled("port", settings.port, Sourced(PORT, Origin("default", note="nginx")))
    name, origin = (project.framework[0], project.framework[2]) if project.framework else ("static", Origin("default"))
    facts = NodeFacts(
        layout="static",
        install=setup,
        script=build.script,
        command=build.command.value if not build.script else "",
        md4=hashes_with_md4(package, project.version.value),
        arguments=tuple(argument.name for argument in arguments),
        secrets=secrets,
        output=output,
        cache="/app/.next/cache" if project.next_mode == "export" else "",
        fallback=_falls_back(repo, project),
    )
    return BuildPlan(
        language="node",
        title="Node.js",
        build_image=build_image,
        runtime_image=image,
        decisions=(
            Decision("version", project.version, "--version"),
            Decision("manager", tool.name, "--manager"),
            Decision("framework", Sourced(name, origin)),
            Decision("build", build.command, "--build-command"),
            Decision("output", Sourced(output, build.command.origin)),
            Decision("build_image", Sourced(str(build_image), project.version.origin)),
            Decision("runtime_image", Sourced(str(image), why), "--base"),
            Decision("port", port, "--port"),
            Decision("start", Sourced(_START, Origin("default", note="nginx"))),
        ),
        start=_START,
        port=port.value,
        health=("sh", "-c", 'wget -q -O /dev/null "http://127.0.0.1:${PORT}/"'),
        user=row.user,
        env=(("PORT", str(port.value)),),
        build_packages=setup.build_packages,
        context_files=setup.manifests,
        ignore=ignored(repo, output, ("public",)),
        secrets=(*setup.secrets, *secrets),
        build_args=arguments,
        companions=(Companion("nginx.conf", "nginx.conf.j2"),),
        notes=(*project.notes, *tool.notes, *setup.notes, *_baked(facts.arguments)),
        touch=_touch(repo),
        facts=facts,
    )


def _falls_back(repo: Repository, project: Project) -> bool:
    """Unknown paths get the page of the application: always for one, for a site where its adapter makes one."""
    row = project.row
    if row is not None and row.kind == "spa":
        return True
    config = repo.first(*row.config) if row is not None and row.config else None
    return config is not None and re.search(r"\bfallback\s*:\s*['\"]index\.html", repo.source(config)) is not None


def _baked(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        return ()
    return (f"{', '.join(names)}: the build writes their values into files that every visitor can read.",)


def _base(settings: Settings) -> Image | None:
    if settings.base is None:
        return None
    name, _, digest = settings.base.value.partition("@")
    repository, colon, tag = name.rpartition(":")
    return Image(repository, tag, digest) if colon and "/" not in tag else Image(name, "latest", digest)


def _touch(repo: Repository) -> str:
    known = next((path for path in _TOUCH if repo.is_file(path)), "")
    return known or next((path for path, _ in sources(repo) if "config" not in path), "")
