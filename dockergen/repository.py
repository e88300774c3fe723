"""A read-only, bounded, cached view of the user's project: the only module that reads the user's tree."""

from __future__ import annotations

import errno
import fnmatch
import json
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from dockergen.errors import ProjectError
from dockergen.lazy import regex

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how such text begins
MANIFEST_LIMIT = 5 * 1024 * 1024
LOCK_LIMIT = 64 * 1024 * 1024
SOURCE_LIMIT = 512 * 1024
WALK_LIMIT = 200_000  # files; beyond that a repository is not source code any more

# Folders that hold what tools made or fetched, never what the repository is.
SKIPPED_FOLDERS = frozenset(
    (
        *(".git", ".hg", ".svn", ".jj", ".idea", ".vscode", ".terraform", ".cache", ".gradle", "target", "dist"),
        *(".venv", "venv", ".virtualenv", "site-packages", ".tox", ".nox", ".eggs", "__pycache__", "htmlcov"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", "node_modules", "bower_components", "vendor", "coverage"),
        *(".next", ".nuxt", ".output", ".svelte-kit", ".turbo", ".yarn", ".pnpm-store"),
    )
)

_FILE, _FOLDER, _LINK, _OTHER = "file", "folder", "link", "other"
_WILD = regex(r"[*?\[]")
# tomli needs quadratic time for one key of thousands of dotted parts; no real key is this long.
_ENDLESS_KEY = regex(r"^[^=\"'#\n]{4000}", re.MULTILINE)


class Repository:
    """The files below one folder. Paths are relative, with `/`; nothing outside the folder is ever read."""

    def __init__(self, root: Path | str, *, _boundary: str = "", _prefix: str = "") -> None:
        self.root = Path(root)
        self._real = os.path.realpath(self.root)
        self._boundary = _boundary or self._real
        self.prefix = _prefix  # where this view lies in the repository it was cut from, "" or "folder/"
        self._entries: dict[str, dict[str, str]] = {}
        self._scanned: dict[str, _Scan] = {}
        self._within: dict[str, bool] = {"": True}
        self._texts: dict[str, str] = {}
        self._parsed: dict[tuple[str, str], Any] = {}
        self._subs: dict[str, Repository] = {}

    def sub(self, folder: str) -> Repository:
        """The same view of a folder below; links may still lead to the rest of the repository."""
        folder = folder.strip("/")
        if not folder or folder == ".":
            return self
        if folder not in self._subs:
            self._subs[folder] = Repository(
                self.root / folder, _boundary=self._boundary, _prefix=f"{self.prefix}{folder}/"
            )
        return self._subs[folder]

    # --- what is there

    def entries(self, folder: str = "") -> dict[str, str]:
        """Names in a folder and their kind ("file", "folder", "link", "other"), sorted; empty when absent."""
        if folder not in self._entries:
            found = self._scan(folder)
            kinds = dict.fromkeys(sorted([*found.files, *found.others]), _FILE)
            kinds.update(found.others)
            self._entries[folder] = kinds
        return self._entries[folder]

    def has(self, path: str) -> bool:
        """True when anything of that name exists, of whatever kind."""
        return bool(self._kind(path))

    def is_file(self, path: str) -> bool:
        """True for a regular file, or a link to one inside the repository."""
        kind = self._kind(path)
        return kind == _FILE or (kind == _LINK and self._target_is(path, stat.S_ISREG))

    def is_folder(self, path: str) -> bool:
        """True for a folder, or a link to one inside the repository."""
        if path in ("", "."):
            return True
        kind = self._kind(path)
        return kind == _FOLDER or (kind == _LINK and self._target_is(path, stat.S_ISDIR))

    def first(self, *paths: str) -> str | None:
        """The first of the paths that exists, or None."""
        return next((path for path in paths if self.has(path)), None)

    def folders(self, folder: str = "") -> list[str]:
        """Paths of the folders directly below, sorted, without those that tools fill."""
        prefix = f"{folder}/" if folder else ""
        kinds = self._scan(folder).others
        return [prefix + name for name in sorted(kinds) if kinds[name] == _FOLDER and name not in SKIPPED_FOLDERS]

    def walk(self, folder: str = "", depth: int = 64, endings: tuple[str, ...] = ()) -> Iterator[str]:
        """Regular files below, those with one of the endings where some are given, folder by folder, sorted; without
        folders that tools fill; no link is followed."""
        pending = [(folder, depth)]
        seen = 0
        while pending:
            current, left = pending.pop()
            prefix = f"{current}/" if current else ""
            found = self._scan(current)
            yield from (prefix + name for name in sorted(found.ending(endings) if endings else found.files))
            seen += len(found.files)
            if seen > WALK_LIMIT:
                return
            if left > 0:
                pending += [(below, left - 1) for below in reversed(self.folders(current))]

    def glob(self, pattern: str) -> list[str]:
        """Files and folders that match, sorted; `*` stays within a name, `**` spans folders; never leaves the root."""
        parts = [part for part in pattern.split("/") if part not in ("", ".")]
        return [] if ".." in parts or not parts else sorted(set(self._glob("", parts)))

    # --- what they say

    def read(self, path: str, limit: int = MANIFEST_LIMIT) -> str:
        """The text of a file that matters.

        Raises ProjectError when it is no regular file, leads out of the repository, is larger than `limit`
        bytes, may not be read, or is not text.
        """
        if path not in self._texts:
            self._texts[path] = _decoded(self._bytes(path, limit), self.prefix + path)
        return self._texts[path]

    def is_utf16(self, path: str) -> bool:
        """True for a file whose first bytes say that it is UTF-16, as PowerShell writes what it redirects; raises as
        `read` does."""
        return self._bytes(path, MANIFEST_LIMIT)[:2] in _UTF_16

    def source(self, path: str) -> str:
        """The text of a source file that is only evidence; "" when it cannot be read."""
        try:
            return self.read(path, SOURCE_LIMIT)
        except ProjectError:
            return ""

    def lines(self, path: str) -> list[str]:
        """The lines of a file that matters, without their ends (CRLF or LF)."""
        return [line.rstrip("\r") for line in self.read(path).split("\n")]

    def line_of(self, path: str, needle: str | re.Pattern[str]) -> int:
        """1-based number of the first line that holds the needle; 0 when none does."""
        text = self.source(path) if path not in self._texts else self._texts[path]
        if isinstance(needle, str):
            index = text.find(needle)
        else:
            found = needle.search(text)
            index = found.start() if found else -1
        return text.count("\n", 0, index) + 1 if index >= 0 else 0

    def json(self, path: str, limit: int = MANIFEST_LIMIT) -> Any:
        """The value of a JSON file; ProjectError with the line when it is broken."""
        return self._parse(path, "JSON", _json, limit)

    def toml(self, path: str, limit: int = MANIFEST_LIMIT) -> dict[str, Any]:
        """The table of a TOML file; ProjectError with the line when it is broken."""
        value: dict[str, Any] = self._parse(path, "TOML", _toml, limit)
        return value

    def yaml(self, path: str, limit: int = MANIFEST_LIMIT) -> Any:
        """The value of a YAML file without aliases; ProjectError with the line when it is broken."""
        return self._parse(path, "YAML", _yaml, limit)

    # --- how

    def _scan(self, folder: str) -> _Scan:
        if folder not in self._scanned:
            try:
                self._scanned[folder] = _scan(os.path.join(self._real, folder) if folder else self._real)
            except PermissionError as error:
                shown = (self.prefix + folder).rstrip("/") or "."
                raise ProjectError(
                    f"{shown} may not be read by this user.",
                    "Give read permission and run again.",
                    command=f"chmod -R u+rX {shlex.quote(shown)}",
                ) from error
        return self._scanned[folder]

    def _kind(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        return self._scan(folder).kind(name) if name and self._contained(folder) else ""

    def _contained(self, folder: str) -> bool:
        """No part of the way is `..`, absolute, or a link that leads out of the repository."""
        if folder not in self._within:
            self._within[folder] = self._reached(folder)
        return self._within[folder]

    def _reached(self, folder: str) -> bool:
        parts = folder.split("/")
        if ".." in parts or "" in parts or "." in parts:
            return False
        for index in range(len(parts)):
            kind = self._scan("/".join(parts[:index])).kind(parts[index])
            if kind == _LINK and not self._inside("/".join(parts[: index + 1])):
                return False
            if kind in ("", _FILE, _OTHER):
                return False
        return True

    def _inside(self, path: str) -> bool:
        real = os.path.realpath(os.path.join(self._real, path))
        return real == self._boundary or real.startswith(self._boundary.rstrip("/") + "/")

    def _target_is(self, path: str, test: Any) -> bool:
        try:
            return self._inside(path) and bool(test(os.stat(os.path.join(self._real, path)).st_mode))  # noqa: PTH116
        except OSError:
            return False

    def _glob(self, folder: str, parts: list[str]) -> Iterator[str]:
        prefix = f"{folder}/" if folder else ""
        head, rest = parts[0], parts[1:]
        if head == "**":
            yield from self._glob(folder, rest) if rest else iter(())
            for below in self.folders(folder):
                yield from self._glob(below, parts)
            return
        entries = self.entries(folder)
        for name in fnmatch.filter(entries, head) if _WILD.search(head) else {head} & entries.keys():
            if name in SKIPPED_FOLDERS:
                continue
            if not rest:
                yield prefix + name
            elif entries[name] == _FOLDER:
                yield from self._glob(prefix + name, rest)

    def _bytes(self, path: str, limit: int) -> bytes:
        shown = self.prefix + path
        if not self.has(path):
            raise ProjectError(f"{shown} does not exist.", "Create it, or remove the line that names it.")
        if not self._inside(path):
            raise ProjectError(
                f"{shown} is a link that leads out of the repository.", "Replace the link by the file itself."
            )
        full = os.path.join(self._real, path)
        try:
            # O_NONBLOCK: opening a FIFO must not wait for a writer that never comes.
            handle = os.open(full, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _unreadable(shown, error) from error
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise ProjectError(
                    f"{shown} is {_mode_name(status.st_mode)}, not a file.", f"Replace {shown} by a regular file."
                )
            if status.st_size > limit:
                raise ProjectError(
                    f"{shown} has {status.st_size:,} bytes; more than {limit:,} are not read.",
                    f"Check that {shown} is what it should be.",
                )
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(limit + 1)[:limit]
        finally:
            os.close(handle)

    def _parse(self, path: str, form: str, parser: Any, limit: int) -> Any:
        key = (path, form)
        if key not in self._parsed:
            self._parsed[key] = parser(self.read(path, limit), self.prefix + path)
        return self._parsed[key]


def normal(path: str) -> str | None:
    """A relative path without `.` and `..` parts; None when it is absolute or leads out of the root."""
    parts: list[str] = []
    if path.startswith(("/", "~")) or "\\" in path or "\0" in path:
        return None
    for part in PurePosixPath(path).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


class _Scan:
    """One folder as the operating system lists it: names of files, and the kinds of everything else."""

    __slots__ = ("_text", "files", "others")

    def __init__(self, files: list[str], others: dict[str, str]) -> None:
        self.files = files
        self.others = others
        self._text = ""

    def kind(self, name: str) -> str:
        """The kind of that entry, "" when there is none."""
        return self.others.get(name) or (_FILE if f"/{name}/" in self._names() else "")

    def ending(self, endings: tuple[str, ...]) -> list[str]:
        """The files whose names end so."""
        text = self._names()
        if not any(f"{ending}/" in text for ending in endings):
            return []
        return [name for name in self.files if name.endswith(endings)]

    def _names(self) -> str:
        """All names in one text, which is searched faster than each of them is asked."""
        self._text = self._text or f"/{'/'.join(self.files)}/"
        return self._text


def _scan(folder: str) -> _Scan:
    """What lies in the folder, nothing when there is no such folder; PermissionError when it may not be read."""
    files: list[str] = []
    others: dict[str, str] = {}
    try:
        with os.scandir(folder) as found:
            for entry in found:
                # Nearly all entries are files: the common case is one call and one append.
                if entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
                else:
                    others[entry.name] = _other_kind(entry)
    except PermissionError:
        raise
    except (OSError, ValueError):
        return _Scan([], {})
    return _Scan(files, others)


def _other_kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_symlink():
            return _LINK
        return _FOLDER if entry.is_dir(follow_symlinks=False) else _OTHER
    except OSError:
        return _OTHER


def _mode_name(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a FIFO" if stat.S_ISFIFO(mode) else "a device or socket"


def _unreadable(shown: str, error: OSError) -> ProjectError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return ProjectError(
            f"{shown} may not be read by this user.",
            "Give read permission and run again.",
            command=f"chmod u+r {shlex.quote(shown)}",
        )
    return ProjectError(f"{shown} cannot be opened: {error.strerror}.", f"Check {shown} and run again.")


def _decoded(data: bytes, shown: str) -> str:
    encoding = "utf-16" if data[:2] in _UTF_16 else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProjectError(
            f"{shown}:{line} is not UTF-8 text.",
            "Save the file as UTF-8.",
            command=f"iconv -f latin1 -t utf-8 {shlex.quote(shown)} > {shlex.quote(shown + '.utf8')}",
        ) from error


def _too_deep(shown: str) -> ProjectError:
    return ProjectError(f"{shown} is nested too deeply to be a manifest.", f"Check that {shown} is what it should be.")


def _json(text: str, shown: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ProjectError(
            f"{shown}:{error.lineno} is not valid JSON: {error.msg.lower()} (column {error.colno}).",
            "Mend that line; package managers cannot read the file either.",
            command=f"python3 -m json.tool {shlex.quote(shown)}",
        ) from error
    except RecursionError as error:
        raise _too_deep(shown) from error
    except ValueError as error:
        raise ProjectError(f"{shown} is not usable JSON: {error}.", "Mend the file.") from error


def _toml(text: str, shown: str) -> dict[str, Any]:
    import tomli

    if found := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ProjectError(f"{shown}:{line} has a key of thousands of characters.", "Mend that line.")
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        message = str(error)
        line = getattr(error, "lineno", 0) or 1
        reason = re.sub(r"\s*\(at [^)]*\)$", "", message)
        raise ProjectError(
            f"{shown}:{line} is not valid TOML: {reason[:1].lower()}{reason[1:]}.", "Mend that line."
        ) from error
    except RecursionError as error:
        raise _too_deep(shown) from error
    except ValueError as error:
        raise ProjectError(f"{shown} is not usable TOML: {error}.", "Mend the file.") from error


def _yaml(text: str, shown: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # Aliases can make a small file endless, and no manifest we read needs them.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            raise ProjectError(f"{shown} uses YAML aliases.", "Write the repeated parts out.")
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "it cannot be read"
        raise ProjectError(f"{shown}:{line} is not valid YAML: {reason}.", "Mend that line.") from error
    except RecursionError as error:
        raise _too_deep(shown) from error
    except ValueError as error:
        raise ProjectError(f"{shown} is not usable YAML: {error}.", "Mend the file.") from error
