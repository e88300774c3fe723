"""Versions from tags, and projects that have to be built: what the build is told, what compiles, what is not copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dockergen.commands import next_lines
from dockergen.explain import text_of
from dockergen.pipeline import generated, service_at

Project = Callable[[dict[str, str | bytes]], Path]

APP = "from flask import Flask\napp = Flask(__name__)\n"


def written(root: Path) -> tuple[str, str]:
    """The Dockerfile and the command that builds it."""
    service = service_at(root, {})
    return text_of(generated(root, service), "Dockerfile"), next_lines(service)[0]


def pyproject(requires: str, backend: str, rest: str, dynamic: str = '["version"]') -> str:
    return (
        f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{backend}"\n'
        f'[project]\nname = "my-shop.app"\ndynamic = {dynamic}\ndependencies = ["flask==3.1.2"]\n{rest}'
    )


PACKED = '[tool.hatch.build.targets.wheel]\npackages = ["shop"]\n'  # the folder has another name than the project
SCM = [
    pytest.param(
        pyproject('"setuptools>=64", "setuptools_scm[toml]>=8"', "setuptools.build_meta", "[tool.setuptools_scm]\n"),
        "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_SHOP_APP=0.0.0", id="setuptools-scm",
    ),
    pytest.param(
        pyproject('"setuptools", "setuptools-scm"', "setuptools.build_meta", '[tool.setuptools_scm]\nfallback_version = "1.4"\n'),
        "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_SHOP_APP=1.4", id="the project's own fallback",
    ),
    pytest.param(
        pyproject('"hatchling", "hatch-vcs"', "hatchling.build", f'[tool.hatch.version]\nsource = "vcs"\n{PACKED}'),
        "SETUPTOOLS_SCM_PRETEND_VERSION=0.0.0", id="hatch-vcs",
    ),
    pytest.param(
        pyproject('"pdm-backend"', "pdm.backend", '[tool.pdm.version]\nsource = "scm"\n'), "PDM_BUILD_SCM_VERSION=0.0.0", id="PDM"
    ),
    pytest.param(
        pyproject('"hatchling", "uv-dynamic-versioning"', "hatchling.build", f'[tool.hatch.version]\nsource = "uv-dynamic-versioning"\n{PACKED}'),
        "UV_DYNAMIC_VERSIONING_BYPASS=0.0.0", id="uv-dynamic-versioning",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("manifest", "argument"), SCM)
def test_a_version_from_tags_becomes_a_build_argument(project: Project, manifest: str, argument: str) -> None:
    root = project({"pyproject.toml": manifest, "src/shop/__init__.py": "", "src/shop/app.py": APP})
    dockerfile, typed = written(root)
    assert f"\nARG {argument}\n" in dockerfile
    assert f"--build-arg {argument} " in typed
    # Behind the dependencies, so that another version installs none of them again.
    assert dockerfile.index("pyproject.toml") < dockerfile.index("COPY . .") < dockerfile.index("ARG ")


@pytest.mark.parametrize(
    "manifest",
    [
        pyproject('"setuptools", "setuptools-scm"', "setuptools.build_meta", 'version = "1"\n', dynamic="[]"),
        pyproject('"pdm-backend"', "pdm.backend", '[tool.pdm.version]\nsource = "file"\npath = "src/shop/__init__.py"\n'),
        pyproject('"setuptools"', "setuptools.build_meta", '[tool.setuptools.dynamic]\nversion = {attr = "shop.__version__"}\n'),
    ],
    ids=["static", "PDM reads a file", "setuptools reads a module"],
)  # fmt: skip
def test_a_version_that_is_written_down_needs_no_argument(project: Project, manifest: str) -> None:
    dockerfile, _ = written(
        project({"pyproject.toml": manifest, "src/shop/__init__.py": "__version__ = '1'\n", "src/shop/app.py": APP})
    )
    assert "ARG " not in dockerfile


def test_a_package_whose_version_module_is_written_by_the_build_is_installed(project: Project) -> None:
    rest = '[tool.setuptools]\npackages = ["shop"]\n[tool.setuptools_scm]\nversion_file = "shop/_version.py"\n'
    manifest = pyproject('"setuptools", "setuptools-scm"', "setuptools.build_meta", rest)
    files = {"pyproject.toml": manifest, "shop/__init__.py": "from ._version import __version__\n", "shop/app.py": APP}
    dockerfile, _ = written(project({**files}))
    assert "uv pip install --no-deps ." in dockerfile
    assert "COPY . ." not in dockerfile.partition(" AS final")[2]


SETUP = "from setuptools import Extension, setup\nsetup(name='fast', packages=['fast'], ext_modules=[Extension('fast._x', ['fast/_x.{0}'])])\n"
REQUIREMENTS = {"requirements.txt": "flask==3.1.2\n", "app.py": APP.replace("from", "import fast\nfrom", 1)}
COMPILED = [
    pytest.param({"setup.py": SETUP.format("c"), "fast/_x.c": ""}, {"gcc", "libc6-dev"}, "fast", id="C through setuptools"),
    pytest.param({"setup.py": SETUP.format("cpp"), "fast/_x.cpp": ""}, {"g++", "libc6-dev"}, "fast", id="C++"),
    pytest.param(
        {"setup.py": SETUP.format("pyx"), "pyproject.toml": '[build-system]\nrequires = ["setuptools", "Cython>=3"]\n', "fast/_x.pyx": ""},
        {"gcc", "libc6-dev"}, "fast", id="Cython",
    ),
    pytest.param(
        {"pyproject.toml": pyproject('"maturin>=1"', "maturin", '[tool.maturin]\nmodule-name = "fast._x"\n'), "Cargo.toml": "[package]\n", "src/lib.rs": ""},
        {"cargo", "gcc"}, "fast", id="maturin",
    ),
    pytest.param(
        {"pyproject.toml": pyproject('"setuptools", "setuptools-rust"', "setuptools.build_meta", ""), "rust/Cargo.toml": "[package]\n", "rust/src/lib.rs": ""},
        {"cargo", "gcc"}, "", id="setuptools-rust",
    ),
    pytest.param(
        {"pyproject.toml": pyproject('"scikit-build-core", "pybind11"', "scikit_build_core.build", ""), "CMakeLists.txt": "", "cpp/x.cpp": ""},
        {"g++", "gcc"}, "", id="scikit-build-core",
    ),
    pytest.param(
        {"pyproject.toml": pyproject('"meson-python"', "mesonpy", ""), "meson.build": "", "fast/x.c": ""}, {"gcc"}, "fast", id="meson-python"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "packages", "folder"), COMPILED)
def test_what_is_compiled_is_built_and_its_source_not_copied_over_it(
    project: Project, files: dict[str, str | bytes], packages: set[str], folder: str
) -> None:
    dockerfile, _ = written(project({**REQUIREMENTS, "fast/__init__.py": "", **files}))
    build, _, final = dockerfile.partition(" AS final")
    assert packages <= set(build.split())
    assert build.index("install -r requirements.txt") < build.index("COPY . .") < build.index("--no-deps .")
    assert ("target=/root/.cargo/registry" in build) == ("cargo" in packages)
    assert (f"COPY --exclude={folder} . ." if folder else "COPY . .") in final
    assert not packages & set(final.split())


def test_a_build_requirement_without_anything_to_compile_needs_no_compiler(project: Project) -> None:
    manifest = '[build-system]\nrequires = ["setuptools", "cython"]\nbuild-backend = "setuptools.build_meta"\n'
    dockerfile, _ = written(project({**REQUIREMENTS, "pyproject.toml": manifest, "fast/__init__.py": ""}))
    assert "gcc" not in dockerfile


def test_rust_that_is_too_new_for_debian_is_said(project: Project) -> None:
    files = {
        "pyproject.toml": pyproject('"maturin"', "maturin", ""),
        "Cargo.toml": '[package]\nname = "x"\nrust-version = "1.91"\n',
    }
    notes = service_at(project({**REQUIREMENTS, **files}), {}).plan.notes
    assert any(note.startswith("Cargo.toml:3 asks for Rust 1.91") for note in notes)


ASKS = "from importlib.metadata import version\n__version__ = version('my-shop.app')\n"
STATIC = pyproject('"hatchling"', "hatchling.build", f'version = "1"\n{PACKED}', dynamic="[]")


@pytest.mark.parametrize(
    ("text", "installed"),
    [
        (ASKS, True),
        (ASKS.replace("'my-shop.app'", "__package__"), True),
        ("from importlib.metadata import version as get_version\nversion = get_version('my-shop.app')\n", True),
        (ASKS.replace("'my-shop.app'", "'flask'"), False),
        (f"try:\n    {ASKS.splitlines()[0]}\nexcept PackageNotFoundError:\n    pass\n{ASKS.splitlines()[1]}", False),
    ],
    ids=["by name", "by package", "under another name", "another one", "with an answer ready"],
)
def test_a_package_that_asks_for_its_own_version_is_installed_and_copied(
    project: Project, text: str, installed: bool
) -> None:
    files = {"pyproject.toml": STATIC, "shop/__init__.py": text, "shop/app.py": APP, "shop/templates/x.html": ""}
    dockerfile, _ = written(project({**files}))
    assert ("uv pip install --no-deps ." in dockerfile) == installed
    assert "\nCOPY . .\n" in dockerfile.partition(" AS final")[2]


def test_a_compiled_project_in_place_is_installed_as_a_wheel(project: Project) -> None:
    files = {"setup.py": SETUP.format("c"), "fast/_x.c": "", "fast/__init__.py": "", "app.py": APP}
    dockerfile, _ = written(project({**files, "requirements.txt": "flask==3.1.2\n-e .\n"}))
    assert "install --no-deps ." in dockerfile
    assert " -e " not in dockerfile.partition("COPY . .")[2]
    assert "COPY --exclude=fast . ." in dockerfile


RUST = {
    "app.py": APP,
    "pyproject.toml": pyproject('"maturin>=1.9,<2"', "maturin", "", "[]").replace("dynamic = []", 'version = "1"'),
    "Cargo.toml": '[package]\nname = "shop"\n',
    "src/lib.rs": "",
}
UV_LOCK = 'version = 1\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\n'


@pytest.mark.parametrize(
    ("more", "before"),
    [({}, "uv pip install -r pyproject.toml\n"), ({"uv.lock": UV_LOCK}, "uv sync --frozen --no-install-workspace\n")],
    ids=["without a lock", "uv"],
)
def test_a_project_in_rust_is_built_by_pip_so_that_cargo_keeps_what_it_compiled(
    project: Project, more: dict[str, str | bytes], before: str
) -> None:
    text, _ = written(project({**RUST, **more}))
    step = text.index("CARGO_TARGET_DIR=/root/.cache/cargo \\\n    pip --python .venv/bin/python install --no-deps .\n")
    assert text.index(before) < step
    assert text.count("CARGO_TARGET_DIR") == 1
