"""Programs that the source runs and the image has not."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen

APP = "from flask import Flask\nimport asyncio\nimport subprocess\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("line", "flags", "said"),
    [
        ("subprocess.run(['git', 'clone', url])", {}, "app.py:5 runs git, which the image has not"),
        ("subprocess.check_output('ffprobe -v error x.mp4', shell=True)", {}, "--package ffmpeg."),
        ("asyncio.create_subprocess_exec('pdftotext', 'a.pdf')", {}, "--package poppler-utils."),
        ("subprocess.run(['git', 'clone', url])", {"package": ["git"]}, ""),
        ("subprocess.run(['ls', '-l'])", {}, ""),
        ("subprocess.run([program, 'git'])", {}, ""),
        ("print('git clone')", {}, ""),
    ],
)
def test_programs_that_the_source_runs_are_told(tmp_path: Path, line: str, flags: dict[str, object], said: str) -> None:
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.py").write_text(f"{APP}{line}\n")
    notes = [note for note in dockergen.plan(tmp_path, **flags).notes if " runs " in note]
    assert len(notes) == bool(said)
    assert not said or said in notes[0]


@pytest.mark.parametrize(
    ("line", "user"),
    [
        ("import getpass\nname = getpass.getuser()", "app"),
        ("import getpass\nword = getpass.getpass()", ""),
        ("x = 1", ""),
    ],
)
def test_program_that_asks_for_its_user_gets_a_name(tmp_path: Path, line: str, user: str) -> None:
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.py").write_text(f"{APP}{line}\n")
    assert dict(dockergen.plan(tmp_path).env).get("USER", "") == user


@pytest.mark.parametrize(("command", "built"), [("['git', 'describe']", True), ("['true']", False)])
def test_programs_that_setup_runs_are_in_the_build_stage_alone(tmp_path: Path, command: str, built: bool) -> None:
    (tmp_path / "setup.py").write_text(
        f"import subprocess\nfrom setuptools import setup\nrelease = subprocess.check_output({command})\n"
        "setup(name='shop', version='1', packages=['shop'], install_requires=['flask', 'gunicorn'],\n"
        "      entry_points={'console_scripts': ['shop = shop:main']})\n"
    )
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").write_text("def main(): pass\n")
    plan = dockergen.plan(tmp_path)
    assert ("git" in plan.build_packages) == built
    assert "git" not in plan.runtime_packages


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("pymysql==1.1.0", True),
        ("asyncmy", True),
        ("pymysql==1.1.2", False),
        ("pymysql", False),
        ("mysqlclient", False),
    ],
)
def test_a_library_that_asks_who_runs_it_is_told(tmp_path: Path, line: str, named: bool) -> None:
    (tmp_path / "requirements.txt").write_text(f"flask==3.1.2\n{line}\n")
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    assert ("USER" in dict(dockergen.plan(tmp_path).env)) is named
