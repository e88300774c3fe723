"""Go: modules, workspaces and vendored trees to a static binary on distroless."""

from __future__ import annotations

from dockergen.errors import ProjectError
from dockergen.language import Language
from dockergen.model import BuildPlan, Match, Origin, Strength
from dockergen.repository import Repository
from dockergen.settings import Settings

# What plans an image is imported when this language plans: most repositories are another language's.


def match(repo: Repository, settings: Settings) -> Match | None:
    """Go claims folders with go.mod or go.work, and weakly those with .go files alone."""
    manifest = repo.first("go.work", "go.mod")
    if manifest:
        # Without a source file the module only pins tools.
        sources = any(repo.walk(depth=4, endings=(".go",)))
        strength = Strength.MANIFEST if sources else Strength.SUPPORTING
        return Match(strength, (Origin("file", manifest, 1),), "a Go module")
    loose = next((name for name, kind in repo.entries().items() if kind == "file" and name.endswith(".go")), None)
    return Match(Strength.LOOSE_FILES, (Origin("file", loose),), "Go files") if loose else None


def plan(repo: Repository, settings: Settings) -> BuildPlan:
    """The image of one main package; raises what `image.plan` raises."""
    from dockergen.languages.go import image

    return image.plan(repo, settings)


def apps(repo: Repository) -> tuple[str, ...]:
    """Names that --app may choose from: the main packages, by folder and by name."""
    from dockergen.languages.go.modules import modules
    from dockergen.languages.go.program import program_names

    try:
        return program_names(repo, modules(repo)) if repo.first("go.mod", "go.work") else ()
    except ProjectError:
        return ()


LANGUAGE = Language("Go", match, plan, apps=apps)
