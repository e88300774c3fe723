"""Which steps of a rebuild count as installing the dependencies again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockergen.dockerfile import parse
from dockergen.verify.installs import installs

ROOT = Path(__file__).parent.parent / "sample_projects"
# What our own Dockerfiles call the installation of the project itself, which does follow an edit.
OWN = r"pip( --python \S+)? install (--no-deps )?(-e )?\.(/\S*|\[\S*)?$|uv sync --\w+ --no-editable( --package \S+)?$|uv pip install --no-deps \.$"


@pytest.mark.parametrize(
    "command",
    [
        "pip --python .venv/bin/python install -r requirements.txt",
        "pip --python .venv/bin/python install --no-deps -r /tmp/hashed.txt && pip --python .venv/bin/python install -r /tmp/rest.txt",
        "pip --python .venv/bin/python install 'bottle>=0.13' 'waitress>=3'",
        "python -m pip install --no-cache-dir flask",
        "/opt/venv/bin/pip3.13 install -rrequirements.txt",
        "uv pip install -r pyproject.toml",
        "uv sync --frozen --no-install-project --no-dev",
        "poetry install --no-root --only main",
        "pdm sync --prod --no-self",
        "pipenv install --deploy --system",
        "npm ci --omit=dev",
        "set -e; NODE_ENV=production npm install",
        "pnpm install --store-dir /pnpm/store --frozen-lockfile",
        "yarn --frozen-lockfile",
        "node .yarn/releases/yarn-4.1.0.cjs install --immutable",
        "yarn workspaces focus --all --production",
        "corepack enable && corepack yarn install",
        "(cd web && npm ci) && npm run build",
        "go mod download -x",
        "apt-get update && apt-get -y install gcc",
        "cargo chef cook --release",
        "bundle install && rm -rf /x",
    ],
)
def test_installing_packages_of_others_counts(command: str) -> None:
    assert installs(f"[build 3/5] RUN --mount=type=cache,target=/root/.cache/pip {command}")


@pytest.mark.parametrize(
    "command",
    [
        "pip --python .venv/bin/python install .",
        "pip --python .venv/bin/python install --no-deps ./libs/money",
        "uv pip install --no-deps .",
        "uv sync --locked --no-editable",
        "pip install -e .[web]",
        "npm run build && npm prune --omit=dev --ignore-scripts",
        "npm install -g pnpm@10.28.0",
        "yarn run build",
        "yarn --version",
        "pnpm run install-icons",
        "go build -o /out/app .",
        "cargo build --release",
        "python manage.py collectstatic --no-input",
        "echo 'npm ci'",
        "echo 'one quote",
        "",
    ],
)
def test_building_the_project_itself_does_not(command: str) -> None:
    assert not installs(f"[build 4/5] RUN {command}")


def test_copies_and_work_folders_are_no_installation() -> None:
    assert not installs("[final 2/3] WORKDIR /app")
    assert not installs("[final 3/3] COPY --from=build /app/pip install/")


_MANAGERS = re.compile(
    r"\b(pip [^&;]*install|uv sync|npm ci|npm install|pnpm install|yarn (install|workspaces)|go mod download)\b"
)


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.iterdir() if (path / "Dockerfile").is_file()))
def test_the_installation_of_every_sample_is_recognised(name: str) -> None:
    """Every step of our own spelling that names a package manager is one or the other on purpose."""
    instructions = parse((ROOT / name / "Dockerfile").read_text()).instructions
    named = [i.arguments for i in instructions if i.keyword == "RUN" and _MANAGERS.search(i.arguments)]
    others = [text for text in named if not re.search(OWN, text) and "npm install -g" not in text]
    assert [text for text in others if not installs(f"RUN {text}")] == []
