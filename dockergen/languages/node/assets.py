"""The front end that another language serves: its build in a stage of its own."""

from __future__ import annotations

from dataclasses import replace

from dockergen.catalog import load
from dockergen.languages.node.build import public_variables
from dockergen.languages.node.evidence import MANIFEST, manifest
from dockergen.languages.node.facts import NodeFacts
from dockergen.languages.node.install import install
from dockergen.languages.node.manager import manager
from dockergen.languages.node.project import project
from dockergen.model import AssetBuild, Decision, IgnoreGroup, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings


def assets(repo: Repository, settings: Settings) -> AssetBuild | None:
    """The front-end build of a folder: a package.json with a build script, a bundler, and no server; else None.

    The output is relative to the folder and may lead out of it (`../static`). Raises ProjectError when the manifest
    cannot be read.
    """
    if not repo.is_file(MANIFEST) or "build" not in manifest(repo).scripts:
        return None
    found = project(repo, settings)
    if not found.is_static or found.start is not None or found.build.command is None:
        return None
    package = found.manifest
    tool = manager(repo, package, settings)
    setup = install(repo, package, tool, found.version.value)
    arguments, secrets = public_variables(repo)
    # The planner places the folder; until then the paths are as its own package.json sees them.
    setup = replace(setup, prefix="")
    facts = NodeFacts(
        layout="assets",
        install=setup,
        script=found.build.script,
        arguments=tuple(argument.name for argument in arguments),
        secrets=secrets,
        output=found.build.output,
    )
    return AssetBuild(
        language="node",
        stage="assets",
        root="",
        output=found.build.output,
        image=load("node").images["build"].at(found.version.value),
        facts=facts,
        context_files=setup.manifests,
        decisions=(
            Decision("version", found.version),
            Decision("manager", tool.name),
            Decision("build", Sourced(found.build.script, found.build.command.origin)),
        ),
        ignore=(IgnoreGroup("Front-end packages are installed in the image", ("**/node_modules",)),),
        secrets=(*setup.secrets, *secrets),
        notes=(*found.notes, *tool.notes),
    )
