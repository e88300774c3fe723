"""What a repository says about its Python, strongest first: releases that it pins, ranges that it allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from dockergen.frozen import frozen
from dockergen.languages.python.conda import environment_of
from dockergen.languages.python.manager_choice import environment, manifest
from dockergen.languages.python.project import Project
from dockergen.languages.python.setuptools_files import setup
from dockergen.languages.python.space import space
from dockergen.lazy import regex
from dockergen.manifests.pyproject import table
from dockergen.manifests.tool_versions import tool_versions
from dockergen.model import Origin
from dockergen.repository import LOCK_LIMIT, Repository

# 3.13, 3.13.1, 3.13.x, 3.13t, 3.14.0rc2, 3.15-dev, behind the prefixes of uv, pyenv, mise and Heroku, before the system
# that uv adds, and the environment that pyenv-virtualenv does.
_RELEASE = regex(
    r"(?:(?:latest|prefix|ref):)?(?:c?python)?[-@]?v?(?P<release>\d+(?:\.\d+){0,2})(?:\.[*xX])?"
    r"(?P<pre>(?:a|b|rc)\d+|-dev|-rc)?(?P<free>t|\+freethreaded)?"
    r"(?:-(?:linux|macos|darwin|windows|any)[\w-]*|/envs/[\w.-]+)?",
    re.IGNORECASE,
)
_OTHERS = regex(r"pypy|pp\d|graalpy|gp\d|jython|ironpython|stackless|micropython|pyston|cinder", re.IGNORECASE)
_IS_RANGE = regex(r"\s*[<>=~!^]")
_MISE = (
    "mise.toml",
    ".mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise.toml",
    ".config/mise/config.toml",
    ".rtx.toml",
)
# What hosting platforms read: the file, and where a release stands in it.
_PLATFORMS = (
    ("render.yaml", regex(r"^[ -]*key:[ ]*PYTHON_VERSION[ ]*\n[ ]*value:[ ]*[\"']?([\w.-]+)", re.MULTILINE)),
    ("app.yaml", regex(r"^runtime:[ ]*[\"']?python(3\d{1,2})\b", re.MULTILINE)),
    (".platform.app.yaml", regex(r"^type:[ ]*[\"']?python:(3\.\d+)", re.MULTILINE)),
)
_SYSTEM = ("system", "latest", "default", "")
_CLASSIFIER = regex(r"Programming Language :: Python :: (3\.\d+)")


@frozen
class Pin:
    """One release as a file names it."""

    release: str  # 3, 3.13 or 3.13.1
    origin: Origin
    pre: str = ""  # rc2, or "rc" for the newest candidate
    free_threaded: bool = False


@frozen
class Unreadable:
    """A line that should name a release and names something else."""

    text: str
    origin: Origin
    why: str = "which is no release of Python"


@lru_cache(maxsize=16)
def pins(repo: Repository) -> tuple[Pin | Unreadable, ...]:
    """Pinned releases by weight: .python-version, runtime.txt, .tool-versions, mise, README.md, Pipenv, platforms;
    remembered, as several questions are asked of them."""
    return tuple(_pins(repo))


def _pins(repo: Repository) -> Iterator[Pin | Unreadable]:
    for path in (".python-version", ".python-versions", "runtime.txt"):
        if repo.is_file(path):
            yield from _first_line(repo, path)
    if repo.is_file(".tool-versions"):
        value, line = tool_versions(repo.read(".tool-versions")).get("python", ("", 0))
        yield from _pin(value, Origin("file", ".tool-versions", line))
    for path in filter(repo.is_file, _MISE):
        tools = table(repo.toml(path), "tools")
        wanted = tools.get("python", tools.get("core:python"))
        wanted = wanted[0] if isinstance(wanted, list) and wanted else wanted
        wanted = wanted.get("version") if isinstance(wanted, dict) else wanted
        value = str(wanted) if isinstance(wanted, (str, float)) else ""
        yield from _pin(value, Origin("file", path, repo.line_of(path, "python")))
    if (place := space(repo)) and place.python:
        yield from _pin(place.python, place.origin("python_version"))
    yield from _pipenv(repo)
    for path, pattern in _PLATFORMS:
        if repo.is_file(path) and (stated := pattern.search(repo.source(path))):
            line = repo.source(path).count("\n", 0, stated.start(1)) + 1
            value = stated[1] if "." in stated[1] else f"{stated[1][:1]}.{stated[1][1:]}".rstrip(".")
            yield from _pin(value, Origin("file", path, line))


def ranges(repo: Repository, project: Project) -> Iterator[tuple[str, Origin]]:
    """Constraints in the order of their weight: [project], Poetry, pylock.toml, setup.cfg and setup.py, conda."""
    path = project.manifest
    yield from ((u.text, u.origin) for u in pins(repo) if isinstance(u, Unreadable) and is_range(u))
    if project.pyproject.requires_python:
        yield project.pyproject.requires_python, _line(repo, path, "requires-python")
    constraint = project.pyproject.settings("poetry", "dependencies").get("python")
    if isinstance(constraint, str) and constraint.strip() not in ("", "*"):
        yield constraint, _line(repo, path, re.compile(r"^\s*python\s*=", re.MULTILINE))
    if project.manager.value == "pylock":
        found = re.search(r"""^requires-python\s*=\s*["']([^"']+)""", repo.read(project.lock, LOCK_LIMIT), re.MULTILINE)
        if found:
            yield found[1], _line(repo, project.lock, "requires-python")
    stated = project.setup if project.setup.path else setup(repo)
    if stated.python_requires:
        yield stated.python_requires, _line(repo, stated.path, "python_requires")
    if project.script.says.requires_python:
        yield project.script.says.requires_python, _line(repo, project.script.path, "requires-python")
    file = environment(repo)
    if file and (not file.endswith(".toml") or manifest(repo) == file):
        wanted = environment_of(repo, file).python
        if wanted:
            yield wanted, _line(repo, file, re.compile(r"^[ \t]*(?:-[ \t]*[\"']?python\b|python[ \t]*=)", re.MULTILINE))


def is_range(found: Unreadable) -> bool:
    """True for what uv takes in .python-version and people write into a Pipfile: a range instead of a release."""
    return bool(_IS_RANGE.match(found.text))


def classified(repo: Repository, project: Project) -> tuple[tuple[str, Origin], ...]:
    """The minors that Trove classifiers list, newest first; packagers write down what they tested."""
    found = [(c, project.manifest) for c in project.pyproject.classifiers]
    found += [(line, path) for path in ("setup.cfg", "setup.py") for line in repo.source(path).splitlines()]
    listed = {m[1]: path for text, path in reversed(found) if (m := _CLASSIFIER.search(text))}
    newest = sorted(listed, key=lambda minor: int(minor.split(".")[1]), reverse=True)
    return tuple((minor, _line(repo, listed[minor], f"Python :: {minor}")) for minor in newest)


def _first_line(repo: Repository, path: str) -> Iterator[Pin | Unreadable]:
    for number, text in enumerate(repo.lines(path), 1):
        value = _unquoted(text.split("#")[0])
        if value and value not in _SYSTEM:
            yield from _pin(value, Origin("file", path, number))
            return


def _unquoted(text: str) -> str:
    """The value of a line that some tools quote; of several releases the first."""
    value = text.strip().strip("\"'").strip()
    words = value.split()
    return words[0] if len(words) > 1 and all(map(_RELEASE.fullmatch, words)) else value


def _pin(value: str, origin: Origin) -> Iterator[Pin | Unreadable]:
    if value in _SYSTEM:
        return
    found = _RELEASE.fullmatch(value)
    if found is None and _OTHERS.match(value):
        yield Unreadable(value, origin, "another implementation than the images have, which is CPython")
        return
    if found is None:
        yield Unreadable(value, origin)
        return
    pre = (found["pre"] or "").lower().removeprefix("-").replace("dev", "rc")
    yield Pin(found["release"], origin, pre, bool(found["free"]))


def _pipenv(repo: Repository) -> Iterator[Pin | Unreadable]:
    for path in ("Pipfile.lock", "Pipfile"):
        if not repo.is_file(path):
            continue
        requires = table(repo.toml(path), "requires") if path == "Pipfile" else _locked_requires(repo, path)
        for key in ("python_full_version", "python_version"):
            value = requires.get(key)
            if isinstance(value, str) and value != "*":
                yield from _pin(value, _line(repo, path, key))
                return


def _locked_requires(repo: Repository, path: str) -> dict[str, object]:
    try:
        document = json.loads(repo.read(path, LOCK_LIMIT))
    except (ValueError, RecursionError):
        return {}
    return dict(table(document, "_meta", "requires"))


def _line(repo: Repository, path: str, needle: str | re.Pattern[str]) -> Origin:
    return Origin("file", path, repo.line_of(path, needle))
