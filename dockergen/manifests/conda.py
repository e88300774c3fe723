"""environment.yml of conda: its packages, and those that it leaves to pip."""

from __future__ import annotations

import re
from typing import Any

from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement, normalised, requirement

_MATCH = regex(r"(?:[\w.-]+::)?([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*([=<>!~][^\[]*|\d[^\[]*)?")


@frozen
class CondaEnvironment:
    """What the file asks for; versions as PEP 440 would say them."""

    python: str = ""  # the constraint on the interpreter, "" when there is none
    packages: tuple[Requirement, ...] = ()  # from conda's channels
    pip: tuple[Requirement, ...] = ()
    pip_files: tuple[str, ...] = ()  # requirement files in the pip list
    debian: tuple[tuple[str, str], ...] = ()  # programs that Debian has too: conda's name, and that of its package
    carried: tuple[str, ...] = ()  # what the image and the wheels bring anyway


def conda_environment(document: Any) -> CondaEnvironment:
    """The typed view of a parsed file; what is no specification is left out.

    Format: https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
    """
    rows = document.get("dependencies") if isinstance(document, dict) else None
    rows = rows if isinstance(rows, list) else []
    packages = [found for row in rows if isinstance(row, str) and (found := _package(row))]
    nested = [row["pip"] for row in rows if isinstance(row, dict) and isinstance(row.get("pip"), list)]
    lines = [line.strip() for listed in nested for line in listed if isinstance(line, str)]
    files = tuple(named[1] for line in lines if (named := re.match(r"(?:-r|--requirement)[ =]*(\S+)", line)))
    return CondaEnvironment(
        next((p.specifier for p in packages if p.name == "python"), ""),
        tuple(p for p in packages if p.name not in ("python", "pip")),
        tuple(found for line in lines if not line.startswith("-") and (found := requirement(line))),
        files,
    )


def _package(text: str) -> Requirement | None:
    found = _MATCH.match(text.strip())
    return Requirement(normalised(found[1]), specifier=conda_specifier((found[2] or "").strip())) if found else None


def conda_specifier(text: str) -> str:
    """Conda's version in the words of PEP 440: `=3.0` and `3.0.*` match a prefix, `=3.0=build` drops the build."""
    found = re.fullmatch(r"(==?)?\s*(\d[\w.]*?)(\.?\*)?(=[\w.*]+)?", text)
    if not found:
        return text.replace(" ", "")
    exact = found[1] == "==" or (found[4] and found[4] != "=*")
    return f"=={found[2]}" if exact else f"=={found[2]}.*"
