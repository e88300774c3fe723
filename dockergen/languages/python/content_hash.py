"""The hashes over a manifest that lock files of Poetry and Pipenv hold, as those tools compute them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from dockergen.manifests.pyproject import table
from dockergen.repository import Repository


def poetry_hash(text: str) -> str:
    """The hash that a poetry.lock holds, "" for none."""
    found = re.search(r'^content-hash = "([0-9a-f]{64})"', text, re.MULTILINE)
    return found[1] if found else ""


def poetry_hashes(document: Mapping[str, Any]) -> set[str]:
    """The content-hashes that the releases of Poetry since 1.1 compute (poetry.packages.locker)."""
    poetry = table(document, "tool", "poetry")
    legacy = {key: poetry.get(key) for key in ("dependencies", "source", "extras", "dev-dependencies")}
    group = {"group": poetry["group"]} if poetry.get("group") is not None else {}
    contents: list[Any] = [{**legacy, **group}]
    project = {
        key: value
        for key in ("requires-python", "dependencies", "optional-dependencies")
        if (value := table(document, "project").get(key)) is not None
    }
    present = {key: value for key, value in {**legacy, **group}.items() if value is not None}
    groups = table(document, "dependency-groups")
    if project:
        contents.append({"project": project, "tool": {"poetry": present}})
    if project or groups:
        parts: dict[str, Any] = {"project": project} if project else {}
        parts |= {"dependency-groups": groups} if groups else {}
        contents.append({**parts, "tool": {"poetry": present}})
    return {digest for content in contents if (digest := _digest(content, None))}


def pipfile_hash(text: str) -> str:
    """The hash that a Pipfile.lock holds, "" for none."""
    found = re.search(r'"hash":\s*\{\s*"sha256":\s*"([0-9a-f]{64})"', text)
    return found[1] if found else ""


def hash_of_pipfile(repo: Repository) -> str:
    """The hash that Pipenv computes over a Pipfile (plette.pipfiles.Pipfile.get_hash); "" where it cannot be known:
    without a [[source]] Pipenv fills in one of its own."""
    document = repo.toml("Pipfile") if repo.is_file("Pipfile") else {}
    if not document.get("source"):
        return ""
    known = {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop"}
    content = {
        "_meta": {"sources": document["source"], "requires": document.get("requires", {})},
        "default": document.get("packages", {}),
        "develop": document.get("dev-packages", {}),
        **{key: value for key, value in document.items() if key not in known},
    }
    return _digest(content, (",", ":"))


def _digest(content: Any, separators: tuple[str, str] | None) -> str:
    try:
        text = json.dumps(content, sort_keys=True, separators=separators)
    except (TypeError, ValueError):
        return ""  # a date in the manifest: no tool could have computed it either
    return hashlib.sha256(text.encode()).hexdigest()
