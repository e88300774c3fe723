"""The front matter of a README that tells a hosting platform of demos (Hugging Face Spaces) what to run."""

from __future__ import annotations

import re
from functools import lru_cache

from dockergen.catalog import load
from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement, requirement
from dockergen.model import Origin
from dockergen.repository import Repository

_MATTER = regex(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_ROW = regex(
    r"^(sdk|sdk_version|python_version|app_file|app_port)[ \t]*:[ \t]*[\"']?([\w./-]+)[\"']?[ \t]*(?:#.*)?$", re.M
)
_STREAMLIT = regex(r"^(?:import|from)[ \t]+streamlit\b", re.MULTILINE)
# The platform installs these by itself, in the version of the front matter.
_INSTALLED = ("gradio", "streamlit")


@frozen
class Space:
    """What the front matter says, with its lines; "" for what it leaves out."""

    sdk: str
    version: str = ""
    file: str = ""
    port: int = 0
    python: str = ""
    lines: tuple[tuple[str, int], ...] = ()

    def origin(self, key: str) -> Origin:
        return Origin("file", "README.md", dict(self.lines).get(key, 1))


@lru_cache(maxsize=8)
def space(repo: Repository) -> Space | None:
    """The front matter of README.md where it names an SDK, else None.

    Format: https://huggingface.co/docs/hub/spaces-config-reference
    """
    found = _MATTER.match(repo.source("README.md")) if repo.is_file("README.md") else None
    rows = list(_ROW.finditer(found[0])) if found else []
    values = {row[1]: row[2] for row in rows}
    if found is None or "sdk" not in values:
        return None
    file = values.get("app_file", "app.py" if values["sdk"] == "gradio" else "")
    port = values.get("app_port", "")
    return Space(
        sdk=values["sdk"],
        version=values.get("sdk_version", ""),
        file=file if file and repo.is_file(file) else "",
        port=int(port) if port.isdecimal() and 80 <= int(port) <= 65535 else 0,
        python=values.get("python_version", ""),
        lines=tuple((row[1], found[0].count("\n", 0, row.start()) + 1) for row in rows),
    )


def provided(repo: Repository, asked: set[str]) -> list[tuple[Requirement, Origin]]:
    """What the platform installs besides the requirements, where they do not name it themselves."""
    found = space(repo)
    if found is None:
        return [] if asked.intersection(_served()) else _of_streamlit(repo)
    if found.sdk not in _INSTALLED or found.sdk in asked:
        return []
    exact = re.fullmatch(r"\d+(?:\.\d+)*(?:(?:a|b|rc|\.post|\.dev)\d+)?", found.version)
    origin = found.origin("sdk_version" if exact else "sdk")
    made = requirement(f"{found.sdk}=={found.version}" if exact else found.sdk, origin.line)
    return [(made, origin)] if made else []


def _served() -> set[str]:
    """Streamlit itself, and frameworks beside which a page of it is a side show."""
    rows = load("python").frameworks.values()
    kinds = ("wsgi", "asgi", "django", "own", "file")
    return {name for row in rows if row.kind in kinds for name in row.dependencies}


def _of_streamlit(repo: Repository) -> list[tuple[Requirement, Origin]]:
    """Streamlit's own platform installs it for every page that imports it, so that many requirements leave it out."""
    for path in repo.entries():
        if path.endswith(".py") and (used := _STREAMLIT.search(repo.source(path))):
            origin = Origin("file", path, repo.source(path).count("\n", 0, used.start()) + 1)
            made = requirement("streamlit", origin.line)
            return [(made, origin)] if made else []
    return []
