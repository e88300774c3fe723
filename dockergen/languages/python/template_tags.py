"""Tags of Django's templates that later releases have no more: {% load staticfiles %}, {% ifequal a b %}."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from dockergen.lazy import regex
from dockergen.model import Origin
from dockergen.repository import Repository

_MOST_FILES = 300
_TAG = regex(r"\{%-?\s*(?:load\s+([^%]{1,200})|(\w+))")


def template_tags(repo: Repository, root: str, names: Collection[str]) -> Iterator[tuple[str, Origin]]:
    """Those of the tags and tag libraries that templates below the folder use, each once, with the first line; a
    library that an app of the project has itself is its own."""
    seen: set[str] = set()
    paths = (path for path in repo.walk(root, depth=8, endings=(".html", ".txt")) if "templates/" in f"/{path}")
    for path in islice(paths, _MOST_FILES):
        text = repo.source(path)
        for found in _TAG.finditer(text):
            words = found[1].partition(" from ")[0].split() if found[1] else [found[2]]
            for name in words:
                if name in names and name not in seen:
                    seen.add(name)
                    if not repo.glob(f"**/templatetags/{name}.py"):
                        yield name, Origin("file", path, text.count("\n", 0, found.start()) + 1)
