"""The image of a Node.js project: a server, or a static site on nginx."""

from __future__ import annotations

import shlex

from dockergen.errors import ProjectError
from dockergen.languages.node.project import Project, project
from dockergen.languages.node.server import server_plan
from dockergen.languages.node.static import static_plan
from dockergen.model import BuildPlan
from dockergen.repository import Repository
from dockergen.settings import Settings


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
        raise _hosted(found) if found.row is not None and found.row.kind == "refused" else _nothing(found)
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


def _hosted(found: Project) -> ProjectError:
    assert found.framework is not None
    _, row, origin = found.framework
    if not row.instead:
        return ProjectError(
            f"{origin} uses {row.title}, and dockergen does not know what its build makes.",
            "Name the command that starts the built server.",
            command="dockergen init --start 'node .output/server/index.mjs'",
        )
    return ProjectError(
        f"{origin} uses {row.title}: its build makes nothing that a container could start.",
        "Take the adapter for Node.js, and name it in the configuration.",
        command=row.instead,
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
