"""How strongly a package.json claims its folder for Node.js."""

from __future__ import annotations

from dockergen.errors import DockergenError
from dockergen.languages.node.evidence import MANIFEST
from dockergen.languages.node.project import Project, project
from dockergen.model import Match, Origin, Strength
from dockergen.repository import Repository
from dockergen.settings import Settings


def claim(repo: Repository, settings: Settings) -> Match:
    """Strong when it starts something, weak when it only builds, or cannot be read."""
    evidence = (Origin("file", MANIFEST, 1),)
    try:
        found = project(repo, settings)
    except DockergenError:
        return Match(Strength.SUPPORTING, evidence, "a package.json")
    starts = (found.start is not None and not _others(found)) or found.is_next
    if starts or _is_monorepo(repo, found):
        what = f"a {found.framework[1].title} service" if found.framework else "a Node.js service"
        return Match(Strength.MANIFEST, evidence, what, gathers=not starts)
    what = "a front end" if found.is_static else "a package.json"
    return Match(Strength.SUPPORTING, evidence, what, pages=found.is_static)


def _is_monorepo(repo: Repository, found: Project) -> bool:
    """A workspace, unless all there is in it is one package: the front end of another language's service."""
    patterns = (pattern.rstrip("/") for pattern in found.members if not pattern.startswith("!"))
    return bool(found.members) and len({path for name in patterns for path in repo.glob(f"{name}/package.json")}) != 1


_PROGRAMS = frozenset(("node", "npm", "npx", "yarn", "pnpm", "bun", "next", "pm2", "tsx", "ts-node", "nest", "serve"))


def _others(found: Project) -> bool:
    """True when the start is a Procfile's line that runs nothing of Node.js: the package.json is for tools."""
    if found.start is None or found.start.origin.path != "Procfile":
        return False
    words = " ".join(found.start.value.argv).replace("/", " ").split()
    return not _PROGRAMS.intersection(words)
