"""Debian packages that a repository lists for a hosting platform, in files of their own or among its settings."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.manager_choice import environment
from dockergen.languages.python.project import Project
from dockergen.languages.python.space import space
from dockergen.lazy import regex
from dockergen.manifests.pyproject import table, texts
from dockergen.model import Origin
from dockergen.repository import Repository

_NAME = regex(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.]")
_BUILDS = regex(r".*-dev|gcc|g\+\+|clang|make|cmake|pkg-config|build-essential|cargo|rustc|swig|gfortran")
_USELESS = regex(r"python3?(?:\.\d+)?(?:-.*)?|libpython3.*|pip")


@frozen
class AptList:
    """One list, under the names of Debian 13."""

    origin: Origin
    build: tuple[str, ...]  # compilers and headers, which nothing that runs needs
    run: tuple[str, ...]
    left_out: tuple[str, ...]  # Debian's own Python, which the environment does not see


def builds(package: str) -> bool:
    """True for headers and compilers, which the final image has no use for."""
    return bool(_BUILDS.fullmatch(package))


def apt_lists(repo: Repository, project: Project) -> list[AptList]:
    """The lists; packages.txt counts only where a platform that reads it is meant, the others always."""
    paths = ["Aptfile", "apt.txt", "binder/apt.txt", ".binder/apt.txt"]
    if project.has("streamlit", "gradio") or space(repo) is not None:
        paths.append("packages.txt")
    found = [_read(repo, path) for path in paths if repo.is_file(path)]
    found += [_configured(repo, path) for path in ("nixpacks.toml", "railpack.json") if repo.is_file(path)]
    return [*filter(None, found), *_of_conda(repo, project)]


def _configured(repo: Repository, path: str) -> AptList | None:
    """The packages that a configuration of Nixpacks or Railpack names.

    Settings: https://nixpacks.com/docs/configuration/file, https://railpack.com/config/file
    """
    try:
        document = repo.json(path) if path.endswith(".json") else repo.toml(path)
    except ProjectError:
        return None  # it is evidence only
    if path.endswith(".json"):
        names = (*texts(table(document).get("buildAptPackages")), *texts(table(document, "deploy").get("aptPackages")))
    else:
        phases = table(document, "phases")
        names = tuple(name for phase in phases for name in texts(table(phases, phase).get("aptPkgs")))
    return _list(path, [(repo.line_of(path, name), name) for name in names])


def _of_conda(repo: Repository, project: Project) -> Iterator[AptList]:
    """The programs of a conda environment that pip installs."""
    programs = project.environment.debian
    if programs:
        path = environment(repo)
        names = tuple(dict.fromkeys(package for _, package in programs))
        yield AptList(Origin("file", path, repo.line_of(path, programs[0][0])), (), names, ())


def _read(repo: Repository, path: str) -> AptList | None:
    lines = [(number, line.split("#")[0]) for number, line in enumerate(repo.lines(path), 1) if "://" not in line]
    return _list(path, [(number, word) for number, line in lines for word in line.split()])


def _list(path: str, words: list[tuple[int, str]]) -> AptList | None:
    named = [(number, word) for number, word in words if _NAME.fullmatch(word)]
    left = tuple(word for _, word in named if _USELESS.fullmatch(word))
    kept = tuple(dict.fromkeys(_today(word) for _, word in named if word not in left))
    if not named:
        return None
    return AptList(
        Origin("file", path, named[0][0]),
        build=tuple(word for word in kept if builds(word) or word == "git"),
        run=tuple(word for word in kept if not builds(word) and word != "git"),
        left_out=left,
    )


def _today(name: str) -> str:
    """The name in Debian 13 of a package that older releases call otherwise."""
    catalog = load("python-packages")
    older = {old: new for names in catalog.suites.values() for new, old in names.items()}
    older.update((row.partition(" ")[0], row.partition(" ")[2]) for row in catalog.lists["renamed"])
    return older.get(name, name)
