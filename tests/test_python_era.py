"""How old pins choose the Python."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import dockergen
from dockergen.catalog import load
from dockergen.languages.python.wheels import key

_FASTAPI_LOCK = """version = 1

[[package]]
name = "fastapi"
version = "0.70.1"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/fastapi-0.70.1-py3-none-any.whl", hash = "sha256:00" }]
"""


def _version(root: Path, files: dict[str, str]) -> tuple[str, list[str]]:
    for name, text in {"main.py": "print('hello')\n", **files}.items():
        (root / name).write_text(text)
    found = next(row.sourced for row in dockergen.plan(root).decisions if row.name == "version")
    return found.value, [str(lost.why) for lost in found.rejected]


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        pytest.param("requests==2.24.0\nsix==1.12.0\n", "3.11", id="age alone asks for no Python that has ended"),
        pytest.param("requests==2.22.0\nsix==1.12.0\n", "3.7", id="before anything is known"),
        pytest.param("requests==2.24.0\ncertifi==2023.11.17\n", "3.12", id="the newest pin counts, by its calendar"),
        pytest.param("flask==2.3.0\n", "3.11", id="before 3.12"),
        pytest.param("discord.py==2.4.0\n", "3.12", id="two years before the newest"),
        pytest.param("flask==3.1.0\n", "3.14", id="young pins leave the newest"),
        pytest.param("idna==2.9\nrequests\nredis\n", "3.14", id="open lines are the majority"),
        pytest.param("unheard-of==0.1\n", "3.14", id="nothing known is pinned"),
        pytest.param("flask==1.1.2 ; sys_platform == 'win32'\n", "3.14", id="a pin for another system"),
    ],
)
def test_the_newest_pin_limits_the_python(tmp_path: Path, requirements: str, expected: str) -> None:
    assert _version(tmp_path, {"requirements.txt": requirements})[0] == expected


def test_the_pin_is_the_reason(tmp_path: Path) -> None:
    _, lost = _version(tmp_path, {"requirements.txt": "requests==2.22.0\n"})
    assert "it is younger than requests 2.22.0, the newest of the pins known here" in lost


def test_a_stated_version_wins_over_the_age_of_the_pins(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask==1.1.2\n", ".python-version": "3.13\n"}
    assert _version(tmp_path, files)[0] == "3.13"


def test_a_range_is_kept_where_every_release_in_it_is_younger_than_the_pins(tmp_path: Path) -> None:
    manifest = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["fastapi"]\n'
    files = {"pyproject.toml": manifest, "uv.lock": _FASTAPI_LOCK}
    assert _version(tmp_path, files)[0] == "3.12"


def test_an_extra_that_is_a_distribution_of_its_own_chooses_by_its_wheels(tmp_path: Path) -> None:
    assert _version(tmp_path, {"requirements.txt": "psycopg[binary]==3.2.9\n"})[0] == "3.13"


def test_what_an_old_release_holds_below_chooses_too(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi==0.70.0\nuvicorn[standard]==0.15.0\n",
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    chosen, lost = _version(tmp_path, files)
    assert chosen == "3.9"
    assert "httptools<0.3, which uvicorn 0.15.0 holds, has no wheel for it" in lost


def test_the_table_rises_with_every_python() -> None:
    for name, row in load("python-eras").eras.items():
        assert list(row) == sorted(row, key=key), name
        assert all(key(a) < key(b) for a, b in pairwise(row.values())), name
