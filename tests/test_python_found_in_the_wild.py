"""Situations that public repositories taught us, each as the smallest tree that shows it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import dockergen
from dockergen.dockerignore import parse
from dockergen.errors import ProjectError
from dockergen.languages.go import LANGUAGE as GO
from dockergen.model import Strength
from dockergen.repository import Repository
from dockergen.settings import Settings

MANAGE = "import os, sys\nname = 'shop.production' if 'CLOUD' in os.environ else 'shop.settings'\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', name)\n"
POETRY_LOCK = """[[package]]
name = "psycopg2-binary"
version = "2.9.1"
description = ""
category = "main"
optional = false
python-versions = ">=3.6"

[metadata]
lock-version = "1.1"

[metadata.files]
psycopg2-binary = [
    {file = "psycopg2_binary-2.9.1-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", hash = "sha256:00"},
    {file = "psycopg2-binary-2.9.1.tar.gz", hash = "sha256:01"},
]
"""


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _decisions(root: Path) -> dict[str, object]:
    return {row.name: row.sourced.value for row in dockergen.plan(root).decisions}


def test_app_of_an_imported_factory_that_wants_arguments_is_found(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "flask==3.1.2\n",
            "blog.py": "from app import create_app\n\napp = create_app('default')\n",
            "app/__init__.py": "from flask import Flask\n\ndef create_app(name):\n    app = Flask(__name__)\n    return app\n",
        },
    )
    found = _decisions(tmp_path)
    assert found["framework"] == "flask"
    assert found["start"][-1] == "blog:app"  # type: ignore[index]


def test_settings_that_manage_py_computes_are_those_that_exist(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\n",
            "manage.py": MANAGE,
            "shop/__init__.py": "",
            "shop/settings.py": "DEBUG = False\n",
            "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        },
    )
    assert _decisions(tmp_path)["start"][-1] == "shop.wsgi:application"  # type: ignore[index]


def test_wheels_that_an_old_poetry_lists_at_the_end_choose_the_python(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "pyproject.toml": '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.9"\npsycopg2-binary = "^2.9"\n',
            "poetry.lock": POETRY_LOCK,
            "main.py": "print('hello')\n",
        },
    )
    assert _decisions(tmp_path)["version"] == "3.10"


def test_package_json_of_tools_beside_a_procfile_of_python_leaves_the_folder_to_python(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n",
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "Procfile": "web: gunicorn app:app\n",
            "package.json": '{"devDependencies": {"prettier": "3"}}',
        },
    )
    assert dockergen.plan(tmp_path).language == "python"


def test_go_module_without_go_files_pins_tools_only(tmp_path: Path) -> None:
    _write(tmp_path, {"go.mod": "module example.org/tools\n\ngo 1.24\n\ntool mvdan.cc/sh/v3/cmd/shfmt\n"})
    found = GO.match(Repository(tmp_path), Settings())
    assert found is not None
    assert found.strength == Strength.SUPPORTING


def test_variable_that_overrides_the_database_is_no_folder(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'hc.settings')\n",
            "hc/settings.py": 'DATABASES = {"default": {"NAME": os.getenv("DB_NAME", BASE_DIR / "hc.sqlite")}}\n',
            "hc/wsgi.py": "application = get_wsgi_application()\n",
        },
    )
    assert dockergen.plan(tmp_path).writable == ("/app/data",)  # for hc.sqlite; DB_NAME names no folder


def test_server_framework_that_a_client_library_brings_along_starts_no_server(tmp_path: Path) -> None:
    rows = '[[package]]\nname = "{}"\nversion = "1"\nsource = {{ {} }}\n'
    _write(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "bot"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["discord-py"]\n',
            "uv.lock": 'version = 1\nrequires-python = ">=3.12"\n'
            + rows.format("bot", 'virtual = "."')
            + 'dependencies = [{ name = "discord-py" }]\n'
            + rows.format("discord-py", 'registry = "x"')
            + 'dependencies = [{ name = "aiohttp" }]\n'
            + rows.format("aiohttp", 'registry = "x"'),
            "bot/__init__.py": "",
            "bot/__main__.py": "import discord\n\ndiscord.Client().run('token')\n",
        },
    )
    plan = dockergen.plan(tmp_path)
    assert plan.port is None
    assert plan.start == ("python", "-m", "bot")


def test_headers_and_compilers_that_are_asked_for_stay_in_the_build_stage(tmp_path: Path) -> None:
    _write(
        tmp_path, {"requirements.txt": "flask==3.1.2\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
    )
    plan = dockergen.plan(tmp_path, package=["gcc", "libicu-dev", "libicu76"])
    assert plan.build_packages == ("gcc", "libicu-dev")
    assert plan.runtime_packages == ("libicu76",)


def test_manage_py_that_only_leads_to_the_one_beside_the_settings_is_passed_over(tmp_path: Path) -> None:
    manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'core.settings')\n"
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\ngunicorn==23.0.0\n",
            "manage.py": "import sys\nsys.path.insert(0, 'web')\n" + manage,
            "web/manage.py": manage,
            "web/core/settings.py": "DEBUG = False\n",
            "web/core/wsgi.py": "application = get_wsgi_application()\n",
        },
    )
    plan = dockergen.plan(tmp_path)
    assert "core.wsgi:application" in " ".join(plan.start)
    assert dict(plan.env)["PYTHONPATH"] == "/app/web"


def test_django_without_a_server_module_is_served_by_what_makes_the_application(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\ngunicorn==23.0.0\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'core.settings')\n",
            "core/settings.py": "DEBUG = False\n",
        },
    )
    plan = dockergen.plan(tmp_path)
    assert "django.core.wsgi:get_wsgi_application()" in " ".join(plan.start)
    assert dict(plan.env)["DJANGO_SETTINGS_MODULE"] == "core.settings"


APP_ALONE = "import os\nimport helpers\nfrom flask import Flask\n\napp = Flask(__name__)\n"


def test_what_the_program_imports_is_installed_where_no_manifest_is(tmp_path: Path) -> None:
    _write(tmp_path, {"app.py": APP_ALONE, "helpers.py": "", "train.py": "import pandas\n"})
    plan = dockergen.plan(tmp_path)
    assert plan.facts.install.inline == ("flask",)  # type: ignore[attr-defined]
    assert "app:app" in plan.start
    told = next(note for note in plan.notes if "No manifest names what is to be installed" in note)
    assert "flask (app.py:3)" in told
    assert told.endswith("printf '%s\\n' flask > requirements.txt")


def test_a_server_that_another_file_imports_is_installed_where_no_manifest_is(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "run.py": "import uvicorn\n\nif __name__ == '__main__':\n    uvicorn.run('main:app', reload=True)\n",
            "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        },
    )
    plan = dockergen.plan(tmp_path)
    assert "uvicorn main:app" in " ".join(plan.start)
    assert plan.facts.install.inline == ("fastapi", "uvicorn")  # type: ignore[attr-defined]


def test_an_import_that_nothing_is_known_of_is_told_with_its_line(tmp_path: Path) -> None:
    _write(tmp_path, {"app.py": f"import acme_internal\n{APP_ALONE}", "helpers.py": ""})
    with pytest.raises(ProjectError, match=r"app\.py:1 imports acme_internal, and no manifest") as caught:
        dockergen.plan(tmp_path)
    assert caught.value.command == "printf '%s\\n' acme-internal flask > requirements.txt"


@pytest.mark.parametrize("module", ["tomllib", "compression", "cgi", "imp"])
def test_the_standard_library_is_that_of_every_python_and_not_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setattr("sys.stdlib_module_names", sys.stdlib_module_names - {module})
    _write(tmp_path, {"app.py": f"import {module}\n\nprint({module})\n"})
    assert dockergen.plan(tmp_path).start == ("python", "app.py")


def test_programs_of_the_standard_library_need_no_manifest(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "server.py": "from http.server import HTTPServer, SimpleHTTPRequestHandler\nimport helpers\n\n"
            "if __name__ == '__main__':\n    HTTPServer(('0.0.0.0', 8000), SimpleHTTPRequestHandler).serve_forever()\n",
            "helpers.py": "import json\n",
        },
    )
    assert dockergen.plan(tmp_path).start[-1] == "server.py"


def test_pin_that_the_range_of_the_installed_project_excludes_decides_nothing(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "bin"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["flask"]\n'
            '[build-system]\nrequires = ["setuptools"]\n',
            "runtime.txt": "python-3.6.5\n",
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
    )
    decision = next(row for row in dockergen.plan(tmp_path).decisions if row.name == "version")
    assert decision.sourced.origin.path == "pyproject.toml"
    assert any(lost.value == "3.6.5" and "refuses" in lost.why for lost in decision.sourced.rejected)


def test_secrets_by_name_collected_files_and_documentation_stay_out_of_the_build(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "django==5.2\nwhitenoise==6.9\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/settings.py": "STATIC_ROOT = BASE_DIR / 'staticfiles'\nINSTALLED_APPS = ['django.contrib.staticfiles']\n",
            "shop/wsgi.py": "application = get_wsgi_application()\n",
            "staticfiles/old.css": "",
            "k8s/secrets.yaml": "",
            "kubeconfig.yaml": "",
            ".streamlit/secrets.toml": "",
            "docs/conf.py": "",
        },
    )
    rules = parse(next(f.text for f in dockergen.generate(tmp_path) if f.path == ".dockerignore"))
    hidden = ("staticfiles/old.css", "k8s/secrets.yaml", "kubeconfig.yaml", ".streamlit/secrets.toml", "docs/conf.py")
    assert [path for path in hidden if not rules.excludes(path)] == []
    assert not rules.excludes("shop/settings.py")


def test_package_whose_files_import_each_other_by_bare_names_is_the_folder_of_its_program(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "requirements.txt": "flask==3.1.2\n",
            "app/__init__.py": "",
            "app/main.py": "from flask import Flask\nfrom helpers.text import shown\n\napp = Flask(__name__)\n",
            "app/helpers/text.py": "",
        },
    )
    plan = dockergen.plan(tmp_path)
    assert plan.start[-1] == "main:app"
    assert dict(plan.env)["PYTHONPATH"] == "/app/app"


def test_pins_without_a_wheel_for_any_supported_python_choose_an_older_one_with_a_warning(tmp_path: Path) -> None:
    _write(tmp_path, {"requirements.txt": "pandas==1.3.5\nnumpy==1.21.6\n", "main.py": "import pandas\n"})
    plan = dockergen.plan(tmp_path)
    assert plan.build_image.tag == "3.10-slim"
    assert any("3.10" in note and "no security fixes" in note for note in plan.notes)


def test_the_line_of_a_dependency_is_the_one_that_asks_for_it(project) -> None:
    text = """[tool.poetry]
