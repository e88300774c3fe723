"""Base images out of Dockerfile text, the look-alikes' tags, and what an unfit machine is told; no engine needed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.realengine import engine, machine, recipes
from tests.realengine.machine import UnfitMachineError
from tests.realengine.references import image_name, references


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("FROM debian:trixie-slim\n", ["debian:trixie-slim"], id="from"),
        pytest.param("from --platform=$BUILDPLATFORM golang:1.26 as build\nFROM BUILD\n", ["golang:1.26"], id="stage"),
        pytest.param("# syntax=docker/dockerfile:1\nFROM scratch\n", ["docker/dockerfile:1"], id="syntax"),
        pytest.param("# check=error=true\n# syntax = a/b:1\nFROM scratch\n", ["a/b:1"], id="syntax behind another"),
        pytest.param("# A comment.\n# syntax=a/b:1\nFROM scratch\n", [], id="syntax behind a comment is a comment"),
        pytest.param("FROM a AS b\nCOPY --chown=0:0 --from=uv:1 /uv /\nCOPY --from=b / /\n", ["a", "uv:1"], id="copy"),
        pytest.param("FROM a\nRUN --mount=type=bind,from=b:1,source=/x \\\n  c\n", ["a", "b:1"], id="mount"),
        pytest.param("FROM a\nRUN \\\n  # why\n  --mount=from=b,target=/x c\n", ["a", "b"], id="comment within"),
        pytest.param("FROM a\nRUN sync --from=there\n# COPY --from=c / /\n", ["a"], id="other programs' options"),
        pytest.param("FROM a\nFROM c\nCOPY --from=0 / /\n", ["a", "c"], id="stage by number"),
        pytest.param("ARG V=3.13\nFROM python:${V}-slim\n", ["python:3.13-slim"], id="argument"),
        pytest.param('ARG V="22"\nARG I=node:$V\nFROM $I\n', ["node:22"], id="argument of an argument"),
        pytest.param("FROM node:${V:-24}\n", ["node:24"], id="default of a variable"),
        pytest.param("FROM a AS b\nFROM a\n", ["a"], id="once"),
    ],
)
def test_references_are_the_images_that_a_build_needs(text: str, expected: list[str]) -> None:
    assert references(text) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("debian", "debian:latest"),
        ("docker.io/library/python:3.13", "python:3.13"),
        ("gcr.io/distroless/static-debian13", "gcr.io/distroless/static-debian13:latest"),
        ("localhost:5000/a", "localhost:5000/a:latest"),
        ("a@sha256:00", "a@sha256:00"),
    ],
)
def test_an_image_name_always_says_which_version(reference: str, expected: str) -> None:
    assert image_name(reference) == expected


@pytest.fixture
def no_downloads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Recipes as they are before anything is fetched: bases by name, packages as folders that exist."""

    def package(specification: str, *_options: str) -> Path:
        folder = tmp_path / re.sub(r"\W", "_", specification)
        for name in ("bin/go", "pkg/tool/compile", "scripts/uv", "scripts/uvx", "include/node/openssl/archs/other/x.h"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        return folder

    for module in ("recipes", "files"):
        monkeypatch.setattr(f"tests.realengine.{module}.debian", lambda suite: f"base:{suite}")
        monkeypatch.setattr(f"tests.realengine.{module}.npm_package", package)
    monkeypatch.setattr("tests.realengine.recipes.pip_wheel", package)


@pytest.mark.usefixtures("no_downloads")
@pytest.mark.parametrize(
    ("reference", "first", "part"),
    [
        ("python:3.11-slim", "FROM base:trixie", "COPY python /usr/local"),
        ("python:3.13.5-slim", "FROM base:trixie", "libpython3.13-dev"),
        ("python:3.14-slim", "FROM base:forky", "libpython3.14-dev"),
        ("node:22-slim", "FROM base:bookworm", "corepack"),
        ("node:24.11.0-trixie-slim", "FROM base:trixie", "yarn"),
        ("node:26-slim", "FROM base:trixie", "useradd -u 1000"),
        ("golang:1.26", "FROM base:trixie", "g++ gcc"),
        ("golang:1.27.1-bookworm", "FROM base:bookworm", "GOTOOLCHAIN=local"),
        ("ghcr.io/astral-sh/uv:0.9", "FROM scratch", "COPY uv uvx /"),
        ("gcr.io/distroless/static-debian13:nonroot", "FROM base:trixie AS files", "USER 65532"),
        ("gcr.io/distroless/nodejs24-debian13:latest", "FROM base:trixie AS files", 'ENTRYPOINT ["/nodejs/bin/node"]'),
        ("gcr.io/distroless/python3-debian13:nonroot", "FROM base:trixie AS files", "python3.13-minimal"),
        ("nginxinc/nginx-unprivileged:1.30-alpine-slim", "FROM base:trixie AS files", "USER 101"),
        ("docker/dockerfile:1", "FROM golang:1.26-trixie AS build", "dockerfile-frontend"),
    ],
)
def test_each_reference_has_the_recipe_of_its_version(
    monkeypatch: pytest.MonkeyPatch, reference: str, first: str, part: str
) -> None:
    monkeypatch.setattr(recipes, "pyenv_python", Path)
    recipe = recipes.recipe(reference)
    assert recipe.dockerfile.splitlines()[0] == first
    assert part in recipe.dockerfile


@pytest.mark.usefixtures("no_downloads")
def test_python_of_bookworm_where_pyenv_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "pyenv_python", lambda minor: None)
    assert recipes.recipe("python:3.11-slim").dockerfile.startswith("FROM base:bookworm\n")


