"""Which release of a package manager the image builds with: what the repository asks for, else what its Python runs."""

from __future__ import annotations

import re

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.lazy import regex
from dockergen.manifests.pyproject import Pyproject, table
from dockergen.manifests.tool_versions import tool_versions
from dockergen.model import Origin, Sourced
from dockergen.repository import LOCK_LIMIT, Repository

_EXACT = regex(r"\s*={0,3}\s*(\d+(?:\.\d+)+)\s*")
_HEADER = regex(r"by Poetry (\d+)\.")
_REQUIRED = {"uv": ("required-version",), "poetry": ("requires-poetry",), "pdm": ("requires-pdm",)}


def manager_version(repo: Repository, name: str, pyproject: Pyproject, lock: str, release: str) -> Sourced[str]:
    """The release of the manager, or the range that pip is told where no known release is in it.

    Order: the manifest's own demand, the lock file's header, .tool-versions, then the newest that runs on `release`.
    """
    known = _known(name, release)
    asked = _asked(repo, name, pyproject)
    if asked is not None:
        return Sourced(_fitting(asked.value, known), asked.origin)
    if name == "poetry" and lock and (major := _writer(repo, lock)):
        of_major = [v for v in known if v.startswith(f"{major}.")]
        return Sourced((of_major or known)[0], Origin("file", lock, 1))
    if repo.is_file(".tool-versions"):
        value, line = tool_versions(repo.read(".tool-versions")).get(name, ("", 0))
        if _EXACT.fullmatch(value):
            return Sourced(value, Origin("file", ".tool-versions", line))
    return Sourced(known[0], Origin("default", note=load("python").managers[name].title))


def lock_reader(name: str, release: str) -> tuple[str, ...]:
    """What pip installs to print the manager's lock file where no release of the manager does, () where one does."""
    rows = (row.split() for row in load("python").lists["lock_readers"])
    return next(
        (tuple(tools) for manager, python, *tools in rows if (manager, _key(python)) == (name, _key(release)[:2])), ()
    )


def old_pip(release: str) -> bool:
    """True when the image of the release has a pip before 22.3, which installs into its own environment only."""
    wanted = _key(release)
    first = {_key(row.split()[0]): int(row.split()[1]) for row in load("python").lists["pip_elsewhere"]}
    if wanted[:2] in first:
        return len(wanted) > 2 and wanted[2] < first[wanted[:2]]
    return wanted[:2] < min(first)


def newer_pip(release: str) -> str:
    """The last pip for a Python that brings one along which knows no wheels of manylinux2014; "" for any other."""
    rows = (row.split() for row in load("python").lists["last_pips"])
    return next((f"pip=={pip}" for python, pip in rows if _key(python) == _key(release)[:2]), "")


def _known(name: str, release: str) -> list[str]:
    """Releases of the manager that run on the Python, best first; ProjectError when there is none."""
    catalog = load("python")
    row = catalog.managers[name]
    if name == "uv":
        return [row.version, *(f"0.{minor}" for minor in range(int(row.version.split(".")[1]) - 1, 3, -1))]
    wanted = _key(release)[:2]
    rows = [line.split() for line in catalog.lists.get(f"runs-on:{name}", ())]
    newest = [version for python, version in rows if _key(python) <= wanted][:1]
    if not newest:
        # The nearest one: what is locked for an old Python has rarely been tried on the newest.
        nearest = min((python for python, _ in rows), key=_key)
        raise ProjectError(
            f"No release of {row.title} that prints its lock file runs on Python {release}.",
            f"Choose a newer Python, if the program runs on it; {nearest} is the nearest.",
            command=f"dockergen init --version {nearest}",
        )
    older = [v for v in row.versions.values() if _key(v) < _key(newest[0])]
    return [*newest, *sorted(older, key=_key, reverse=True)]


def _asked(repo: Repository, name: str, pyproject: Pyproject) -> Sourced[str] | None:
    for key in _REQUIRED.get(name, ()):
        value = pyproject.settings(name).get(key)
        if isinstance(value, str) and value.strip():
            return Sourced(value.strip(), Origin("file", "pyproject.toml", repo.line_of("pyproject.toml", key)))
    if name == "uv" and repo.is_file("uv.toml"):
        value = table(repo.toml("uv.toml")).get("required-version")
        if isinstance(value, str) and value.strip():
            return Sourced(value.strip(), Origin("file", "uv.toml", repo.line_of("uv.toml", "required-version")))
    return None


def _fitting(constraint: str, known: list[str]) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if found := _EXACT.fullmatch(constraint):
        return found[1]
    try:
        specifiers = SpecifierSet(_pep440(constraint))
    except InvalidSpecifier:
        return known[0]
    # The tag of a minor is its newest patch.
    fits = (v for v in known if specifiers.contains(v if v.count(".") > 1 else f"{v}.99"))
    if known[0].count(".") > 1:
        return next(fits, str(specifiers))
    newer = re.search(r">=\s*(\d+\.\d+)", constraint)  # than what is known here
    return next(fits, newer[1] if newer else known[0])


def _pep440(constraint: str) -> str:
    """Poetry's caret and tilde in the words of PEP 440."""
    found = re.fullmatch(r"[\^~]\s*(\d+)((?:\.\d+)*)", constraint)
    if not found:
        return constraint
    whole = found[1] + found[2]
    return f">={whole},<{int(found[1]) + 1}" if constraint.startswith("^") else f"~={whole}.0"


def _writer(repo: Repository, lock: str) -> str:
    """The major release of the Poetry that wrote the lock file; 1 where it does not say, as Poetry 1.4 began to."""
    head = repo.read(lock, LOCK_LIMIT)[:200]
    found = _HEADER.search(head)
    return found[1] if found else "" if head.startswith("#") else "1"


def _key(value: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", value))
