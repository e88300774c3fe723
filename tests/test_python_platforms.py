"""What files for hosting platforms say: the front matter of a Space, packages.txt, Heroku's Aptfile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import decision, plan_of, started

MATTER = "---\ntitle: Greeter\nemoji: x\nsdk: gradio\nsdk_version: 5.49.1\npython_version: 3.13\napp_file: {file}\n---\n\n# Greeter\n"
GRADIO = "import gradio as gr\ndemo = gr.Interface(f, 'text', 'text')\ndemo.launch()\n"


def test_space_installs_what_its_platform_brings_along(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "numpy", "README.md": MATTER.format(file="app.py"), "app.py": GRADIO})
    assert plan.facts.install.added == ("gradio==5.49.1",)
    assert started(plan) == "env GRADIO_SERVER_PORT=7860 python app.py"
    assert str(decision(plan, "start").sourced.origin) == "README.md:7"
    assert decision(plan, "version").text == "3.13"
    assert str(decision(plan, "version").sourced.origin) == "README.md:6"


def test_space_that_names_no_python_gets_an_old_one_for_its_old_release(tmp_path: Path) -> None:
    matter = "---\nsdk: gradio\nsdk_version: 5.49.1\napp_file: app.py\n---\n"
    plan = plan_of(tmp_path, {"requirements": "numpy", "README.md": matter, "app.py": GRADIO})
    assert decision(plan, "version").text == "3.11"
    assert str(decision(plan, "version").sourced.origin) == "README.md:3"


def test_space_that_lists_its_framework_installs_that_release(tmp_path: Path) -> None:
    files = {"requirements": "gradio==5.0.0", "README.md": MATTER.format(file="app.py"), "app.py": GRADIO}
    assert plan_of(tmp_path, files).facts.install.besides == ("huggingface-hub<1",)


def test_file_that_the_front_matter_names_wins_over_likelier_names(tmp_path: Path) -> None:
    files = {"requirements": "", "README.md": MATTER.format(file="demo/ui.py"), "app.py": GRADIO, "demo/ui.py": GRADIO}
    assert started(plan_of(tmp_path, files)).endswith(" python demo/ui.py")


def test_streamlit_space(tmp_path: Path) -> None:
    page = "import streamlit as st\nst.title('x')\n"
    matter = "---\nsdk: streamlit\nsdk_version: 1.40.0\napp_file: src/view.py\n---\n"
    plan = plan_of(tmp_path, {"requirements": "altair", "README.md": matter, "src/view.py": page, "src/a.py": page})
    assert plan.facts.install.added == ("streamlit==1.40.0",)
    assert started(plan).startswith("streamlit run src/view.py ")


def test_port_of_a_container_space(tmp_path: Path) -> None:
    matter = "---\nsdk: docker\napp_port: 7860\n---\n"
    files = {"requirements": "fastapi uvicorn", "README.md": matter, "app.py": "from fastapi import FastAPI\napp = FastAPI()\n"}  # fmt: skip
    plan = plan_of(tmp_path, files)
    assert plan.port == 7860
    assert str(decision(plan, "port").sourced.origin) == "README.md:3"


@pytest.mark.parametrize(
    "matter",
    ["---\ntitle: x\n---\n", "sdk: gradio\n", "---\nsdk: [gradio]\n---\n", "---\nsdk: gradio\nsdk_version: '$(x)'\n"],
)
def test_other_front_matter_changes_nothing(tmp_path: Path, matter: str) -> None:
    plan = plan_of(tmp_path, {"requirements": "requests", "README.md": matter, "main.py": "import requests\nx()\n"})
    assert plan.facts.install.added == ()
    assert started(plan) == "python main.py"


STREAMLIT = {"requirements": "streamlit", "app.py": "import streamlit as st\nst.title('x')\n"}


def test_packages_of_a_platform_get_their_names_of_today_and_the_stage_that_needs_them(tmp_path: Path) -> None:
    listed = "# for pdfs\npoppler-utils\nlibgl1-mesa-glx\nlibpq-dev\npython3-opencv\n"
    plan = plan_of(tmp_path, {**STREAMLIT, "packages.txt": listed})
    assert plan.runtime_packages == ("libgl1", "poppler-utils")
    assert "libpq-dev" in plan.build_packages
    assert plan.facts.system.compiled == ()
    assert any("packages.txt:2: python3-opencv belongs to Debian's own Python" in note for note in plan.notes)


def test_packages_file_of_anything_else_is_not_read(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": "from flask import Flask\napp = Flask('a')\n", "packages.txt": "ffmpeg\n"})  # fmt: skip
    assert plan.runtime_packages == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("apt.txt", "# of repo2docker\nffmpeg\nlibpq-dev\n"),
        ("binder/apt.txt", "ffmpeg\nlibpq-dev\n"),
        ("nixpacks.toml", '[phases.setup]\naptPkgs = ["...", "ffmpeg", "libpq-dev"]\nnixPkgs = ["sox"]\n'),
        ("railpack.json", '{"deploy": {"aptPackages": ["ffmpeg"]}, "buildAptPackages": ["libpq-dev"]}'),
    ],
)
def test_packages_that_files_of_other_platforms_name(tmp_path: Path, path: str, text: str) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": "from flask import Flask\napp = Flask('a')\n", path: text})  # fmt: skip
    assert plan.runtime_packages == ("ffmpeg",)
    assert "libpq-dev" in plan.build_packages


@pytest.mark.parametrize(
    ("path", "text"), [("nixpacks.toml", "[phases\n"), ("railpack.json", "{"), ("railpack.json", "[]")]
)
def test_junk_of_other_platforms_is_no_evidence(tmp_path: Path, path: str, text: str) -> None:
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": "from flask import Flask\napp = Flask('a')\n", path: text})  # fmt: skip
    assert plan.runtime_packages == ()


def test_aptfile(tmp_path: Path) -> None:
    listed = ":repo:deb https://example.org x main\nhttps://example.org/a.deb\nffmpeg # audio\n"
    plan = plan_of(tmp_path, {"requirements": "flask", "app.py": "from flask import Flask\napp = Flask('a')\n", "Aptfile": listed})  # fmt: skip
    assert plan.runtime_packages == ("ffmpeg",)
