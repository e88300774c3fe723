"""The view of the user's tree: what it shows, what it refuses, and that nothing outside is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockergen.errors import ProjectError
from dockergen.repository import MANIFEST_LIMIT, Repository, normal


def test_walk_is_sorted_and_leaves_out_what_tools_made(project) -> None:
    root = project({"b.py": "", "a/z.py": "", "a/b.py": "", "node_modules/x.js": "", ".git/HEAD": "", "dist/o.js": ""})
    assert list(Repository(root).walk()) == ["b.py", "a/b.py", "a/z.py"]


def test_links_inside_are_read_and_links_that_leave_are_refused(project, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = project({"real.txt": "hello"})
    (root / "inside").symlink_to("real.txt")
    (root / "outside").symlink_to(tmp_path / "secret")
    (root / "up").symlink_to("..")
    repo = Repository(root)
    assert repo.read("inside") == "hello"
    assert not repo.is_file("outside")
    with pytest.raises(ProjectError, match="outside is a link that leads out of the repository"):
        repo.read("outside")
    assert not repo.is_file("up/secret")
    assert not repo.has("up/secret")
    assert not repo.has("../secret")
    assert repo.source("outside") == ""


def test_a_sub_view_may_follow_links_to_the_rest_of_the_repository(project) -> None:
    root = project({"shared/.python-version": "3.13\n", "app/main.py": ""})
    (root / "app" / ".python-version").symlink_to("../shared/.python-version")
    assert Repository(root).sub("app").read(".python-version") == "3.13\n"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param(b"\xef\xbb\xbfhello", "hello", id="utf-8 with a mark"),
        pytest.param("hello".encode("utf-16"), "hello", id="utf-16"),
        pytest.param(b"a\r\nb\r\n", "a\r\nb\r\n", id="windows line ends are kept"),
    ],
)
def test_text_is_decoded(project, content: bytes, text: str) -> None:
    assert Repository(project({"x": content})).read("x") == text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("x.json", b'{\n "a": 1,\n}', r"x\.json:\d is not valid JSON", id="json"),
        pytest.param("x.toml", b"a = 1\nb = \n", r"x\.toml:2 is not valid TOML", id="toml"),
        pytest.param("x.yaml", b"a: 1\nb: [1\n", r"x\.yaml:\d is not valid YAML", id="yaml"),
        pytest.param("x.yaml", b"a: &a 1\nb: *a\n", r"x\.yaml uses YAML aliases", id="yaml alias"),
        pytest.param("x.json", b"[" * 100_000, "nested too deeply", id="deep json"),
        pytest.param("x.toml", b"a = " + b"[" * 100_000, r"nested too deeply|not valid TOML", id="deep toml"),
        pytest.param("x.toml", b".".join([b"a"] * 20_000) + b" = 1", "key of thousands", id="endless key"),
        pytest.param("x.json", b"1" * 5000, "not usable JSON", id="huge number"),
        pytest.param("x.json", b'{"a": "\xff\xfe"}', r"x\.json:1 is not UTF-8", id="latin"),
    ],
)
def test_broken_manifests_are_errors_with_the_place(project, name: str, content: bytes, message: str) -> None:
    repo = Repository(project({name: content}))
    with pytest.raises(ProjectError, match=message):
        getattr(repo, name.rsplit(".", 1)[-1])(name)


def test_what_is_no_file_is_named(project) -> None:
    root = project({"folder/x": ""})
    os.mkfifo(root / "pipe")
    repo = Repository(root)
    with pytest.raises(ProjectError, match="folder is a folder, not a file"):
        repo.read("folder")
    with pytest.raises(ProjectError, match="pipe is a FIFO, not a file"):
        repo.read("pipe")
    with pytest.raises(ProjectError, match="absent does not exist"):
        repo.read("absent")


def test_a_file_over_the_limit_is_refused_unread(project) -> None:
    root = project({})
    with (root / "big.json").open("wb") as file:
        file.truncate(MANIFEST_LIMIT + 1)
    with pytest.raises(ProjectError, match="more than 5,242,880 are not read"):
        Repository(root).json("big.json")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("packages/*", ["packages/a", "packages/b"]),
        ("**/*.py", ["packages/a/x.py", "y.py"]),
        ("../*", []),
        ("packages/*/x.py", ["packages/a/x.py"]),
    ],
)
def test_glob(project, pattern: str, found: list[str]) -> None:
    root = project({"packages/a/x.py": "", "packages/b/y.js": "", "y.py": ""})
    assert Repository(root).glob(pattern) == found


@pytest.mark.parametrize(
    ("path", "expected"),
    [("./a/../b", "b"), ("a//b/", "a/b"), ("../a", None), ("/a", None), ("a/../..", None), (".", ""), ("a\\b", None)],
)
def test_normal(path: str, expected: str | None) -> None:
    assert normal(path) == expected


def test_line_of(project) -> None:
    repo = Repository(project({"x": "a\nb\nc\n"}))
    assert [repo.line_of("x", c) for c in "abcd"] == [1, 2, 3, 0]
