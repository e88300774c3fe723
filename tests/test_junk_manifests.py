"""Any tree of junk manifests ends in files or in an error with a documented exit code, never in another exception."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockergen.dockerfile import parse
from dockergen.errors import DockergenError
from dockergen.generate import generated, service_at

JSON_NAMES = ("package.json", "package-lock.json", "tsconfig.json", "nest-cli.json", "angular.json", ".yarnrc.yml")
TOML_NAMES = ("pyproject.toml", "uv.lock", "poetry.lock", "Pipfile", "dockergen.toml", ".python-version")
YAML_NAMES = ("pnpm-lock.yaml", "pnpm-workspace.yaml", ".yarnrc.yml", "pnpm-lock.yaml")
TEXT_NAMES = (
    *("requirements.txt", "Procfile", "runtime.txt", ".python-version", ".nvmrc", ".node-version", ".tool-versions"),
    *("go.mod", "go.work", "go.sum", ".go-version", "vendor/modules.txt", "yarn.lock", "setup.py", "setup.cfg"),
    *("main.py", "app.py", "manage.py", "main.go", "cmd/api/main.go", "server.js", "index.html", "next.config.js"),
    *("vite.config.ts", "requirements/prod.txt", ".npmrc", "src/main.ts", "app/main.py", "config/settings.py"),
)
KEYS = (
    *("name", "version", "main", "type", "scripts", "dependencies", "devDependencies", "engines", "node", "workspaces"),
    *("packageManager", "start", "build", "dockergen", "volta", "bin", "packages", "lockfileVersion", "resolved", "private"),
    *("project", "requires-python", "tool", "poetry", "uv", "python", "build-system", "requires", "package", "group"),
    *("optional-dependencies", "dynamic", "readme", "sources", "workspace", "members", "source", "port", "app", "base"),
    *("build-backend", "package-dir", "setuptools", "pdm", "default-groups", "dependency-groups", "compilerOptions", "outDir"),
    *("nodeLinker", "yarnPath", "importers", "settings", "catalog", "overrides", "prisma", "exports", "next", "", "."),
)  # fmt: skip
LINES = (
    *("fastapi==0.115", "flask", "django>=5", "-r base.txt", "-r requirements.txt", "-c", "-e .", "--hash=x", "uvicorn[standard]"),
    *("-r ../../etc/passwd", "-r .", "a @ git+https://x/y", "web: ", "web: gunicorn 'a", "web: node $", "worker: ./x", ":", "3.13"),
    *("module a", "go 1.26", "go 99999999999999999999.1", "toolchain", "use ./x", "use (", "replace a => ..", "require a v1", ")"),
    *("package main", "func main() {", 'import "C"', '//go:embed "', "//go:embed all:static", 'import "net/http"', "}"),
    *("from fastapi import FastAPI", "app = FastAPI()", "def create_app(:", "app = (", "from flask import Flask", "app=Flask(__name__)"),
    *("python-3.13", "v22", "lts/*", "lts/", "node", "-1", "0", "1.", "python 3.13", "nodejs 24", "golang 1.26", "python"),
    *("os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x.y')", "WSGI_APPLICATION = 3", "http.createServer().listen(99999)"),
    *("output: 'standalone'", "export default {", "setup(name=", "setup(install_requires=[", "\0", "\ufeff", "\r", "\u2028", "é" * 40),
)  # fmt: skip

SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-5, 70_000), st.floats(allow_nan=False), st.text(max_size=6)),
    *(st.sampled_from(KEYS), st.sampled_from(LINES), st.sampled_from(["*", "..", "/x", "a/../..", "^1", ">=", "npm@", "x" * 300])),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=14,
)
TABLES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8)


def toml(value: Any) -> str:
    """The value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return '""' if value is None else json.dumps(value)


def toml_file(table: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in table.items())


BYTES = st.binary(max_size=40)
TEXTS = st.lists(st.sampled_from(LINES), max_size=8).map("\n".join)
FOLDERS = st.sampled_from(["", "", "", "web/", "services/api/", "a/b/c/"])


def files(names: tuple[str, ...], contents: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, bytes]]:
    encoded = contents.map(lambda c: c if isinstance(c, bytes) else c.encode("utf-8", "replace"))
    return st.tuples(st.tuples(FOLDERS, st.sampled_from(names)).map("".join), encoded)


TREES = st.lists(
    st.one_of(
        files(JSON_NAMES, st.one_of(TABLES, VALUES).map(json.dumps)),
        files(("package.json",), TABLES.map(json.dumps)),
        files(TOML_NAMES, TABLES.map(toml_file)),
        files(("pyproject.toml",), TABLES.map(toml_file)),
        files(YAML_NAMES, st.one_of(TABLES, VALUES).map(json.dumps)),
        files(TEXT_NAMES, TEXTS),
        files((*JSON_NAMES, *TOML_NAMES, *YAML_NAMES, *TEXT_NAMES), BYTES | TEXTS),
    ),
    max_size=9,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TREES)
def test_junk_ends_in_files_or_in_a_documented_exit_code(tree: list[tuple[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory(prefix="junk-") as folder:
        root = Path(folder)
        for name, content in tree:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        try:
            made = generated(root, service_at(root, {}))
        except DockergenError as error:
            assert error.exit_code in (2, 3), f"exit {error.exit_code}: {error.problem}"
            assert error.problem
            assert error.remedy
        else:
            assert parse(made[0].text).stages
        assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
