"""Writing into the user's tree: all or nothing, nothing lost, nothing rewritten without need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockergen.errors import RefusedError
from dockergen.model import GeneratedFile
from dockergen.workspace import changes, write

FILES = [GeneratedFile("Dockerfile", "FROM scratch\n"), GeneratedFile(".dockerignore", ".git\n")]


def test_new_files_are_created(tmp_path: Path) -> None:
    assert [c.status for c in write(tmp_path, FILES)] == ["created", "created"]
    assert sorted(os.listdir(tmp_path)) == [".dockerignore", "Dockerfile"]


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    os.utime(tmp_path / "Dockerfile", (1, 1))
    assert [c.status for c in write(tmp_path, FILES)] == ["unchanged", "unchanged"]
    assert (tmp_path / "Dockerfile").stat().st_mtime == 1


def test_other_content_is_refused_with_a_diff_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM mine\n")
    with pytest.raises(RefusedError, match="Dockerfile already exists with other content"):
        write(tmp_path, FILES)
    assert (tmp_path / "Dockerfile").read_text() == "FROM mine\n"
    assert not (tmp_path / ".dockerignore").exists()
    assert "-FROM mine\n+FROM scratch" in changes(tmp_path, FILES)[0].diff


def test_force_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM mine\n")
    (tmp_path / "Dockerfile").chmod(0o640)
    assert [c.status for c in write(tmp_path, FILES, force=True)] == ["replaced", "created"]
    assert (tmp_path / "Dockerfile").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == [".dockerignore", "Dockerfile"]


@pytest.mark.parametrize("failing", ["open", "fsync", "second rename"])
def test_a_full_disk_leaves_the_old_files_whole(tmp_path: Path, monkeypatch, failing: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM mine\n")
    (tmp_path / ".dockerignore").write_text("mine\n")
    full = OSError(28, "No space left on device")
    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", lambda fd: (_ for _ in ()).throw(full))
    elif failing == "open":
        plain = Path.open

        def no_new_file(self: Path, mode: str = "r", **options: object) -> object:
            if "x" in mode:
                raise full
            return plain(self, mode, **options)

        monkeypatch.setattr(Path, "open", no_new_file)
    else:
        rename, seen = Path.replace, []

        def second_fails(self: Path, target: Path) -> Path:
            seen.append(target)
            if len(seen) == 2:
                raise full
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", second_fails)
    with pytest.raises(RefusedError, match=r"No space left on device\. Nothing was changed"):
        write(tmp_path, FILES, force=True)
    monkeypatch.undo()
    assert (tmp_path / "Dockerfile").read_text() == "FROM mine\n"
    assert (tmp_path / ".dockerignore").read_text() == "mine\n"
    assert sorted(os.listdir(tmp_path)) == [".dockerignore", "Dockerfile"]


def test_an_interrupt_between_two_files_restores_the_first(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "Dockerfile").write_text("FROM mine\n")
    rename, seen = Path.replace, []

    def interrupted(self: Path, target: Path) -> Path:
        seen.append(target)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, FILES, force=True)
    monkeypatch.undo()
    assert (tmp_path / "Dockerfile").read_text() == "FROM mine\n"
    assert sorted(os.listdir(tmp_path)) == ["Dockerfile"]


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_what_is_no_file_is_left_alone(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "Dockerfile"
    if kind == "link":
        target.symlink_to(tmp_path / "elsewhere")
    elif kind == "folder":
        target.mkdir()
    else:
        os.mkfifo(target)
    with pytest.raises(RefusedError, match="Dockerfile is"):
        write(tmp_path, FILES, force=True)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RefusedError, match="cannot be written"):
        write(tmp_path / "file" / "below", FILES)
