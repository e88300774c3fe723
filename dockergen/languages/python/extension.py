"""Projects that are more than Python files: modules in C, C++, Cython or Rust, and those that only the build writes."""

from __future__ import annotations

import re

from dockergen.frozen import frozen
from dockergen.languages.python.project import Project
from dockergen.languages.python.scm import Scm
from dockergen.languages.python.source_roots import source_roots
from dockergen.languages.python.start import Start
from dockergen.lazy import regex
from dockergen.manifests.requirements import normalised
from dockergen.model import Origin
from dockergen.repository import Repository

_NAME = regex(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_C = ("gcc", "libc6-dev")
_CPP = ("g++", "gcc", "libc6-dev")
_RUST = ("cargo", "gcc", "libc6-dev")
# Build requirement -> what compiles, and what else has to be there for it to count.
_BACK_ENDS: tuple[tuple[str, str], ...] = (
    ("maturin", "rust"),
    ("setuptools-rust", "rust"),
    ("scikit-build-core", "c++"),
    ("scikit-build", "c++"),
    ("nanobind", "c++"),
    ("pybind11", "c++"),
    ("meson-python", "c"),
    ("cython", "c"),
    ("cffi", "c"),
    ("mypy", "c"),
    ("hatch-cython", "c"),
    ("hatch-mypyc", "c"),
)
_PACKAGES = {"c": _C, "c++": _CPP, "rust": _RUST}
_SETUP = regex(r"\b(ext_modules|cffi_modules|rust_extensions|cythonize|mypycify)\b")
_SOURCES = (".pyx", ".c", ".cc", ".cpp", ".cxx", ".rs")
_CPP_SOURCES = (".cc", ".cpp", ".cxx")
_DEPTH = 6
_MOST_TELLERS = 100  # modules of packages that are looked into


@frozen
class Extension:
    """What has to be built, and what the final image must not take from the source instead."""

    language: str = ""  # c, c++ or rust; "" when nothing is compiled
    packages: tuple[str, ...] = ()  # Debian's, for the build stage
    folders: tuple[str, ...] = ()  # importable folders of the source that lack what the build makes
    origin: Origin = Origin("default")
    must_build: bool = False  # the program does not run from its source
    complete: bool = False  # it does, but asks for its own version, which only an installation records
    notes: tuple[str, ...] = ()


def extension(repo: Repository, project: Project, made: Scm) -> Extension:
    """The compiler that the project itself needs, and why it has to be installed."""
    here = repo.sub(project.member)
    language, origin = _language(here, project)
    sources = [path for path in here.walk(depth=_DEPTH) if path.endswith(_SOURCES)] if language else []
    if language == "c" and any(path.endswith(_CPP_SOURCES) for path in sources):
        language = "c++"
    found = [_importable(here, path) for path in (*sources, made.writes) if path]
    folders = tuple(sorted({path for path in (*found, _rust_module(here, project, language)) if path}))
    if not language and not made.writes:
        asks = _asks_its_version(here, project.pyproject.name)
        return Extension(must_build=asks, complete=asks)
    return Extension(
        language,
        _PACKAGES.get(language, ()),
        folders,
        origin,
        must_build=bool(language or made.writes),
        notes=tuple(_advice(here, language)),
    )


def runs_from_source(repo: Repository, project: Project, start: Start, built: Extension) -> bool:
    """True when the file that is started lies outside of every package, so that an installation lacks it."""
    if built.complete:
        return not start.script and start.import_root not in source_roots(repo) and project.manager.value != "uv"
    if start.import_root in source_roots(repo):
        return False
    folder = start.entry.rpartition("/")[0].split("/", maxsplit=1)[0]
    if start.django:
        return True
    return bool(start.entry) and not start.script and (not folder or not repo.is_file(f"{folder}/__init__.py"))


def _asks_its_version(here: Repository, name: str) -> bool:
    """True when a package asks importlib.metadata for its own version and has no answer ready when there is none."""
    if not name:
        return False
    asked = re.compile(
        rf"\b(?:\w*version|metadata|distribution)\(\s*(?:[\"']{re.escape(name)}[\"']|__name__|__package__)\s*\)"
    )
    tops = [folder for folder in here.folders() if here.is_file(f"{folder}/__init__.py") and "test" not in folder]
    paths = [f"{folder}/{module}" for folder in tops for module in here.entries(folder) if module.endswith(".py")]
    texts = [here.source(path) for path in (*paths[:_MOST_TELLERS], "main.py", "app.py") if here.is_file(path)]
    return any("PackageNotFoundError" not in text and "metadata" in text and asked.search(text) for text in texts)


def _language(here: Repository, project: Project) -> tuple[str, Origin]:
    declared = project.pyproject
    requires = {normalised(found[0]) for text in declared.build_requires if (found := _NAME.match(text.strip()))}
    for name, language in _BACK_ENDS:
        if name in requires and _has_sources(here, name, language):
            return language, Origin("file", "pyproject.toml", here.line_of("pyproject.toml", name))
    setup = here.source("setup.py") if here.is_file("setup.py") else ""
    if found := _SETUP.search(setup):
        rust = "rust" in found[1] or "RustExtension" in setup
        return "rust" if rust else "c", Origin("file", "setup.py", setup.count("\n", 0, found.start()) + 1)
    for path in (("setuptools", "ext-modules"), ("poetry", "build")):
        table = declared.settings(*path[:-1])
        if table.get(path[-1]):
            return "c", Origin("file", "pyproject.toml", here.line_of("pyproject.toml", path[-1]))
    return "", Origin("default")


def _has_sources(here: Repository, name: str, language: str) -> bool:
    """Build requirements are copied from project to project; only what lies there is compiled."""
    if language == "rust":
        return here.is_file("Cargo.toml") or any(here.is_file(f"{folder}/Cargo.toml") for folder in here.folders())
    if name in ("cffi", "mypy", "hatch-mypyc"):
        return bool(_SETUP.search(here.source("setup.py"))) or name.startswith("hatch")
    return any(path.endswith((".pyx", ".py.in", *_SOURCES)) for path in here.walk(depth=_DEPTH))


def _importable(here: Repository, path: str) -> str:
    """The top folder of a package that the source is in; "" when Python would not look there from the root."""
    top = path.split("/", maxsplit=1)[0] if "/" in path else ""
    return top if top and here.is_file(f"{top}/__init__.py") else ""


def _rust_module(here: Repository, project: Project, language: str) -> str:
    """The Python side of a mixed project has the name of the compiled module."""
    if language != "rust":
        return ""
    stated = project.pyproject.settings("maturin").get("module-name")
    module = stated if isinstance(stated, str) else project.pyproject.name.replace("-", "_")
    name = module.split(".", maxsplit=1)[0]
    return name if name and here.is_file(f"{name}/__init__.py") else ""


def _advice(here: Repository, language: str) -> list[str]:
    if language != "rust":
        return []
    for path in ("Cargo.toml", *(f"{folder}/Cargo.toml" for folder in here.folders())):
        text = here.source(path) if here.is_file(path) else ""
        found = re.search(r'^\s*rust-version\s*=\s*"1\.(\d+)', text, re.MULTILINE)
        if found and int(found[1]) > 85:
            line = here.line_of(path, found[0].strip())
            return [f"{path}:{line} asks for Rust 1.{found[1]}; Debian 13 has 1.85, with which this build will fail."]
    return []
