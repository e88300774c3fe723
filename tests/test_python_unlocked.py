"""Poetry projects without a lock file: what pip is told instead, and what is left to Poetry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

import dockergen
from dockergen import explain
from dockergen.languages.python.unlocked import specifier

Make = Callable[[dict[str, str | bytes]], Path]
APP = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
# The examples of Poetry's own documentation.
CONSTRAINTS = [
    ("^1.2.3", ">=1.2.3,<2"),
    ("^1.2", ">=1.2,<2"),
    ("^1", ">=1,<2"),
    ("^0.2.3", ">=0.2.3,<0.3"),
    ("^0.0.3", ">=0.0.3,<0.0.4"),
    ("^0.0", ">=0.0,<0.1"),
    ("^0", ">=0,<1"),
    ("~1.2.3", ">=1.2.3,<1.3"),
    ("~1.2", ">=1.2,<1.3"),
    ("~1", ">=1,<2"),
    ("*", ""),
    ("1.*", "==1.*"),
    ("==1.2.*", "==1.2.*"),
    (">= 1.2.0, < 1.5", ">=1.2.0,<1.5"),
    (">=1.2 <1.5", ">=1.2,<1.5"),
    ("!= 1.2.3", "!=1.2.3"),
    ("~=1.4.2", "~=1.4.2"),
    ("=1.0", "==1.0"),
    ("^2.0b1", ">=2.0b1,<3"),
    ("^0.1b2", ">=0.1b2,<0.2"),
    ("~1.2b1", ">=1.2b1,<1.3"),
    ("^3rc1", ">=3rc1,<4"),
    ("", ""),
]


@pytest.mark.parametrize(("constraint", "expected"), CONSTRAINTS)
def test_constraint_in_the_words_of_pip(constraint: str, expected: str) -> None:
    assert specifier(constraint) == expected
    assert str(SpecifierSet(expected)) is not None


@pytest.mark.parametrize("constraint", ["^1.0 || ^2.0", "latest", ">=a", "1.2.x", "^1.*", "^1.²"])
def test_constraint_that_pip_has_no_words_for(constraint: str) -> None:
    assert specifier(constraint) is None


def _text(project: Make, rows: str, **more: str) -> str:
    manifest = f'[tool.poetry]\nname = "shop-server"\n[tool.poetry.dependencies]\npython = "^3.13"\n{rows}'
    return explain.text_of(dockergen.generate(project({**APP, "pyproject.toml": manifest, **more})), "Dockerfile")


def test_pip_installs_what_no_lock_file_holds(project: Make) -> None:
    text = _text(project, 'flask = {version = "^3.1", extras = ["async"]}\ngunicorn = "*"\n')
    assert "install 'flask[async]>=3.1,<4' gunicorn\n" in text
    assert "/opt/poetry" not in text


@pytest.mark.parametrize(
    "rows",
    [
        'flask = "^2.0 || ^3.0"\n',
        'flask = {git = "https://git.example/flask.git", rev = "main"}\n',
        'flask = {version = "*", python = ">=3.12"}\n',
        'flask = [{version = "<3", python = "<3.12"}, {version = ">=3", python = ">=3.12"}]\n',
        'flask = "*"\n"-isomewhere" = "*"\n',
        'flask = "*"\n"-r/etc/passwd" = "*"\n',
        'flask = "*"\n[[tool.poetry.source]]\nname = "corp"\nurl = "https://pypi.corp.example/simple"\n',
    ],
)
def test_what_pip_cannot_be_told_is_left_to_poetry(project: Make, rows: str) -> None:
    assert "/opt/poetry/bin/poetry export" in _text(project, rows)


def test_the_note_names_the_command_that_locks(project: Make) -> None:
    manifest = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nflask = "*"\n'
    notes = dockergen.plan(project({**APP, "pyproject.toml": manifest})).notes
    assert any("`poetry lock` writes one" in note for note in notes)


@pytest.mark.parametrize("packages", ["", 'packages = [{include = "app.py"}]\n'])
def test_a_project_that_poetry_would_not_build_is_not_installed(project: Make, packages: str) -> None:
    manifest = (
        f'[tool.poetry]\nname = "shop-server"\nversion = "1"\n{packages}[tool.poetry.dependencies]\nflask = "*"\n'
        '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
    )
    root = project({"src/app.py": APP["app.py"], "pyproject.toml": manifest})
    text = explain.text_of(dockergen.generate(root), "Dockerfile")
    assert ("install --no-deps ." in text) is bool(packages)
    assert ("PYTHONPATH=/app/src" in text) is not bool(packages)


@pytest.mark.parametrize(
    ("locked", "manager"),
    [(("pytest", "pluggy"), "pip"), (("flask", "pytest"), "pipenv")],
    ids=["a few that no program is made of", "the framework too"],
)
def test_lock_file_of_a_few_of_the_requirements_is_none(project: Make, locked: tuple[str, ...], manager: str) -> None:
    lock = {"_meta": {"requires": {"python_version": "3.13"}}, "default": {n: {"version": "==1.0"} for n in locked}}
    files = {
        "Pipfile": "[packages]\npytest = '*'\n",
        "Pipfile.lock": json.dumps({**lock, "develop": {}}),
        "requirements.txt": "flask==3.1.2\npluggy==1.6.0\npytest==8.4.2\n",
    }
    found = next(row for row in dockergen.plan(project({**APP, **files})).decisions if row.name == "manager")
    assert found.text == manager
