"""Documentation sites: when a repository is one, what builds it, and what of it is in the image."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.errors import ProjectError
from tests.python_trees import decision, plan_of

CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "mkdocs": ({"requirements": "mkdocs", "mkdocs.yml": "site_name: A\n", "docs/index.md": "# A\n"}, "mkdocs build", "site"),
    "mkdocs theme alone": ({"requirements": "mkdocs-material", "mkdocs.yml": "site_name: A\n", "docs/index.md": ""}, "mkdocs build", "site"),
    "mkdocs with its own tags": (
        {"requirements": "mkdocs", "mkdocs.yml": "site_dir: 'public/out'\nx: !!python/name:a.b ''\n", "docs/index.md": ""},
        "mkdocs build",
        "public/out",
    ),
    "mkdocs.yaml": ({"requirements": "mkdocs", "mkdocs.yaml": "site_name: A\n", "docs/index.md": ""}, "mkdocs build --config-file mkdocs.yaml", "site"),
    "sphinx": ({"requirements": "sphinx furo", "docs/conf.py": "project = 'A'\n", "docs/index.rst": ""}, "sphinx-build -b html docs _site", "_site"),
    "sphinx with a source folder": (
        {"requirements": "sphinx-rtd-theme", "source/conf.py": "project = 'A'\n", "source/index.rst": ""},
        "sphinx-build -b html source _site",
        "_site",
    ),
    "pelican": (
        {"requirements": "pelican markdown", "pelicanconf.py": "PATH = 'pages'\n", "pages/a.md": "Title: A\n", "tasks.py": "import invoke\n"},
        "pelican pages -o output -s pelicanconf.py",
        "output",
    ),
    "pelican with settings for publishing": (
        {"requirements": "pelican", "pelicanconf.py": "THEME = 'a'\n", "publishconf.py": "from pelicanconf import *\n", "content/a.rst": ""},
        "pelican content -o output -s publishconf.py",
        "output",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "command", "output"), CASES.values(), ids=CASES)
def test_site_is_built_in_a_stage_and_served_by_nginx(
    tmp_path: Path, files: dict[str, str], command: str, output: str
) -> None:
    plan = plan_of(tmp_path, files)
    assert decision(plan, "build").text == command
    assert plan.runtime_image.repository == "nginxinc/nginx-unprivileged"
    text = {file.path: file.text for file in dockergen.generate(tmp_path)}
    assert f"COPY --from=build /app/{output} ./\n" in text["Dockerfile"]
    assert "listen.conf" in text["nginx.conf"]


def test_program_with_documentation_is_no_site(tmp_path: Path) -> None:
    files = {
        **CASES["mkdocs"][0],
        "requirements": "mkdocs flask",
        "app.py": "from flask import Flask\napp = Flask('a')\n",
    }
    assert decision(plan_of(tmp_path, files), "framework").text == "flask"


def test_mkdocs_of_a_library_that_does_not_install_it_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="says what to start"):
        plan_of(tmp_path, {"requirements": "requests", "mkdocs.yml": "site_name: A\n"})


def test_site_that_would_be_built_outside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="leads out of this folder"):
        plan_of(tmp_path, {"requirements": "mkdocs", "mkdocs.yml": "site_dir: ../out\n"})


def test_example_of_the_pages_is_not_the_program(tmp_path: Path) -> None:
    files = {**CASES["mkdocs"][0], "lessons/01/shop/app.py": "from fastapi import FastAPI\napp = FastAPI()\n"}
    plan = plan_of(tmp_path, files)
    assert decision(plan, "framework").text == "mkdocs"
    assert not any("fastapi" in note for note in plan.notes)


def test_plug_in_that_reads_the_history_is_told(tmp_path: Path) -> None:
    settings = "site_name: A\nplugins:\n  - search\n  - git-authors:\n      a: b\n"
    notes = plan_of(tmp_path, {"requirements": "mkdocs", "mkdocs.yml": settings, "docs/index.md": ""}).notes
    assert any(note.startswith("mkdocs.yml:4 uses git-authors, which reads the history") for note in notes)
