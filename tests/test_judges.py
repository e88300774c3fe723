"""What other people's linters say of every golden Dockerfile: nothing, but for the exceptions named here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Sample, samples
from tests.realengine.fixtures import DockerEngine
from tests.realengine.machine import cache_folder, locked, run

# DL3008: Debian removes old package versions from its archive, so a pinned version fails to build a few weeks later.
HADOLINT_EXCEPTIONS = ("DL3008",)
# CKV_DOCKER_2: distroless/static has no program that a HEALTHCHECK could run, and a worker has nothing to ask.
CHECKOV_EXCEPTIONS = {"CKV_DOCKER_2"}


def _checkov() -> str:
    """Checkov in an environment of its own, kept between runs: it wants older libraries than we and pytest do."""
    folder = cache_folder() / "checkov"
    with locked("checkov"):
        if not (folder / "bin" / "checkov").exists():
            run(sys.executable, "-m", "venv", "--clear", folder)
            run(folder / "bin" / "pip", "install", "-q", "checkov>=3.2")
    return str(folder / "bin" / "checkov")


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is missing; pip install -e '.[test]'"
    return found


def test_hadolint_finds_nothing() -> None:
    files = [str(sample.folder / "Dockerfile") for sample in samples()]
    ignores = [word for code in HADOLINT_EXCEPTIONS for word in ("--ignore", code)]
    done = subprocess.run([_program("hadolint"), *ignores, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.docker
def test_checkov_finds_nothing(tmp_path: Path) -> None:
    for sample in samples():
        (tmp_path / sample.name).mkdir()
        shutil.copy(sample.folder / "Dockerfile", tmp_path / sample.name / "Dockerfile")
    command = [
        _checkov(),
        "-d",
        str(tmp_path),
        "--framework",
        "dockerfile",
        "-o",
        "json",
        "--compact",
        "--quiet",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    reports = report if isinstance(report, list) else [report]
    failed = [check for part in reports for check in part.get("results", {}).get("failed_checks", [])]
    told = [f"{check['file_path']}: {check['check_id']} {check['check_name']}" for check in failed]
    assert sum(part.get("summary", {}).get("passed", 0) for part in reports) > 0, done.stdout[:500] + done.stderr[-500:]
    assert [line for line, check in zip(told, failed, strict=True) if check["check_id"] not in CHECKOV_EXCEPTIONS] == []


def test_only_images_without_a_runtime_lack_a_health_check() -> None:
    for sample in samples():
        text = (sample.folder / "Dockerfile").read_text()
        serves = "path" in sample.spec.get("probe", {}) or "port" in sample.spec.get("decisions", {})
        can_probe = "distroless/static" not in text and "distroless/base" not in text and "distroless/cc" not in text
        assert ("\nHEALTHCHECK" in text) == (serves and can_probe), sample.name


@pytest.mark.docker
def test_buildkit_checks_find_nothing(sample: Sample, tmp_path: Path, docker_engine: DockerEngine) -> None:
    root = sample.copy_to(tmp_path / sample.name)
    for name in ("Dockerfile", ".dockerignore"):
        shutil.copy(sample.folder / name, root / name)
    docker_engine.ensure_images((root / "Dockerfile").read_text())
    done = subprocess.run(["docker", "build", "--check", str(root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
