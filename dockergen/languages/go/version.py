"""Which Go: what the repository pins, else the supported release that its go directive allows."""

from __future__ import annotations

import re

from dockergen.catalog import versions_of
from dockergen.errors import ProjectError
from dockergen.languages.go.modules import Modules
from dockergen.lazy import regex
from dockergen.manifests.tool_versions import tool_versions
from dockergen.model import Origin, Rejected, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings

_RELEASE = regex(r"(?:go)?(1\.\d+)(?:\.(\d+))?$")


def version(repo: Repository, mods: Modules, settings: Settings) -> tuple[Sourced[str], list[str]]:
    """The version for the image tag, and notes about it.

    The go and toolchain directives are minimums (https://go.dev/doc/toolchain), so an ended release is replaced by
    the default; .go-version and .tool-versions are pins and are kept. Raises ProjectError for a release that does not
    exist as far as the catalog knows.
    """
    versions = versions_of("go")
    minimum = _minimum(repo, mods)
    requested = settings.version or _pin(repo)
    if requested is not None:
        lost = (Rejected(minimum.value, minimum.origin, "a minimum; the pin wins"),) if minimum else ()
        chosen = Sourced(requested.value.removeprefix("go"), requested.origin, lost)
    elif minimum is None:
        chosen = Sourced(versions.default, Origin("default"))
    else:
        chosen = _newest(minimum, versions.default, versions.supported)
    _check(chosen, minimum, versions.supported[-1], settings)
    ended = versions.ended(_minor(chosen.value))
    note = f"Go {chosen.value} ({chosen.origin}) has had no security fixes since {ended}; {versions.default} has."
    return chosen, [note] if ended else []


def _pin(repo: Repository) -> Sourced[str] | None:
    if repo.has(".go-version"):
        text = repo.read(".go-version").strip()
        if _RELEASE.match(text):
            return Sourced(text, Origin("file", ".go-version", 1))
    if repo.has(".tool-versions"):
        tools = tool_versions(repo.read(".tool-versions"))
        value, line = tools.get("golang") or tools.get("go") or ("", 0)
        if _RELEASE.match(value):
            return Sourced(value, Origin("file", ".tool-versions", line))
    return None


def _minimum(repo: Repository, mods: Modules) -> Sourced[str] | None:
    """The newest of the go and toolchain directives of go.work and all modules."""
    files = {"go.work": mods.root} if mods.manifest == "go.work" else {}
    files |= {f"{folder}/go.mod".lstrip("/"): file for folder, file in mods.by_folder.items()}
    found = []
    for path, file in files.items():
        for value, line in ((file.go, file.go_line), (file.toolchain, file.toolchain_line)):
            if _RELEASE.match(value):
                found.append(Sourced(value, Origin("file", path, line)))
    return max(found, key=lambda s: _key(s.value), default=None)


def _newest(minimum: Sourced[str], default: str, supported: tuple[str, ...]) -> Sourced[str]:
    wanted = _minor(minimum.value)
    if wanted in supported or _key(wanted) > _key(supported[-1]):
        return Sourced(wanted, minimum.origin)
    lost = Rejected(wanted, minimum.origin, "the directive is a minimum, and this release is no longer supported")
    return Sourced(default, Origin("default", note="newest supported"), (lost,))


def _check(chosen: Sourced[str], minimum: Sourced[str] | None, newest: str, settings: Settings) -> None:
    if not _RELEASE.match(chosen.value):
        raise ProjectError(
            f"{chosen.origin} asks for Go {chosen.value!r}, which is no Go release.",
            "Name one such as 1.27.",
            command=f"dockergen init --version {newest}",
        )
    if settings.version is None and _key(_minor(chosen.value)) > _key(newest):
        raise ProjectError(
            f"{chosen.origin} asks for Go {chosen.value}; the newest release known here is {newest}.",
            f"Correct the line, or insist with --version {chosen.value} when that image exists.",
            command=f"dockergen init --version {chosen.value}",
        )
    if (
        minimum
        and _key(chosen.value) < _key(minimum.value)
        and (chosen.value.count(".") > 1 or _key(chosen.value) < _key(_minor(minimum.value)))
    ):
        raise ProjectError(
            f"{chosen.origin} chooses Go {chosen.value}, but {minimum.origin} needs at least {minimum.value}.",
            "Raise the one or lower the other.",
            command=f"dockergen init --version {_minor(minimum.value)}",
        )


def _minor(value: str) -> str:
    return ".".join(value.split(".")[:2])


def _key(value: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", value))
