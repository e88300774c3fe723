"""Debian packages for Python distributions: when they are needed, under which name, and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dockergen
from dockergen import catalog
from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.languages.python.system import suite
from dockergen.languages.python.wheels import published
from dockergen.model import BuildPlan, Image
from dockergen.pipeline import generated, service_at

MAIN = "import http.server\nhttp.server.HTTPServer(('0.0.0.0', 8000), None).serve_forever()\n"
LOCK = """version = 1

[[package]]
name = "app"
version = "1.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "{name}" }},
]

[[package]]
name = "{name}"
version = "{version}"
source = {{ registry = "https://index.example/simple" }}
dependencies = [{needs}]
sdist = {{ url = "https://index.example/{name}-{version}.tar.gz", hash = "sha256:00", size = 1 }}
{wheels}
"""


def _plan(root: Path, requirements: str, files: dict[str, str] | None = None, **flags: str) -> BuildPlan:
    for name, text in {"main.py": MAIN, "requirements.txt": requirements, **(files or {})}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return dockergen.plan(root, **flags)


def _locked(root: Path, name: str, version: str, tags: tuple[str, ...], more: str = "", needs: str = "") -> BuildPlan:
    rows = "".join(f'\n    {{ url = "https://index.example/{name}-{version}-{tag}.whl", size = 1 }},' for tag in tags)
    (root / "main.py").write_text(MAIN)
    (root / "pyproject.toml").write_text(f'[project]\nname = "app"\nversion = "1.0"\ndependencies = ["{name}"]\n')
    (root / ".python-version").write_text("3.13\n")
    wheels = f"wheels = [{rows}\n]" if tags else ""
    (root / "uv.lock").write_text(LOCK.format(name=name, version=version, wheels=wheels, needs=needs) + more)
    return dockergen.plan(root)


@pytest.mark.parametrize(
    ("requirements", "build", "run"),
    [
        pytest.param("psycopg2==2.9.10\n", ("gcc", "libc6-dev", "libpq-dev"), ("libpq5",), id="published as source"),
        pytest.param("psycopg2-binary==2.9.11\n", (), (), id="a wheel with the library"),
        pytest.param("psycopg==3.2.9\n", (), ("libpq5",), id="loaded by name"),
        pytest.param("psycopg[binary]==3.2.9\n", (), (), id="an extra that bundles it"),
        pytest.param(
            "psycopg[c]==3.2.9\n", ("gcc", "libc6-dev", "libpq-dev"), ("libpq5",), id="an extra that is built"
        ),
        pytest.param("lxml==6.0.2\n", (), (), id="a release with wheels"),
        pytest.param(
            "lxml==4.9.2\n",
            ("gcc", "libc6-dev", "libxml2-dev", "libxslt1-dev"),
            ("libxml2", "libxslt1.1"),
            id="a release from before the wheels",
        ),
        pytest.param(
            "--no-binary lxml\nlxml==6.0.2\n",
            ("gcc", "libc6-dev", "libxml2-dev", "libxslt1-dev"),
            ("libxml2", "libxslt1.1"),
            id="no wheel wanted",
        ),
        pytest.param(
            "Flask-MySQLdb==2.0.0\n",
            load("python-packages").packages["mysqlclient"].build,
            ("libmariadb3",),
            id="pulled in",
        ),
        pytest.param("opencv-python-headless\n", (), (), id="headless"),
        pytest.param(
            "numpy==1.26.4\n", load("python-packages").packages["numpy"].build, ("libopenblas0-pthread",), id="numpy"
        ),
        pytest.param("docopt==0.6.2\nrequests\n", (), (), id="plain Python"),
    ],
)
def test_packages_are_there_where_no_wheel_brings_them(
    tmp_path: Path, requirements: str, build: tuple[str, ...], run: tuple[str, ...]
) -> None:
    plan = _plan(tmp_path, requirements, version="3.13")
    assert plan.build_packages == build
    assert plan.runtime_packages == run


@pytest.mark.parametrize(
    ("name", "specifier", "minor", "wheel"),
    [
        ("lxml", "==6.0.1", "3.14", True),
        ("lxml", "==5.4", "3.14", False),
        ("lxml", "", "3.14", True),
        ("lxml", "<6", "3.14", False),
        ("lxml", "<=6.0.1", "3.14", True),
        ("lxml", ">=4", "3.14", True),
        ("lxml", ">=4,<5.4", "3.14", False),
        ("lxml", "~=5.4", "3.14", False),
        ("lxml", "~=5.4", "3.13", True),
        ("lxml", "~=5.2.1", "3.13", False),
        ("lxml", "==5.*", "3.14", False),
        ("lxml", "==6.0.*", "3.14", True),
        ("lxml", "^5.4", "3.14", False),  # as Poetry writes it
        ("lxml", "!=5.4", "3.14", True),
        ("lxml", "==4.6", "3.9", True),  # before the table begins
        ("lxml", "==9.0", "3.15", False),  # after it ends
        ("psutil", "==6.0", "3.15", True),  # one wheel for every Python
        ("psycopg2", "==2.9.11", "3.12", False),
        ("multidict", "==6.0.4", "3.11", True),
        ("multidict", "==6.0.4", "3.12", False),
        ("multidict", "==6.0.5", "3.14", True),
        ("flask", "==3.0", "3.14", True),
    ],
)
def test_what_is_known_about_wheels(name: str, specifier: str, minor: str, wheel: bool) -> None:
    assert published(name, specifier, minor) is wheel


def test_the_files_of_the_lock_tell_what_is_compiled(tmp_path: Path) -> None:
    fitting = _locked(tmp_path, "lxml", "5.9", ("cp313-cp313-manylinux_2_28_x86_64",))
    assert (fitting.build_packages, fitting.runtime_packages) == ((), ())
    other = _locked(tmp_path, "lxml", "5.9", ("cp312-cp312-manylinux_2_28_x86_64", "cp313-cp313-win_amd64"))
    assert "libxslt1-dev" in other.build_packages
    assert other.runtime_packages == ("libxml2", "libxslt1.1")
    foreign = _locked(tmp_path, "lxml", "5.9", ("cp313-cp313-manylinux_2_28_ppc64le",))
    assert "gcc" in foreign.build_packages
    source = _locked(tmp_path, "lxml", "5.9", ())
    assert "libxslt1-dev" in source.build_packages


def test_uv_is_told_to_take_no_wheel(tmp_path: Path) -> None:
    _locked(tmp_path, "lxml", "6.0", ("cp313-cp313-manylinux_2_28_x86_64",))
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('[tool.uv]\nno-binary-package = ["LXML"]\n')
    assert dockergen.plan(tmp_path).runtime_packages == ("libxml2", "libxslt1.1")


def test_unknown_distribution_without_wheel_gets_a_compiler_and_a_note(tmp_path: Path) -> None:
    plan = _locked(tmp_path, "rarely-used", "1.0", ("cp311-cp311-manylinux_2_28_x86_64",))
    assert plan.build_packages == ("g++", "gcc", "libc6-dev")
    assert plan.runtime_packages == ()
    assert any("rarely-used (pyproject.toml:4)" in note and "no wheel for Python 3.13" in note for note in plan.notes)


@pytest.mark.parametrize(("release", "anew"), [("2.7.3", True), ("2.7.3.2", False), ("2.6.2", False)])
def test_wheels_that_do_not_load_are_not_taken(tmp_path: Path, release: str, anew: bool) -> None:
    plan = _plan(tmp_path, f"psycopg2=={release}", version="3.6")
    assert "libpq-dev" in plan.build_packages
    assert (
        "ENV PIP_NO_BINARY=psycopg2\n" in generated(tmp_path, service_at(tmp_path, {"version": "3.6"}))[0].text
    ) is anew


def test_a_backport_for_another_python_gets_no_compiler(tmp_path: Path) -> None:
    line = "backports.zoneinfo==0.2.1;python_version<'{}'\n"
    assert not _plan(tmp_path, line.format("3.9"), version="3.10").build_packages
    assert "gcc" in _plan(tmp_path, line.format("3.11"), version="3.10").build_packages


def test_source_that_may_be_plain_python_gets_no_compiler(tmp_path: Path) -> None:
    assert _locked(tmp_path, "docopt", "0.6.2", ()).build_packages == ()


def test_rust_without_wheel_is_told_what_it_costs(tmp_path: Path) -> None:
    plan = _locked(tmp_path, "orjson", "3.9.0", ("cp311-cp311-manylinux_2_28_x86_64",))
    assert "cargo" in plan.build_packages
    assert any("Rust" in note and "--version" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("3.13-slim", "trixie"),
        ("3.11-slim", "trixie"),
        ("3.8-slim", "bookworm"),
        ("3.6-slim", "bullseye"),
        ("3.13.5-slim", "bookworm"),
        ("3.13.7-slim", "trixie"),
        ("3.12.11-slim", "trixie"),
        ("3.11.4-slim", "bookworm"),
        ("3.11.3-slim", "bullseye"),
        ("3.13-slim-bookworm", "bookworm"),
        ("3.14-slim-trixie", "trixie"),
    ],
)
def test_the_tag_tells_the_suite(tag: str, name: str) -> None:
    assert suite(Image("python", tag)) == name


def test_names_are_those_of_the_suite_of_each_image(tmp_path: Path) -> None:
    assert _plan(tmp_path, "python-magic\n", version="3.13").runtime_packages == ("libmagic1t64",)
    assert _plan(tmp_path, "python-magic\n", version="3.13.2").runtime_packages == ("libmagic1",)
    based = _plan(tmp_path, "python-magic\n", version="3.13", base="python:3.13-slim-bookworm")
    assert based.runtime_packages == ("libmagic1",)


def test_a_base_without_apt_cannot_have_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        _plan(tmp_path, "flask\nweasyprint\n", version="3.13", base="gcr.io/distroless/python3-debian13:nonroot")
    assert "weasyprint (requirements.txt:2)" in caught.value.problem
    assert "libpango-1.0-0" in caught.value.problem


def test_modules_that_lean_on_a_library_are_seen_in_the_source(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "requests\n", {"main.py": f"import tkinter.ttk\n{MAIN}"}, version="3.13")
    assert plan.runtime_packages == ("libtk8.6",)
    assert any(row.name == "runtime_packages" and row.sourced.origin.path == "main.py" for row in plan.decisions)


def test_geodjango_is_seen_in_the_settings(tmp_path: Path) -> None:
    files = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "shop/__init__.py": "",
        "shop/settings.py": "INSTALLED_APPS = ['django.contrib.gis']\nWSGI_APPLICATION = 'shop.wsgi.application'\n",
        "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    }
    plan = _plan(tmp_path, "django==5.2\ngunicorn\n", files, version="3.13")
    assert plan.runtime_packages == ("libgdal36", "libgeos-c1t64", "libproj25")
    database = "DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.spatialite', 'NAME': 'db/geo.db'}}\n"
    plan = _plan(tmp_path, "django==5.2\ngunicorn\n", {"shop/settings.py": database}, version="3.13")
    assert "libsqlite3-mod-spatialite" in plan.runtime_packages


CPU = "--extra-index-url https://index.example/whl/cpu\n"
NVIDIA = """
[[package]]
name = "nvidia-cublas-cu12"
version = "12"
source = { registry = "https://index.example/simple" }
wheels = [
    { url = "https://index.example/nvidia_cublas_cu12-12-py3-none-manylinux_2_27_x86_64.whl", size = 1 },
]
"""


def test_cuda_is_warned_about_where_it_would_come(tmp_path: Path) -> None:
    def warned(plan: BuildPlan) -> bool:
        return any("CUDA" in note for note in plan.notes)

    assert warned(_plan(tmp_path, "torch==2.9.0\n"))
    assert warned(_plan(tmp_path, "openai-whisper\n"))
    assert not warned(_plan(tmp_path, f"{CPU}torch==2.9.0\n"))
    assert not warned(_plan(tmp_path, "torch==2.9.0+cpu\n"))
    assert not warned(_plan(tmp_path, "tensorflow\njax\n"))
    assert warned(_plan(tmp_path, "jax[cuda12]\n"))


@pytest.mark.parametrize(
    ("index", "warned"),
    [("https://download.example/whl/cpu", False), ("https://download.example/whl/cu128", True)],
)
def test_an_index_of_builds_for_cpus_counts_wherever_it_is_named(tmp_path: Path, index: str, warned: bool) -> None:
    project = '[project]\nname = "a"\nversion = "1"\ndependencies = ["torch"]\n'
    uv = f'[tool.uv.sources]\ntorch = {{ index = "t" }}\n[[tool.uv.index]]\nname = "t"\nurl = "{index}"\n'
    poetry = (
        '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\ntorch = "*"\n[[tool.poetry.source]]\n'
    )
    for text in (project + uv, f'{poetry}name = "t"\nurl = "{index}"\n'):
        (tmp_path / "pyproject.toml").write_text(text)
        (tmp_path / "main.py").write_text("import torch\n")
        assert any("CUDA" in note for note in service_at(tmp_path, {}).plan.notes) is warned


def test_a_lock_tells_whether_cuda_comes(tmp_path: Path) -> None:
    wheel = ("cp313-cp313-manylinux_2_28_x86_64",)
    assert not any("CUDA" in note for note in _locked(tmp_path, "torch", "2.9.0", wheel).notes)
    need = '\n    { name = "nvidia-cublas-cu12" },\n'
    notes = _locked(tmp_path, "torch", "2.9.0", wheel, NVIDIA, need).notes
    assert any("1 distribution" in note and "CUDA" in note for note in notes)


def test_every_package_has_its_reason_in_explain_and_in_the_file(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "flask\n\npsycopg2\n", version="3.13")
    told = {row.name: str(row.sourced.origin) for row in plan.decisions}
    assert told["build_packages"] == told["runtime_packages"] == "psycopg2 (requirements.txt:3)"
    text = next(file.text for file in generated(tmp_path, service_at(tmp_path, {})) if file.path == "Dockerfile")
    assert "# psycopg2: libpq5\n" in text
    assert "# Built from source: psycopg2.\n" in text


def test_every_row_says_how_it_was_learnt() -> None:
    rows = load("python-packages").packages
    assert len(rows) >= 120
    text = (Path(catalog.__file__).parent / "data" / "python-packages.toml").read_text()
    heads = re.findall(r'(?m)^\[packages\.(?:"([^"]+)"|([^"\]]+))\](?: *# (.*))?$', text)
    assert len(heads) == len(rows)
    for quoted, plain, learnt in heads:
        how = r"(ldd|built|built \(it fails\)|pure) \S+, 20\d\d-\d\d-\d\d, python:|documented, \S|unmeasured, "
        assert re.match(how, learnt), quoted or plain


def test_rows_name_rows_and_link_only_what_they_build() -> None:
    rows = load("python-packages").packages
    for name, row in rows.items():
        assert set(row.pulls) <= set(rows), name
        assert not row.links or row.build, name


def test_names_of_other_suites_belong_to_packages_of_the_table() -> None:
    table = load("python-packages")
    used = {package for row in table.packages.values() for package in (*row.build, *row.run, *row.links)}
    for name, renamed in table.suites.items():
        assert set(renamed) <= used, name


DJANGO = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/wsgi.py": "application = None\n",
}


@pytest.mark.parametrize(
    ("line", "version", "packages"),
    [
        pytest.param("TIME_ZONE = 'Europe/Kiev'", "3.13", ("tzdata-legacy",), id="old"),
        pytest.param("TIME_ZONE = os.environ.get('TZ', 'US/Eastern')", "3.13", ("tzdata-legacy",), id="by default"),
        pytest.param("TIME_ZONE = 'Europe/Kyiv'  # was 'Europe/Kiev'", "3.13", (), id="new"),
        pytest.param("# TIME_ZONE = 'Asia/Calcutta'", "3.13", (), id="comment"),
        pytest.param("TIME_ZONE = 'Asia/Calcutta'", "3.8", (), id="an image of a release whose tzdata has all"),
    ],
)
def test_a_time_zone_under_its_old_name_has_its_file(
    tmp_path: Path, line: str, version: str, packages: tuple[str, ...]
) -> None:
    settings = f"import os\nSECRET_KEY = 'x'\n{line}\nSTATIC_ROOT = 'static'\n"
    plan = _plan(tmp_path, "django\n", {**DJANGO, "shop/settings.py": settings}, version=version)
    assert plan.runtime_packages == packages
    # Static files are collected with the settings, so the build stage has it too.
    assert set(packages) <= set(plan.build_packages)


def test_a_scheduler_and_zoneinfo_ask_the_system_for_old_names_too(tmp_path: Path) -> None:
    asked = "from zoneinfo import ZoneInfo\nHERE = ZoneInfo('Asia/Calcutta')\n"
    plan = _plan(tmp_path, "requests\n", {"main.py": asked + MAIN}, version="3.13")
    assert plan.runtime_packages == ("tzdata-legacy",)
    told = {row.name: str(row.sourced.origin) for row in plan.decisions}
    assert told["runtime_packages"] == "Asia/Calcutta (main.py:2)"
    brought = _plan(tmp_path, "requests\ntzdata\n", {"main.py": asked + MAIN}, version="3.13")
    assert brought.runtime_packages == ()


def test_an_app_of_django_is_seen_in_any_file_of_the_settings(tmp_path: Path) -> None:
    files = {
        **DJANGO,
        "shop/settings/__init__.py": "from .first import *\n",
        "shop/settings/first.py": "SECRET_KEY = 'x'\nINSTALLED_APPS = ['django.contrib.gis']\n",
    }
    plan = _plan(tmp_path, "django\n", files, version="3.13")
    assert plan.runtime_packages == load("python-packages").packages["django.contrib.gis"].run


def test_wheels_of_before_need_what_later_ones_do_not(tmp_path: Path) -> None:
    pinned = {".python-version": "3.7\n"}
    assert "libxrender1" in _plan(tmp_path, "opencv-python==4.1.2.30\n", pinned).runtime_packages
    assert "libxrender1" not in _plan(tmp_path, "opencv-python==4.5.1.48\n", pinned).runtime_packages


def test_what_is_locked_for_an_extra_of_another_distribution_is_compiled_like_the_rest(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(MAIN)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.13"\n'
        'tortoise-orm = { version = "0.23.0", extras = ["asyncmy"] }\n'
    )
    (tmp_path / "poetry.lock").write_text(
        '[[package]]\nname = "asyncmy"\nversion = "0.2.10"\noptional = false\npython-versions = ">=3.8"\nfiles = [\n'
        '    {file = "asyncmy-0.2.10-cp312-cp312-manylinux_2_17_x86_64.whl", hash = "sha256:00"},\n'
        '    {file = "asyncmy-0.2.10.tar.gz", hash = "sha256:00"},\n]\n\n'
        '[[package]]\nname = "tortoise-orm"\nversion = "0.23.0"\noptional = false\npython-versions = ">=3.8"\nfiles = []\n\n'
        '[package.dependencies]\nasyncmy = {version = ">=0.2.8", optional = true, markers = "extra == \\"asyncmy\\""}\n\n'
        '[package.extras]\nasyncmy = ["asyncmy (>=0.2.8)"]\n\n'
        '[metadata]\nlock-version = "2.0"\npython-versions = "^3.13"\ncontent-hash = "00"\n'
    )
    assert {"gcc", "libc6-dev"} <= set(dockergen.plan(tmp_path).build_packages)
