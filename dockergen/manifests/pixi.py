"""pixi.toml: what pixi takes from conda's channels, and from PyPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockergen.manifests.conda import CondaEnvironment, conda_specifier
from dockergen.manifests.requirements import Requirement, normalised, requirement

_PLATFORM = "linux-64"


def pixi_environment(document: Any) -> CondaEnvironment:
    """The environment that is started, in the words of conda's; what is no specification is left out.

    That is the default one, or the first of those that have names where the default one installs nothing.
    Format: https://pixi.sh/latest/reference/pixi_manifest/
    """
    features = _table(document, "feature")
    tables = [document]
    default = _environment(document)
    if default.packages or default.pip:
        tables += [features.get(name) for name in _features(_table(document, "environments").get("default"))]
    else:
        first = next(iter(_table(document, "environments").values()), None)
        tables += [features.get(name) for name in _features(first)]
    return _environment(*tables)


def _environment(*tables: Any) -> CondaEnvironment:
    packages: dict[str, Requirement] = {}
    pip: dict[str, Requirement] = {}
    for table in (part for whole in tables for part in (whole, _table(_table(whole, "target"), _PLATFORM))):
        packages |= {found.name: found for found in _conda(_table(table, "dependencies"))}
        pip |= {found.name: found for found in _pypi(_table(table, "pypi-dependencies"))}
    python = packages.pop("python", Requirement("python")).specifier
    packages.pop("pip", None)
    return CondaEnvironment(python, tuple(packages.values()), tuple(pip.values()))


def _conda(table: Mapping[str, Any]) -> Iterator[Requirement]:
    for name, value in table.items():
        stated = value.get("version", "*") if isinstance(value, dict) else value
        if isinstance(stated, str):
            yield Requirement(normalised(name), specifier="" if stated == "*" else conda_specifier(stated))


def _pypi(table: Mapping[str, Any]) -> Iterator[Requirement]:
    for name, value in table.items():
        stated = value if isinstance(value, dict) else {"version": value}
        extras = f"[{','.join(map(str, stated['extras']))}]" if isinstance(stated.get("extras"), list) else ""
        at = str(stated["url"]) if "url" in stated else ""
        if "git" in stated:
            revision = next((f"@{stated[key]}" for key in ("rev", "tag", "branch") if key in stated), "")
            at = f"git+{str(stated['git']).removeprefix('git+')}{revision}"
        version = str(stated.get("version", "*")).strip()
        version = "" if version == "*" else version if version[:1] in "=<>!~" else f"=={version}"
        found = requirement(f"{name}{extras} @ {at}" if at else f"{name}{extras}{version}")
        if found and "path" not in stated:
            yield found


def _features(stated: Any) -> list[str]:
    listed = stated.get("features") if isinstance(stated, dict) else stated
    return [str(name) for name in listed] if isinstance(listed, list) else []


def _table(value: Any, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
