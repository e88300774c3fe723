"""What a language is: three functions in a value, found by discovery."""

from __future__ import annotations

from collections.abc import Callable

from dockergen.frozen import frozen
from dockergen.model import AssetBuild, BuildPlan, Match
from dockergen.repository import Repository
from dockergen.settings import Settings


@frozen
class Language:
    """A language profile.

    `match` says whether and how strongly the language claims a folder; `plan` decides everything about its
    image or raises ProjectError; `assets` (optional) plans a build whose output another language serves, or
    returns None where the folder holds no such build; `apps` (optional) names the things of the folder that
    `--app` may choose from; `loose` (optional) claims a folder that nothing else claims and that holds nothing but
    such source, of which somebody has to say what to start; `unbuilt` (optional) says of a folder that `assets` finds
    no build in why its front end is not made, "" where there is none; `packages` (optional) plans the install of a
    folder's packages, which another language reads as they are.
    """

    title: str
    match: Callable[[Repository, Settings], Match | None]
    plan: Callable[[Repository, Settings], BuildPlan]
    assets: Callable[[Repository, Settings], AssetBuild | None] | None = None
    apps: Callable[[Repository], tuple[str, ...]] | None = None
    loose: Callable[[Repository], Match | None] | None = None
    unbuilt: Callable[[Repository], str] | None = None
    packages: Callable[[Repository, Settings], AssetBuild | None] | None = None
