"""Commands that setup.py and setup.cfg declare in older ways: pbr's entry points, and files that are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_trees import plan_of, started

SERVES = "from http.server import HTTPServer\ndef main():\n    HTTPServer(('', 8777), None).serve_forever()\n"
SETUP = "from setuptools import setup\nsetup(name='shop', version='1', packages=['shop'], scripts=['bin/shopd', 'bin/helper.sh'])\n"


def test_entry_points_of_pbr_are_commands(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {
            "setup.cfg": "[metadata]\nname = shop\n[files]\npackages =\n    shop\n[entry_points]\nconsole_scripts =\n    shop-api = shop.cmd:main\n",
            "setup.py": "from setuptools import setup\nsetup(setup_requires=['pbr'], pbr=True)\n",
            "shop/__init__.py": "",
            "shop/cmd.py": SERVES,
        },
    )
    assert (started(plan), plan.port) == ("shop-api", 8777)


@pytest.mark.parametrize("config", [False, True])
def test_a_file_that_is_installed_as_a_command_is_one(tmp_path: Path, config: bool) -> None:
    files = {
        "setup.py": SETUP,
        "setup.cfg": "",
        "bin/shopd": "#!/usr/bin/env python3\nfrom shop.web import main\nmain()\n",
        "bin/helper.sh": "#!/bin/sh\necho\n",
        "shop/__init__.py": "",
        "shop/web.py": SERVES,
    }
    if config:
        files["setup.py"] = "from setuptools import setup\nsetup()\n"
        files["setup.cfg"] = (
            "[metadata]\nname = shop\nversion = 1\n[options]\npackages = shop\nscripts =\n    bin/shopd\n"
        )
    plan = plan_of(tmp_path, files)
    assert (started(plan), plan.port) == ("shopd", 8777)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (".netrc", "machine pypi.example login me password hunter2\n", ".netrc:1 holds a login."),
        (".pypirc", "[pypi]\nusername: me\npassword: hunter2\n", ".pypirc:3 holds a login."),
        (".netrc", "# machine x login me password hunter2\nmachine x login me password $TOKEN\n", ""),
    ],
)
def test_a_login_that_is_committed_is_told_and_never_shown(tmp_path: Path, name: str, text: str, told: str) -> None:
    notes = " ".join(
        plan_of(
            tmp_path,
            {
                "requirements": "flask gunicorn",
                "app.py": "from flask import Flask\napp = Flask(__name__)\n",
                name: text,
            },
        ).notes
    )
    assert told in notes
    assert bool(told) == ("holds a login" in notes)
    assert "hunter2" not in notes


@pytest.mark.parametrize(
    ("script", "start"),
    [("shop_tweaks.py", "python -m shop"), ("shopd", "shopd"), ("shop", "shop")],
)
def test_a_file_of_another_name_than_the_package_that_python_starts_is_an_extra(
    tmp_path: Path, script: str, start: str
) -> None:
    plan = plan_of(
        tmp_path,
        {
            "setup.py": SETUP.replace("bin/shopd', 'bin/helper.sh", f"contrib/{script}"),
            f"contrib/{script}": "#!/usr/bin/env python3\nprint('ready')\n",
            "shop/__init__.py": "",
            "shop/__main__.py": f"{SERVES}main()\n",
        },
    )
    assert started(plan) == start
