"""Writes files into the user's tree, all or none: the only module that writes there."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from dockergen.errors import RefusedError
from dockergen.frozen import frozen
from dockergen.model import GeneratedFile

Status = Literal["created", "unchanged", "replaced", "differs"]


@frozen
class Change:
    """What writing one file does, or would do, to the tree."""

    path: str
    status: Status
    diff: str = ""  # unified diff from what lies there to what would be written


def changes(folder: Path, files: Sequence[GeneratedFile]) -> list[Change]:
    """What writing the files would do; nothing is written.

    Raises RefusedError when something other than a readable file has one of their names.
    """
    return [_change(folder, file) for file in files]


def write(folder: Path, files: Sequence[GeneratedFile], *, force: bool = False) -> list[Change]:
    """Writes the files and returns what happened to each; unchanged files are not touched.

    Each file is replaced by renaming a complete copy over it, and when one cannot be written the earlier ones get
    their old content back. Raises RefusedError when a file with other content is in the way and `force` is not given,
    or when the folder cannot be written.
    """
    planned = changes(folder, files)
    in_the_way = [change for change in planned if change.status == "differs"]
    if in_the_way and not force:
        names = " and ".join(change.path for change in in_the_way)
        raise RefusedError(
            f"{names} already {'exists' if len(in_the_way) == 1 else 'exist'} with other content.",
            "Compare with the diff above; replace with --force, or write elsewhere with --output DIR.",
            command="dockergen init --force",
        )
    _replace_all(folder, [f for f, change in zip(files, planned, strict=True) if change.status != "unchanged"])
    return [Change(c.path, "replaced", c.diff) if c.status == "differs" else c for c in planned]


def _change(folder: Path, file: GeneratedFile) -> Change:
    target = folder / file.path
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise RefusedError(
            f"{file.path} is {'a link' if target.is_symlink() else 'not a regular file'}; it is left alone.",
            "Remove it, or write elsewhere with --output DIR.",
            command="dockergen init --output docker",
        )
    if not target.exists():
        return Change(file.path, "created", _diff("", file.text, file.path))
    try:
        old = target.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise RefusedError(f"{file.path} cannot be read: {error.strerror}.", "Give read permission.") from error
    if old == file.text:
        return Change(file.path, "unchanged")
    return Change(file.path, "differs", _diff(old, file.text, file.path))


def _diff(old: str, new: str, path: str) -> str:
    source = path if old else "/dev/null"
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), source, path, lineterm="")
    return "\n".join(line.encode("utf-8", "backslashreplace").decode() for line in lines)


def _replace_all(folder: Path, files: Sequence[GeneratedFile]) -> None:
    staged: list[tuple[Path, Path]] = []
    done: list[tuple[Path, Path | None]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            target = folder / file.path
            staged.append((_complete_copy(target, file.text), target))
        for temporary, target in staged:
            done.append((target, _second_name(target)))
            temporary.replace(target)
    except BaseException as error:
        _restore(done)
        if isinstance(error, OSError):
            raise RefusedError(
                f"{folder} cannot be written: {error.strerror}. Nothing was changed.",
                "Free space or give write permission, or write elsewhere.",
                command="dockergen init --output DIR",
            ) from error
        raise
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        for _, backup in done:
            if backup is not None:
                backup.unlink(missing_ok=True)


def _complete_copy(target: Path, text: str) -> Path:
    """A new file beside the target with the whole text on disk, and the target's mode when there is one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _second_name(target: Path) -> Path | None:
    """A hard link (or copy) that keeps the old content until all files are in place; None when there is none."""
    if not target.exists():
        return None
    backup = target.with_name(f".{target.name}.{os.getpid()}.old")
    try:
        os.link(target, backup)
    except OSError:
        backup.write_bytes(target.read_bytes())
    return backup


def _restore(done: list[tuple[Path, Path | None]]) -> None:
    for target, backup in reversed(done):
        with contextlib.suppress(OSError):
            if backup is not None:
                backup.replace(target)
            else:
                target.unlink(missing_ok=True)
