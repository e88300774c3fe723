"""Every sample: its decisions, its golden files, and a real build that is run, probed, stopped and rebuilt."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.repository import Repository
from dockergen.verify import Options, as_text, verify
from dockergen.verify.report import Report
from dockergen.workspace import write
from tests.conftest import SAMPLES_FOLDER, Sample, made, samples
from tests.realengine.fixtures import DockerEngine
from tests.services import running


def test_there_are_enough_samples_of_every_language() -> None:
    names = [sample.name for sample in samples()]
    assert len(names) >= 17
    assert {name.split("-")[0] for name in names} == {"python", "node", "go"}


def test_golden_files_are_current(sample: Sample, accept: bool) -> None:
    _, _, files = made(sample.name)
    for file in files:
        golden = sample.folder / file.path
        if accept:
            golden.write_text(file.text, encoding="utf-8")
        assert golden.is_file(), f"run pytest --accept to make {golden}"
        assert file.text == golden.read_text(encoding="utf-8"), f"{file.path}: run pytest --accept and read the diff"


def test_decisions_are_the_demanded_ones(sample: Sample) -> None:
    _, plan, _ = made(sample.name)
    decided = {decision.name: decision.sourced.value for decision in plan.decisions}
    for name, wanted in sample.spec.get("decisions", {}).items():
        value = decided.get(name)
        assert (list(value) if isinstance(value, tuple) else str(value)) == (
            wanted if isinstance(wanted, list) else str(wanted)
        ), f"{name} is {value!r}"
    for name, unwanted in sample.spec.get("never", {}).items():
        for value in unwanted if isinstance(unwanted, list) else [unwanted]:
            assert str(decided.get(name)) != str(value)


def test_same_repository_gives_same_bytes_elsewhere_and_again(sample: Sample, tmp_path: Path, monkeypatch) -> None:
    _, _, files = made(sample.name)
    elsewhere = sample.copy_to(tmp_path / "one" / "name")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    assert dockergen.generate(elsewhere, **sample.flags) == files
    write(elsewhere, files)
    again = write(elsewhere, dockergen.generate(elsewhere, **sample.flags))
    assert {change.status for change in again} == {"unchanged"}


def test_an_edit_re_runs_only_the_allowed_steps_on_paper(sample: Sample) -> None:
    root, _, files = made(sample.name)
    dockerfile = explain.parse(explain.text_of(files, "Dockerfile"))
    again = explain.reruns(dockerfile, sample.spec["edit"]["file"], explain.text_of(files, ".dockerignore"))
    assert again, "the edit reaches no step"
    assert Repository(root).is_file(sample.spec["edit"]["file"])
    for step in again:
        mounts = " ".join(mount.get("source", "") for mount in step.mounts)
        assert "lock" not in mounts, f"line {step.line} reads a lock file and runs again"
        assert "requirements" not in mounts


@pytest.mark.docker
def test_sample_builds_runs_stops_and_rebuilds(sample: Sample, tmp_path: Path, docker_engine: DockerEngine) -> None:
    root = sample.copy_to(tmp_path / sample.name)
    files = dockergen.generate(root, **sample.flags)
    write(root, files)
    docker_engine.ensure_images(explain.text_of(files, "Dockerfile"))
    probe = sample.spec.get("probe", {})
    seen: dict[str, str] = {}
    with running(sample.spec.get("services", {}), docker_engine) as network:
        report = verify(
            root,
            Options(
                env=sample.spec.get("run", {}).get("env", {}),
                path=probe.get("path", ""),
                status=probe.get("status", 0),
                decisions=sample.flags,
                network=network,
                also=tuple(row["path"] for row in probe.get("more", [])),
            ),
            lambda text: seen.setdefault(text, text),
        )
    told = "\n".join(as_text(report))
    assert report.ok, told
    _check_answers(report, probe, told)
    _check_rebuild(report, sample, told)
    extra = report.sizes["total"] - report.sizes["base"]
    assert extra <= sample.spec["size"]["ceiling_mb"] * 1e6, told
    print(f"\n{sample.name}\n{told}")


def _check_answers(report: Report, probe: dict, told: str) -> None:
    assert probe.get("text", "") in report.body, f"{report.body[:500]}\n{told}"
    assert probe.get("log", "") in report.log, told
    for row, (status, body) in zip(probe.get("more", []), report.answers, strict=True):
        assert status == row.get("status", 200), f"{row['path']}: {status}\n{told}"
        assert row.get("text", "") in body, f"{row['path']}: {body[:500]}"
    if report.stop_seconds is not None:
        assert report.stop_seconds < 10


def _check_rebuild(report: Report, sample: Sample, told: str) -> None:
    assert report.rebuild_seconds is not None, told
    for step in report.rebuilt:
        allowed = [*sample.spec["edit"]["reruns"], "COPY"]
        assert any(text in step for text in allowed), f"{step} ran again\n{told}"


def test_golden_files_lie_beside_every_sample() -> None:
    for sample in samples():
        assert (SAMPLES_FOLDER / sample.name / "Dockerfile").is_file()
        assert (SAMPLES_FOLDER / sample.name / ".dockerignore").is_file()
