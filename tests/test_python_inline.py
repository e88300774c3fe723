"""Scripts that carry their requirements (PEP 723), lock files with a name (PEP 751), and folders that back ends name."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.errors import ProjectError
from dockergen.manifests.inline_script import inline_script
from tests.python_trees import decision, plan_of, started

BLOCK = '# /// script\n# requires-python = ">=3.12,<3.14"\n# dependencies = [\n#   "starlette==0.50.0",\n#   "uvicorn",\n# ]\n# ///\n'
APP = "from starlette.applications import Starlette\napp = Starlette()\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (BLOCK, ["starlette", "uvicorn"]),
        (f"#!/usr/bin/env -S uv run --script\n{BLOCK}", ["starlette", "uvicorn"]),
        (BLOCK.replace("\n", "\r\n"), ["starlette", "uvicorn"]),
        ("# /// script\n#\n# dependencies = []\n# ///\n", []),
        (BLOCK.replace("# ///\n", "# x\n", 1), None),
        (BLOCK + "\n" + BLOCK, None),
        ("# /// script\n# dependencies = [\n# ///\n", None),
        ("# /// script\n# dependencies = 3\n# ///\n", []),
        ("# /// other\n# dependencies = []\n# ///\n", None),
        ("#/// script\n# ///\n", None),
        ("# /// script\n# " + "a." * 5000 + "b = 1\n# ///\n", None),
    ],
)
def test_metadata_of_a_script(text: str, names: list[str] | None) -> None:
    found = inline_script(text)
    assert ([r.name for r in found.requirements] if found else None) == names


def test_a_script_installs_what_it_asks_for_and_an_edit_installs_nothing_again(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"tool.py": BLOCK + APP})
    assert started(plan) == "uvicorn tool:app --host 0.0.0.0 --port 8000"
    assert str(decision(plan, "version").sourced.origin) == "tool.py:2"
    assert (decision(plan, "version").text, str(decision(plan, "manager").sourced.origin)) == ("3.13", "tool.py:1")
    text = dockergen.generate(tmp_path)[0].text
    assert "pip --python .venv/bin/python install starlette==0.50.0 uvicorn\n" in text
    assert "source=tool.py" not in text
    assert plan.notes == ()


def test_the_script_of_a_usual_name_is_the_program(tmp_path: Path) -> None:
    other = "# /// script\n# dependencies = ['requests']\n# ///\nimport requests\n"
    plan = plan_of(tmp_path, {"a_tool.py": other, "main.py": BLOCK + APP})
    assert started(plan).startswith("uvicorn main:app")


OTHER = "# /// script\n# dependencies = ['requests']\n# ///\nimport requests\n"


def test_of_several_scripts_the_one_that_asks_for_a_framework_is_the_program(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"a_tool.py": OTHER, "site_.py": BLOCK + APP})
    assert started(plan).startswith("uvicorn site_:app")


def test_of_several_scripts_the_one_that_is_asked_for_is_the_program(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"a_tool.py": OTHER, "site_.py": BLOCK + APP}, start="python a_tool.py")
    assert started(plan) == "python a_tool.py"
    assert plan.facts.install.inline == ("requests",)


def test_a_script_that_is_not_the_one_whose_requirements_are_installed_is_told(tmp_path: Path) -> None:
    guarded = f"{OTHER}\nif __name__ == '__main__':\n    requests.get('x')\n"
    files = {"a_tool.py": OTHER, "b.py": guarded.replace("requests", "rich")}
    with pytest.raises(ProjectError) as caught:
        plan_of(tmp_path, files)
    assert caught.value.problem.startswith("a_tool.py and b.py carry requirements of their own")
    assert caught.value.command == "dockergen init --start 'python b.py'"


def test_a_day_of_uv_that_pip_is_not_told_is_named(tmp_path: Path) -> None:
    block = BLOCK.replace("# ///\n", "# [tool.uv]\n# exclude-newer = '2025-01-01T00:00:00Z'\n# ///\n").replace(
        "# [tool.uv]", "# [tool.uv]", 1
    )
    plan = plan_of(tmp_path, {"tool.py": block + APP})
    assert any(note.startswith("tool.py:8 wants nothing newer than 2025-01-01T00:00:00Z") for note in plan.notes)


def test_a_manifest_wins_over_what_a_script_carries(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "starlette==0.49.1 uvicorn==0.38.0", "tool.py": BLOCK + APP})
    assert str(decision(plan, "manager").sourced.origin) == "requirements.txt"


def test_versions_of_a_locked_script_have_a_way_out(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"tool.py": BLOCK + APP, "tool.py.lock": "version = 1\n"})
    assert plan.notes == (
        "tool.py.lock is not installed from; `uv export --script tool.py --format requirements-txt -o "
        "requirements.txt` writes its versions into a file that is.",
    )


def test_sources_of_uv_in_a_script_are_refused_with_the_command(tmp_path: Path) -> None:
    block = BLOCK.replace("# ]\n", '# ]\n# [tool.uv.sources]\n# starlette = { git = "https://example.org/x" }\n')
    with pytest.raises(ProjectError) as raised:
        plan_of(tmp_path, {"tool.py": block + APP})
    assert raised.value.problem.startswith("tool.py:1 says in words of uv")
    assert raised.value.command.startswith("uv export --script tool.py")


LOCK = 'lock-version = "1.0"\n[[packages]]\nname = "flask"\nversion = "3.1.2"\n'
FLASK = "from flask import Flask\napp = Flask(__name__)\n"


@pytest.mark.parametrize("name", ["pylock.toml", "pylock.prod.toml", "pylock.production.toml", "pylock.web.toml"])
def test_lock_file_with_a_name_is_installed(tmp_path: Path, name: str) -> None:
    plan = plan_of(tmp_path, {name: LOCK, "pylock.dev.toml": LOCK, "app.py": FLASK})
    assert str(decision(plan, "manager").sourced.origin) == name
    assert f"uv pip sync {name}\n" in dockergen.generate(tmp_path)[0].text


PROJECT = "[build-system]\nrequires = ['x']\nbuild-backend = 'x'\n[project]\nname = 'acme'\nversion = '1'\ndependencies = ['flask', 'gunicorn']\n"


@pytest.mark.parametrize(
    ("stated", "folder"),
    [
        ("[tool.maturin]\npython-source = 'python'\n", "python"),
        ("[tool.setuptools.packages.find]\nwhere = ['lib']\n", "lib"),
        ("[tool.setuptools]\npackage-dir = {'' = 'lib'}\n", "lib"),
        ("[tool.poetry]\npackages = [{include = 'acme', from = 'source'}]\n", "source"),
        ("[tool.hatch.build.targets.wheel]\npackages = ['lib/acme']\n", "lib"),
        ("[tool.pdm.build]\npackage-dir = 'code'\n", "code"),
    ],
)
def test_modules_are_called_as_the_back_end_packs_them(tmp_path: Path, stated: str, folder: str) -> None:
    files = {f"{folder}/acme/__init__.py": "", f"{folder}/acme/web.py": FLASK}
    plan = plan_of(tmp_path, {"pyproject.toml": PROJECT + stated, **files})
    assert started(plan) == "gunicorn --worker-tmp-dir /dev/shm acme.web:app"
    assert plan.facts.install.project  # so that the environment has it, or PYTHONPATH names the folder
    assert not plan.facts.copies_source or dict(plan.env)["PYTHONPATH"] == f"/app/{folder}"


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "from setuptools import setup, find_packages\nsetup(name='acme', packages=find_packages('lib'), package_dir={'': 'lib'}, install_requires=['flask', 'gunicorn'])\n"},
        {"setup.py": "from setuptools import setup\nsetup()\n", "setup.cfg": "[metadata]\nname = acme\n[options]\npackage_dir =\n    = lib\ninstall_requires =\n    flask\n    gunicorn\n"},
    ],
    ids=["setup.py", "setup.cfg"],
)  # fmt: skip
def test_folders_that_setuptools_is_told(tmp_path: Path, files: dict[str, str]) -> None:
    plan = plan_of(tmp_path, {**files, "lib/acme/__init__.py": "", "lib/acme/web.py": FLASK})
    assert started(plan) == "gunicorn --worker-tmp-dir /dev/shm acme.web:app"
