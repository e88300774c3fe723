"""--base for Python: images on which the environment runs, the way it is made to, and those that are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from dockergen.explain import text_of
from dockergen.pipeline import generated, service_at

Project = Callable[[dict[str, str | bytes]], Path]

FILES: dict[str, str | bytes] = {
    "requirements.txt": "bottle==0.13.4\nwaitress==3.0.2\n",
    "app.py": "import bottle\napp = bottle.Bottle()\n",
}
DISTROLESS = "gcr.io/distroless/python3-debian13:nonroot"


@pytest.mark.parametrize(
    ("base", "build", "line"),
    [
        (DISTROLESS, "python:3.13-slim", "RUN ln -sf /usr/bin/python3.13 .venv/bin/python"),
        ("gcr.io/distroless/python3-debian12", "python:3.11-slim-bookworm", "RUN ln -sf /usr/bin/python3.11"),
        ("debian:trixie-slim", "python:3.13-slim", "        python3 \\"),
        ("debian:13", "python:3.13-slim", "        python3 \\"),
        ("mirror.example/debian:bookworm-slim", "python:3.11-slim-bookworm", "RUN ln -sf /usr/bin/python3.11"),
        ("python:3.12-slim-bookworm", "python:3.12-slim-bookworm", "FROM python:3.12-slim-bookworm AS final"),
        ("mirror.example/library/python:3.13", "mirror.example/library/python:3.13", ""),
        ("corp.example/base:7", "python:3.14-slim", "FROM corp.example/base:7 AS final"),
    ],
)
def test_the_environment_is_built_on_what_fits_the_base(project: Project, base: str, build: str, line: str) -> None:
    root = project(FILES)
    service = service_at(root, {"base": base})
    dockerfile = text_of(generated(root, service), "Dockerfile")
    assert f"FROM {build} AS build" in dockerfile
    assert line in dockerfile


def test_an_image_without_shell_gets_the_port_and_no_entrypoint(project: Project) -> None:
    root = project(FILES)
    plan = service_at(root, {"base": DISTROLESS, "port": 9000}).plan
    assert plan.start == ("waitress-serve", "--listen=0.0.0.0:9000", "app:app")
    assert "'127.0.0.1', '9000'" in plan.health[-1]
    assert "\nENTRYPOINT []\n" in text_of(generated(root, service_at(root, {"base": DISTROLESS})), "Dockerfile")


@pytest.mark.parametrize(
    ("files", "decisions", "message"),
    [
        ({}, {"base": "python:3.13-alpine"}, "made on musl"),
        ({".python-version": "3.14\n"}, {"base": DISTROLESS}, r"has Python 3\.13, and \.python-version:1 asks for 3\.14"),
        ({}, {"base": DISTROLESS, "version": "3.12"}, "--version asks for 3.12"),
        ({}, {"base": "python:3.12-slim", "version": "3.13"}, r"has Python 3\.12"),
        (
            {"pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.14"\n'},
            {"base": "debian:trixie-slim"},
            r"pyproject\.toml:3 asks for >=3\.14",
        ),
        ({}, {"base": DISTROLESS, "package": ["tini"]}, "neither shell nor apt"),
        ({}, {"base": DISTROLESS, "start": "sh run.sh"}, r"the start command \(--start\) is run by a shell"),
    ],
)  # fmt: skip
def test_a_base_that_cannot_work_is_refused(
    project: Project, files: dict[str, str | bytes], decisions: dict[str, object], message: str
) -> None:
    with pytest.raises(ProjectError, match=message):
        service_at(project({**FILES, **files}), decisions)


def test_a_base_of_unknown_making_is_used_with_a_note(project: Project) -> None:
    notes = service_at(project(FILES), {"base": "corp.example/base:7"}).plan.notes
    assert any("has to bring Python 3.14 as /usr/local/bin/python3" in note for note in notes)


@pytest.mark.parametrize(
    ("requirements", "version", "suite"),
    [
        ("onnxruntime==1.15.1\n", "3.11", "slim-bookworm"),
        ("faster-whisper==0.10.1\n", "3.11", "slim-bookworm"),
        ("ctranslate2==4.6.0\n", "3.11", "slim"),
        ("onnxruntime\n", "3.11", "slim"),
        ("torch==1.9.0\n", "3.9", "slim"),
        ("rembg\nnumpy==1.19.5\n", "3.9", "slim-bookworm"),
        ("numpy==1.19.5\n", "3.9", "slim"),
        ("onnxruntime==1.10.0\n", "3.8", "slim"),  # whose last image is of Debian 12
    ],
)
def test_a_wheel_that_the_newest_debian_refuses_has_the_one_before(
    project: Project, requirements: str, version: str, suite: str
) -> None:
    files = {**FILES, "requirements.txt": f"bottle==0.13.4\nwaitress==2.1.2\n{requirements}"}
    made = service_at(project({**files, ".python-version": f"{version}\n"}), {}).plan
    assert made.build_image.tag == made.runtime_image.tag == f"{version}-{suite}"
    assert bool([note for note in made.notes if "executable stack" in note]) is (suite != "slim")
