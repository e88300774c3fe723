"""What repositories taught that nobody here had seen before, each as the smallest tree that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import dockergen
from dockergen.dockerignore import parse
from dockergen.errors import ProjectError
from dockergen.explain import text_of
from dockergen.languages.python.image import PythonFacts
from dockergen.languages.python.install import Install
from dockergen.languages.python.manager_choice import manifest
from dockergen.pipeline import service_at
from dockergen.repository import Repository
from dockergen.verify.diagnosis import diagnosis


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _start(root: Path) -> list[str]:
    return list(dockergen.plan(root).start)


def _install(root: Path) -> Install:
    facts = dockergen.plan(root).facts
    assert isinstance(facts, PythonFacts)
    return facts.install


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


def _version(root: Path) -> tuple[str, str]:
    found = next(row.sourced for row in dockergen.plan(root).decisions if row.name == "version")
    return found.value, str(found.origin)


@pytest.mark.parametrize(
    ("files", "version"),
    [
        pytest.param({"main.py": "from distutils.util import strtobool\n"}, ("3.11", "main.py:1"), id="by the program"),
        pytest.param(
            {"main.py": "import tools\n", "tools.py": "import os\nimport telnetlib\n"},
            ("3.12", "tools.py:2"),
            id="by what it imports",
        ),
        pytest.param(
            {"main.py": "try:\n    import cgi\nexcept ImportError:\n    cgi = None\n"},
            ("3.14", "default"),
            id="with a way out",
        ),
        pytest.param({"main.py": "import cgi\n", "cgi.py": ""}, ("3.14", "default"), id="its own module"),
        pytest.param(
            {"main.py": "import audioop\n", "requirements.txt": "audioop-lts==0.2.1\n"},
            ("3.14", "default"),
            id="brought back by a distribution",
        ),
        pytest.param(
            {"main.py": "import imp\n", ".python-version": "3.13\n"}, ("3.13", ".python-version:1"), id="stated"
        ),
    ],
)
def test_a_module_that_left_the_standard_library_limits_the_python(
    tmp_path: Path, files: dict[str, str], version: tuple[str, str]
) -> None:
    _write(tmp_path, {"requirements.txt": "requests\n", **files})
    found, origin = _version(tmp_path)
    assert found == version[0]
    assert origin.startswith(version[1]) or version[1] == "default"


def test_streamlit_is_installed_where_its_platform_would_have_done_it(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "pandas\n", "streamlit_app.py": "import streamlit as st\n\nst.title('a')\n"})
    assert _start(tmp_path)[0] in ("streamlit", "sh")
    assert _install(tmp_path).added == ("streamlit",)


def test_imports_of_every_file_of_the_program_are_installed_where_no_manifest_is(tmp_path: Path) -> None:
    text = "import cv2, yaml\ntry:\n    import uvloop\nexcept ImportError:\n    pass\nimport tools\n\nif __name__ == '__main__':\n    tools.run()\n"
    _write(tmp_path, {"main.py": text, "tools.py": "import requests\n\ndef run(): pass\n"})
    assert _install(tmp_path).inline == ("opencv-python-headless", "pyyaml", "requests")


def test_requirements_under_another_name_are_installed_and_told(tmp_path: Path) -> None:
    _write(tmp_path, {"app.py": "import flask\napp = flask.Flask(__name__)\n", "requirments.txt": "flask==3.1.2\n"})
    dockerfile = text_of(dockergen.generate(tmp_path), "Dockerfile")
    assert "--mount=type=bind,source=requirments.txt,target=requirments.txt" in dockerfile
    assert "install -r requirments.txt" in dockerfile
    assert (
        "requirments.txt is installed as the requirements, under a name that no tool looks for: mv requirments.txt "
        "requirements.txt" in dockergen.plan(tmp_path).notes
    )


def test_requirements_under_a_name_that_no_build_takes_are_told(tmp_path: Path) -> None:
    _write(tmp_path, {"app.py": "import flask\n", "Requirments .txt": "flask\n"})
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(tmp_path)
    assert caught.value.command == "mv 'Requirments .txt' requirements.txt"


def test_a_file_of_any_name_that_runs_is_a_program(tmp_path: Path) -> None:
    _write(tmp_path, {"proxy.py": "import socket\n\nif __name__ == '__main__':\n    socket.create_server(('', 443))\n"})
    assert _start(tmp_path) == ["python", "proxy.py"]


def test_a_lock_file_of_nothing_leaves_the_requirements(tmp_path: Path) -> None:
    lock = 'version = 1\n\n[[package]]\nname = "a"\nversion = "1"\nsource = { virtual = "." }\n'
    files = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = []\n', "uv.lock": lock}
    _write(
        tmp_path, {**files, "requirements.txt": "flask>=3\n", "app.py": "from flask import Flask\napp = Flask('a')\n"}
    )
    found = next(row.sourced for row in dockergen.plan(tmp_path).decisions if row.name == "manager")
    assert (found.value, str(found.origin)) == ("pip", "requirements.txt")


def test_a_module_that_is_called_setup_is_no_manifest(tmp_path: Path) -> None:
    view = "from django.views import View\n\nclass InstanceConfig(View):\n    pass\n"
    _write(
        tmp_path,
        {
            "requirements.txt": "flask==3.1.2\n",
            "app.py": "from flask import Flask\napp = Flask('a')\n",
            "views/setup.py": view,
        },
    )
    assert manifest(Repository(tmp_path / "views")) == ""


def test_a_submodule_that_is_not_here_is_told(tmp_path: Path) -> None:
    modules = '[submodule "style"]\n\tpath = style\n\turl = ../style\n'
    _write(
        tmp_path,
        {
            "requirements.txt": "flask==3.1.2\n",
            "app.py": "from flask import Flask\napp = Flask('a')\n",
            ".gitmodules": modules,
        },
    )
    assert any(
        note.startswith(".gitmodules:2: the submodule style is not here") for note in dockergen.plan(tmp_path).notes
    )


def test_files_that_could_be_started_are_named(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "pygame\n", "board.py": "import pygame\n\ndef draw(): pass\n"})
    with pytest.raises(ProjectError) as caught:
        dockergen.plan(tmp_path)
    assert caught.value.command == "dockergen init --start 'python board.py'"


@pytest.mark.parametrize(
    "text",
    [
        'import os\nKEY = os.getenv("MAPS_KEY")\nif not KEY:\n    raise RuntimeError("no key")\n',
        'import os\nKEY = os.environ.get("MAPS_KEY")\nOTHER = 1\nif OTHER is None or KEY is None:\n    print("no key")\n    exit(1)\n',
        'import os, sys\nif not os.getenv("MAPS_KEY"):\n    sys.exit("no key")\n',
    ],
    ids=["raised", "one of two", "asked in the condition"],
)
def test_a_variable_that_the_program_insists_on_is_demanded(tmp_path: Path, text: str) -> None:
    _write(tmp_path, {"requirements.txt": "requests==2.32.5\n", "main.py": text})
    assert [need.value for need in dockergen.plan(tmp_path).needs] == ["MAPS_KEY"]


def test_a_variable_with_a_way_out_is_not_demanded(tmp_path: Path) -> None:
    text = 'import os\nKEY = os.getenv("MAPS_KEY")\nif not KEY:\n    print("no maps")\n'
    _write(tmp_path, {"requirements.txt": "requests==2.32.5\n", "main.py": text})
    assert not dockergen.plan(tmp_path).needs


def test_settings_that_raise_without_a_variable_get_one_for_the_build(tmp_path: Path) -> None:
    settings = "import os\nSTATIC_ROOT = 'staticfiles'\nURL = os.environ.get('DATABASE_URL')\nif not URL:\n    raise ValueError('no database')\n"
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\ngunicorn==23.0.0\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/__init__.py": "",
            "shop/settings.py": settings,
            "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        },
    )
    dockerfile = next(file.text for file in dockergen.generate(tmp_path) if file.path == "Dockerfile")
    assert "DATABASE_URL=sqlite:////tmp/build.sqlite3" in dockerfile


def test_static_files_of_django_heroku_are_collected_where_it_looks_for_them(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\ngunicorn==23.0.0\ndjango-heroku==0.3.1\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/__init__.py": "",
            "shop/settings.py": "import django_heroku\nSECRET_KEY = 'x'\ndjango_heroku.settings(locals())\n",
            "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        },
    )
    dockerfile = next(file.text for file in dockergen.generate(tmp_path) if file.path == "Dockerfile")
    assert "COPY --from=build /app/staticfiles/ staticfiles/" in dockerfile


def test_what_settings_evaluate_gets_something_to_evaluate(tmp_path: Path) -> None:
    settings = "import ast, os\nSTATIC_ROOT = 'staticfiles'\nLOGINS = ast.literal_eval(os.environ['LOGINS'])\n"
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\ngunicorn==23.0.0\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/__init__.py": "",
            "shop/settings.py": settings,
            "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        },
    )
    dockerfile = next(file.text for file in dockergen.generate(tmp_path) if file.path == "Dockerfile")
    assert "LOGINS={} " in dockerfile or "LOGINS='{}' " in dockerfile


def test_a_pdm_lock_that_tells_no_strategy_is_not_exported(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "requests"\nversion = "2.32.5"\nsummary = ""\n\n[metadata]\nlock_version = "4.0"\ncontent_hash = "sha256:00"\n'
    manifest = (
        '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["requests"]\n[tool.pdm]\n'
    )
    _write(tmp_path, {"pyproject.toml": manifest, "pdm.lock": lock, "main.py": "import requests\nprint(1)\n"})
    assert _install(tmp_path).checkouts


@pytest.mark.parametrize(
    ("source", "stops"),
    [
        ("import time\n# TODO: SIGTERM\ntime.sleep(9)\n", True),
        ("import os, signal\nos.kill(9, signal.SIGTERM)\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n", True),
        ("import signal\nsignal.signal(signal.SIGTERM, lambda *_: exit())\n", False),
        ("from signal import SIGTERM, signal\nfor number in (SIGTERM,):\n    signal(number, stop)\n", False),
        ("import asyncio, signal\nloop.add_signal_handler(signal.SIGTERM, stop)\n", False),
    ],
    ids=["a comment", "sent to others", "handled", "handled in a loop", "handled by the loop"],
)
def test_a_program_that_handles_no_sigterm_gets_help(tmp_path: Path, source: str, stops: bool) -> None:
    _write(tmp_path, {"requirements.txt": "requests==2.32.5\n", "main.py": source})
    facts = dockergen.plan(tmp_path).facts
    assert isinstance(facts, PythonFacts)
    assert facts.stops is stops


def test_a_program_that_a_shell_becomes_gets_help_to_stop(tmp_path: Path) -> None:
    files = {"Procfile": "web: python server.py --port $PORT\n", "server.py": "import websockets\nprint('listening')\n"}
    _write(tmp_path, {"requirements.txt": "websockets==15.0.1\n", **files})
    plan = dockergen.plan(tmp_path)
    assert plan.start[:2] == ("sh", "-c")
    assert isinstance(plan.facts, PythonFacts)
    assert plan.facts.stops


@pytest.mark.parametrize(
    ("requirements", "besides"),
    [
        ("flask==1.0\n", ("itsdangerous<2.1", "jinja2<3.1", "markupsafe<2.1", "werkzeug<2.1")),
        ("flask==1.0\njinja2==3.0.1\nwerkzeug==1.0.1\ngunicorn==22.0\n", ("itsdangerous<2.1", "markupsafe<2.1")),
        ("flask==3.1.2\ngunicorn==23.0.0\npandas==1.5.3\n", ("numpy<2",)),
        ("flask==3.1.2\ngunicorn==23.0.0\npandas\n", ()),
        ("flask\ngunicorn\npasslib[bcrypt]\n", ("bcrypt<5",)),
        ("flask\ngunicorn\npasslib\nbcrypt\n", ("bcrypt<5",)),
        ("flask\ngunicorn\npasslib\n", ()),
        ("flask\ngunicorn\npasslib\nbcrypt==4.0.1\n", ()),
        (
            "flask\ngunicorn\nflask-script\n",
            ("flask<2", "itsdangerous<2.1", "jinja2<3.1", "markupsafe<2.1", "werkzeug<2.1"),
        ),
        ("flask\ngunicorn\nnewspaper3k\n", ("lxml-html-clean",)),
        ("flask==2.0.1\ngunicorn\nflask-debugtoolbar==0.11.0\n", ("jinja2<3.1", "werkzeug<3")),
        ("flask\ngunicorn\nuvicorn==0.11.8\n", ("uvloop<0.22",)),
        ("flask\ngunicorn\nuvicorn==0.14.0\nuvloop\n", ("uvloop<0.22",)),
        ("flask\ngunicorn\nuvicorn==0.15.0\nuvloop\n", ()),
    ],
    ids=[
        *("bounds", "what is stated stays", "of two, the binary interface", "open lines", "an extra", "two lines"),
        *("without the other", "pinned", "what a bound needs itself", "what is needed besides"),
        *("what an extension needs", "what is brought along", "what is named besides", "from where on it works"),
    ],
)
def test_old_pins_get_what_they_know(tmp_path: Path, requirements: str, besides: tuple[str, ...]) -> None:
    _write(tmp_path, {"requirements.txt": requirements, "app.py": "from flask import Flask\napp = Flask('a')\n"})
    assert _install(tmp_path).besides == besides


@pytest.mark.parametrize(
    ("release", "python", "besides"),
    [
        ("4.0.2", "3.11", ("huggingface-hub<1", "starlette<1")),
        ("4.44.1", "3.12", ("huggingface-hub<1", "starlette<1")),
        ("5.3.0", "3.12", ("huggingface-hub<1",)),
        ("5.6.0", "3.14", ("huggingface-hub<1",)),
        ("5.49.1", "3.14", ()),
    ],
)
def test_releases_of_gradio_get_the_python_and_the_companions_that_were_measured(
    tmp_path: Path, release: str, python: str, besides: tuple[str, ...]
) -> None:
    app = "import gradio as gr\nwith gr.Blocks() as demo:\n    gr.Markdown('x')\ndemo.launch()\n"
    _write(tmp_path, {"requirements.txt": f"gradio=={release}\n", "app.py": app})
    plan = dockergen.plan(tmp_path)
    found = next(str(row.sourced.value) for row in plan.decisions if row.name == "version")
    assert (found, _install(tmp_path).besides) == (python, besides)


def test_a_server_that_is_added_exists_for_the_python(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask==2.0.1\n", "app.py": "from flask import Flask\napp = Flask('a')\n"}
    _write(tmp_path, {**files, ".python-version": "3.9\n"})
    assert _install(tmp_path).added[0] == "gunicorn==23.0.0"
    assert any("adds gunicorn==23.0.0" in note for note in dockergen.plan(tmp_path).notes)


def test_a_name_that_a_newer_release_lost_is_told() -> None:
    log = "ImportError: cannot import name 'Markup' from 'jinja2' (/app/.venv/lib/python3.11/site-packages/jinja2/__init__.py)"
    assert "older than the jinja2" in diagnosis("start", log, "").cause


def test_an_index_that_is_not_reached_is_no_missing_release() -> None:
    log = "after connection broken by 'NewConnectionError('<x>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/amqp/\n"
    log += "ERROR: Could not find a version that satisfies the requirement amqp==5.0.5 (from versions: none)\n"
    assert "does not reach the package index" in diagnosis("build", log, "A step failed.").cause


def test_an_unknown_exception_is_told() -> None:
    log = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nRuntimeError: Variable TOKEN manquante\n'
    assert "It raises RuntimeError: Variable TOKEN manquante." in diagnosis("start", log, "The program ended.").cause
    log = "Traceback (most recent call last):\nAttributeError: x\nTraceback (most recent call last):\npip.markers.UndefinedComparison: Undefined\n"
    assert "It raises pip.markers.UndefinedComparison: Undefined." in diagnosis("build", log, "A step failed.").cause


def test_a_variable_that_a_setting_or_a_configuration_lacks_is_named() -> None:
    for log in (
        "ValueError: SECRET_KEY environment variable is REQUIRED for the deployment.",
        "KeyError: \"Config 'SECRET_KEY' is missing, and has no default.\"",
    ):
        assert diagnosis("start", log, "").cause == "The program needs the environment variable SECRET_KEY."


@pytest.mark.parametrize(
    ("log", "variable"),
    [
        ("ValueError: Please set BOT_TOKEN in your .env file.", "BOT_TOKEN"),
        ("Exception: DATABASE_URL environment variable not defined.", "DATABASE_URL"),
        ("    port = int(os.getenv('CHANNEL_ID'))\nTypeError: int() argument must be a string, not 'NoneType'", "CHANNEL_ID"),
        ("    hosts = os.environ.get(\"HOSTS\").split(',')\nAttributeError: 'NoneType' object has no attribute 'split'", "HOSTS"),
        ("ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", ""),
        ("ValueError: a name is required", ""),
    ],
    ids=["a message", "another message", "the line that fails", "its other form", "no variable", "no name"],
)  # fmt: skip
def test_the_variable_that_an_exception_is_about_is_told(log: str, variable: str) -> None:
    text = f'Traceback (most recent call last):\n  File "/app/main.py", line 3, in <module>\n{log}\n'
    remedy = diagnosis("start", text, "The program ended.").remedy
    assert remedy.endswith(f"--env {variable}=..." if variable else "in the log below.")


def test_metadata_that_newer_pips_refuse_is_the_cause() -> None:
    log = (
        "WARNING: Ignoring version 4.4.1 of celery since it has invalid metadata:\nRequested celery==4.4.1 from "
        "https://index.example/celery-4.4.1.whl has invalid metadata: .* suffix\n"
        "ERROR: No matching distribution found for celery==4.4.1\n"
    )
    assert diagnosis("build", log, "").cause.startswith("The metadata of celery==4.4.1")


def test_a_program_that_asks_for_nothing_installs_nothing(tmp_path: Path) -> None:
    _write(tmp_path, {"proxy.py": "import vendored\n\nif __name__ == '__main__':\n    vendored.run()\n"})
    _write(
        tmp_path, {"vendored/__init__.py": "def run(): pass\n", "pyproject.toml": "[tool.black]\nline-length = 99\n"}
    )
    plan = dockergen.plan(tmp_path)
    assert (_install(tmp_path).kind, _install(tmp_path).inline) == ("setup", ())
    assert not any("lock file" in note for note in plan.notes)


def test_an_app_in_a_package_of_its_own_name_is_named_in_full(tmp_path: Path) -> None:
    # Gunicorn puts the working folder first, where `app` is the package and not the file inside of it.
    files = {"app/app.py": "from flask import Flask\nfrom parts import *\napp = Flask(__name__)\n", "app/parts.py": ""}
    _write(tmp_path, {"requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n", "app/__init__.py": "", **files})
    assert _start(tmp_path)[-1] == "app.app:app"
    assert dict(dockergen.plan(tmp_path).env)["PYTHONPATH"] == "/app/app"


def test_requirements_in_a_folder_without_a_program_are_the_program_s(tmp_path: Path) -> None:
    _write(tmp_path, {"install/requirements.txt": "flask==3.1.2\n", "install/setup.sh": "pip install\n"})
    _write(tmp_path, {"docs/requirements.txt": "mkdocs\n", "mkdocs.yml": "site_name: x\n"})
    _write(tmp_path, {"shop/__init__.py": "", "shop/app.py": "from flask import Flask\napp = Flask(__name__)\n"})
    assert _install(tmp_path).requirements == "install/requirements.txt"


def test_certificates_of_authorities_reach_the_image_and_keys_do_not(tmp_path: Path) -> None:
    certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    _write(tmp_path, {"requirements.txt": "flask==3.1.2\n", "app.py": "from flask import Flask\napp = Flask('a')\n"})
    _write(tmp_path, {"libs/certifi/cacert.pem": f"# Roots\n{certificate}", "global-bundle.pem": certificate})
    _write(tmp_path, {"server.pem": certificate + key, "key.pem": key, "tests/ca.pem": certificate})
    rules = parse(text_of(dockergen.generate(tmp_path), ".dockerignore"))
    assert not any(rules.excludes(path) for path in ("libs/certifi/cacert.pem", "global-bundle.pem"))
    assert all(rules.excludes(path) for path in ("server.pem", "key.pem", "tests/ca.pem"))


def test_a_pointer_of_git_lfs_is_told(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    files = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
    _write(
        tmp_path,
        {
            **files,
            ".gitattributes": "*.pkl filter=lfs diff=lfs merge=lfs -text\n",
            "model.pkl": pointer,
            "other.pkl": "\x80x",
        },
    )
    assert any(note.startswith("model.pkl is a pointer of Git LFS") for note in dockergen.plan(tmp_path).notes)
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04K\x01.")
    assert not any("Git LFS" in note for note in dockergen.plan(tmp_path).notes)


def test_a_package_that_holds_its_own_requirements_is_built_from_beside_it(tmp_path: Path) -> None:
    main = "from fastapi import FastAPI\nfrom app.routes import router\n\napp = FastAPI()\n"
    files = {"app/requirements.txt": "fastapi\nuvicorn\n", "app/routes.py": "router = None\n", "app/main.py": main}
    _write(tmp_path, files)
    assert "uvicorn app.main:app" in " ".join(_start(tmp_path))
    assert manifest(Repository(tmp_path)) == "app/requirements.txt"


def test_a_folder_whose_modules_import_each_other_by_bare_names_is_the_service(tmp_path: Path) -> None:
    main = "from fastapi import FastAPI\nfrom routes import router\n\napp = FastAPI()\n"
    files = {"app/requirements.txt": "fastapi\nuvicorn\n", "app/routes.py": "router = None\n", "app/main.py": main}
    _write(tmp_path, files)
    assert "uvicorn main:app" in " ".join(_start(tmp_path))
    assert not manifest(Repository(tmp_path))


def test_app_of_the_command_line_is_not_the_service(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "from flask import Flask\n\ndef create_app(mails=True):\n    return Flask('shop')\n",
        "shop/__main__.py": "from shop import create_app\n\napp = create_app()\n\nif __name__ == '__main__':\n    app.run()\n",
        "shop/cli/__init__.py": "from shop.cli.app import app\n",
        "shop/cli/app.py": "from shop import create_app\n\napp = create_app(mails=False)\n",
    }
    _write(tmp_path, {"requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n", **files})
    assert _start(tmp_path)[-1] == "shop.__main__:app"


LOCK = '[[package]]\nname = "flask"\nversion = "3.1.2"\ndescription = ""\noptional = false\npython-versions = ">=3.9"\nfiles = []\n\n[metadata]\nlock-version = "2.1"\npython-versions = ">=3.9"\n'


@pytest.mark.parametrize(
    ("listed", "manager"),
    [
        pytest.param("flask==3.1.2\nmangum==0.19.0\n", "pip", id="in the requirements file"),
        pytest.param("flask==3.1.2\nloguru==0.7.3\n", "poetry", id="nowhere"),
    ],
)
def test_lock_file_without_what_the_program_imports_gives_way_to_requirements_that_have_it(
    tmp_path: Path, listed: str, manager: str
) -> None:
    manifest = '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.9"\nflask = "^3.1"\n'
    main = "from flask import Flask\nfrom mangum import Mangum\n\napp = Flask(__name__)\nhandler = Mangum(app)\n"
    _write(
        tmp_path,
        {"pyproject.toml": manifest, "poetry.lock": LOCK, "requirements.txt": f"{listed}gunicorn\n", "main.py": main},
    )
    plan = dockergen.plan(tmp_path)
    assert next(row.text for row in plan.decisions if row.name == "manager") == manager
    note = "poetry.lock is not installed: it does not hold mangum (main.py:2), which requirements.txt names, or what that brings."
    assert (note in plan.notes) == (manager == "pip")


def test_users_manager_is_kept_whatever_its_lock_file_lacks(tmp_path: Path) -> None:
    manifest = '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.9"\nflask = "^3.1"\n'
    files = {
        "requirements.txt": "flask\nmangum\n",
        "main.py": "import mangum\nfrom flask import Flask\napp = Flask('a')\n",
    }
    _write(tmp_path, {"pyproject.toml": manifest, "poetry.lock": LOCK, **files})
    plan = dockergen.plan(tmp_path, manager="poetry")
    assert next(row.text for row in plan.decisions if row.name == "manager") == "poetry"


def test_script_that_is_called_like_the_package_which_it_starts_is_the_program(tmp_path: Path) -> None:
    files = {
        "Shop.py": "import shop\n\nif __name__ == '__main__':\n    shop.start()\n",
        "convert.py": "from lib import convert\n\nif __name__ == '__main__':\n    convert()\n",
        "shop/__init__.py": "def start(): pass\n",
        "lib/__init__.py": "def convert(): pass\n",
    }
    _write(tmp_path, {"requirements.txt": "requests\n", **files})
    assert _start(tmp_path) == ["python", "Shop.py"]


@pytest.mark.parametrize(
    ("requirements", "text", "driver"),
    [
        ("sqlalchemy==2.0.40\n", "URL = 'postgresql+asyncpg://shop@db/shop'\n", "asyncpg"),
        ("flask-sqlalchemy==3.1.1\n", "user = 'a'\nURL = f'mysql+pymysql://{user}@db/shop'\n", "pymysql"),
        ("sqlalchemy==2.0.40\n", "import os\nURL = os.getenv('URL', 'sqlite+aiosqlite:///./shop.db')\n", "aiosqlite"),
        ("flask-caching==2.3.1\n", "CACHE = {'CACHE_TYPE': 'RedisCache'}\n", "redis"),
        ("celery==5.5.1\n", "BROKER = 'redis://redis:6379/0'\n", "redis"),
        ("sqlalchemy==2.0.40\npsycopg==3.2.6\n", "URL = 'postgresql://shop@db/shop'\n", ""),
        ("sqlalchemy==2.0.40\n", "URL = 'x'.replace('postgres://', 'postgresql://')\n", ""),
        ("sqlalchemy==2.0.40\n", "PATTERN = r'postgresql://[^ ]+'\n", ""),
        ("flask==3.1.2\n", "URL = 'postgresql://shop@db/shop'\n", ""),
    ],
)
def test_a_driver_that_an_address_names_comes_along(tmp_path: Path, requirements: str, text: str, driver: str) -> None:
    program = f"from flask import Flask\n{text}app = Flask(__name__)\n"
    _write(tmp_path, {"requirements.txt": f"flask==3.1.2\n{requirements}", "app.py": program})
    added = [word for word in _install(tmp_path).besides if word != "greenlet"]
    assert added == ([driver] if driver else [])


def test_what_the_settings_of_django_name_in_full_comes_along(tmp_path: Path) -> None:
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    settings = (
        "MIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'corsheaders.middleware.CorsMiddleware', 'shop.own.Own']\n"
        "CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': 'celery.internal'}}\n"
        "STORAGES = {'default': {'BACKEND': 'shop.own.Own', 'OPTIONS': {'custom_domain': 'requests.example.com'}}}\n"
        "EMAIL_BACKEND = 'lacking_everywhere.mail.Backend'\n"
        "SECRET_KEY = 'x'\n"
    )
    files = {"requirements.txt": "django==5.2.1\ngunicorn==23.0.0\n", "manage.py": manage, "shop/settings.py": settings}
    _write(tmp_path, {**files, "shop/__init__.py": "", "shop/own.py": "class Own:\n    pass\n"})
    assert set(_install(tmp_path).besides) == {"django-cors-headers", "django-redis"}


@pytest.mark.parametrize(
    ("setup", "added"),
    [
        ("from setuptools import setup\nsetup(name='a', install_requires=[])\n", True),
        ("from setuptools import setup\nsetup(name='a')\n", True),
        ("from setuptools import setup\nsetup(name='a', install_requires=['groq'])\n", False),
        ("from setuptools import setup\nfrom a import needs\nsetup(name='a', install_requires=needs())\n", False),
    ],
)
def test_what_the_project_itself_asks_for_is_read_of_its_setup_py(tmp_path: Path, setup: str, added: bool) -> None:
    program = "from flask import Flask\nimport groq\napp = Flask(__name__)\n"
    _write(tmp_path, {"requirements.txt": "flask==3.1.2\n-e .\n", "setup.py": setup, "app.py": program})
    told = [note for note in dockergen.plan(tmp_path).notes if "does not name groq (app.py:2)" in note]
    assert bool(told) is added


def test_what_a_page_loads_of_others_is_no_service(tmp_path: Path) -> None:
    package = '{"name": "bootstrap", "version": "3.4.1", "main": "dist/js/npm.js"}'
    app = "from flask import Flask\napp = Flask(__name__)\n"
    files = {"web/app.py": app, "web/static/bootstrap/package.json": package}
    _write(tmp_path, {**files, "web/static/bootstrap/dist/js/npm.js": "require('x')\n"})
    service = service_at(tmp_path, {})
    assert (service.root, service.plan.language) == ("web", "python")


def test_a_page_of_gradio_that_starts_as_it_is_is_a_program(tmp_path: Path) -> None:
    page = (
        "import gradio as gr\n\ndemo = gr.Interface(fn=str, inputs='text', outputs='text')\n\ndemo.queue().launch()\n"
    )
    _write(tmp_path, {"gradio_app.py": page, "config.json": "{}", "train.json": "{}", "eval.json": "{}"})
    assert _start(tmp_path)[-1].endswith("python gradio_app.py")


def test_what_the_tags_of_templates_import_comes_along(tmp_path: Path) -> None:
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    settings = "INSTALLED_APPS = ['board']\nSECRET_KEY = 'x'\n"
    files = {"requirements.txt": "django==5.2.1\ngunicorn==23.0.0\n", "manage.py": manage, "shop/settings.py": settings}
    tags = {
        "board/__init__.py": "",
        "board/templatetags/__init__.py": "",
        "board/templatetags/marks.py": "import markdown\n",
    }
    _write(tmp_path, {**files, **tags, "shop/__init__.py": ""})
    assert set(_install(tmp_path).besides) == {"markdown"}


def test_folders_of_log_files_are_there_when_static_files_are_collected(tmp_path: Path) -> None:
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    settings = (
        "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nSECRET_KEY = 'x'\n"
        "STATIC_ROOT = BASE_DIR / 'static'\nSTATIC_URL = '/static/'\nINSTALLED_APPS = ['django.contrib.staticfiles']\n"
        "LOGGING = {'version': 1, 'handlers': {'file': {'class': 'logging.FileHandler', 'filename': BASE_DIR / 'logs/shop.log'}}}\n"
    )
    files = {"requirements.txt": "django==5.2.1\ngunicorn==23.0.0\n", "manage.py": manage, "shop/settings.py": settings}
    _write(tmp_path, {**files, "shop/__init__.py": ""})
    text = text_of(dockergen.generate(tmp_path), "Dockerfile")
    assert text.index("RUN mkdir -p logs\n") < text.index("collectstatic")


@pytest.mark.parametrize(
    ("handler", "added"),
    [
        ("    print('pip install requests')\n    sys.exit(1)\n", {"requests"}),
        ("    raise SystemExit('pip install requests')\n", {"requests"}),
        ("    requests = None\n", set()),
    ],
)
def test_an_import_whose_failure_ends_the_program_is_needed(tmp_path: Path, handler: str, added: set[str]) -> None:
    program = f"import sys\ntry:\n    import requests\nexcept ImportError:\n{handler}from flask import Flask\napp = Flask(__name__)\n"
    _write(tmp_path, {"requirements.txt": "flask==3.1.2\n", "app.py": program})
    assert set(_install(tmp_path).besides) == added
