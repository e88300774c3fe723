"""The setuptools of their time that old distributions want: when the environment gets it, and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.setuptools_needs import _verdict
from dockergen.model import BuildPlan
from dockergen.pipeline import generated, service_at
from tests.python_trees import plan_of

MAIN = "import http.server\nhttp.server.HTTPServer(('0.0.0.0', 8000), None).serve_forever()\n"
ADDED = "setuptools<82"


def _plan(root: Path, requirements: str, **files: str) -> BuildPlan:
    (root / "requirements.txt").write_text(requirements)
    (root / "main.py").write_text(files.pop("main", MAIN))
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    return service_at(root, {}).plan


def _lock(root: Path, version: str, setuptools: str) -> BuildPlan:
    (root / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["gunicorn"]\n'
    )
    (root / "main.py").write_text(MAIN)
    row = '[[package]]\nname = "{}"\nversion = "{}"\nsource = {{ registry = "https://index.example/simple" }}\n{}\n'
    needs = 'dependencies = [\n    { name = "setuptools" },\n]\n' if setuptools else ""
    (root / "uv.lock").write_text(
        'version = 1\nrequires-python = ">=3.11"\n\n'
        '[[package]]\nname = "app"\nversion = "1.0"\nsource = { virtual = "." }\n'
        'dependencies = [\n    { name = "gunicorn" },\n]\n\n'
        + row.format("gunicorn", version, needs)
        + (row.format("setuptools", setuptools, "") if setuptools else "")
    )
    return service_at(root, {}).plan


@pytest.mark.parametrize(
    ("requirements", "who"),
    [
        ("APScheduler==3.9.1\n", "apscheduler 3.9.1"),
        ("APScheduler==3.10.4\n", ""),
        ("APScheduler\n", ""),
        ("APScheduler<3.10\n", "apscheduler"),
        ("APScheduler<=3.10.1\n", "apscheduler"),
        ("APScheduler~=3.9.0\n", "apscheduler"),
        ("APScheduler~=3.9\n", ""),
        ("APScheduler==3.9.*\n", "apscheduler"),
        ("APScheduler>=3.6,<4\n", ""),
        ("python-telegram-bot==13.15\n", "APScheduler 3.6.3"),
        ("python-telegram-bot==12.8\n", ""),
        ("python-telegram-bot==20.3\n", ""),
        ("opentelemetry-instrumentation-flask==0.41b0\n", "opentelemetry-instrumentation"),
        ("opentelemetry-instrumentation-flask==0.50b0\n", ""),
        ("fs\n", "fs"),
        ("fs\nsetuptools\n", "fs"),
        ("fs\nsetuptools>=60\n", "fs"),
        ("fs\nsetuptools<81\n", ""),
        ("fs\nsetuptools==69.5.1\n", ""),
        ("requests==2.32.5\n", ""),
    ],
)
def test_who_gets_a_setuptools_with_pkg_resources(tmp_path: Path, requirements: str, who: str) -> None:
    legacy = _plan(tmp_path, requirements).facts.install.legacy
    assert (legacy.added, legacy.who) == ((ADDED, who) if who else ("", ""))


def test_it_is_decided_told_and_installed_before_the_source(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "requests\nAPScheduler==3.9.1\n")
    decision = next(d for d in plan.decisions if d.name == "setuptools")
    assert (decision.text, str(decision.sourced.origin)) == (ADDED, "requirements.txt:2")
    assert any("requirements.txt:2" in note and "3.10.2 and later" in note for note in plan.notes)
    text = next(f.text for f in generated(tmp_path, service_at(tmp_path, {})) if f.path == "Dockerfile")
    assert text.index("install 'setuptools<82'") < text.index("COPY . .")
    assert "# apscheduler 3.9.1 imports pkg_resources" in text


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pkg_resources\n", True),
        ("from pkg_resources import get_distribution as g\n", True),
        ("if True:\n    import pkg_resources\n", True),
        ("try:\n    import pkg_resources\nexcept ImportError:\n    pkg_resources = None\n", False),
        ("try:\n    import pkg_resources\nexcept ValueError:\n    pass\n", True),
        ("def version():\n    import pkg_resources\n", False),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pkg_resources\n", False),
        ("# import pkg_resources\n", False),
        (
            "import sys\nif sys.version_info < (3, 9):\n    import pkg_resources\nelse:\n    import importlib.resources\n",
            False,
        ),
        ("import sys\nif sys.version_info >= (3, 9):\n    import pkg_resources\n", True),
        (
            "import sys\nif sys.version_info >= (4,):\n    import importlib.resources\nelse:\n    import pkg_resources\n",
            True,
        ),
        ("import sys\nif sys.platform == 'linux':\n    import pkg_resources\n", True),
    ],
)
def test_the_program_itself_may_import_it(tmp_path: Path, source: str, found: bool) -> None:
    plan = _plan(tmp_path, "requests==2.32.5\n", main=f"import helper\n{MAIN}", helper=source)
    assert plan.facts.install.legacy.added == (ADDED if found else "")
    assert any("helper.py:" in str(d.sourced.origin) for d in plan.decisions if d.name == "setuptools") == found


@pytest.mark.parametrize(
    ("version", "setuptools", "added", "noted"),
    [
        ("20.1.0", "", ADDED, True),
        ("20.1.0", "69.5.1", "", False),
        ("20.1.0", "84.2.1", "", True),
        ("23.0.0", "84.2.1", "", False),
    ],
)
def test_what_is_locked_stays_locked(tmp_path: Path, version: str, setuptools: str, added: str, noted: bool) -> None:
    plan = _lock(tmp_path, version, setuptools)
    assert plan.facts.install.legacy.added == added
    notes = [note for note in plan.notes if "pkg_resources" in note]
    assert bool(notes) == noted
    if setuptools and noted:
        assert "uv.lock:" in notes[0]
        assert 'add "setuptools<82"' in notes[0]
        assert "gunicorn 20.1.0" in notes[0]
        assert "setuptools" not in {d.name for d in plan.decisions}


def test_a_later_sync_leaves_it_in_place(tmp_path: Path) -> None:
    _lock(tmp_path, "20.1.0", "")
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write(
            '[tool.hatch.build.targets.wheel]\nonly-include = ["main.py"]\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        )
    text = next(f.text for f in generated(tmp_path, service_at(tmp_path, {})) if f.path == "Dockerfile")
    assert "--no-editable --inexact" in text


def test_environments_that_python_fills_have_one(tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.9.10\n")
    assert not _plan(tmp_path, "APScheduler==3.9.1\n").facts.install.legacy.added


@pytest.mark.parametrize(
    ("requirements", "version", "bound", "variables"),
    [
        ("django-allauth==0.45.0\n", "3.13", "setuptools<70", ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")),
        ("django-allauth==0.45.0\nsetuptools==75.3.0\n", "3.13", "setuptools<70", ("PIP_BUILD_CONSTRAINT",)),
        ("django-allauth==65.0.0\n", "3.13", "", ()),
        ("django-allauth\n", "3.13", "", ()),
        ("anyjson==0.3.3\ndjango-allauth==0.45.0\n", "3.11", "setuptools<58", ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")),
        ("anyjson\n", "3.11", "setuptools<58", ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")),
    ],
)  # fmt: skip
def test_builds_of_old_sources_are_held(
    tmp_path: Path, requirements: str, version: str, bound: str, variables: tuple[str, ...]
) -> None:
    (tmp_path / ".python-version").write_text(version)
    builds = _plan(tmp_path, requirements).facts.install.builds
    assert (builds.bound, builds.variables) == (bound, variables)


def test_the_constraint_stands_before_every_install_and_names_whom_it_is_for(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "requests\ndjango-allauth==0.45.0\n")
    decision = next(d for d in plan.decisions if d.name == "build_constraints")
    assert (decision.text, str(decision.sourced.origin)) == ("setuptools<70", "requirements.txt:2")
    text = next(file.text for file in generated(tmp_path, service_at(tmp_path, {})) if file.path == "Dockerfile")
    assert text.index("RUN echo 'setuptools<70' > /tmp/build-constraints.txt") < text.index(" install -r ")
    assert "django-allauth 0.45.0.\nRUN echo" in text


def test_python_that_cannot_run_the_setuptools_is_told(tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.13")
    plan = _plan(tmp_path, "anyjson==0.3.3\n")
    assert not plan.facts.install.builds.bound
    assert any("anyjson 0.3.3" in note and "--version 3.11" in note for note in plan.notes)


def test_constraints_of_the_repository_win(tmp_path: Path) -> None:
    (tmp_path / "build-constraints.txt").write_text("setuptools<60\n")
    plan = _plan(tmp_path, "django-allauth==0.45.0\n")
    assert (plan.facts.install.builds.file, plan.facts.install.builds.bound) == ("build-constraints.txt", "")
    text = next(file.text for file in generated(tmp_path, service_at(tmp_path, {})) if file.path == "Dockerfile")
    assert "COPY build-constraints.txt /tmp/build-constraints.txt" in text


@pytest.mark.parametrize("settled", [False, True])
def test_uv_reads_its_constraint_from_the_manifest_only(tmp_path: Path, settled: bool) -> None:
    row = '[tool.uv]\nbuild-constraint-dependencies = ["setuptools<70"]\n' if settled else ""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "app"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["django-allauth"]\n'
        + row
    )
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "uv.lock").write_text(
        'version = 1\nrequires-python = ">=3.11"\n\n'
        '[[package]]\nname = "app"\nversion = "1.0"\nsource = { virtual = "." }\n'
        'dependencies = [\n    { name = "django-allauth" },\n]\n\n'
        '[[package]]\nname = "django-allauth"\nversion = "0.45.0"\nsource = { registry = "https://index.example/simple" }\n'
        'sdist = { url = "https://index.example/django-allauth-0.45.0.tar.gz", hash = "sha256:00", size = 1 }\n'
    )
    notes = [note for note in service_at(tmp_path, {}).plan.notes if "build-constraint-dependencies" in note]
    assert bool(notes) != settled


def test_a_project_that_is_built_by_a_newer_setuptools_is_not_held(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "app"\nversion = "1.0"\ndependencies = ["django-allauth==0.45.0"]\n'
        '[project.scripts]\napp = "app:main"\n'
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(f"def main():\n    pass\n{MAIN}")
    plan = service_at(tmp_path, {}).plan
    assert plan.facts.install.project
    assert not plan.facts.install.builds.bound
    assert any("asks for setuptools>=77" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a/__init__.py": "import pkg_resources\n"}, "+ a/__init__.py:1"),
        ({"a/__init__.py": "from .b import c\n", "a/b.py": "\nfrom pkg_resources import x\n"}, "+ a/b.py:2"),
        ({"a/__init__.py": "", "a/b.py": "import pkg_resources\n"}, "a/b.py:1"),
        ({"a/__init__.py": "", "a/b.py": "import pkg_resources\n", "a-1.dist-info/entry_points.txt": "[console_scripts]\nb = a.b:main\n"}, "+ a/b.py:1"),
        ({"a/__init__.py": "try:\n    import pkg_resources\nexcept ImportError:\n    pass\n"}, ""),
        ({"a/__init__.py": "__import__('pkg_resources').declare_namespace(__name__)\n"}, "+ a/__init__.py:1"),
        ({"a/__init__.py": "import pkg_resources\n", "a-1.dist-info/METADATA": "Requires-Dist: setuptools <82\n"}, ""),
        ({"a/__init__.py": "import pkg_resources\n", "a-1.dist-info/METADATA": "Requires-Dist: setuptools>=3\n"}, "+ a/__init__.py:1"),
    ],
)  # fmt: skip
def test_the_measurement_tells_what_an_import_reaches(files: dict[str, str], found: str) -> None:
    assert _verdict(files) == found


@pytest.mark.parametrize(
    ("constraints", "requirements", "variables"),
    [
        ("setuptools<70\nwheel\n", "jsmin==2.2.2 setuptools==80.9.0", "ENV PIP_BUILD_CONSTRAINT="),
        ("wheel\nCython==0.29.37 # old\n", "jsmin==2.2.2 cython==3.1.0", "ENV PIP_BUILD_CONSTRAINT="),
        ("setuptools<70\n", "jsmin==2.2.2 setuptools==69.5.1", "ENV PIP_CONSTRAINT="),
        ("setuptools<70\n", "jsmin==2.2.2 flask==3.1.2", "ENV PIP_CONSTRAINT="),
    ],
)
def test_constraints_of_the_repository_for_builds_leave_its_own_pins_alone(
    tmp_path: Path, constraints: str, requirements: str, variables: str
) -> None:
    (tmp_path / "build-constraints.txt").write_text(constraints)
    plan = _plan(tmp_path, "\n".join(requirements.split()))
    assert variables in next(f.text for f in generated(tmp_path, service_at(tmp_path, {})) if f.path == "Dockerfile")
    told = [note for note in plan.notes if note.startswith("build-constraints.txt:")]
    assert bool(told) is (variables == "ENV PIP_BUILD_CONSTRAINT=")


LOCKED = {
    name: {"version": f"=={version}"}
    for name, version in (("flask", "3.1.2"), ("gunicorn", "20.1.0"), ("setuptools", "82.0.0"))
}


@pytest.mark.parametrize(
    "files",
    [
        {"requirements": "flask==3.1.2 gunicorn==20.1.0 setuptools==82.0.0"},
        {"Pipfile": "[packages]\nflask = '*'\ngunicorn = '*'\n", "Pipfile.lock": json.dumps({"_meta": {}, "default": LOCKED, "develop": {}})},
    ],
    ids=["pip", "Pipenv"],
)  # fmt: skip
def test_a_setuptools_that_ends_the_program_is_replaced(tmp_path: Path, files: dict[str, str]) -> None:
    plan = plan_of(tmp_path, {**files, "app.py": "from flask import Flask\napp = Flask(__name__)\n"})
    assert plan.facts.install.legacy.added == "setuptools<82"
    assert any("as the image has it already" in note for note in plan.notes)
