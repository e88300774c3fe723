"""Node.js: servers, TypeScript builds, Next.js, single-page applications and front ends of other services."""

from __future__ import annotations

import shlex

from dockergen.errors import DockergenError, ProjectError
from dockergen.language import Language
from dockergen.languages.node.assets import assets
from dockergen.languages.node.evidence import MANIFEST
from dockergen.languages.node.project import Project, project
from dockergen.languages.node.server import server_plan
from dockergen.languages.node.static import static_plan
from dockergen.model import BuildPlan, Match, Origin, Strength
from dockergen.repository import Repository
from dockergen.settings import Settings

_LOOSE = ("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs")


def match(repo: Repository, settings: Settings) -> Match | None:
    """Node.js claims a package.json that starts something, weakly one that only builds, most weakly a loose script."""
    if not repo.has(MANIFEST):
        loose = next((name for name in _LOOSE if repo.is_file(name)), None)
        return Match(Strength.LOOSE_FILES, (Origin("file", loose),), "a Node.js script") if loose else None
    evidence = (Origin("file", MANIFEST, 1),)
    try:
        found = project(repo, settings)
    except DockergenError:
        return Match(Strength.SUPPORTING, evidence, "a package.json")
    if (found.start is not None and not _others(found)) or found.is_next or found.members:
        what = f"a {found.framework[1].title} service" if found.framework else "a Node.js service"
        return Match(Strength.MANIFEST, evidence, what)
    return Match(Strength.SUPPORTING, evidence, "a front end" if found.is_static else "a package.json")


_PROGRAMS = frozenset(("node", "npm", "npx", "yarn", "pnpm", "bun", "next", "pm2", "tsx", "ts-node", "nest", "serve"))


def _others(found: Project) -> bool:
    """True when the start is a Procfile's line that runs nothing of Node.js: the package.json is for tools."""
    if found.start is None or found.start.origin.path != "Procfile":
        return False
    words = " ".join(found.start.value.argv).replace("/", " ").split()
    return not _PROGRAMS.intersection(words)


def plan(repo: Repository, settings: Settings) -> BuildPlan:
    """The image of a server, or of a static site on nginx.

    Raises ProjectError when nothing can be started or served, when a version does not exist, or for a workspace.
    """
    found = project(repo, settings)
    if found.members and found.start is None and not found.is_next:
        raise _workspace(repo, found)
    if found.is_static and found.start is None:
        return static_plan(repo, settings, found)
    if found.start is None and not found.is_next:
        raise _nothing(found)
    return server_plan(repo, settings, found)


def _workspace(repo: Repository, found: Project) -> ProjectError:
    names = ", ".join(found.members)
    globs = (pattern.rstrip("/") + "/package.json" for pattern in found.members if not pattern.startswith("!"))
    folders = [path.rpartition("/")[0] for pattern in globs for path in repo.glob(pattern)]
    return ProjectError(
        f"{found.workspace_origin} declares a workspace ({names}), and the root starts none of its packages.",
        "Members that depend on one another are not built yet; one that stands alone is, with a lock file of its own.",
        command=f"dockergen init {shlex.quote(folders[0]) if folders else 'packages/api'}",
    )


def _nothing(found: Project) -> ProjectError:
    if not found.manifest.scripts and not found.manifest.all_dependencies:
        what = "package.json names no script, no dependency and no main file"
    else:
        what = "package.json has no start script that runs a program, and no main file that exists"
    return ProjectError(
        f"{what}.",
        'Add "start": "node server.js" to its scripts, or name the command.',
        command="dockergen init --start 'node server.js'",
    )


LANGUAGE = Language("Node.js", match, plan, assets=assets)
