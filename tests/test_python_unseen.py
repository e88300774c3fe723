"""What repositories taught that nobody here had seen before, each as the smallest tree that shows it."""

from __future__ import annotations

from pathlib import Path

import dockergen
from dockergen.languages.python.image import PythonFacts
from dockergen.verify.diagnosis import diagnosis


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _start(root: Path) -> list[str]:
    return list(dockergen.plan(root).start)


def test_main_beside_its_modules_is_run_as_a_file(tmp_path: Path) -> None:
    files = {"app/__main__.py": "import factory\n\nfactory.run()\n", "app/factory.py": "def run(): pass\n"}
    _write(tmp_path, {"requirements.txt": "loguru==0.7.3\n", **files})
    assert _start(tmp_path) == ["python", "app/__main__.py"]


def test_entry_beside_the_installed_package_is_in_the_image(tmp_path: Path) -> None:
    manifest = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "forum"\nversion = "1"\ndependencies = ["flask"]\n[tool.setuptools]\npackages = ["forum"]\n'
    files = {
        "wsgi.py": "from forum import create_app\n\nforum = create_app(config='forum.cfg')\n",
        "forum/__init__.py": "from forum.app import create_app\n",
        "forum/app.py": "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n",
    }
    _write(tmp_path, {"pyproject.toml": manifest, **files})
    assert _start(tmp_path)[-1] == "wsgi:forum"
    facts = dockergen.plan(tmp_path).facts
    assert isinstance(facts, PythonFacts)
    assert facts.copies_source


def test_the_old_host_of_the_public_index_is_public(tmp_path: Path) -> None:
    _write(
        tmp_path, {"requirements.txt": "-i https://packages.python.org/simple\nflask==3.1.2\n", "main.py": "print(1)\n"}
    )
    assert not dockergen.plan(tmp_path).secrets


def test_libraries_that_the_settings_load_are_there_when_files_are_collected(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\npython-magic==0.4.27\ngunicorn==23.0.0\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/__init__.py": "",
            "shop/settings.py": "STATIC_ROOT = 'staticfiles'\nSECRET_KEY = 'x'\n",
            "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        },
    )
    assert dockergen.plan(tmp_path).build_packages == ("libmagic1t64",)


def test_an_unknown_exception_is_told() -> None:
    log = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nRuntimeError: Variable TOKEN manquante\n'
    assert "It raises RuntimeError: Variable TOKEN manquante." in diagnosis("start", log, "The program ended.").cause


def test_a_variable_that_a_setting_or_a_configuration_lacks_is_named() -> None:
    for log in (
        "ValueError: SECRET_KEY environment variable is REQUIRED for the deployment.",
        "KeyError: \"Config 'SECRET_KEY' is missing, and has no default.\"",
    ):
        assert diagnosis("start", log, "").cause == "The program needs the environment variable SECRET_KEY."


def test_metadata_that_newer_pips_refuse_is_the_cause() -> None:
    log = (
        "WARNING: Ignoring version 4.4.1 of celery since it has invalid metadata:\nRequested celery==4.4.1 from "
        "https://index.example/celery-4.4.1.whl has invalid metadata: .* suffix\n"
        "ERROR: No matching distribution found for celery==4.4.1\n"
    )
    assert diagnosis("build", log, "").cause.startswith("The metadata of celery==4.4.1")
