"""Packages of development that a bundle goes on importing when it runs."""

from __future__ import annotations

import re

from dockergen.languages.node.build import build_script, expanded, sources
from dockergen.languages.node.reach import reached
from dockergen.lazy import regex
from dockergen.manifests.package_json import PackageJson
from dockergen.repository import Repository, normal

# Only what is bundled as one module of ES brings forward what the files import by the way.
_EXTERNAL = regex(
    r"\besbuild\s+([\w./-]+\.[cm]?[jt]sx?)\b(?=[^&|;]*\s--packages[= ]external\b)(?=[^&|;]*\s--format[= ]esm\b)"
    r"(?![^&|;]*\s--splitting\b)"
)
_STATIC = regex(r"^[ \t]*import\s+(?!type\b)(?:[^'\";]{0,500}?\bfrom\s*)?['\"]((?:@[\w.-]+/)?[\w.-]+)", re.MULTILINE)


def imports_development(repo: Repository, package: PackageJson) -> str:
    """A package of devDependencies that what esbuild leaves unbundled imports as it starts, "" for none."""
    found = _EXTERNAL.search(expanded(package, build_script(package)))
    entry = normal(found[1]) if found else None
    texts = dict(sources(repo)) if entry else {}
    only = package.development.keys() - package.dependencies.keys()
    files = reached(texts, entry) if entry else ()
    return next((name for path in files for name in _STATIC.findall(texts[path]) if name in only), "")
