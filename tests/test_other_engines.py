"""verify with podman and with buildah, for real: one sample of each language, each engine at least twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.engine import Engine
from dockergen.verify import Options, as_text, verify
from dockergen.workspace import write
from tests.conftest import samples
from tests.realengine.fixtures import DockerEngine
from tests.realengine.podman import feed, podman
from tests.realengine.references import references

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module", autouse=True)
def other_engines(docker_engine: DockerEngine) -> None:
    folder = str(podman())
    if folder not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("podman", "python-flask-requirements"),
        ("buildah", "python-flask-requirements"),
        ("podman", "node-koa-yarn1"),
        ("buildah", "go-root-main"),
    ],
)
def test_verify_builds_runs_probes_stops_and_rebuilds(engine: str, name: str, tmp_path: Path) -> None:
    sample = next(found for found in samples() if found.name == name)
    root = sample.copy_to(tmp_path / name)
    files = dockergen.generate(root, **sample.flags)
    write(root, files)
    feed(references(explain.text_of(files, "Dockerfile")))
    report = verify(root, Options(engine=engine, path=sample.spec["probe"]["path"], decisions=sample.flags, keep=True))
    told = "\n".join(as_text(report))
    try:
        assert report.ok, told
        assert sample.spec["probe"]["text"] in report.body, told
        assert report.stop_seconds is not None
        assert report.stop_seconds < 10
        assert [step for step in report.rebuilt if "COPY" in step], told
        allowed = [*sample.spec["edit"]["reruns"], "COPY"]
        assert all(any(text in step for text in allowed) for step in report.rebuilt), told
        extra = report.sizes["total"] - report.sizes["base"]
        assert extra <= sample.spec["size"]["ceiling_mb"] * 1e6, told
        planned_check = "HEALTHCHECK" in explain.text_of(files, "Dockerfile")
        assert bool(Engine(engine).image(report.image)["Config"].get("Healthcheck")) == planned_check
    finally:
        Engine(engine).remove(images=[report.image])
