"""Requirements that no index has: left out, named right, or told with the command."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import dockergen
from dockergen.errors import ProjectError
from dockergen.pipeline import generated, service_at

APP = "from flask import Flask\n\napp = Flask(__name__)\n"


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in {"app.py": APP, **files}.items():
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("line", "left"),
    [
        pytest.param("smtplib", "", id="a module of Python"),
        pytest.param("sqlite3==3.0\r", "", id="pinned, with the line end of Windows"),
        pytest.param("  OS  # paths", "", id="in capitals, with a comment"),
        pytest.param("PIL>=9", "pillow\n", id="a module of a distribution of another name"),
        pytest.param("rest_framework", "djangorestframework\n", id="with another separator"),
        pytest.param("sklearn", "scikit-learn\n", id="one that refuses to be installed"),
        pytest.param("pkg-resources==0.0.0", "", id="what Debian's pip freeze lists"),
        pytest.param("futures==3.4.0", "", id="a copy of a module for Python 2"),
        pytest.param(
            "futures==3.4.0; python_version < '3'", "futures==3.4.0; python_version < '3'\n", id="and said so"
        ),
        pytest.param("MySQL-python==1.2.5", "mysqlclient\n", id="what another distribution goes on with"),
        pytest.param("pywin32==306\r", "", id="what Windows has alone"),
        pytest.param("kivy_deps.angle==0.4.0", "", id="a part of a library for Windows"),
        pytest.param(
            "pywin32==306; sys_platform == 'win32'", "pywin32==306; sys_platform == 'win32'\n", id="and says so"
        ),
        pytest.param("python-magic-bin==0.4.14", "python-magic\n", id="a wheel for other systems of what Debian has"),
        pytest.param(
            "tensorflow-macos==2.16.2\ntensorflow==2.16.2", "tensorflow==2.16.2\n", id="a part of what stands there too"
        ),
        pytest.param("locustio", "locust\n", id="one that has moved on"),
        pytest.param("locustio==0.14.6", "locustio==0.14.6\n", id="a release from before"),
        pytest.param("typing", "typing\n", id="a module of Python that the index has too"),
        pytest.param("os-lib", "os-lib\n", id="another distribution"),
        pytest.param("# smtplib", "# smtplib\n", id="a comment"),
    ],
)
def test_pip_reads_requirements_without_what_no_index_has(tmp_path: Path, line: str, left: str) -> None:
    _write(tmp_path, {"requirements.txt": f"flask==3.1.2\ngunicorn==23.0.0\n{line}\n"})
    text = next(f.text for f in generated(tmp_path, service_at(tmp_path, {})) if f.path == "Dockerfile")
    step = next((row for row in text.splitlines() if row.lstrip().startswith("sed ")), "")
    if not step:
        assert left == f"{line}\n"
        assert "install -r requirements.txt" in text
        return
    subprocess.run(["sh", "-c", step.removesuffix("&& \\")], cwd=tmp_path, check=True)
    assert (tmp_path / ".others-requirements.txt").read_text() == f"flask==3.1.2\ngunicorn==23.0.0\n{left}"
    assert "install -r .others-requirements.txt" in text


def test_a_file_of_powershell_is_read_as_text(tmp_path: Path) -> None:
    _write(tmp_path, {})
    (tmp_path / "requirements.txt").write_bytes("flask==3.1.2\r\npywin32==306\r\nsix\r\n".encode("utf-16"))
    text = next(f.text for f in generated(tmp_path, service_at(tmp_path, {})) if f.path == "Dockerfile")
    step = next(row for row in text.splitlines() if row.lstrip().startswith("iconv "))
    subprocess.run(["sh", "-c", step.removesuffix("&& \\")], cwd=tmp_path, check=True)
    assert (tmp_path / ".others-requirements.txt").read_bytes() == b"flask==3.1.2\r\nsix\r\n"


def test_a_line_that_is_left_out_is_told(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "flask\n\nsmtplib\ncv2\n"})
    notes = dockergen.plan(tmp_path).notes
    assert (
        "requirements.txt:3 asks for smtplib, which Python brings itself; the image is built without the line." in notes
    )
    assert any(
        note.startswith("requirements.txt:4 asks for cv2") and "opencv-python-headless" in note for note in notes
    )


def test_what_stands_in_for_a_requirement_gets_its_debian_packages(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "flask\nMySQL-python==1.2.5\n"})
    plan = dockergen.plan(tmp_path)
    assert "default-libmysqlclient-dev" in plan.build_packages
    assert (
        "requirements.txt:2 asks for mysql-python, which has no release for Python 3; the image has mysqlclient."
        in (plan.notes)
    )


def test_lines_of_other_manifests_are_told_with_the_command(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "-r more.txt\n", "more.txt": "flask\nPIL\n"})
    with pytest.raises(ProjectError, match=r"more\.txt:2 asks for pil") as told:
        dockergen.plan(tmp_path)
    assert told.value.command.startswith("sed -i -E ")
    (tmp_path / "requirements.txt").unlink()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "a"\nversion = "1"\ndependencies = [\n"flask",\n"smtplib",\n]\n'
    )
    with pytest.raises(ProjectError, match=r"pyproject\.toml:6 asks for smtplib") as told:
        dockergen.plan(tmp_path, manager="uv")
    assert told.value.command == "uv remove smtplib"


@pytest.mark.parametrize(
    ("lines", "urls"),
    [
        pytest.param("torch==2.9.1+cpu\ntorchvision==0.24.1+cpu\n", ["cpu"], id="frozen"),
        pytest.param("torch==2.4.0+cu121\n", ["cu121"], id="cuda"),
        pytest.param("torch==2.9.1\n", [], id="public"),
        pytest.param("shop==1.0+local\n", [], id="somebody-else"),
        pytest.param("--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.9.1+cpu\n", [], id="named"),
    ],
)
def test_a_frozen_local_version_is_asked_of_its_own_index(tmp_path: Path, lines: str, urls: list[str]) -> None:
    (tmp_path / "requirements.txt").write_text(lines)
    (tmp_path / "main.py").write_text("import torch\nprint(torch.ones(1))\n")
    plan = dockergen.plan(tmp_path)
    assert plan.facts.install.indexes == tuple(f"https://download.pytorch.org/whl/{name}" for name in urls)  # type: ignore[attr-defined]
    text = dockergen.generate(tmp_path)[0].text
    assert all(f"--extra-index-url {url}" in text for url in plan.facts.install.indexes)  # type: ignore[attr-defined]
    assert any("which only https://download.pytorch.org/whl/" in note for note in plan.notes) == bool(urls)


@pytest.mark.parametrize(
    ("name", "manifest"),
    [
        ("Pipfile", "[packages]\nflask = '*'\npywin32 = {version = '*', sys_platform = \"== 'win32'\"}\n"),
        ("pyproject.toml", '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.13"\nflask = "*"\npyobjc = [{version = "9", platform = "darwin"}, {version = "10", platform = "darwin"}]\n'),
    ],
)  # fmt: skip
def test_what_a_manifest_asks_for_on_another_system_is_no_problem(tmp_path: Path, name: str, manifest: str) -> None:
    assert dockergen.plan(_write(tmp_path, {name: manifest})).start


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("itsdangerous==1.0.0", "itsdangerous==1.1.0"),
        ("install==1.3.4  # a slip", "install==1.3.5"),
        ("litellm[proxy]==1.30.0", "litellm[proxy]==1.14.4"),
        ("litellm==1.45.0", "litellm==1.53.1"),
        ("django==2.0.11", "django==2.0.12"),
        ("itsdangerous==1.1", ""),
        ("itsdangerous>=1.0.0", ""),
        ("itsdangerous==1.0.0; sys_platform == 'win32'", ""),
        ("itsdangerous==1.0.0\nitsdangerous==1.0.0", ""),
        ("flask==2.0.3", ""),
    ],
)
def test_a_pin_of_what_the_index_has_no_more_has_the_nearest(tmp_path: Path, line: str, instead: str) -> None:
    root = _write(tmp_path, {"requirements.txt": f"gunicorn==23.0.0\n{line}\n"})
    name = line.partition("=")[0].partition("[")[0].rstrip(">")
    told = [note for note in dockergen.plan(root).notes if "the index has no more" in note]
    assert bool(told) is bool(instead)
    if instead:
        pinned = line.partition("==")[2].split()[0]
        assert told == [
            f"requirements.txt:2 asks for {name}, whose release {pinned} the index has no more; the image has {instead}."
        ]
        assert f"/{instead}/I" in dockergen.generate(root)[0].text


def test_an_extra_that_is_no_name_never_gets_into_a_command(tmp_path: Path) -> None:
    root = _write(tmp_path, {"requirements.txt": "gunicorn==23.0.0\nitsdangerous[$(touch x)/e#]==1.0.0\n"})
    try:
        assert "touch" not in dockergen.generate(root)[0].text
    except ProjectError as told:
        assert "touch" not in told.command


@pytest.mark.parametrize("table", ['[[tool.uv.index]]\nurl = "https://own.example/simple"\n', '[[tool.pdm.source]]\nurl = "https://own.example"\nname = "own"\n'])  # fmt: skip
def test_another_index_may_still_have_what_the_public_one_has_no_more(tmp_path: Path, table: str) -> None:
    files = {"requirements.txt": "itsdangerous==1.0.0\ngunicorn==23.0.0\n", "pyproject.toml": table}
    assert "itsdangerous==1.1.0" not in dockergen.generate(_write(tmp_path, files))[0].text


def test_where_hashes_are_checked_nothing_stands_in(tmp_path: Path) -> None:
    hashed = "itsdangerous==1.0.0 --hash=sha256:00\ngunicorn==23.0.0 --hash=sha256:00\n"
    assert "itsdangerous==1.1.0" not in dockergen.generate(_write(tmp_path, {"requirements.txt": hashed}))[0].text


def test_a_lock_file_that_holds_what_the_index_has_no_more_is_told(tmp_path: Path) -> None:
    project = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "*"\nduckduckgo-search = "*"\n'
    rows = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\npython-versions = "*"\nfiles = []\n\n'
        for name, version in (("duckduckgo-search", "6.2.11"), ("flask", "3.1.2"))
    )
    lock = f'{rows}[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "00"\n'
    notes = dockergen.plan(_write(tmp_path, {"pyproject.toml": project, "poetry.lock": lock})).notes
    assert (
        "poetry.lock:1 locks duckduckgo-search 6.2.11, which the index has no more, so the build will not find it; the "
        "nearest that it has are 6.2.10 and 6.2.12: lock it anew." in notes
    )


def test_a_pin_of_the_project_itself_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").write_text("")
    setup = "from setuptools import setup\nsetup(\n    name='shop',\n)\n"
    root = _write(tmp_path, {"requirements.txt": "gunicorn==23.0.0\nflask==3.1.2\nshop==0.1.0\n", "setup.py": setup})
    assert (
        "requirements.txt:3 asks for shop, which is the project itself and lies here; the image is built without the line."
        in dockergen.plan(root).notes
    )


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "--index-url https://index.example/simple\nitsdangerous==1.0.0\ngunicorn==23.0.0\n"},
        {"requirements.txt": "itsdangerous==1.0.0\ngunicorn==23.0.0\n", "pip.conf": "[global]\n"},
        {"requirements.txt": "-r base.txt\ngunicorn==23.0.0\n", "base.txt": "itsdangerous==1.0.0\n"},
    ],
)
def test_what_another_index_may_have_or_another_file_states_is_left_alone(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert "itsdangerous==1.1.0" not in dockergen.generate(_write(tmp_path, files))[0].text
