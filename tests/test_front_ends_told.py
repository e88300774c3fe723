"""Front ends that an image of another language does not hold, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dockergen.pipeline import service_at

Project = Callable[[dict[str, "str | bytes"]], Path]
VITE = json.dumps({"scripts": {"build": "vite build"}, "devDependencies": {"vite": "7"}})
FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}


def _notes(project: Project, files: dict[str, str]) -> str:
    return " ".join(service_at(project({**files}), {}).plan.notes)


def test_front_end_beside_the_only_service_is_told(project: Project) -> None:
    files = {f"server/{name}": text for name, text in FLASK.items()}
    notes = _notes(project, {**files, "client/package.json": VITE, "client/index.html": "<p>"})
    assert (
        "client/ holds a front end, which is not in this image; it gets its own with `dockergen init client`." in notes
    )


@pytest.mark.parametrize(
    ("package", "files", "told"),
    [
        ({"dependencies": {"esbuild": "0.28.0"}}, {}, "package.json asks for esbuild and has no script called build"),
        ({"devDependencies": {"prettier": "3"}}, {}, ""),
        ({"main": "index.js", "dependencies": {"esbuild": "0.28.0"}}, {}, ""),
        ({"scripts": {"start": "node x.js"}, "dependencies": {"vite": "7"}}, {}, ""),
        (
            {"scripts": {"dev": "tailwindcss -i in.css -o ../static/out.css --watch"}, "devDependencies": {"tailwindcss": "3"}},
            {},
            "asks for tailwindcss",
        ),
    ],
)  # fmt: skip
def test_front_end_without_a_build_script_is_told(
    project: Project, package: dict[str, object], files: dict[str, str], told: str
) -> None:
    notes = _notes(project, {**FLASK, "assets/package.json": json.dumps(package), **files})
    assert told in notes
    assert bool(told) == ("The front end in assets is not built" in notes)


def test_style_sheet_that_is_committed_as_built_needs_no_word(project: Project) -> None:
    package = {
        "scripts": {"dev": "tailwindcss -i in.css -o static/out.css --watch"},
        "devDependencies": {"tailwindcss": "3"},
    }
    notes = _notes(project, {**FLASK, "package.json": json.dumps(package), "static/out.css": "p {}"})
    assert "not built" not in notes
