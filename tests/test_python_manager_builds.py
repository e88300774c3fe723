"""Install steps that no sample has, built for real: the dependency step alone, and what it installed imported."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import dockergen
from dockergen.explain import text_of
from dockergen.workspace import write
from tests.realengine.fixtures import DockerEngine

pytestmark = pytest.mark.docker

Files = dict[str, str | bytes]
MAIN = "import ink\n\nprint(ink.NAME)\n"
INK: Files = {
    "libs/ink/pyproject.toml": '[project]\nname = "ink"\nversion = "1.0"\nrequires-python = ">=3.9"\n\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    "libs/ink/src/ink/__init__.py": "NAME = 'sepia'\n",
}
HEAD = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13,<3.14"\n'
OWN = "from setuptools import setup\n\nsetup(name='shop', version='1', py_modules=['main'], install_requires=['iniconfig'])\n"

ASKED = HEAD + 'dependencies = ["pluggy>=1.5", "iniconfig"]\n'
KEPT = "iniconfig, pluggy; assert pluggy.__version__ == '1.5.0'"  # which is not the newest

CASES: list[tuple[str, Files, str]] = [
    (
        "uv, a path dependency",
        {
            **INK,
            "pyproject.toml": HEAD + 'dependencies = ["ink"]\n\n[tool.uv.sources]\nink = { path = "libs/ink" }\n',
            "uv.lock": (
                'version = 1\nrevision = 3\nrequires-python = "==3.13.*"\n\n[[package]]\nname = "ink"\nversion = "1.0"\nsource = { directory = "libs/ink" }\n\n'
                '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n    { name = "ink" },\n]\n\n'
                '[package.metadata]\nrequires-dist = [{ name = "ink", directory = "libs/ink" }]\n'
            ),
        },
        "ink",
    ),
    (
        "PDM, a path dependency",
        {
            **INK,
            "pyproject.toml": HEAD + 'dependencies = ["ink @ file:///${PROJECT_ROOT}/libs/ink"]\n\n[tool.pdm]\ndistribution = false\n',
            "pdm.lock": (
                '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.1"\n\n[[metadata.targets]]\nrequires_python = ">=3.13,<3.14"\n\n'
                '[[package]]\nname = "ink"\nversion = "1.0"\nrequires_python = ">=3.9"\npath = "./libs/ink"\nsummary = ""\ngroups = ["default"]\n'
            ),
        },
        "ink",
    ),
    (
        "Pipenv without a lock, the project among its own packages",
        {"Pipfile": '[packages]\nshop = {path = ".", editable = true}\n\n[requires]\npython_version = "3.13"\n', "setup.py": OWN},
        "iniconfig, main",
    ),
    (
        "requirements with Windows line ends and the project",
        {".python-version": "3.13\r\n", "requirements.txt": "pluggy==1.6.0\r\n-e .\r\n", "setup.py": OWN},
        "pluggy, iniconfig, main",
    ),
    (
        "dependencies that only a build hook knows",
        {
            "pyproject.toml": HEAD + 'dynamic = ["dependencies"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[tool.hatch.metadata.hooks.custom]\n\n[tool.hatch.build.targets.wheel]\ninclude = ["main.py"]\n',
            "hatch_build.py": (
                "from hatchling.metadata.plugin.interface import MetadataHookInterface\n\n\nclass Hook(MetadataHookInterface):\n"
                "    def update(self, metadata):\n        metadata['dependencies'] = ['iniconfig']\n"
            ),
        },
        "iniconfig",
    ),
    (
        "uv, a lock file without what the manifest asks for",
        {
            "pyproject.toml": ASKED,
            "uv.lock": (
                'version = 1\nrevision = 3\nrequires-python = "==3.13.*"\n\n[[package]]\nname = "pluggy"\nversion = "1.5.0"\nsource = { registry = "https://pypi.org/simple" }\n'
                'wheels = [\n    { url = "https://files.pythonhosted.org/packages/88/5f/e351af9a41f866ac3f1fac4ca0613908d9a41741cfcf2228f4ad853b697d/pluggy-1.5.0-py3-none-any.whl", hash = "sha256:44e1ad92c8ca002de6377e165f3e0f1be63266ab4d554740532335b9d75ea669" },\n]\n\n'
                '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n    { name = "pluggy" },\n]\n\n'
                '[package.metadata]\nrequires-dist = [{ name = "pluggy", specifier = ">=1.5" }]\n'
            ),
        },
        KEPT,
    ),
    (
        "PDM, a lock file without what the manifest asks for",
        {
            "pyproject.toml": ASKED,
            "pdm.lock": (
                '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.1"\n\n[[metadata.targets]]\nrequires_python = ">=3.13,<3.14"\n\n'
                '[[package]]\nname = "pluggy"\nversion = "1.5.0"\nrequires_python = ">=3.8"\nsummary = ""\ngroups = ["default"]\nfiles = [\n'
                '    {file = "pluggy-1.5.0-py3-none-any.whl", hash = "sha256:44e1ad92c8ca002de6377e165f3e0f1be63266ab4d554740532335b9d75ea669"},\n]\n'
            ),
        },
        KEPT,
    ),
    (
        "Pipenv, a lock file without what the Pipfile asks for",
        {
            "Pipfile": '[[source]]\nname = "pypi"\nurl = "https://pypi.org/simple"\nverify_ssl = true\n\n[packages]\npluggy = ">=1.5"\niniconfig = "*"\n\n[requires]\npython_version = "3.13"\n',
            "Pipfile.lock": (
                '{"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {"python_version": "3.13"}, "sources": [{"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": true}]},\n'
                '"default": {"pluggy": {"hashes": ["sha256:44e1ad92c8ca002de6377e165f3e0f1be63266ab4d554740532335b9d75ea669"], "index": "pypi", "version": "==1.5.0"}}, "develop": {}}\n'
            ),
        },
        KEPT,
    ),
    (
        "Poetry, a lock file without what the manifest asks for",
        {
            "pyproject.toml": '[tool.poetry]\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = "~3.13"\npluggy = "^1.5"\niniconfig = "*"\n',
            "poetry.lock": (
                '# This file is automatically @generated by Poetry 2.5.1\n\n[[package]]\nname = "pluggy"\nversion = "1.5.0"\ndescription = ""\noptional = false\npython-versions = ">=3.8"\n'
                'groups = ["main"]\nfiles = []\n\n[metadata]\nlock-version = "2.1"\npython-versions = "~3.13"\ncontent-hash = "0000000000000000000000000000000000000000000000000000000000000000"\n'
            ),
        },
        KEPT,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "modules"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_dependencies_are_there_after_the_build_stage(
    project: Callable[[Files], Path], docker_engine: DockerEngine, files: Files, modules: str
) -> None:
    main = "print('started')\n" if "ink" not in modules.split(", ") else MAIN
    root = project({"main.py": main, **files})
    written = dockergen.generate(root)
    write(root, written)
    docker_engine.ensure_images(text_of(written, "Dockerfile"))
    tag = f"dockergen-test-{abs(hash(modules + str(sorted(files)))):x}"[:60]
    try:
        built = subprocess.run(
            ["docker", "build", "-q", "--target", "build", "-t", tag, str(root)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stderr[-3000:]
        run = ["docker", "run", "--rm", tag, ".venv/bin/python", "-c", f"import {modules}"]
        tried = subprocess.run(run, capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        compiled = ["docker", "run", "--rm", tag, "find", ".venv/lib", "-name", "*.pyc"]
        assert subprocess.run(compiled, capture_output=True, text=True, check=True).stdout.strip()
    finally:
        subprocess.run(["docker", "rmi", "-f", tag], capture_output=True, check=False)
