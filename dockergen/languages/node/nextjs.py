"""Next.js: whether the build makes a standalone server, a folder of files, or needs `next start`."""

from __future__ import annotations

import re
from typing import Literal

from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_CONFIGS = ("next.config.ts", "next.config.mjs", "next.config.js", "next.config.cjs", "next.config.mts")
_OUTPUT = regex(r"^[^/\n]*\boutput\s*:\s*['\"`](standalone|export)['\"`]", re.MULTILINE)
_FOLDER = regex(r"^[^/\n]*\bdistDir\s*:\s*['\"`]([\w./-]+)['\"`]", re.MULTILINE)


def mode(repo: Repository) -> tuple[Literal["standalone", "export", "server"], Origin]:
    """The output mode and the line that says so."""
    path = repo.first(*_CONFIGS)
    if path is None:
        return "server", Origin("default", note="Next.js")
    found = _OUTPUT.search(repo.source(path))
    if found is None:
        return "server", Origin("file", path)
    kind: Literal["standalone", "export"] = "standalone" if found[1] == "standalone" else "export"
    return kind, Origin("file", path, repo.line_of(path, _OUTPUT))


def config(repo: Repository) -> str | None:
    """The configuration file, or None."""
    return repo.first(*_CONFIGS)


def folder(repo: Repository) -> str:
    """The build folder: distDir of the configuration, else .next."""
    path = repo.first(*_CONFIGS)
    found = _FOLDER.search(repo.source(path)) if path else None
    return found[1].strip("./") if found and ".." not in found[1] else ".next"


def advice(repo: Repository) -> str:
    """The one line that makes the image small."""
    path = repo.first(*_CONFIGS) or "next.config.mjs"
    return f"output: 'standalone' in {path} would ship only the files that the server needs: about a third of the size."
