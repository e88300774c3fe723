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
from dockergen.pipeline import generated, service_at

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


# --- projects that are right but for one value

PACKAGE: dict[str, Any] = {
    "name": "a", "version": "1.0.0", "type": "commonjs", "main": "server.js", "packageManager": "npm@11.0.0", "private": True,
    "scripts": {"start": "node dist/server.js", "build": "tsc", "postinstall": "node x.js"}, "workspaces": ["packages/*"],
    "engines": {"node": ">=22", "npm": ">=10"}, "volta": {"node": "24.1.0"}, "bin": {"a": "server.js"},
    "dependencies": {"express": "^4.0.0", "next": "16.0.0", "@nestjs/core": "11"}, "devDependencies": {"typescript": "5", "vite": "7"},
}  # fmt: skip
PROJECT: dict[str, Any] = {
    "project": {
        "name": "a", "version": "1.0", "requires-python": ">=3.12", "dependencies": ["fastapi", "uvicorn[standard]>=0.30"],
        "optional-dependencies": {"dev": ["pytest"]}, "scripts": {"a": "a.cli:main"}, "readme": "README.md", "dynamic": ["version"],
    },
    "build-system": {"requires": ["hatchling"], "build-backend": "hatchling.build"},
    "dependency-groups": {"dev": ["pytest", {"include-group": "test"}], "test": []},
    "tool": {
        "uv": {"package": False, "sources": {"a": {"path": "../a"}}, "workspace": {"members": ["packages/*"]}, "index": [{"url": "x"}]},
        "poetry": {"name": "a", "dependencies": {"python": "^3.12", "fastapi": "*"}, "packages": [{"include": "a", "from": "src"}]},
        "setuptools": {"package-dir": {"": "src"}}, "dockergen": {"port": 8000},
    },
}  # fmt: skip
UV_LOCK: dict[str, Any] = {
    "version": 1, "requires-python": ">=3.12",
    "package": [{"name": "fastapi", "version": "0.115", "source": {"registry": "x"}, "dependencies": [{"name": "a"}]}],
}  # fmt: skip
POETRY_LOCK: dict[str, Any] = {
    "package": [{"name": "fastapi", "version": "0.115", "files": []}],
    "metadata": {"lock-version": "2.1", "python-versions": ">=3.12", "content-hash": "x"},
}
PNPM_LOCK: dict[str, Any] = {
    "lockfileVersion": "9.0", "importers": {".": {"dependencies": {"express": {"specifier": "^4", "version": "4"}}}},
}  # fmt: skip
NPM_LOCK: dict[str, Any] = {
    "name": "a", "lockfileVersion": 3,
    "packages": {"": PACKAGE, "node_modules/express": {"version": "4.0.0", "hasInstallScript": True, "engines": {"node": "*"}}},
}  # fmt: skip
TSCONFIG: dict[str, Any] = {
    "extends": "./a.json",
    "compilerOptions": {"outDir": "dist", "rootDir": "src"},
    "include": ["src"],
}

SERVER = "require('http').createServer().listen(process.env.PORT || 3000)\n"
APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
PROJECTS: tuple[dict[str, Any], ...] = (
    {"package.json": PACKAGE, "package-lock.json": NPM_LOCK, "tsconfig.json": TSCONFIG, "server.js": SERVER, "src/server.ts": SERVER},
    {"package.json": PACKAGE, "pnpm-lock.yaml": PNPM_LOCK, "pnpm-workspace.yaml": {"packages": ["packages/*"]}, "server.js": SERVER},
    {"package.json": PACKAGE, "yarn.lock": "__metadata:\n  version: 8\n", ".yarnrc.yml": {"nodeLinker": "pnp", "yarnPath": "x"}, "server.js": SERVER},
    {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK, "main.py": APP},
    {"pyproject.toml": PROJECT, "poetry.lock": POETRY_LOCK, "src/a/main.py": APP},
    {"pyproject.toml": PROJECT, "main.py": APP},
    {"requirements.txt": "fastapi\n", "main.py": APP, "web/package.json": PACKAGE, "web/package-lock.json": NPM_LOCK},
)  # fmt: skip


def replaced(value: Any, steps: list[int], junk: Any) -> Any:
    """The value with the part that the steps lead to replaced by junk; 0 stops the descent."""
    if not steps or not steps[0] or not isinstance(value, (dict, list)) or not value:
        return junk
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    chosen = keys[steps[0] % len(keys)]
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[chosen] = replaced(value[chosen], steps[1:], junk)
    return copy


def written(name: str, value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    as_toml = name.endswith((".toml", "uv.lock", "poetry.lock")) and isinstance(value, dict)
    return (toml_file(value) if as_toml else json.dumps(value)).encode("utf-8", "replace")


STEPS = st.lists(st.integers(1, 12), min_size=1, max_size=5)
SPOILED = st.tuples(st.sampled_from(PROJECTS), st.integers(0, 3), STEPS, VALUES | st.none())


@settings(max_examples=70, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(SPOILED)
def test_one_value_of_the_wrong_kind_ends_in_files_or_in_a_documented_exit_code(
    spoiled: tuple[dict[str, Any], int, list[int], Any],
) -> None:
    project, index, steps, junk = spoiled
    name = list(project)[index % len(project)]
    tree = {**project, name: replaced(project[name], steps, junk)}
    ends_well([(path, written(path, content)) for path, content in tree.items()])


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TREES)
def test_junk_ends_in_files_or_in_a_documented_exit_code(tree: list[tuple[str, bytes]]) -> None:
    ends_well(tree)


def ends_well(tree: list[tuple[str, bytes]]) -> None:
    """Passes when the tree gives files that parse, or a told problem, and is left as it was."""
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
