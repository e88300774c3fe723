"""Requirements under a name of their own: the file that the repository's papers install."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.languages.python.requirements import requirements_path
from dockergen.repository import Repository

APP = "from flask import Flask\n\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("paper", "text", "installed"),
    [
        ("Dockerfile", "FROM python:3.13\nRUN pip3 install --no-cache-dir -q -r pip_requirements\n", True),
        ("README.md", "Install:\n\n    pip install -r ./pip_requirements\n", True),
        ("README.md", "    pip install --requirement=pip_requirements && pip install -r dev-requirements.list\n", True),
        ("README.md", "    pip install flask && python app.py -r pip_requirements\n", False),
        ("README.md", "    pip install -r pip_requirements\n    pip install -r other.list\n", False),
        ("README.md", "    pip install -r missing.list\n", False),
        ("README.md", "    uv pip install -r pyproject.toml\n    pip install -r pip_requirements\n", True),
    ],
)
def test_file_that_a_paper_installs_is_the_manifest(tmp_path: Path, paper: str, text: str, installed: bool) -> None:
    for name in ("pip_requirements", "other.list", "dev-requirements.list"):
        (tmp_path / name).write_text("flask==3.1.2\n")
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / paper).write_text(text)
    plan = dockergen.plan(tmp_path)
    manager = next(d for d in plan.decisions if d.name == "manager")
    assert (str(manager.sourced.origin) == "pip_requirements") == installed
    assert any("No manifest names what is to be installed" in note for note in plan.notes) != installed


def test_a_usual_name_wins_over_what_a_paper_installs(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\n")
    (tmp_path / "pip_requirements").write_text("flask==1.0\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "Dockerfile").write_text("RUN pip install -r pip_requirements\n")
    manager = next(d for d in dockergen.plan(tmp_path).decisions if d.name == "manager")
    assert str(manager.sourced.origin) == "requirements.txt"


def test_a_project_table_wins_over_what_a_paper_installs(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\ndependencies = ["flask"]\n')
    (tmp_path / "pins.pip").write_text("flask==1.0\n")
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "Dockerfile").write_text("RUN pip install -r pins.pip\n")
    manager = next(d for d in dockergen.plan(tmp_path).decisions if d.name == "manager")
    assert manager.sourced.origin.path == "pyproject.toml"


@pytest.mark.parametrize(
    ("name", "text", "taken"),
    [
        ("requirements-integration.txt", "ansible\n", False),
        ("requirements-cloud.txt", "ansible\n", False),
        ("requirements-cloud.txt", "flask==3.1.2\n", True),
        ("requirements-cloud.in.txt", "flask\n", False),
    ],
)
def test_a_file_of_its_own_name_is_not_what_setup_states(tmp_path: Path, name: str, text: str, taken: bool) -> None:
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='shop', install_requires=['flask'])\n")
    (tmp_path / name).write_text(text)
    assert requirements_path(Repository(tmp_path)) == (name if taken else "")


def test_a_file_of_its_own_name_that_setup_reads_is_taken(tmp_path: Path) -> None:
    setup = "from setuptools import setup\nsetup(name='shop', install_requires=open('requirements-app.txt').read().split())\n"
    (tmp_path / "setup.py").write_text(setup)
    (tmp_path / "requirements-app.txt").write_text("flask\n")
    assert requirements_path(Repository(tmp_path)) == "requirements-app.txt"
