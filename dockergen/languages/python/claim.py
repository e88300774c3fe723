"""How strongly the files of a folder claim it for Python."""

from __future__ import annotations

import re

from dockergen.errors import DockergenError
from dockergen.languages.python.documentation import documentation
from dockergen.languages.python.inline import carrier
from dockergen.languages.python.manager_choice import manifest
from dockergen.languages.python.project import project
from dockergen.languages.python.source import guard_line
from dockergen.languages.python.start import startable
from dockergen.languages.python.uv_member import member
from dockergen.lazy import regex
from dockergen.model import Match, Origin, Strength
from dockergen.repository import Repository
from dockergen.settings import Settings
from dockergen.unplanned import unplanned

_LAUNCHES = regex(r"^\w{1,60}(?:\([^\n]{0,200}\))?(?:\.queue\([^\n]{0,100}\))?\.launch\(", re.MULTILINE)
_USUAL = ("main.py", "app.py", "server.py", "bot.py", "manage.py", "run.py", "streamlit_app.py")


def claim(repo: Repository, settings: Settings) -> Match | None:
    """Python claims a manifest with something to start, weakly a manifest alone, most weakly loose files."""
    found = manifest(repo) or carrier(repo, settings).path
    if not found:
        loose = _loose(repo)
        return Match(Strength.LOOSE_FILES, (Origin("file", loose),), "Python files") if loose else None
    evidence = (Origin("file", found, 1),)
    try:
        path = member(repo, settings)
        if settings.start is not None or startable(repo.sub(path), project(repo, settings, path), settings):
            return Match(Strength.MANIFEST, evidence, "a Python service")
        if documentation(repo, project(repo, settings), settings):
            return Match(Strength.MANIFEST, evidence, "a documentation site")
    except DockergenError:
        return Match(Strength.MANIFEST, evidence, "a Python project")
    return Match(Strength.SUPPORTING, evidence, "a Python manifest")


def _loose(repo: Repository) -> str:
    """A file of a usual name, else one that says what it does when it is run; "" when there is none."""
    usual = next((name for name in _USUAL if repo.is_file(name)), "")
    others = (
        name for name in sorted(repo.entries()) if name.endswith(".py") and not name.startswith(("setup", "test"))
    )
    if usual or unplanned(repo):
        return usual  # scripts beside a program of another language are its tools
    runs = (name for name in others if repo.is_file(name) and _begins(repo.source(name)))
    return next(runs, "")


def _begins(text: str) -> bool:
    """True for a file that says what it does when it is run, and for one that starts a page of Gradio's as it is."""
    return bool(guard_line(text)) or ("gradio" in text and bool(_LAUNCHES.search(text)))
