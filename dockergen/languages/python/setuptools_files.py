"""setup.py and setup.cfg, read without running them: requirements, interpreter, scripts, and the files they open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from dockergen.frozen import frozen
from dockergen.lazy import regex
from dockergen.manifests.requirements import Requirement, requirement
from dockergen.repository import Repository

_TEXT = regex(r"""["']([^"'\n]+)["']""")


@frozen
class Setup:
    """What is known without running setup.py; empty where it computes its values."""

    path: str = ""
    requirements: tuple[Requirement, ...] = ()
    python_requires: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()  # files of the repository that setup.py names


def setup(repo: Repository) -> Setup:
    """The values of setup.cfg, overlaid by the literal ones of setup.py."""
    cfg = _from_cfg(repo)
    if not repo.is_file("setup.py"):
        return cfg
    text = repo.source("setup.py")
    names = list(dict.fromkeys(_TEXT.findall(text)))
    reads = tuple(name for name in names if "*" not in name and repo.is_file(name))
    requirements = _listed(text, "install_requires") or cfg.requirements
    if not requirements and (files := [name for name in reads if re.search(r"requirements[^/]*\.(txt|in)$", name)]):
        lines = [line for line in repo.lines(files[0]) if not line.startswith(("-", "#"))]
        requirements = tuple(filter(None, map(requirement, lines)))
    wanted = re.search(r"""python_requires\s*=\s*["']([^"']+)["']""", text)
    scripts: dict[str, str] = {
        found[1]: found[2]
        for entry in re.findall(r"console_scripts[\"']?\s*[:=]\s*\[(.*?)\]", text, re.DOTALL)
        for found in re.finditer(r"""["']\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*["']""", entry)
    }
    return Setup("setup.py", requirements, wanted[1] if wanted else cfg.python_requires, scripts or cfg.scripts, reads)


def _listed(text: str, key: str) -> tuple[Requirement, ...]:
    """The strings of `key = [...]`, whether as an argument or as a variable."""
    found = re.search(rf"\b{key}\s*=\s*[\[(](.*?)\s*[\])]\s*(?:,|\n|\)|$)", text, re.DOTALL)
    if not found and (name := re.search(rf"\b{key}\s*=\s*(\w+)", text)):
        found = re.search(rf"^{name[1]}\s*=\s*[\[(](.*?)[\])]\s*$", text, re.DOTALL | re.MULTILINE)
    rows = re.sub(r"(?m)#.*$", "", found[1]) if found else ""
    return tuple(filter(None, (requirement(row) for row in _TEXT.findall(rows))))


def _from_cfg(repo: Repository) -> Setup:
    if not repo.is_file("setup.cfg"):
        return Setup()
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(repo.read("setup.cfg"))
    except configparser.Error:
        return Setup("setup.cfg")
    rows = parser.get("options", "install_requires", fallback="").splitlines()
    scripts = parser.get("options.entry_points", "console_scripts", fallback="").splitlines()
    pairs = (re.fullmatch(r"\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*", row) for row in scripts)
    return Setup(
        "setup.cfg",
        tuple(filter(None, (requirement(row.strip()) for row in rows if row.strip()))),
        parser.get("options", "python_requires", fallback=""),
        {found[1]: found[2] for found in pairs if found},
    )
