"""The front end that another language serves: its build in a stage of its own."""

from __future__ import annotations

import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.node.build import (
    OUTPUT_FILE,
    OUTPUT_FLAG,
    Build,
    build_script,
    expanded,
    foreign_program,
    from_config,
    hashes_with_md4,
    public_variables,
    relative,
    webpack_configs,
)
from dockergen.languages.node.evidence import MANIFEST, field_line, manifest
from dockergen.languages.node.facts import NodeFacts
from dockergen.languages.node.install import install
from dockergen.languages.node.manager import manager
from dockergen.languages.node.project import Project, project
from dockergen.languages.node.version import version
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.model import AssetBuild, Decision, IgnoreGroup, Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings

_TRACKS = "webpack-bundle-tracker"
_TRACKER = regex(r"\bnew\s+BundleTracker\(\s*\{(.*?)\}\s*\)", re.DOTALL)
# Bundlers whose output stands in a script of the repository, or anywhere.
_GUESSED = ("esbuild", "Rollup", "Tailwind CSS", "webpack")


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
    if not package.all_dependencies.keys().isdisjoint(load("node").lists["browser_extension"]):
        return None
    script, output = _embedding(repo, package, found.build)
    if _is_committed(repo, package, found):
        return None
    if program := foreign_program(package, script):
        line = field_line(repo, "scripts", script)
        raise ProjectError(
            f"{MANIFEST}:{line} runs {program}, which the Node.js image has not.",
            "Build it before the image, or let the script run what package.json installs.",
        )
    tool = manager(repo, package, settings, runs=False)
    setup = install(repo, package, tool, found.version.value)
    arguments, secrets = public_variables(repo)
    # The planner places the folder; until then the paths are as its own package.json sees them.
    setup = replace(setup, prefix="")
    facts = NodeFacts(
        layout="assets",
        install=setup,
        script=script,
        md4=hashes_with_md4(package, found.version.value),
        arguments=tuple(argument.name for argument in arguments),
        secrets=secrets,
        output=output,
    )
    return AssetBuild(
        language="node",
        stage="assets",
        root="",
        output=output,
        certain=found.row is None or found.row.title not in _GUESSED or output != found.row.output,
        image=load("node").images["build"].at(found.version.value),
        facts=facts,
        context_files=setup.manifests,
        decisions=(
            Decision("version", found.version),
            Decision("manager", tool.name),
            Decision("build", _build(repo, found.build.command.origin, script)),
        ),
        ignore=(IgnoreGroup("Front-end packages are installed in the image", ("**/node_modules",)),),
        secrets=(*setup.secrets, *secrets),
        beside=tuple(path for path in _tracked(repo, package) if not path.startswith(f"{output}/")),
        notes=(*found.notes, *tool.notes),
    )


def _tracked(repo: Repository, package: PackageJson) -> tuple[str, ...]:
    """The file in which webpack-bundle-tracker lists what was built, for the program that names it in its pages.
    https://github.com/django-webpack/webpack-bundle-tracker#usage"""
    if _TRACKS not in package.all_dependencies:
        return ()
    for config in webpack_configs(repo, expanded(package, build_script(package))):
        if found := _TRACKER.search(repo.source(config)):
            filename = re.search(r"\bfilename\s*:\s*['\"]([^'\"]+)['\"]", found[1])
            folder = re.search(r"\bpath\s*:\s*(path\.(?:join|resolve)\([^)]*\)|[^,\n}]*)", found[1])
            place = from_config(config, folder[1]) if folder else ""
            return (relative(f"{place}/{filename[1] if filename else 'webpack-stats.json'}"),)
    return ()


def packages(repo: Repository, settings: Settings) -> AssetBuild | None:
    """The install of the packages that a program of another language reads as they are; None where none is asked for.

    Raises ProjectError when the manifest cannot be read.
    """
    package = manifest(repo)
    if not package.dependencies:
        return None
    node, notes = version(repo, package, settings)
    tool = manager(repo, package, settings, runs=False)
    setup = install(repo, package, tool, node.value)
    # Nothing of them runs, so none of their scripts has to.
    plain = replace(setup, prefix="", scripts=False, rebuild=False, source_first=False, build_packages=())
    return AssetBuild(
        language="node",
        stage="packages",
        root="",
        output="node_modules",
        built=False,
        image=load("node").images["build"].at(node.value),
        facts=NodeFacts(layout="packages", install=plain, output="node_modules"),
        context_files=setup.manifests,
        decisions=(Decision("version", node), Decision("manager", tool.name)),
        ignore=(IgnoreGroup("Front-end packages are installed in the image", ("**/node_modules",)),),
        secrets=setup.secrets,
        notes=(*notes, *tool.notes),
    )


def without_script(repo: Repository) -> str:
    """What a package.json lacks that asks for bundlers and is no program; "" where all is built, or as committed."""
    package = manifest(repo)
    named = [name for name in load("node").lists["bundlers"] if name in package.all_dependencies]
    starting = {"build", "start", "serve"} & set(package.scripts)
    files = [relative(path) for text in package.scripts.values() for path in OUTPUT_FILE.findall(text)]
    if not named or starting or package.main or (files and all(map(repo.is_file, files))):
        return ""
    return f"{MANIFEST} asks for {named[0]} and has no script called build; write one that makes the files."


def _embedding(repo: Repository, package: PackageJson, plain: Build) -> tuple[str, str]:
    """The script whose output leads into the service around the folder, else the one that is called build."""
    for name in package.scripts:
        command = expanded(package, name)
        flag = OUTPUT_FLAG.search(command)
        # What only watches or shows a page never ends.
        if (
            flag
            and relative(flag[1]).startswith("../")
            and not {"--watch", "-w", "dev", "serve"} & set(command.split())
        ):
            return name, relative(flag[1])
    return plain.script, plain.output


def _is_committed(repo: Repository, package: PackageJson, found: Project) -> bool:
    """A style sheet that lies in the repository as built needs no build here."""
    if found.row is None or found.row.title != "Tailwind CSS":
        return False
    files = OUTPUT_FILE.findall(expanded(package, found.build.script))
    return bool(files) and all(repo.is_file(relative(path)) for path in files)


def _build(repo: Repository, origin: Origin, script: str) -> Sourced[str]:
    line = field_line(repo, "scripts", script)
    return Sourced(script, Origin("file", MANIFEST, line) if line else origin)
