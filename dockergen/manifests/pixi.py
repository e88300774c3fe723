"""pixi.toml: what pixi takes from conda's channels, and from PyPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockergen.manifests.conda import CondaEnvironment, conda_specifier
from dockergen.manifests.pyproject import checkout, table, texts
from dockergen.manifests.requirements import Requirement, normalised, requirement

_PLATFORM = "linux-64"


def pixi_environment(document: Any) -> CondaEnvironment:
    """The environment that is started, in the words of conda's; what is no specification is left out.

    That is the default one, or the first of those that have names where the default one installs nothing.
    Format: https://pixi.sh/latest/reference/pixi_manifest/
    """
    environments = table(document, "environments")
    default = _environment(document)
    chosen = environments.get("default") if default.packages or default.pip else next(iter(environments.values()), None)
    return _environment(document, *(table(document, "feature", name) for name in _features(chosen)))


def _environment(*tables: Any) -> CondaEnvironment:
    packages: dict[str, Requirement] = {}
    pip: dict[str, Requirement] = {}
    for part in (part for whole in tables for part in (whole, table(whole, "target", _PLATFORM))):
        packages |= {found.name: found for found in _conda(table(part, "dependencies"))}
        pip |= {found.name: found for found in _pypi(table(part, "pypi-dependencies"))}
    python = packages.pop("python", Requirement("python")).specifier
    packages.pop("pip", None)
    return CondaEnvironment(python, tuple(packages.values()), tuple(pip.values()))


def _conda(rows: Mapping[str, Any]) -> Iterator[Requirement]:
    for name, value in rows.items():
        stated = value.get("version", "*") if isinstance(value, dict) else value
        if isinstance(stated, str):
            yield Requirement(normalised(name), specifier="" if stated == "*" else conda_specifier(stated))


def _pypi(rows: Mapping[str, Any]) -> Iterator[Requirement]:
    for name, value in rows.items():
        stated = value if isinstance(value, dict) else {"version": value}
        extras = f"[{','.join(named)}]" if (named := texts(stated.get("extras"))) else ""
        at = checkout(stated) or (str(stated["url"]) if "url" in stated else "")
        version = str(stated.get("version", "*")).strip()
        version = "" if version == "*" else version if version[:1] in "=<>!~" else f"=={version}"
        found = requirement(f"{name}{extras} @ {at}" if at else f"{name}{extras}{version}")
        if found and "path" not in stated:
            yield found


def _features(stated: Any) -> tuple[str, ...]:
    return texts(stated.get("features") if isinstance(stated, dict) else stated)
