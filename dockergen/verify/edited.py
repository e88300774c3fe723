"""A copy of the build context in which one source file is edited."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockergen.dockerignore import Dockerignore

# A comment that no tool minds, by the ending of the file; elsewhere a line end.
_COMMENTS = {
    **dict.fromkeys((".py", ".rb", ".sh", ".yml", ".yaml", ".toml"), "\n# edited\n"),
    **dict.fromkeys(
        (".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".go", ".rs", ".java"), "\n// edited\n"
    ),
    **dict.fromkeys((".html", ".vue", ".svelte", ".md"), "\n<!-- edited -->\n"),
    ".css": "\n/* edited */\n",
}


@contextmanager
def edited_copy(folder: Path, ignore: Dockerignore, path: str) -> Iterator[Path]:
    """The context as BuildKit sees it, with `path` edited; removed afterwards. The project itself is not touched."""
    with tempfile.TemporaryDirectory(prefix="dockergen-") as temporary:
        target = Path(temporary) / "context"
        _copy(folder, target, "", ignore)
        file = target / path
        text = file.read_bytes()
        file.unlink()  # it may be a second name of the project's own file
        # Never the same twice: what an earlier verification built must not be found in the cache.
        comment = _COMMENTS.get(file.suffix, "\n").replace("edited", f"edited {uuid.uuid4().hex}")
        file.write_bytes(text + comment.encode())
        shutil.copymode(folder / path, file)
        yield target


def _copy(source: Path, target: Path, prefix: str, ignore: Dockerignore) -> None:
    target.mkdir(mode=source.stat().st_mode & 0o777)
    with os.scandir(source) as entries:
        for entry in entries:
            path = prefix + entry.name
            kept_anyway = path in (".dockerignore", "Dockerfile")
            if entry.is_dir(follow_symlinks=False):
                if not ignore.excludes(path, True) or ignore.may_reinclude_below(path):
                    _copy(source / entry.name, target / entry.name, path + "/", ignore)
            elif kept_anyway or not ignore.excludes(path):
                _file(source / entry.name, target / entry.name)


def _file(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if not source.is_file():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
