"""Programs that are installed and still read what lies beside their package: the source comes along, and is what runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen

MANIFEST = """[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["flask"]
{scripts}
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""
APP = "from flask import Flask\n\napp = Flask(__name__)\n"


def _plan(root: Path, head: str, folder: str = "src/", scripts: str = "", **files: str) -> dockergen.model.BuildPlan:
    app = f"{head}\n{APP}" if not scripts else f"{head}\n{APP}\ndef main():\n    app.run(host='0.0.0.0', port=8000)\n"
    tree = {
        "pyproject.toml": MANIFEST.format(scripts=scripts),
        "policy.json": "{}",
        f"{folder}shop/__init__.py": "",
        f"{folder}shop/app.py": app,
        f"{folder}shop/own.json": "{}",
        **{name.replace("__", "/") + ".py": text for name, text in files.items()},
    }
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return dockergen.plan(root)


@pytest.mark.parametrize(
    "head",
    [
        'from pathlib import Path\nPOLICY = (Path(__file__).resolve().parents[2] / "policy.json").read_text()',
        'from pathlib import Path\nROOT = Path(__file__).parent.parent.parent\nPOLICY = ROOT / "policy.json"',
        'import os\nPOLICY = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "policy.json")',
        'from pathlib import Path\ndef policy():\n    return Path(__file__).parent.joinpath("..", "..", "policy.json")',
    ],
)
def test_source_that_reads_beside_its_package_runs_in_place(tmp_path: Path, head: str) -> None:
    made = _plan(tmp_path, head)
    assert made.facts.copies_source
    assert dict(made.env)["PYTHONPATH"] == "/app/src"


@pytest.mark.parametrize(
    "head",
    [
        'from pathlib import Path\nOWN = Path(__file__).parent / "own.json"',
        'from pathlib import Path\nOWN = Path(__file__).parents[2] / "missing.json"',
        'from pathlib import Path\nOWN = Path(__file__).parents[9] / "policy.json"',
        "",
    ],
    ids=["of the package", "not there", "above the repository", "none"],
)
def test_other_source_runs_from_the_environment(tmp_path: Path, head: str) -> None:
    made = _plan(tmp_path, head)
    assert not made.facts.copies_source
    assert "PYTHONPATH" not in dict(made.env)


def test_folder_that_another_module_names_counts(tmp_path: Path) -> None:
    made = _plan(
        tmp_path,
        'from shop.paths import ROOT\nPOLICY = ROOT / "policy.json"',
        src__shop__paths="from pathlib import Path\nROOT = Path(__file__).parents[2]\n",
    )
    assert dict(made.env)["PYTHONPATH"] == "/app/src"


def test_command_of_a_package_at_the_root_runs_in_place(tmp_path: Path) -> None:
    head = 'from pathlib import Path\nPOLICY = Path(__file__).parents[1] / "policy.json"'
    made = _plan(tmp_path, head, folder="", scripts='[project.scripts]\nshop = "shop.app:main"\n')
    assert dict(made.env).get("PYTHONPATH", "") == ("/app" if made.start[0] == "shop" else "")


def test_data_of_a_flat_package_is_its_own(tmp_path: Path) -> None:
    head = "import os\nimport helper\nOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'own.json')"
    made = _plan(tmp_path, head, folder="", shop__helper="X = 1\n")
    assert "PYTHONPATH" not in dict(made.env) or not made.facts.install.in_place


def test_an_installed_django_project_has_its_manage_py_and_settings(tmp_path: Path) -> None:
    default = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings.main')\n"
    files = {
        "pyproject.toml": MANIFEST.format(scripts="").replace("flask", "django"),
        "manage.py": default,
        "settings/main.py": "SECRET_KEY = 'x'\n",
        "shop/__init__.py": "",
        "shop/wsgi.py": f"{default}application = None\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    made = dockergen.plan(tmp_path, manager="uv")
    assert made.facts.install.project
    assert made.facts.copies_source
    assert dict(made.env)["PYTHONPATH"] == "/app"


_SETUP = "from setuptools import find_packages, setup\nsetup(name='shop', packages=find_packages(), {words}entry_points={{'console_scripts': ['shop = shop.cli:main']}})\n"


@pytest.mark.parametrize(
    ("words", "files", "in_place"),
    [
        ("", {"shop/default.toml": "a = 1\n"}, True),
        ("", {"shop/README.md": "Shop\n", "shop/py.typed": ""}, False),
        ("include_package_data=True, ", {"shop/default.toml": "a = 1\n", "MANIFEST.in": "graft shop\n"}, False),
        ("include_package_data=True, ", {"shop/default.toml": "a = 1\n"}, True),
        ("package_data={'shop': ['*.toml']}, ", {"shop/default.toml": "a = 1\n"}, False),
        ("use_scm_version=True, include_package_data=True, ", {"shop/default.toml": "a = 1\n"}, True),
        ("include_package_data=True, ", {"shop/default.toml": "a = 1\n", "MANIFEST.in": "include README.md\n"}, True),
        # The rest is listed by version control alone, which the build does not see.
        ("include_package_data=True, ", {"shop/web/a.html": "a\n", "shop/words/a.json": "1\n", "MANIFEST.in": "graft shop/web\n"}, True),
        ("include_package_data=True, ", {"shop/web/a.html": "a\n", "shop/words/a.json": "1\n", "MANIFEST.in": "graft shop/web\nrecursive-include shop *.json\n"}, False),
        ("include_package_data=True, ", {"shop/web/a.html": "a\n", "shop/a.scss": "1\n", "MANIFEST.in": "include shop/*/*.html\nglobal-exclude *.scss\n"}, False),
        ("include_package_data=True, ", {"shop/words/a.json": "1\n", "PKG-INFO": "Metadata-Version: 2.4\nName: shop\nVersion: 1.2\n\nShop\n"}, False),
        (
            "",
            {"shop/default.toml": "a = 1\n", "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "shop"\nversion = "1"\n[tool.setuptools.package-data]\nshop = ["*"]\n'},
            False,
        ),
    ],
)  # fmt: skip
def test_package_whose_data_setuptools_leaves_out_runs_in_place(
    tmp_path: Path, words: str, files: dict[str, str], in_place: bool
) -> None:
    tree = {
        "setup.py": _SETUP.format(words=words),
        "requirements.txt": "requests\n",
        "shop/__init__.py": "",
        "shop/cli.py": "def main():\n    print(1)\n",
        **files,
    }
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    made = dockergen.plan(tmp_path)
    assert made.start == ("shop",)
    assert dict(made.env).get("PYTHONPATH", "") == ("/app" if in_place else "")


_SCM = (
    '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n'
    '[project]\nname = "shop"\ndynamic = ["version"]\ndependencies = ["flask"]\n[project.scripts]\nshop = "shop.cli:main"\n'
    '[tool.setuptools_scm]\nversion_file = "src/shop/_version.py"\n'
)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"src/shop/templates/a.html": "a\n"}, True),
        ({"src/shop/templates/a.html": "a\n", "MANIFEST.in": "exclude .gitignore"}, True),
        ({"src/shop/templates/a.html": "a\n", "MANIFEST.in": "graft src\n"}, False),
        ({}, False),
        (
            {
                "src/shop/templates/a.html": "a\n",
                "pyproject.toml": _SCM + "[tool.setuptools]\ninclude-package-data = false\n",
            },
            False,
        ),
    ],
)
def test_files_that_only_git_lists_are_told_to_a_build_that_writes_a_module(
    tmp_path: Path, files: dict[str, str], told: bool
) -> None:
    tree = {
        "pyproject.toml": _SCM,
        "src/shop/__init__.py": "",
        "src/shop/cli.py": "def main():\n    print(1)\n",
        **files,
    }
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    text = dockergen.generate(tmp_path)[0].text
    line = "RUN printf '\\ngraft %s\\n' src/shop >> MANIFEST.in\n"
    assert (line in text) == told
    assert not told or text.index("COPY . .") < text.index(line) < text.index("uv pip install --no-deps .")
