"""The files of a program: those that its first file imports from the repository, directly or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dockergen.lazy import regex
from dockergen.repository import Repository

_FROM = regex(r"^\s*from\s+(\.*[\w.]*)\s+import\s+(?:\(([\w\s,]+)|([\w ,]+)|\*)", re.MULTILINE)
# Settings are often named in a string: app.config.from_object("shop.config.Config").
_QUOTED = regex(r"""["'](\w+(?:\.\w+)*\.?(?:config|settings)\w*(?:\.\w+)*)["']""")
_IMPORT = regex(r"^\s*import\s+([\w.]+)", re.MULTILINE)


@lru_cache(maxsize=16)
def whole_program(repo: Repository, entry: str, most: int = 60) -> tuple[str, ...]:
    """What `program_files` yields, remembered: several questions are asked of the same files."""
    return tuple(program_files(repo, entry, most))


def program_files(repo: Repository, entry: str, most: int) -> Iterator[str]:
    """The file and what it imports, nearest first, at most that many."""
    pending, seen = [entry], {entry}
    while pending and most:
        most -= 1
        path = pending.pop(0)
        yield path
        for target in _targets(repo, path):
            if target not in seen:
                seen.add(target)
                pending.append(target)


@lru_cache(maxsize=2048)
def _targets(repo: Repository, path: str) -> tuple[str, ...]:
    """The files that the file imports, remembered: each search for something in a program follows them again."""
    modules = dict.fromkeys(_imported(repo.source(path)))
    return tuple(dict.fromkeys(target for module in modules for target in files_of(repo, path, module)))


def _imported(text: str) -> Iterator[str]:
    for module, several, names in _FROM.findall(text):
        dotted = module if module.endswith(".") else f"{module}."
        yield module
        yield from (f"{dotted}{name}" for name in re.findall(r"\w+", several or names))
    yield from _IMPORT.findall(text)
    for dotted in _QUOTED.findall(text):
        yield dotted
        yield dotted.rpartition(".")[0]


def files_of(repo: Repository, path: str, module: str) -> tuple[str, ...]:
    """The files of a module as another file imports it, leading dots and all."""
    return _files_of(repo, path.rpartition("/")[0], module)


@lru_cache(maxsize=8192)
def _files_of(repo: Repository, below: str, module: str) -> tuple[str, ...]:
    """The same for all files of a folder, remembered."""
    dots = len(module) - len(module.lstrip("."))
    folder = below.split("/") if below else []
    found = []
    # A folder of sources may lie anywhere above the file: backend/src of backend/src/shop/app.py.
    above = ["/".join(folder[:depth]) for depth in range(len(folder), 0, -1)]
    bases = ["/".join(folder[: len(folder) - dots + 1])] if dots else ["", "src", *above]
    place = module.lstrip(".").replace(".", "/")
    first = place.partition("/")[0]
    for base in dict.fromkeys(bases):
        names = repo.entries(base)
        if first and first not in names and f"{first}.py" not in names:
            continue
        target = "/".join(part for part in (base, place) if part)
        for name in (f"{target}.py", f"{target}/__init__.py", f"{target}/__main__.py"):
            if target and repo.is_file(name):
                found.append(name)
    return tuple(found)
