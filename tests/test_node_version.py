"""Which Node.js is chosen, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dockergen.errors import ProjectError
from dockergen.languages.node import plan
from dockergen.manifests.node_range import allows, newest
from dockergen.model import BuildPlan
from dockergen.repository import Repository
from dockergen.settings import Settings

Project = Callable[[dict[str, "str | bytes"]], Path]
SERVER = "require('http').createServer().listen(process.env.PORT || 3000)"


def planned(project: Project, package: dict[str, Any], files: dict[str, str] | None = None, **flags: Any) -> BuildPlan:
    tree = {"package.json": json.dumps(package, indent=2), "server.js": SERVER, **(files or {})}
    repo = Repository(project(dict(tree)))
    return plan(repo, Settings.load(repo, flags))


def decided(found: BuildPlan, name: str) -> Any:
    return next(decision.sourced for decision in found.decisions if decision.name == name)


VERSIONS = [
    pytest.param({}, {}, "24", "LTS default", id="nothing said"),
    pytest.param({}, {".nvmrc": "22\n"}, "22", ".nvmrc:1", id="nvmrc"),
    pytest.param({}, {".nvmrc": "# ours\n v22.11.0 \n"}, "22.11.0", ".nvmrc:2", id="nvmrc with a comment"),
    pytest.param({}, {".nvmrc": "lts/jod"}, "22", ".nvmrc:1", id="code name"),
    pytest.param({}, {".nvmrc": "lts/-1"}, "24", ".nvmrc:1", id="one LTS back"),
    pytest.param({}, {".nvmrc": "node"}, "24", ".nvmrc:1", id="whatever is current"),
    pytest.param({}, {".nvmrc": "22", ".node-version": "26"}, "26", ".node-version:1", id="node-version before nvmrc"),
    pytest.param({}, {".tool-versions": "ruby 3\nnodejs 22.1.0\n"}, "22.1.0", ".tool-versions:2", id="tool-versions"),
    pytest.param({"volta": {"node": "22.2.0"}}, {}, "22.2.0", "package.json:3", id="volta"),
    pytest.param({"engines": {"node": ">=18"}}, {}, "24", "package.json:3", id="open range takes the default"),
    pytest.param({"engines": {"node": ">=25"}}, {}, "26", "package.json:3", id="range above the default"),
    pytest.param({"engines": {"node": ">=20 <23"}}, {}, "22", "package.json:3", id="closed range"),
    pytest.param({"engines": {"node": "14.x.8"}}, {}, "14", "package.json:3", id="odd wildcard"),
    pytest.param({"engines": {"node": "18.4.2"}}, {}, "18.4.2", "package.json:3", id="exact"),
    pytest.param({"engines": {"node": ">=22.0.0 <22.5.0"}}, {}, "22.4", "package.json:3", id="minor"),
    pytest.param({"engines": {"node": "abc"}}, {}, "24", "LTS default", id="no range"),
    pytest.param({"engines": {"node": "^22"}}, {".nvmrc": "26"}, "26", ".nvmrc:1", id="pin before range"),
    pytest.param({}, {".nvmrc": "what\n"}, "24", "LTS default", id="pin that means nothing"),
]


@pytest.mark.parametrize(("package", "files", "version", "origin"), VERSIONS)
def test_version(project: Project, package: dict[str, Any], files: dict[str, str], version: str, origin: str) -> None:
    found = decided(planned(project, package, files), "version")
    assert found.value == version
    assert str(found.origin) == origin


def test_flag_wins_and_the_losers_are_named(project: Project) -> None:
    found = decided(planned(project, {"engines": {"node": "22"}}, {".nvmrc": "22.1.0"}, version="26"), "version")
    assert found.value == "26"
    assert [lost.value for lost in found.rejected] == ["22.1.0", "22"]


def test_pin_outside_of_the_range_is_a_note(project: Project) -> None:
    found = planned(project, {"engines": {"node": "^22"}}, {".nvmrc": "26"})
    assert any("outside of the range '^22'" in note for note in found.notes)


def test_ended_release_is_built_as_asked_with_a_note(project: Project) -> None:
    found = planned(project, {}, {".nvmrc": "18"})
    assert str(found.runtime_image) == "node:18-slim"
    assert any("no security fixes since 2025-04-30" in note for note in found.notes)


@pytest.mark.parametrize(
    ("package", "files"),
    [
        pytest.param({}, {".nvmrc": "99"}, id="pin"),
        pytest.param({"engines": {"node": ">=99"}}, {}, id="range"),
    ],
)
def test_release_that_does_not_exist_is_an_error(
    project: Project, package: dict[str, Any], files: dict[str, str]
) -> None:
    with pytest.raises(ProjectError, match=r"(\.nvmrc:1|package\.json:3) asks for Node\.js"):
        planned(project, package, files)


def test_exact_pin_keeps_the_debian_image_of_that_release(project: Project) -> None:
    found = planned(project, {}, {".nvmrc": "22.11.0"})
    assert str(found.build_image) == str(found.runtime_image) == "node:22.11.0-slim"


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("*", "24"),
        ("^22.3", "22"),
        ("~24.1", "24.1"),
        ("=22", "22"),
        ("20 || 22", "22"),
        (">4", "24"),
        ("<24", "22"),
        ("15", ""),
        ("latest-ish", None),
        ("1" * 500, None),
    ],
)
def test_range(wanted: str, version: str | None) -> None:
    assert newest(wanted, ["24", "26", "22"]) == version


def test_allows() -> None:
    assert allows(">=22 <25", "24")
    assert not allows("^22", "24")
    assert allows("no range", "24")
