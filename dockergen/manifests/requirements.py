"""The requirements file of pip: requirements, includes and options, with their lines."""

from __future__ import annotations

import re

from dockergen.frozen import frozen
from dockergen.lazy import regex

_NAME = regex(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)$", re.DOTALL)
_EGG = regex(r"[#&]egg=([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?")
_COMMENT = regex(r"(^|\s+)#.*$")
_SCHEME = regex(r"(git|hg|svn|bzr)(\+[a-z]+)?(:|\+)|(https?|ftp|file):", re.IGNORECASE)
_OPTION = regex(r"(--?[A-Za-z][A-Za-z-]*)(?:\s*=\s*|\s+|$)(.*)$", re.DOTALL)
_SHORT = regex(r"-([rcefi])\s*([^\s-].*)$", re.DOTALL)
_LONG = {"-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url", "-f": "--find-links"}


@frozen
class Requirement:
    """One required distribution; `name` is normalised (PEP 503), "" when only a URL or path is known."""

    name: str
    extras: tuple[str, ...] = ()
    specifier: str = ""
    marker: str = ""
    url: str = ""  # of a VCS or archive
    path: str = ""  # of a folder or archive in the repository, as written
    editable: bool = False
    hashed: bool = False
    line: int = 0

    @property
    def vcs(self) -> bool:
        """True for a checkout, of which no hash can be checked."""
        return self.url.startswith(("git+", "hg+", "svn+", "bzr+"))

    @property
    def pinned(self) -> str:
        """The exact version, or "" when the specifier leaves a choice."""
        found = re.fullmatch(r"={2,3}\s*([^*,\s]+)", self.specifier)
        return found[1] if found else ""


@frozen
class RequirementsFile:
    """What one file says; paths as written, relative to the file."""

    requirements: tuple[Requirement, ...] = ()
    includes: tuple[tuple[str, str, int], ...] = ()  # "requirement" or "constraint", path, line
    options: tuple[tuple[str, str, int], ...] = ()  # long option, value, line


def normalised(name: str) -> str:
    """The name of a distribution as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bare_name(requirement: str) -> str:
    """The normalised name at the beginning of a requirement as pip is told it."""
    found = _NAME.match(requirement)
    return normalised(found[1]) if found else ""


def requirements_file(text: str) -> RequirementsFile:
    """Everything the file holds; a line that pip would not understand is skipped, not judged.

    Format: https://pip.pypa.io/en/stable/reference/requirements-file-format/
    """
    requirements: list[Requirement] = []
    includes: list[tuple[str, str, int]] = []
    options: list[tuple[str, str, int]] = []
    for number, line in _logical_lines(text):
        if not line.startswith("-"):
            requirements += filter(None, [requirement(line, number)])
            continue
        option, value = _option(line)
        if option in ("--requirement", "--constraint"):
            includes.append((option[2:], value, number))
        elif option == "--editable":
            requirements += filter(None, [requirement(value, number, editable=True)])
        elif option:
            options.append((option, value, number))
    return RequirementsFile(tuple(requirements), tuple(includes), tuple(options))


def requirement(text: str, line: int = 0, *, editable: bool = False) -> Requirement | None:
    """One requirement (PEP 508, or the path and URL forms of pip); None when it is none of these."""
    text, _, hashes = text.partition(" --")
    text, _, marker = (text.strip(), "", "") if _SCHEME.match(text) and " ;" not in text else _split_marker(text)
    hashed = "hash=" in hashes
    if _SCHEME.match(text) or text.startswith(("git@", "ssh://")):
        egg = _EGG.search(text)
        name, extras = (normalised(egg[1]), _extras(egg[2])) if egg else ("", ())
        if text.startswith("file:"):
            return Requirement(name, extras, "", marker, "", _file_path(text), editable, hashed, line)
        return Requirement(name, extras, "", marker, text, "", editable, hashed, line)
    if _is_path(text) or editable:
        path, _, extras_text = text.partition("[")
        egg = _EGG.search(text)
        name = normalised(egg[1]) if egg else _wheel_name(path)
        return Requirement(
            name, _extras(extras_text.rstrip("]")), "", marker, "", path.split("#")[0], editable, hashed, line
        )
    found = _NAME.match(text)
    if not found:
        return None
    rest = found[3].strip()
    url = rest[1:].strip() if rest.startswith("@") else ""
    path = _file_path(url) if url.startswith("file:") else ""
    if rest and not url and rest[0] not in "<>=!~(":
        return None
    return Requirement(
        normalised(found[1]),
        _extras(found[2]),
        "" if url else rest.strip("()"),
        marker,
        "" if path else url,
        path,
        editable,
        hashed,
        line,
    )


def _file_path(url: str) -> str:
    """The path of a file: URL; PDM and others write the folder of the project as a variable."""
    path = url.partition(":")[2].split("#")[0].split("[")[0]
    path = re.sub(r"^(?://)?/*\$\{?(?:PROJECT_ROOT|PWD)\}?/?", "./", path)
    return (path[2:] if path.startswith("//") else path) or "."


def _split_marker(text: str) -> tuple[str, str, str]:
    head, sep, marker = text.partition(";")
    return head.strip(), sep, marker.strip()


def _extras(text: str | None) -> tuple[str, ...]:
    return tuple(sorted(normalised(part.strip()) for part in (text or "").split(",") if part.strip()))


def _is_path(text: str) -> bool:
    bare = text.split("[", maxsplit=1)[0].split("@", maxsplit=1)[0].strip()
    return text.startswith((".", "/", "~")) or "/" in bare or bare.endswith((".whl", ".tar.gz", ".zip"))


def _wheel_name(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return normalised(name.split("-")[0]) if name.endswith(".whl") else ""


def _option(line: str) -> tuple[str, str]:
    found = _OPTION.match(line) if line.startswith("--") or line[2:3] in (" ", "=", "\t") else _SHORT.match(line)
    if not found:
        return line.split(maxsplit=1)[0], ""
    option = found[1] if found[1].startswith("-") else f"-{found[1]}"
    return _LONG.get(option, option), found[2].strip().strip("\"'")


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their continuations joined and comments dropped, each with the number of its first line."""
    lines: list[tuple[int, str]] = []
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        start = start if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
            continue
        parts.append(line)
        joined = _COMMENT.sub("", " ".join(part.strip() for part in parts)).strip()
        parts = []
        if joined:
            lines.append((start, joined))
    joined = _COMMENT.sub("", " ".join(part.strip() for part in parts)).strip()
    return [*lines, (start, joined)] if joined else lines
