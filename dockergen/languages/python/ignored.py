"""What of a Python repository stays out of the build, besides what stays out everywhere."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dockergen.catalog import load
from dockergen.context import common_groups
from dockergen.dockerignore import Dockerignore, escape, parse
from dockergen.languages.python.distributed import distributed
from dockergen.languages.python.imports import whole_program
from dockergen.lazy import regex
from dockergen.model import IgnoreGroup
from dockergen.repository import Repository

_LISTED = "**/*.egg-info"  # what setuptools writes beside the source
_ALWAYS = (
    "**/__pycache__", "**/*.py[cod]", ".venv", "venv", _LISTED, "**/.pytest_cache", "**/.mypy_cache",
    "**/.ruff_cache",
    ".tox", ".nox", ".coverage", "htmlcov", "**/.ipynb_checkpoints",
)  # fmt: skip
_DATABASES = "*.sqlite3"  # at the root, where a developer's own lies
_SECRETS = (
    *("kubeconfig", "kubeconfig.yaml", "kubeconfig.yml", "secret.json", "secret.toml", "secret.yaml", "secret.yml"),
    *(".envrc", "secrets.json", "secrets.toml", "secrets.yaml", "secrets.yml"),
)
_KEYS = (".pem", ".key", ".p12", ".pfx", ".jks", ".keystore")  # what stays out everywhere
_DEPTH = 4
_MOST_CERTIFICATES = 20
# What makes the folder a part of the program: an import, or an entry among the apps of Django's settings.
_TESTS = regex(r"""^(?:from|import) +tests\b|^ *["']tests(?:\.\w+)*["'],""", re.MULTILINE)


def ignored(repo: Repository, static: str, program: Iterable[str]) -> tuple[IgnoreGroup, ...]:
    """The groups of .dockerignore; `static` is the folder that collectstatic fills in the image, "" for none; `program`
    are the files of the program."""
    tests = () if any(_TESTS.search(repo.source(path)) for path in program) else ("tests",)
    named = ("env", "build", "dist", "test", "docs")
    unused = [name for name in named if not _imported(repo, name) and not _run_by_front_end(repo, name)]
    # Of a source distribution it lists the files that belong to it, and the build reads that.
    always = tuple(pattern for pattern in _ALWAYS if pattern != _LISTED or not distributed(repo))
    made = (static,) if static and repo.has(static) else ()
    found = repo.walk(depth=_DEPTH, endings=_SECRETS)
    secrets = tuple(escape(path) for path in found if path.rpartition("/")[2] in _SECRETS)
    return (
        IgnoreGroup("Made on this machine, or not needed to run", (*always, _DATABASES, *tests, *unused)),
        *([IgnoreGroup("Collected anew in the image", made)] if made else []),
        *([IgnoreGroup("Files of this repository that hold secrets by their names", secrets)] if secrets else []),
        IgnoreGroup("Front-end packages are installed in the image", ("**/node_modules",)),
    )


def taken_along(repo: Repository, path: str) -> bool:
    """True for a file of the repository that the image has as well: no log, no secret, no database at the root."""
    return repo.is_file(path) and not _rules(repo).excludes(path)


@lru_cache(maxsize=4)
def _rules(repo: Repository) -> Dockerignore:
    """What stays out whatever the program is, and what stays out of Python's."""
    groups = (*common_groups(), *ignored(repo, "", ()))
    return parse("\n".join(pattern for group in groups for pattern in group.patterns))


def trusted(repo: Repository) -> tuple[str, ...]:
    """Certificates of authorities that the program reads, such as those of a vendored certifi or of a database in the
    cloud; no file that holds a key."""
    texts = ((path, repo.source(path)) for path in _keys(repo, (".pem",)))
    return tuple(path for path, text in texts if "BEGIN CERTIFICATE" in text and "PRIVATE KEY" not in text)


def withheld(repo: Repository, entry: str) -> Iterator[str]:
    """What is told about files that the program names, and that stay out because keys are called like them."""
    let = trusted(repo)
    for path in _keys(repo, _KEYS) if entry else ():
        name = re.compile(rf"""[\"'/]{re.escape(path.rpartition("/")[2])}[\"']""")
        reader = next((p for p in whole_program(repo, entry) if name.search(repo.source(p))), "")
        if reader and path not in let:
            line = repo.line_of(reader, name)
            yield (
                f"{path} stays out of the image, as keys are called like that, and {reader}:{line} names it: mount "
                f"it, or add the line !{path} to .dockerignore if anybody may read it."
            )


def _run_by_front_end(repo: Repository, folder: str) -> bool:
    """True for a folder of programs that the scripts of the front end start: node build/build.js."""
    named = re.findall(rf"""(?<=["\s]){folder}/[\w./-]+\.[cm]?[jt]s\b""", repo.source("package.json"))
    return any(map(repo.is_file, named))


def _keys(repo: Repository, endings: tuple[str, ...]) -> Iterator[str]:
    skipped = frozenset(load("python").lists["not_the_program"]) - {"third_party", "vendored", "_vendor", "ext"}
    paths = (path for path in repo.walk(depth=_DEPTH, endings=endings) if skipped.isdisjoint(path.split("/")))
    return itertools.islice(paths, _MOST_CERTIFICATES)


def _imported(repo: Repository, name: str) -> bool:
    """True when the folder may be a package; a Sphinx configuration makes none."""
    return any(path != f"{name}/conf.py" for path in repo.glob(f"{name}/*.py"))