@pytest.mark.usefixtures("no_downloads")
@pytest.mark.parametrize(
    ("reference", "absent"),
    [
        ("node:25-slim", "corepack"),
        ("node:26-slim", "yarn"),
        ("node:24-slim", "build-essential"),
        ("python:3.13-slim", "build-essential"),
        ("gcr.io/distroless/cc-debian13:latest", "USER"),
    ],
)
def test_a_look_alike_has_nothing_that_the_real_image_lacks(reference: str, absent: str) -> None:
    assert absent not in recipes.recipe(reference).dockerfile


@pytest.mark.parametrize("reference", ["python:3.5-slim", "alpine:3.22", "gcr.io/distroless/java21-debian13:latest"])
def test_an_image_that_cannot_be_made_is_an_error_that_names_it(reference: str) -> None:
    with pytest.raises(LookupError, match=re.escape(reference.rpartition(":")[2].removesuffix("-slim"))):
        recipes.recipe(reference)


@pytest.mark.parametrize(
    ("user", "apt", "expected"),
    [
        (1000, "/usr/bin/apt-get", "without root none"),
        (0, None, "without Debian's apt-get none"),
        (1000, None, "root and"),
    ],
)
def test_an_unfit_machine_is_told_what_is_missing_and_how_to_skip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int, apt: str | None, expected: str
) -> None:
    monkeypatch.setenv("DOCKERGEN_TEST_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(shutil, "which", lambda _name: apt)
    with pytest.raises(UnfitMachineError, match=expected) as raised:
        engine.up()
    assert 'pytest -m "not docker"' in str(raised.value)


def test_the_cache_of_a_user_without_rights_lies_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DOCKERGEN_TEST_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert machine.cache_folder() == tmp_path / ".cache" / "dockergen-tests"


def test_the_client_refuses_a_folder_that_it_cannot_see(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKERGEN_TEST_CACHE", str(tmp_path))
    client = engine.wrapper(tmp_path / "a root", "docker")
    assert f"chroot '{tmp_path}/a root'" in client.read_text()
    assert 'cd "$1" || exit 125' in client.read_text()
    assert os.access(client, os.X_OK)


def test_down_ends_no_process_but_the_engine_that_it_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKERGEN_TEST_CACHE", str(tmp_path))
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda process, _signal: killed.append(process))
    (tmp_path / "dockerd.pid").write_text(f"{os.getpid()}\n")
    engine.down()
    assert killed == []


def test_a_folder_that_was_made_again_is_mounted_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source, root = tmp_path / "work", tmp_path / "root"
    stale = root / str(source).lstrip("/")
    for folder in (source, stale, root / "etc"):
        folder.mkdir(parents=True)
    ran: list[list[str]] = []
    monkeypatch.setattr(engine, "run", lambda *words, **_: ran.append([str(word) for word in words]))
    engine._bind(source, stale, [str(stale)])
    assert ran == [["umount", "-l", str(stale)], ["mount", "--bind", str(source), str(stale)]]
    ran.clear()
    engine._bind(source, source, [str(source)])
    assert ran == []
