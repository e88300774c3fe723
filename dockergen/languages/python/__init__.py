"""Python: every manifest in use, the app object found by parsing, a virtual environment copied into a slim image."""

from __future__ import annotations

from dockergen.language import Language
from dockergen.model import BuildPlan, Match, Origin, Strength
from dockergen.repository import Repository
from dockergen.settings import Settings

# Endings and beginnings of the names that any Python project has at least one of.
_ENDINGS = (".py", ".ipynb")
_BEGINNINGS = (
    *("requirements", "pyproject.", "setup.", "Pipfile", "pylock", "uv.", "poetry.", "pdm."),
    *("environment.", "conda", "anaconda", "pixi.", "buildout."),
)

# Of tools that build pages; without a manifest there is nothing to build them with.
_TOLD = ("mkdocs.yml", "mkdocs.yaml", "conf.py", "pelicanconf.py", "scrapy.cfg")
# Of a repository that holds nothing but pages, or a package that holds its manifest itself.
_BELOW = "*/requirements.txt"

# What reads and plans is imported where such a file lies: most repositories are another language's.


def match(repo: Repository, settings: Settings) -> Match | None:
    """Python claims a manifest with something to start, weakly a manifest alone, most weakly loose files."""
    if not any(map(_belongs, repo.entries())) and not repo.glob(_BELOW):
        return None
    from dockergen.languages.python.claim import claim

    return claim(repo, settings)


def _belongs(name: str) -> bool:
    return name.endswith(_ENDINGS) or name.startswith(_BEGINNINGS)


def plan(repo: Repository, settings: Settings) -> BuildPlan:
    """The image of a Python program; raises what `image.plan` raises."""
    from dockergen.languages.python import image

    return image.plan(repo, settings)


def apps(repo: Repository) -> tuple[str, ...]:
    """What --app may choose from: the members of a uv workspace."""
    if not repo.is_file("pyproject.toml") or "tool.uv" not in repo.source("pyproject.toml"):
        return ()
    from dockergen.languages.python import uv_member

    return uv_member.apps(repo)


def loose(repo: Repository) -> Match | None:
    """A claim on a folder of scripts of which none says that it is to be run, where most of its files are such, and on
    notebooks and pages without a manifest, of which the plan says what is missing."""
    files = [name for name in repo.entries() if not name.startswith(".") and repo.is_file(name)]
    scripts = [name for name in files if name.endswith(".py") and not name.startswith(("setup", "test", "__init__"))]
    others = [name for name in files if not name.endswith((".md", ".txt", ".rst", ".py"))]
    from dockergen.unplanned import unplanned

    if scripts and len(others) <= len(scripts) and not unplanned(repo):
        return Match(Strength.LOOSE_FILES, (Origin("file", scripts[0]),), "Python files")
    told = next((name for name in files if name.endswith(".ipynb") or name in _TOLD), "")
    return Match(Strength.LOOSE_FILES, (Origin("file", told),), "what Python's tools read") if told else None


LANGUAGE = Language("Python", match, plan, apps=apps, loose=loose)
