"""A source distribution from an index, which has no tags and no list of files of version control."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.dockerignore import parse

PROJECT = (
    '[build-system]\nrequires = ["{0}"]\n[project]\nname = "shop"\ndynamic = ["version"]\ndependencies = ["requests"]\n'
    '[project.scripts]\nshop = "shop:main"\n'
)
INFO = "Metadata-Version: 2.4\nName: shop\nVersion: 3.1.post2\nRequires-Dist: requests\n\nVersion: 9 of what it tells\n"


def _files(root: Path, backend: str, info: str) -> dict[str, str]:
    tree = {"pyproject.toml": PROJECT.format(backend), "shop/__init__.py": "def main():\n    print(1)\n"}
    for name, text in {**tree, **({"PKG-INFO": info} if info else {})}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return {f.path: f.text for f in dockergen.generate(root)}


@pytest.mark.parametrize("backend", ["setuptools-scm", "hatch-vcs", "uv-dynamic-versioning"])
def test_version_of_a_source_distribution_is_the_one_that_it_tells(tmp_path: Path, backend: str) -> None:
    text = _files(tmp_path, backend, INFO)["Dockerfile"]
    assert "=3.1.post2\n" in text
    assert not [note for note in dockergen.plan(tmp_path).notes if "tags" in note]


@pytest.mark.parametrize("info", ["", "Name: shop\nVersion: 3\n", "Metadata-Version: 2.4\nName: shop\n\nVersion: 3\n"])
def test_version_of_any_other_folder_is_to_be_told(tmp_path: Path, info: str) -> None:
    assert "=0.0.0\n" in _files(tmp_path, "setuptools-scm", info)["Dockerfile"]
    assert [note for note in dockergen.plan(tmp_path).notes if "tags" in note]


def test_list_of_its_files_reaches_the_build_of_a_source_distribution_alone(tmp_path: Path) -> None:
    assert "egg-info" not in _files(tmp_path, "setuptools-scm", INFO)[".dockerignore"]
    (tmp_path / "PKG-INFO").unlink()
    assert "**/*.egg-info\n" in _files(tmp_path, "setuptools-scm", "")[".dockerignore"]


def test_key_that_the_program_names_is_told_to_stay_out(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.py").write_text(
        "from flask import Flask\napp = Flask(__name__)\ntext = open('shop/demo.pem').read()\n"
    )
    for name in ("demo", "other"):
        (tmp_path / f"shop/{name}.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    (note,) = [note for note in dockergen.plan(tmp_path).notes if ".pem" in note]
    assert note.startswith("shop/demo.pem stays out of the image, as keys are called like that, and app.py:3 names it")
    assert "!shop/demo.pem" in note


PACKAGE = '{"name": "ui", "private": true, "scripts": {"build": "vite build"}, "devDependencies": {"vite": "^7.0.0"}}\n'


@pytest.mark.parametrize(("info", "built"), [(INFO, False), ("", True)], ids=["a source distribution", "a repository"])
def test_front_end_of_a_source_distribution_is_built_already(tmp_path: Path, info: str, built: bool) -> None:
    files = {
        "requirements.txt": "flask\ngunicorn\n",
        "app.py": "from flask import Flask\napp = Flask(__name__, static_folder='ui/dist')\n",
        "ui/package.json": PACKAGE,
        "ui/vite.config.js": "export default {}\n",
        "ui/dist/index.html": "<p>\n",
        **({"PKG-INFO": info} if info else {}),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert bool(dockergen.plan(tmp_path).assets) == built


@pytest.mark.parametrize(
    ("table", "kept"),
    [
        ('[tool.setuptools.data-files]\n"share/man/man1" = ["docs/man/shop.1"]\n', "docs/man/shop.1"),
        ('[tool.setuptools.data-files]\n"share/man/man1" = ["docs/man/*.1"]\n', "docs/man/shop.1"),
        ('[tool.hatch.build.targets.wheel.shared-data]\n"docs/man" = "share/man"\n', "docs/man"),
        ('[tool.hatch.build.force-include]\n"docs/man/shop.1" = "shop/shop.1"\n', "docs/man/shop.1"),
    ],
)
def test_files_that_the_build_installs_from_outside_of_the_package_reach_it(
    tmp_path: Path, table: str, kept: str
) -> None:
    backend = "hatchling" if "hatch" in table else "setuptools"
    manifest = PROJECT.format(backend).replace('dynamic = ["version"]', 'version = "1"') + table
    files = {
        "pyproject.toml": manifest,
        "shop/__init__.py": "def main():\n    print(1)\n",
        "docs/man/shop.1": "",
        "docs/a.md": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert kept in dockergen.plan(tmp_path).context_files
    ignored = next(f.text for f in dockergen.generate(tmp_path) if f.path == ".dockerignore")
    assert not parse(ignored).excludes("docs/man/shop.1")
