"""The final image of a Python program holds the base, what is installed, the source, and next to nothing else."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

import dockergen
from dockergen.workspace import write
from tests.conftest import Sample, samples
from tests.realengine.fixtures import DockerEngine

ALLOWED = 1.05  # of base, installed distributions, Debian packages and source
# Runs inside the image: what the distributions of the environment own, and what should not be there.
LOOK = """
import importlib.metadata, importlib.util, json, os, pathlib, shutil, sys, sysconfig
site = pathlib.Path(sysconfig.get_path("purelib"))
owned = set()
for found in importlib.metadata.distributions(path=[str(site)]):
    for file in found.files or ():
        path = pathlib.Path(os.path.normpath(found.locate_file(file)))
        owned.add(path)
        if path.suffix == ".py":
            owned.add(pathlib.Path(importlib.util.cache_from_source(str(path))))
def valid(path):
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
sources = [p for p in site.rglob("*.py") if not pathlib.Path(importlib.util.cache_from_source(str(p))).is_file()]
programs = ("gcc", "cc", "g++", "cargo", "rustc", "make", "git", "uv", "poetry", "pdm", "pipenv")
print(json.dumps({
    "owned": sum(p.lstat().st_size for p in owned if p.exists()),
    "uncompiled": [str(p) for p in sources if valid(p)],
    "installers": [p.name for p in site.iterdir() if p.name.split("-")[0] in ("pip", "uv", "poetry", "pdm", "pipenv")],
    "programs": [name for name in programs if shutil.which(name)],
    "caches": [str(p) for p in map(pathlib.Path, ("/root/.cache", "/tmp/requirements.txt")) if p.exists()],
}))
"""


def _one_of_each_installer() -> list[Sample]:
    """The first Python sample of every way to install, and the first that takes libraries from Debian."""
    found: dict[str, Sample] = {}
    for sample in samples():
        if sample.name.startswith("python-"):
            plan = dockergen.plan(sample.folder, **sample.flags)
            if not plan.secrets and not plan.assets:
                found.setdefault(plan.facts.install.kind, sample)
                if plan.runtime_packages and plan.build_packages:
                    found.setdefault("Debian", sample)
    return list({sample.name: sample for sample in found.values()}.values())


@pytest.mark.docker
@pytest.mark.parametrize("case", _one_of_each_installer(), ids=lambda case: case.name)
def test_nothing_but_what_is_installed_is_in_the_image(
    case: Sample, tmp_path: Path, docker_engine: DockerEngine
) -> None:
    root = case.copy_to(tmp_path / case.name)
    source = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    write(root, dockergen.generate(root, **case.flags))
    docker_engine.ensure_images((root / "Dockerfile").read_text())
    tag = f"dockergen-test-{uuid.uuid4().hex[:12]}"
    try:
        _docker("build", "-q", "-t", tag, str(root))
        seen = _look(tag)
        base = str(dockergen.plan(root, **case.flags).runtime_image)
        allowed = ALLOWED * (_size(base) + seen["owned"] + _debian(tag) - _debian(base) + source)
        assert _size(tag) <= allowed, f"{_size(tag) / 1e6:.1f} MB, and {allowed / 1e6:.1f} are allowed; {seen}"
        assert not seen["uncompiled"]
        assert not seen["installers"] + seen["programs"] + seen["caches"]
    finally:
        subprocess.run(["docker", "rmi", "-f", tag], check=False, capture_output=True)


def _look(tag: str) -> dict[str, Any]:
    told = _docker("run", "--rm", "-i", "--user", "0", "--entrypoint", "python", tag, "-", stdin=LOOK)
    return dict(json.loads(told))


def _size(image: str) -> int:
    return int(_docker("image", "inspect", "-f", "{{.Size}}", image))


def _debian(image: str) -> int:
    """Bytes of the Debian packages in an image, as dpkg counts them."""
    told = _docker("run", "--rm", "--user", "0", "--entrypoint", "dpkg-query", image, "-Wf", "${Installed-Size}\\n")
    return 1024 * sum(int(line) for line in told.split())


def _docker(*argv: str, stdin: str = "") -> str:
    done = subprocess.run(["docker", *argv], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()
