"""Pages that MkDocs, Sphinx or Pelican would make of a folder in which no manifest names the tool."""

from __future__ import annotations

import ast
import re

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.languages.python.syntax import parsed
from dockergen.lazy import regex
from dockergen.manifests.requirements import normalised
from dockergen.repository import Repository

_THEME = regex(r"^theme:[ \t]*(?:\n(?:[ \t]+[^\n]*\n|\n)*?[ \t]+name:)?[ \t]*[\"']?([\w-]+)", re.MULTILINE)
_PLUGINS = regex(r"^plugins:[ \t]*\n((?:[ \t-][^\n]*\n|\n)*)", re.MULTILINE)
_PLUGIN = regex(r"^[ ]{0,4}-[ ]+[\"']?([\w/-]+)", re.MULTILINE)


@frozen
class UnlistedPages:
    """The configuration, whose it is, and what builds the pages, as distributions."""

    path: str
    tool: str
    wanted: tuple[str, ...]


def unlisted_pages(repo: Repository) -> UnlistedPages | None:
    """The pages of the folder itself, by what their configuration says."""
    for path in ("mkdocs.yml", "mkdocs.yaml"):
        if repo.is_file(path):
            return UnlistedPages(path, "MkDocs", _of_mkdocs(repo.source(path)))
    if repo.is_file("conf.py") and (wanted := _of_sphinx(repo.source("conf.py"))):
        return UnlistedPages("conf.py", "Sphinx", wanted)
    if repo.is_file("pelicanconf.py"):
        return UnlistedPages("pelicanconf.py", "Pelican", ("pelican[markdown]",))
    return None


def _of_mkdocs(text: str) -> tuple[str, ...]:
    """Not parsed: tags such as !!python/name make it YAML of MkDocs' own kind."""
    known = dict(row.split() for row in load("python").lists["mkdocs_parts"])
    theme = _THEME.search(text)
    block = _PLUGINS.search(f"{text}\n")
    names = [*([theme[1]] if theme else []), *(_PLUGIN.findall(block[1]) if block else [])]
    return tuple(dict.fromkeys(("mkdocs", *(known[name] for name in names if name in known))))


def _of_sphinx(text: str) -> tuple[str, ...]:
    """The tool, its theme and its extensions; () for a file of another tool."""
    known = dict(row.split() for row in load("python").lists["sphinx_parts"])
    values = {
        target.id: ast.literal_eval(node.value)
        for node in parsed(text).body
        if isinstance(node, ast.Assign) and _is_literal(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "html_theme" not in values and "extensions" not in values:
        return ()
    listed = values.get("extensions")
    names = [*(listed if isinstance(listed, list) else []), values.get("html_theme")]
    own = ("sphinx.", "classic", "alabaster", "basic", "nature", "haiku", "bizstyle", "scrolls")
    outside = [name for name in names if isinstance(name, str) and not name.startswith(own)]
    found = [known.get(name, normalised(name)) for name in outside]
    return tuple(dict.fromkeys(("sphinx", *(name for name in found if re.fullmatch(r"[a-z][a-z0-9-]*", name)))))


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.List) and all(isinstance(item, ast.Constant) for item in node.elts)
    )
