"""The requirement files of a repository: which one is installed, what it includes, what its lines need."""

from __future__ import annotations

import difflib
import re

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.groups import for_development
from dockergen.languages.python.setuptools_files import setup
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement, RequirementsFile, requirements_file
from dockergen.model import Origin
from dockergen.repository import Repository, normal

_INSTALLED = regex(r"\bpip3? +install\b[^\n&|;`]*?\s(?:-r|--requirement)[ =]*([\w./\"'-]+)")

_PLAIN = regex(r"[\w.-]+")
_ALIKE = 0.85  # of difflib: requirments.txt and Requirements.text are, reqs.txt is not
_INDEXES = ("--index-url", "--extra-index-url", "--find-links", "--no-index")
_STATED = regex(r"^\[(?:project|dependency-groups|tool\.(?:poetry|pdm|uv|flit)\b)", re.MULTILINE)
_OTHER_MANIFESTS = (".toml", ".cfg", ".py", ".lock", ".yml", ".yaml", ".json")  # uv reads requirements of some too


@frozen
class RequirementsTree:
    """A requirements file with all that it includes."""

    path: str = ""
    files: tuple[str, ...] = ()  # the file and its includes, constraints too, in reading order
    requirements: tuple[tuple[Requirement, Origin, str], ...] = ()  # with the folder that its path is relative to
    options: tuple[tuple[str, str, Origin], ...] = ()
    constraints: tuple[Requirement, ...] = ()  # what holds the others and installs nothing

    @property
    def hashed(self) -> bool:
        """True when pip checks hashes, which it does for all as soon as one line has one."""
        return any(found.hashed for found, _, _ in self.requirements) or any(
            option == "--require-hashes" for option, _, _ in self.options
        )

    @property
    def names_indexes(self) -> bool:
        """True where an option says where the distributions are, or where they are not."""
        return any(option in _INDEXES for option, _, _ in self.options)


def requirements_path(repo: Repository) -> str:
    """The requirements file for production, "" when there is none: the usual names, else the only other one.

    A requirements.txt that only includes files for development leaves the choice to the next name.
    """
    named = [path for path in load("python").lists["requirements"] if repo.has(path)]
    if len(named) > 1 and named[0] == "requirements.txt" and _only_development(repo, named[0]):
        named.pop(0)
    if named:
        return next((path for path in named if _asks(repo, path)), named[0])
    others = production_files(repo)
    if len(others) == 1 and not _is_beside(repo, others[0]):
        return others[0]
    return _installed_by_papers(repo) or _apart(repo) or _of_pages(repo) or _within(repo) or _misspelt(repo)


def misnamed(repo: Repository) -> str:
    """A file such as requirements.text or Requirments.txt, "" when there is none."""
    names = {
        name.lower(): name
        for name in repo.entries()
        if name.lower().startswith("req") and repo.is_file(name) and not for_development(name.partition(".")[0])
    }
    close = difflib.get_close_matches("requirements.txt", names, n=1, cutoff=_ALIKE)
    return names[close[0]] if close else ""


def _misspelt(repo: Repository) -> str:
    """Such a file where nothing else says what is installed, and every line of it is a requirement."""
    path = misnamed(repo)
    if not _PLAIN.fullmatch(path) or _stated_elsewhere(repo):
        return ""
    wanted = requirements_file(repo.source(path)).requirements
    return path if wanted and all(r.name for r in wanted) else ""


def _is_beside(repo: Repository, path: str) -> bool:
    """True for a file of a name of its own, without pins, where setup.py or setup.cfg states what is installed and does
    not read it: it is for something else."""
    stated = setup(repo)
    parsed = requirements_file(repo.source(path))
    pinned = any(wanted.pinned or wanted.hashed for wanted in parsed.requirements)
    return bool(stated.requirements) and path not in stated.reads and not pinned


def production_files(repo: Repository) -> list[str]:
    """All requirements files of the usual places whose names are not those of files for development."""
    found = [*repo.glob("*requirements*.txt"), *repo.glob("requirements/*.txt")]
    return [path for path in found if not _for_development(path) and repo.is_file(path)]


def included(repo: Repository, path: str) -> list[str]:
    """The files that the file includes by itself, as paths of the repository."""
    folder = path.rpartition("/")[0]
    targets = (name for kind, name, _ in requirements_file(repo.source(path)).includes if kind == "requirement")
    return [found for name in targets if (found := normal(f"{folder}/{name}" if folder else name))]


def _apart(repo: Repository) -> str:
    """The file in a folder such as install/ that holds no program, where the program lies beside that folder."""
    if not repo.glob("*.py") and not repo.glob("*/__init__.py"):
        return ""
    skipped = frozenset(load("python").lists["not_the_program"])
    folders = {path.partition("/")[0]: path for path in repo.glob("*/requirements.txt")}
    found = [path for name, path in folders.items() if name not in skipped and not repo.glob(f"{name}/*.py")]
    return found[0] if len(found) == 1 and not _for_development(found[0]) else ""


