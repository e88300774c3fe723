"""What a program needs: the C compiler, files that it opens when it runs, files that it takes in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockergen.catalog import load
from dockergen.languages.go.modules import Modules
from dockergen.lazy import regex
from dockergen.model import Origin, Sourced
from dockergen.repository import Repository, normal

_IMPORTS_C = regex(r'^\s*(?:import\s+)?"C"\s*$', re.M)
_LOADS = regex(r"\bLoadExtension\(|\bExtensions\s*:")  # libraries that SQLite loads when it runs
_OPENS = regex(
    r"\b(?:Dir|DirFS|ParseFiles|ParseGlob|LoadHTMLGlob|LoadHTMLFiles|Static|StaticFile|StaticFS|File|ReadFile|ReadDir|Open|"
    r'AddConfigPath|SetConfigFile|Glob|Walk|WalkDir|Load|Join|ServeFile)\(\s*(?:[^()"\n]*,\s*)?"(?:\./)?(?P<path>[\w][\w./-]*)'
    r'|"file://(?:\./)?(?P<url>[\w][\w./-]*)'
    r'|"\./(?P<here>[\w][\w./-]*)"'
)
_EMBED = regex(r"^[ \t]*//go:embed\s+(?P<patterns>.+)$", re.M)


def cgo(repo: Repository, mods: Modules, sources: tuple[str, ...]) -> Sourced[str]:
    """ "on" or "off", with the module or the import that needs C."""
    for name in load("go").lists["cgo"]:
        if name in mods.requires:
            path, line = mods.requires[name]
            return Sourced("on", Origin("file", path, line))
    for path in sources:
        text = repo.source(path)
        if '"C"' in text and _IMPORTS_C.search(text):
            return Sourced("on", Origin("file", path, repo.line_of(path, _IMPORTS_C)))
    return Sourced("off", Origin("default", note="nothing imports C"))


def links_all(repo: Repository, mods: Modules, sources: tuple[str, ...]) -> bool:
    """True when all C code can be linked in, the C library included: it is that of modules known to bring all of it."""
    lists = load("go").lists
    needed = [name for name in lists["cgo"] if name in mods.requires]
    if not needed or not set(needed) <= set(lists["self_contained"]):
        return False
    return not any(_IMPORTS_C.search(text) or _LOADS.search(text) for text in map(repo.source, sources))


def runtime_files(repo: Repository, sources: tuple[str, ...], embedded: tuple[str, ...]) -> tuple[str, ...]:
    """Folders and files at the root that the source opens by a relative path and does not embed."""
    names = {use["path"] or use["url"] or use["here"] for path in sources for use in _OPENS.finditer(repo.source(path))}
    taken = {path.split("/", 1)[0] for path in embedded}
    return tuple(sorted({name.split("/", 1)[0] for name in names if _opened(repo, name)} - taken))


def _opened(repo: Repository, path: str) -> bool:
    """The path leads to a file or folder of the repository that is no source of the program."""
    name = path.split("/", 1)[0]
    kind = repo.entries().get(name)
    if name.startswith(".") or name.endswith((".go", ".mod", ".sum")) or kind not in ("file", "folder"):
        return False
    return kind == "file" or any(not file.endswith(".go") for file in repo.walk(name, depth=6))


def embeds(repo: Repository, path: str) -> Iterator[tuple[str, list[str]]]:
    """Each pattern of the //go:embed lines of a file, from the root, with what is there."""
    text = repo.source(path)
    if "//go:embed" not in text:
        return
    folder = path.rpartition("/")[0]
    for directive in _EMBED.finditer(text):
        for pattern in directive["patterns"].split():
            target = normal(f"{folder}/{pattern.strip('`').strip(chr(34)).removeprefix('all:')}".lstrip("/"))
            if target:
                yield target, [target] if repo.has(target) else repo.glob(target)