name = "fastapi-example"
description = "A service with FastAPI"

[tool.poetry.dependencies]
python = "^3.13"
FastAPI = "^0.115"
uvicorn = "^0.30"
"""
    root = project({"pyproject.toml": text, "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"})
    made = {d.name: d for d in dockergen.plan(root).decisions}
    assert str(made["framework"].sourced.origin) == "pyproject.toml:7"


def test_a_front_end_inside_of_an_installed_package_is_there_when_the_package_is_built(project) -> None:
    root = project(
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13"\n'
            'dependencies = ["fastapi", "uvicorn"]\n\n[project.scripts]\nshop = "shop.main:main"\n\n'
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
            "src/shop/__init__.py": "",
            "src/shop/main.py": "import uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\nFRONT = 'web'\n\n\n"
            "def main():\n    uvicorn.run(app, host='0.0.0.0', port=8000)\n",
            "front/package.json": '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "7.0.0"}}',
            "front/vite.config.js": "export default { build: { outDir: '../src/shop/web' } }\n",
            "front/index.html": "<p>shop</p>\n",
        }
    )
    text = next(file.text for file in dockergen.generate(root) if file.path == "Dockerfile")
    lines = text.splitlines()
    source, front = lines.index("COPY . ."), lines.index("COPY --from=assets /app/src/shop/web/ src/shop/web/")
    installed = next(number for number, line in enumerate(lines) if line.endswith("uv pip install --no-deps ."))
    assert source < front < installed


def test_an_app_that_one_language_knows_is_that_language_s(project) -> None:
    root = project(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["backend"]\n',
            "uv.lock": 'version = 1\n\n[[package]]\nname = "shop"\nversion = "1"\nsource = { editable = "backend" }\n'
            'dependencies = [{ name = "fastapi" }]\n\n[[package]]\nname = "fastapi"\nversion = "0.115.0"\n',
            "backend/pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi"]\n',
            "backend/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "package.json": '{"workspaces": ["frontend"]}',
            "frontend/package.json": '{"scripts": {"start": "node index.js"}}',
            "frontend/index.js": "",
        }
    )
    assert dockergen.plan(root, app="backend").language == "python"


@pytest.mark.parametrize(
    ("strategy", "step"), [('"cross_platform"', "pdm sync"), ('"inherit_metadata"', "pdm export")], ids=["2023", "now"]
)
def test_a_lock_file_that_pdm_does_not_export_is_installed_by_pdm(project, strategy: str, step: str) -> None:
    root = project(
        {
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.13"\n'
            'dependencies = ["fastapi", "uvicorn"]\n\n[tool.pdm]\n',
            "pdm.lock": f'[metadata]\ngroups = ["default"]\nstrategy = [{strategy}]\nlock_version = "4.4"\n\n'
            '[[package]]\nname = "fastapi"\nversion = "0.115.0"\n\n[[package]]\nname = "uvicorn"\nversion = "0.30.0"\n',
            "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        }
    )
    text = next(file.text for file in dockergen.generate(root) if file.path == "Dockerfile")
    assert f"/opt/pdm/bin/{step} " in text


def test_a_folder_of_programs_that_the_front_end_runs_is_in_the_build(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\n",
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "package.json": '{"scripts": {"build": "node build/build.js", "lint": "eslint dist/index.js"}}\n',
        "build/build.js": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    patterns = [pattern for group in dockergen.plan(tmp_path).ignore for pattern in group.patterns]
    assert "build" not in patterns
    assert "dist" in patterns  # what is not here is made
