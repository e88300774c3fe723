"""Printed commands of a sample as processes of the same image, side by side, with one volume for what they write."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.workspace import write
from tests.conftest import Sample, made, samples
from tests.realengine.fixtures import DockerEngine
from tests.services import running

TOGETHER = [sample for sample in samples() if "together" in sample.spec]
_LOCKED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
_ASK = (
    "import os, sys, urllib.request as r; "
    "print(r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}{sys.argv[1]}').read().decode())"
)
_SECONDS = 60


@pytest.mark.docker
@pytest.mark.parametrize("several", TOGETHER, ids=[sample.name for sample in TOGETHER])
def test_web_worker_and_what_runs_once_work_together(
    several: Sample, tmp_path: Path, docker_engine: DockerEngine
) -> None:
    root = several.copy_to(tmp_path / several.name)
    files = dockergen.generate(root, **several.flags)
    write(root, files)
    docker_engine.ensure_images(explain.text_of(files, "Dockerfile"))
    spec, plan = several.spec["together"], made(several.name)[1]
    commands = dict(plan.commands)
    with (
        _built(root) as image,
        _volume() as volume,
        running(several.spec.get("services", {}), docker_engine) as network,
        _containers() as containers,
    ):
        variables = [word for pair in several.spec["run"]["env"].items() for word in ("-e", "=".join(pair))]
        mounts = [word for folder in plan.writable for word in ("-v", f"{volume}:{folder}")]
        options = [*_LOCKED, "--network", network, *variables, *mounts]
        for name in spec["once"]:
            _docker("run", "--rm", *options, image, *commands[name].split())
        web = _docker("run", "-d", *options, image)
        containers.append(web)
        for name in spec["processes"]:
            containers.append(_docker("run", "-d", *options, image, *commands[name].split()))
        for path in spec["ask"]:
            _until(web, path, ())
        _until(web, spec["path"], spec["texts"])
        for container in containers:
            started = time.monotonic()
            _docker("stop", "--time", "20", container)
            assert time.monotonic() - started < 15, "it does not stop on SIGTERM"


def _until(web: str, path: str, texts: tuple[str, ...] | list[str]) -> None:
    """Asks until the answer holds all texts."""
    deadline = time.monotonic() + _SECONDS
    while True:
        done = subprocess.run(
            ["docker", "exec", web, "python", "-c", _ASK, path], capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and all(text in done.stdout for text in texts):
            return
        assert time.monotonic() < deadline, f"{path}: {done.stdout}{done.stderr}"
        time.sleep(0.5)


@contextmanager
def _built(root: Path) -> Iterator[str]:
    image = f"dockergen-sample-{uuid.uuid4().hex[:12]}"
    _docker("build", "--quiet", "--tag", image, str(root))
    try:
        yield image
    finally:
        _docker("image", "rm", "--force", image)


@contextmanager
def _volume() -> Iterator[str]:
    name = _docker("volume", "create")
    try:
        yield name
    finally:
        _docker("volume", "rm", name)


@contextmanager
def _containers() -> Iterator[list[str]]:
    started: list[str] = []
    try:
        yield started
    finally:
        for container in started:
            _docker("rm", "-f", "-v", container)


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()