def _within(repo: Repository) -> str:
    """The file inside of the package that the program is, whose modules import each other by the package's name: they
    run beside that folder, not in it."""
    found = [path for path in repo.glob("*/requirements.txt") if repo.is_file(path)]
    if len(found) != 1 or _stated_elsewhere(repo):
        return ""
    name = found[0].partition("/")[0]
    own = re.compile(rf"^\s*(?:from|import)\s+{re.escape(name)}\.(\w+)", re.MULTILINE)
    modules = {module for path in repo.glob(f"{name}/*.py") for module in own.findall(repo.source(path))}
    inside = (repo.is_file(f"{name}/{module}.py") or repo.is_folder(f"{name}/{module}") for module in modules)
    return found[0] if any(inside) and not repo.has(f"{name}/{name}") else ""


def _installed_by_papers(repo: Repository) -> str:
    """The file of another name that the container file or the README of the repository installs, where it is the only
    one, and no other manifest asks for anything."""
    if _stated_elsewhere(repo):
        return ""
    named = (
        found.strip("\"'").removeprefix("./")
        for paper in ("Dockerfile", "dockerfile", "docker/Dockerfile", "README.md", "readme.md", "README.rst", "README")
        if repo.is_file(paper)
        for found in _INSTALLED.findall(repo.source(paper))
    )
    paths = {path for path in named if normal(path) == path and repo.is_file(path) and not _for_development(path)}
    paths = {path for path in paths if not path.endswith(_OTHER_MANIFESTS)}
    return paths.pop() if len(paths) == 1 else ""


def _stated_elsewhere(repo: Repository) -> bool:
    """True where another manifest at the root may ask for something."""
    files = ("setup.py", "setup.cfg", "Pipfile")
    return any(map(repo.is_file, files)) or bool(_STATED.search(repo.source("pyproject.toml")))


def _of_pages(repo: Repository) -> str:
    """The requirements beside the sources of MkDocs or Sphinx, where the repository holds nothing but them."""
    path = next((p for p in ("docs/requirements.txt", "doc/requirements.txt") if repo.is_file(p)), "")
    folder = path.partition("/")[0]
    settings = ("mkdocs.yml", "mkdocs.yaml", f"{folder}/conf.py", f"{folder}/source/conf.py")
    manifests = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "package.json", "go.mod")
    if not path or not any(map(repo.is_file, settings)) or any(map(repo.has, manifests)):
        return ""
    if repo.glob("*.py") or repo.glob("*/__init__.py"):
        return ""
    return path


def _for_development(path: str) -> bool:
    words = set(re.split(r"[^a-z]+", path.lower())) - {"requirements", "txt"}
    return not words.isdisjoint((*load("python").lists["development_groups"], "constraints"))


def _asks(repo: Repository, path: str) -> bool:
    """False for a file without a line that means anything, which may stand beside the one that counts."""
    parsed = requirements_file(repo.source(path))
    return bool(parsed.requirements or parsed.includes or parsed.options)


def _only_development(repo: Repository, path: str) -> bool:
    parsed = requirements_file(repo.source(path))
    targets = [target for kind, target, _ in parsed.includes if kind == "requirement"]
    return bool(targets) and not parsed.requirements and all(map(_for_development, targets))


def requirements_tree(repo: Repository, path: str) -> RequirementsTree:
    """The file and its includes.

    Raises ProjectError with the line for an include that does not exist, leads out of the repository, or includes
    itself.
    """
    if not path:
        return RequirementsTree()
    files: list[str] = []
    requirements: list[tuple[Requirement, Origin, str]] = []
    options: list[tuple[str, str, Origin]] = []
    constraints: list[Requirement] = []

    def read(current: str, chain: tuple[str, ...], constraint: bool) -> None:
        files.append(current)
        parsed = requirements_file(repo.read(current))
        if constraint:
            constraints.extend(parsed.requirements)
        else:
            folder = current.rpartition("/")[0]
            requirements.extend((r, Origin("file", current, r.line), folder) for r in parsed.requirements)
        options.extend((option, value, Origin("file", current, line)) for option, value, line in parsed.options)
        for kind, target, line in _includes(repo, current, parsed):
            if target in (*chain, current):
                raise _cycle(current, line, target, chain)
            if target not in files:
                read(target, (*chain, current), constraint or kind == "constraint")

    read(path, (), False)
    read_files = tuple(dict.fromkeys(files))
    return RequirementsTree(path, read_files, tuple(requirements), tuple(options), tuple(constraints))


def _includes(repo: Repository, path: str, parsed: RequirementsFile) -> list[tuple[str, str, int]]:
    found = []
    for kind, written, line in parsed.includes:
        if "://" in written:
            continue  # pip downloads it; there is nothing to mount
        folder = path.rpartition("/")[0]
        target = normal(f"{folder}/{written}" if folder else written)
        if target is None or not repo.is_file(target):
            what = "leads out of this folder" if target is None else "does not exist"
            raise ProjectError(
                f"{path}:{line} includes {written}, which {what}.",
                "Correct the path; it is relative to the including file.",
            )
        found.append((kind, target, line))
    return found


def _cycle(path: str, line: int, target: str, chain: tuple[str, ...]) -> ProjectError:
    way = " -> ".join([*(chain[chain.index(target) :] if target in chain else ()), path, target])
    return ProjectError(f"{path}:{line} includes {target} again: {way}.", "Remove one of these -r lines.")
