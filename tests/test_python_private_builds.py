"""Private indexes for real: a build without the login fails and says so, one with it works, and no layer keeps it."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockergen.explain import text_of
from dockergen.pipeline import generated, service_at
from dockergen.verify import Options, Report, as_text, verify
from dockergen.workspace import write
from tests.private_index import GREETING, PASSWORD, USER, PrivateIndex, private_index
from tests.realengine.fixtures import DockerEngine

pytestmark = pytest.mark.docker

APP = """import http.server

import corp_greeting


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(corp_greeting.TEXT.encode())


if __name__ == "__main__":
    http.server.HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""
PYPROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13"\ndependencies = ["corp-greeting"]\n'


@pytest.fixture(scope="module")
def index(docker_engine: DockerEngine) -> Iterator[PrivateIndex]:
    with private_index() as found:
        yield found


def _pip(index: PrivateIndex) -> dict[str, str | bytes]:
    # Without TLS pip wants to hear that the host is trusted; requirement files may say so.
    return {"requirements.txt": f"--index-url {index.simple}\n--trusted-host {index.host}\ncorp-greeting==1.0\n"}


def _uv(index: PrivateIndex) -> dict[str, str | bytes]:
    wheel = f'{{ url = "{index.file}", hash = "sha256:{index.sha256}" }}'
    source = f'source = {{ registry = "{index.simple}" }}'
    own = 'dependencies = [\n    { name = "corp-greeting" },\n]\n'
    lock = f'version = 1\nrevision = 3\nrequires-python = ">=3.13"\n\n[[package]]\nname = "corp-greeting"\nversion = "1.0"\n{source}\nwheels = [\n    {wheel},\n]\n'
    lock += f'\n[[package]]\nname = "shop"\nversion = "1"\nsource = {{ virtual = "." }}\n{own}'
    table = f'[tool.uv.sources]\ncorp-greeting = {{ index = "corp" }}\n\n[[tool.uv.index]]\nname = "corp"\nurl = "{index.simple}"\n'
    return {"pyproject.toml": PYPROJECT + table, "uv.lock": lock}


def _pipenv(index: PrivateIndex, login: str = "") -> dict[str, str | bytes]:
    url = index.simple.replace("://", f"://{login}")
    pipfile = f'[[source]]\nname = "corp"\nurl = "{url}"\nverify_ssl = false\n\n[packages]\ncorp-greeting = "==1.0"\n\n[requires]\npython_version = "3.13"\n'
    lock = {
        "_meta": {
            "hash": {"sha256": "0" * 64},
            "pipfile-spec": 6,
            "requires": {"python_version": "3.13"},
            "sources": [{"name": "corp", "url": url, "verify_ssl": False}],
        },
        "default": {
            "corp-greeting": {"hashes": [f"sha256:{index.sha256}"], "index": "corp", "version": "==1.0"},
        },
        "develop": {},
    }
    # Without TLS pip wants to hear that the host is trusted.
    trusted = f"[global]\ntrusted-host = {index.host}\n"
    return {"Pipfile": pipfile, "Pipfile.lock": json.dumps(lock, indent=4), "pip.conf": trusted}


def _pipenv_with_variables(index: PrivateIndex) -> dict[str, str | bytes]:
    return _pipenv(index, "${CORP_USER}:${CORP_PASSWORD}@")


def _clear(index: PrivateIndex) -> dict[str, str | bytes]:
    login = f"http://{USER}:{PASSWORD}@{index.place}"
    lines = [
        f"--index-url {login}/simple",
        f"--trusted-host {index.host}",
        f"corp-greeting @ {login}/files/{index.name}",
    ]
    return {"requirements.txt": "\n".join(lines)}


NETRC = {"HOME": True}
PLACED = {"CORP_USER": USER, "CORP_PASSWORD": PASSWORD}
VARIABLES = {"UV_INDEX_CORP_USERNAME": USER, "UV_INDEX_CORP_PASSWORD": PASSWORD}


@pytest.mark.parametrize(
    ("files", "login"),
    [(_pip, NETRC), (_uv, VARIABLES), (_pipenv, NETRC), (_pipenv_with_variables, PLACED)],
    ids=["pip", "uv", "Pipenv", "Pipenv and variables"],
)
def test_a_login_reaches_one_step_and_no_layer(
    project: Callable[[dict[str, str | bytes]], Path], docker_engine: DockerEngine, index: PrivateIndex,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Callable[[PrivateIndex], dict[str, str | bytes]], login: dict[str, object],
) -> None:  # fmt: skip
    root = project({"app.py": APP, **files(index)})
    _written(root, docker_engine)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    refused = verify(root, Options(rebuild=False, timeout=20))
    assert [problem.where for problem in refused.problems] == ["build"]
    assert "login" in refused.problems[0].cause, "\n".join(as_text(refused))
    assert index.refused
    for name, value in login.items():
        if name == "HOME":
            (home / ".netrc").write_text(f"machine {index.host} login {USER} password {PASSWORD}\n")
        else:
            monkeypatch.setenv(name, str(value))
    _works_and_keeps_nothing(root)


def test_a_password_in_the_manifest_reaches_no_layer(
    project: Callable[[dict[str, str | bytes]], Path], docker_engine: DockerEngine, index: PrivateIndex
) -> None:
    root = project({"app.py": APP, **_clear(index)})
    assert any("requirements.txt:1 holds a password in clear" in note for note in service_at(root, {}).plan.notes)
    _written(root, docker_engine)
    _works_and_keeps_nothing(root)


def _written(root: Path, engine: DockerEngine) -> None:
    files = generated(root, service_at(root, {}))
    assert PASSWORD not in "".join(file.text for file in files)
    write(root, files)
    engine.ensure_images(text_of(files, "Dockerfile"))


def _works_and_keeps_nothing(root: Path) -> None:
    report = verify(root, Options(keep=True, timeout=20))
    told = "\n".join(as_text(report))
    try:
        assert report.ok, told
        assert report.body == GREETING
        assert PASSWORD not in report.log
        _holds_nothing(report, root.parent / "image.tar")
    finally:
        subprocess.run(["docker", "rmi", "-f", report.image], capture_output=True, check=False)


def _holds_nothing(report: Report, archive: Path) -> None:
    """Neither a file of a layer nor the image's record with its history."""
    record = subprocess.run(["docker", "inspect", report.image], capture_output=True, check=True).stdout
    history = subprocess.run(["docker", "history", "--no-trunc", report.image], capture_output=True, check=True).stdout
    assert PASSWORD.encode() not in record + history
    subprocess.run(["docker", "save", "-o", str(archive), report.image], check=True, capture_output=True)
    greeted = 0
    with tarfile.open(archive) as image:
        for member in image:
            content = image.extractfile(member).read() if member.isfile() else b""  # type: ignore[union-attr]
            assert PASSWORD.encode() not in content, member.name
            greeted += GREETING.encode() in content
    # The layers are not compressed, so that what they hold would have been seen.
    assert greeted
