"""Projects that official scaffolders make today: `init`, then `verify`, without a flag."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import dockergen
from dockergen import explain
from dockergen.verify import Options, as_text, verify
from dockergen.workspace import write
from tests.realengine.fixtures import DockerEngine


@dataclass(frozen=True)
class Scaffold:
    """An image with the scaffolder's runtime, the commands a person would type, and what the result must answer."""

    image: str
    commands: str
    text: str = ""
    log: str = ""


# npm leaves an optional distribution that the registry lacks out of its lock file, and then refuses that file itself.
REFUSED = 42
LOCK = f"npm install --package-lock-only --no-audit --no-fund && {{ npm ci --dry-run --no-audit --no-fund || exit {REFUSED}; }}"
SCAFFOLDS = {
    "create-vite": Scaffold(
        "node:24-slim",
        f"npm create -y vite@latest app -- --template react-ts --no-interactive && cd app && {LOCK}",
        '<div id="root">',
    ),
    "create-next-app": Scaffold(
        "node:24-slim",
        f"npx -y create-next-app@latest app --yes --ts --app --empty --no-tailwind --no-eslint --use-npm --skip-install --disable-git && cd app && {LOCK}",
        "/_next/static/",
    ),
    "nest-new": Scaffold(
        "node:24-slim",
        f"npx -y @nestjs/cli@latest new app --package-manager npm --skip-git --skip-install && cd app && {LOCK}",
        "Hello World!",
    ),
    "express-generator": Scaffold(
        "node:24-slim", f"npx -y express-generator@latest --no-view app && cd app && {LOCK}", "Express"
    ),
    "django-startproject": Scaffold(
        "python:3.14-slim",
        "pip install -q --root-user-action ignore django && django-admin startproject app && cd app && pip freeze | grep -i -e django -e asgiref -e sqlparse > requirements.txt",
    ),
    "uv-init": Scaffold(
        "python:3.14-slim",
        "pip install -q --root-user-action ignore uv && uv init app && cd app && uv lock",
        log="Hello from app!",
    ),
}


def _missing(told: str) -> str:
    return next((line.removeprefix("npm error ") for line in told.splitlines() if "Missing:" in line), told[-300:])


@pytest.mark.docker
@pytest.mark.parametrize("name", list(SCAFFOLDS))
def test_scaffolded_project_builds_starts_and_answers(name: str, tmp_path: Path, docker_engine: DockerEngine) -> None:
    scaffold = SCAFFOLDS[name]
    docker_engine.ensure_images(f"FROM {scaffold.image}\n")
    made = subprocess.run(
        ["docker", "run", "--rm", "-v", f"{tmp_path}:/work", "-w", "/work", scaffold.image, "sh", "-ec", scaffold.commands],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if made.returncode == REFUSED:
        pytest.skip(f"npm refuses the lock file that it wrote for {name} itself: {_missing(made.stderr)}")
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    root = tmp_path / "app"
    files = dockergen.generate(root)
    write(root, files)
    docker_engine.ensure_images(explain.text_of(files, "Dockerfile"))
    report = verify(root, Options())
    told = "\n".join(as_text(report))
    assert report.ok, told
    assert scaffold.text in report.body, report.body[:1000]
    assert scaffold.log in report.log, told
    print(f"\n{name}\n{told}")
