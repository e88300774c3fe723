"""Fixtures of the whole suite: samples as projects without our files, and the engine where a test asks for it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import tomli

from dockergen.model import BuildPlan, GeneratedFile
from dockergen.pipeline import generated, service_at
from tests.realengine.fixtures import docker_engine  # noqa: F401 - a fixture for all tests

# A busy machine is slow, which is no finding; the same examples every time, so that a failure can be met again.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).parent.parent
SAMPLES_FOLDER = ROOT / "sample_projects"
OURS = ("Dockerfile", ".dockerignore", "sample.toml", "nginx.conf")


@dataclass(frozen=True)
class Sample:
    """A folder of sample_projects/ and what its sample.toml demands."""

    name: str
    folder: Path
    spec: dict[str, Any]

    @property
    def flags(self) -> dict[str, Any]:
        return dict(self.spec.get("init", {}))

    def copy_to(self, target: Path) -> Path:
        """The project as its author has it: without the golden files and sample.toml."""
        ignored = shutil.ignore_patterns("node_modules", ".venv", "__pycache__")
        shutil.copytree(self.folder, target, ignore=ignored, symlinks=True)
        for name in OURS:
            (target / name).unlink(missing_ok=True)
        return target


@cache
def made(name: str) -> tuple[Path, BuildPlan, list[GeneratedFile]]:
    """A sample's project without our files, its plan, and what `init` would write there; nobody changes the folder."""
    sample = next(sample for sample in samples() if sample.name == name)
    root = sample.copy_to(Path(tempfile.mkdtemp(prefix="dockergen-sample-")) / name)
    atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
    service = service_at(root, sample.flags)
    return root, service.plan, generated(root, service)


def samples() -> list[Sample]:
    """Every sample, in the order of the names; a new folder is a new test."""
    return [
        Sample(path.parent.name, path.parent, tomli.loads(path.read_text(encoding="utf-8")))
        for path in sorted(SAMPLES_FOLDER.glob("*/sample.toml"))
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the golden files in sample_projects/")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sample" in metafunc.fixturenames:
        found = samples()
        metafunc.parametrize("sample", found, ids=[sample.name for sample in found])


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--accept"))


@pytest.fixture
def project(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Makes a small repository out of a mapping of paths to contents."""

    def make(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "project"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make
