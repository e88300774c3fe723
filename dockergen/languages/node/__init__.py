"""Node.js: servers, TypeScript builds, Next.js, single-page applications and front ends of other services."""

from __future__ import annotations

from dockergen.language import Language
from dockergen.model import AssetBuild, BuildPlan, Match, Origin, Strength
from dockergen.repository import Repository
from dockergen.settings import Settings

_LOOSE = ("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs")

# What reads and plans is imported where a package.json lies: most repositories are another language's.


def match(repo: Repository, settings: Settings) -> Match | None:
    """Node.js claims a package.json that starts something, weakly one that only builds, most weakly a loose script."""
    if not repo.has("package.json"):
        loose = next((name for name in _LOOSE if repo.is_file(name)), None)
        return Match(Strength.LOOSE_FILES, (Origin("file", loose),), "a Node.js script") if loose else None
    from dockergen.languages.node.claim import claim

    return claim(repo, settings)


def plan(repo: Repository, settings: Settings) -> BuildPlan:
    """The image of a server, or of a static site on nginx; raises what `image.plan` raises."""
    from dockergen.languages.node import image

    return image.plan(repo, settings)


def assets(repo: Repository, settings: Settings) -> AssetBuild | None:
    """The front-end build of a folder, None when it holds none; raises what `assets.assets` raises."""
    if not repo.is_file("package.json"):
        return None
    from dockergen.languages.node.assets import assets as planned  # the bare name is this function until then

    return planned(repo, settings)


def unbuilt(repo: Repository) -> str:
    """Why the front end of a folder is not made, "" where it holds none."""
    if not repo.is_file("package.json"):
        return ""
    from dockergen.languages.node.assets import without_script

    return without_script(repo)


def packages(repo: Repository, settings: Settings) -> AssetBuild | None:
    """The install of a folder's packages, None where it asks for none; raises what `assets.packages` raises."""
    if not repo.is_file("package.json"):
        return None
    from dockergen.languages.node.assets import packages as planned  # the bare name is this function until then

    return planned(repo, settings)


LANGUAGE = Language("Node.js", match, plan, assets=assets, unbuilt=unbuilt, packages=packages)
