"""verify: what it says of images that fail on purpose, and how it reads logs, history and progress."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from dockergen.dockerfile import parse
from dockergen.engine import ContainerState, Engine, _docker_steps, _podman_steps, available
from dockergen.errors import EngineError, ProjectError
from dockergen.model import Origin, Sourced
from dockergen.pipeline import opened, service_at
from dockergen.verify import Options, Problem, Report, as_json, as_text, verify
from dockergen.verify.contents import _forbidden, _origin, own_instructions
from dockergen.verify.diagnosis import (
    diagnosis,
    in_a_file,
    last_exception,
    lying_outside,
    started_without,
    wrong_port,
)
from dockergen.verify.run import _environment, _migrated
from dockergen.verify.trial import made_up
from tests.realengine.fixtures import DockerEngine


@pytest.mark.parametrize(
    ("log", "cause", "remedy"),
    [
        (
            "ImportError: libGL.so.1: cannot open shared object file: No such file",
            "the library libGL.so.1",
            "--package",
        ),
        ("ModuleNotFoundError: No module named 'yaml'", "Python module yaml", "dependencies"),
        (
            """  File "/app/.venv/lib/python3.8/site-packages/django/apps/config.py", line 213, in create\n    mod = import_module(mod_path)\n  File "<frozen importlib._bootstrap>", line 1014, in _gcd_import\nModuleNotFoundError: No module named 'rooms'""",
            "INSTALLED_APPS names rooms",
            "commit its folder",
        ),
        (
            """  File "/app/.venv/lib/python3.8/site-packages/django/apps/config.py", line 213, in create\n    mod = import_module(mod_path)\n  File "/app/shop/apps.py", line 1, in <module>\n    import yaml\nModuleNotFoundError: No module named 'yaml'""",
            "Python module yaml",
            "dependencies",
        ),
        ("Error: Cannot find module 'express'\nRequire stack:", "Node module express", "devDependencies"),
        ("    raise KeyError(key)\nKeyError: 'SECRET_KEY'", "environment variable SECRET_KEY", "--env SECRET_KEY="),
        (
            "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
            "setting SECRET_KEY is empty",
            "--env SECRET_KEY=",
        ),
        (
            "django.core.exceptions.ImproperlyConfigured: settings.DATABASES is improperly configured. Please supply the NAME or OPTIONS['service'] value.",
            "settings have no database",
            "--env DATABASE_URL=",
        ),
        ("BOT_TOKEN not found, set it: export BOT_TOKEN='...'", "environment variable BOT_TOKEN", "--env BOT_TOKEN="),
        (
            """  File "/app/core/__init__.py", line 1, in <module>\n    from .autor import A\nModuleNotFoundError: No module named 'core.autor'""",
            "own module core.autor is not in the image",
            "capital letters",
        ),
        (
            """  File "/app/app.py", line 1, in <module>\n    import ruamel.yaml\nModuleNotFoundError: No module named 'ruamel.yaml'""",
            "The Python module ruamel.yaml is not in the image",
            "dependencies",
        ),
        (
            "decouple.UndefinedValueError: SALT_KEY not found. Declare it as envvar or define a default value.",
            "environment variable SALT_KEY",
            "--env SALT_KEY=",
        ),
        (
            'environs.EnvError: Environment variable "SALT_KEY" not set',
            "environment variable SALT_KEY",
            "--env SALT_KEY=",
        ),
        (
            "django.core.exceptions.ImproperlyConfigured: Set the SALT_KEY environment variable",
            "environment variable SALT_KEY",
            "--env SALT_KEY=",
        ),
        ("ValueError: Namespace Gst not available", "introspection data of Gst", "--package gir1.2-"),
        ("FATAL: DATABASE_URL is not set", "environment variable DATABASE_URL", "--env DATABASE_URL="),
        (
            "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>",
            "asks another server",
            "API key",
        ),
        (
            "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.example', port=443): Max retries exceeded with url: /",
            "does not reach it: api.example",
            "API key",
        ),
        (
            "(2002, \"Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)\")",
            "cannot reach a service",
            "--env DATABASE_URL",
        ),
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", "cannot reach a service", "--env DATABASE_URL"),
        ("OSError: [Errno 30] Read-only file system: '/app/uploads'", "writes to /app/uploads", "volume"),
        ("PermissionError: [Errno 13] Permission denied: '/data/db'", "may not use /data/db", "volume"),
        ("exec /app/run: exec format error", "another processor", "--start"),
        ('exec: "gunicorn": executable file not found in $PATH', "gunicorn, which is not in the image", "--start"),
        ("python: can't open file '/app/worker.py': [Errno 2]", "/app/worker.py is not in the image", "--start"),
        ("sqlite3.OperationalError: no such table: auth_user", "no table auth_user", "init prints"),
        ("sqlite3.OperationalError: unable to open database file", "SQLite cannot open", "sqlite:////tmp"),
        (
            "pydantic_core._pydantic_core.ValidationError: 3 validation errors for Settings\nSECRET_KEY\n  Field required [type=missing",
            "variable SECRET_KEY",
            "--env SECRET_KEY=",
        ),
        (
            "LookupError:\n***\n  Resource 'stopwords' not found.\n  Please use the NLTK Downloader to",
            "NLTK's stopwords",
            "nltk.downloader",
        ),
        (
            "  Resource \x1b[93mpunkt_tab\x1b[0m not found.\n  Please use the NLTK Downloader to",
            "NLTK's punkt_tab",
            ".venv/nltk_data",
        ),
        ("OSError: [E050] Can't find model 'en_core_web_sm'. It doesn't seem", "model en_core_web_sm", "--url"),
        (
            "RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set.",
            "its SQLALCHEMY_DATABASE_URI is empty",
            "DATABASE_URL",
        ),
        ('qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "" even though', "no screen", "DISPLAY"),
        (
            "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string",
            "no SQLAlchemy URL",
            "DATABASE_URL",
        ),
        (
            "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from string 'None'",
            "no SQLAlchemy URL",
            "DATABASE_URL",
        ),
        ("ModuleNotFoundError: No module named 'pkg_resources'", "setuptools no longer has", "setuptools<82"),
        ("ModuleNotFoundError: No module named 'distutils'", "older Python: it imports distutils", "--version 3.11"),
        ("Error: EROFS: read-only file system, mkdir '/app/data'", "writes to /app/data", "volume"),
        ("panic: open data/app.db: read-only file system", "writes to data/app.db", "volume"),
        ("mkdir /data: permission denied", "may not use /data", "volume"),
        ("Error: ENOENT: no such file or directory, open 'testpk.pem'", "the file testpk.pem", "mount"),
        ("open config.yml: no such file or directory", "the file config.yml", "mount"),
        ("panic: configuration file not found", "a configuration file", "docker run -v"),
        (
            '  File "/app/.venv/lib/python3.14/site-packages/tornado/web.py", line 9\n    except X, e:\n           ^^^^\nSyntaxError: multiple exception types must be parenthesized\n',
            "tornado that is installed is written for Python 2",
            "Raise its release",
        ),
        (
            "OperationalError: local user with ID 10001 does not exist",
            "names no server for its PostgreSQL",
            "--env NAME=...",
        ),
        ("ValueError: Could not find settings file.", "a configuration file", "docker run -v"),
        (
            "FileNotFoundError: Config file '/app/src/core/../.env' not found.",
            "the file /app/src/.env",
            "-v ./.env:/app/src/.env:ro",
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '.env'",
            "the file .env",
            "-v ./.env:/app/.env:ro",
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/app/.env'",
            "the file /app/.env",
            "-v ./.env:/app/.env:ro",
        ),
        ('Error: Config validation error: "MONGODB_URL" is required', "variable MONGODB_URL", "--env MONGODB_URL="),
        ("env must have required property 'MYSQL_HOST'", "variable MYSQL_HOST", "--env MYSQL_HOST="),
        (
            "================\n Missing environment variables:\n    JWT_SECRET: (undefined)",
            "variable JWT_SECRET",
            "--env",
        ),
        ("SqliteError: attempt to write a readonly database", "SQLite", "--env"),
        ("Usage of /app/server:\n  -port int", "how it is called", "--start"),
        (
            '  File "ac03.py", line 27\n    app.run(host="0".port=1)\n               ^\nSyntaxError: invalid syntax',
            "own file ac03.py is no Python",
            "Mend the line",
        ),
        (
            'File "pydantic/env_settings.py", line 40, in __init__\npydantic.error_wrappers.ValidationError: 2 validation errors for ApiEnv\nDATABASE_URL\n  field required (type=value_error.missing)',
            "demand the variable DATABASE_URL",
            "--env DATABASE_URL=",
        ),
        (
            "Usage: index.py [OPTIONS] COMMAND [ARGS]...\nTry 'index.py --help' for help.\n\u256d\u2500 Error \u2500\u256e\n\u2502 Missing command.   \u2502\n",
            "instead of starting: Missing command.",
            "--start",
        ),
        (
            "usage: shop serve -d ROOT\nshop serve: error: the following arguments are required: -d/--directory",
            "instead of starting: the following arguments are required: -d/--directory",
            "--start",
        ),
        (
            "google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found. To set up, see https://cloud.google.com/x",
            "asks Google",
            "GOOGLE_APPLICATION_CREDENTIALS=/run/key.json",
        ),
        ("botocore.exceptions.NoCredentialsError: Unable to locate credentials", "asks AWS", "AWS_ACCESS_KEY_ID"),
        ("ModuleNotFoundError: No module named 'tkinter'", "opens windows with tkinter", "--package tk"),
        ("ImportError: libtk8.6.so: cannot open shared object file", "opens windows with tkinter", "--package tk"),
        ("something else entirely", "nothing is known", "log below"),
    ],
)
def test_a_log_names_its_cause_and_the_flag(log: str, cause: str, remedy: str) -> None:
    problem = diagnosis("start", log, "nothing is known")
    assert cause in problem.cause
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("log", "cause", "remedy"),
    [
        ("ERROR: No matching distribution found for numpy==1.19.0", "no release of numpy==1.19.0", "--version"),
        (
            "ERROR: Could not find a version that satisfies the requirement a-stubs<0.2 (from profanity-filter) (from versions: none)\nERROR: No matching distribution found for a-stubs<0.2",
            "a-stubs<0.2 for this version of Python, or none at all",
            "which the log names",
        ),
        (
            "uvloop/loop.c:212:12: fatal error: longintrepr.h: No such file or directory\nerror: command 'gcc' failed",
            "it uses longintrepr.h",
            "--version 3.10",
        ),
        (
            "error: 'PyTypeObject' has no member named 'tp_print'; did you mean 'tp_dict'?",
            "uses tp_print",
            "--version 3.10",
        ),
        ("error in anyjson setup command: use_2to3 is invalid.", "anyjson is published as source", "'setuptools<58' >"),
        ("ImportError: cannot import name 'Feature' from 'setuptools' (/tmp/x)", "uses Feature", "'setuptools<46' >"),
        (
            "ImportError: cannot import name 'convert_path' from 'setuptools' (/tmp/pip-build-env-x/overlay/__init__.py)",
            "uses convert_path",
            "'setuptools<70' > build-constraints.txt",
        ),
        (
            'File "/tmp/pip-build-env-x/overlay/lib/setuptools/build_meta.py", line 317\n  File "<string>", line 5\n'
            "ModuleNotFoundError: No module named 'pkg_resources'",
            "uses pkg_resources",
            "build-constraint-dependencies",
        ),
        ("manage.py collectstatic\nModuleNotFoundError: No module named 'pkg_resources'", "82", "dependencies"),
        ("fatal error: libpq-fe.h: No such file or directory", "needs libpq-fe.h", "--package"),
        (
            "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
            "compiled from source and needs gcc",
            "--package",
        ),
        ("error: [Errno 2] No such file or directory: 'x86_64-linux-gnu-g++'", "needs g++", "--package"),
        ("Error: pg_config executable not found.\n", "needs pg_config", "--package"),
        (
            "RuntimeError:\nPlease install pkg-config on your system or set the ICU_VERSION environment",
            "pkg-config",
            "--package",
        ),
        ("/usr/bin/ld.bfd: cannot find -lcrypt: No such file", "links the library crypt", "libcrypt.so"),
        ("ModuleNotFoundError: No module named 'imp'\nERROR: Failed to build 'dominate'", "uses imp", "--version 3.11"),
        ("ImportError: cannot import name 'Mapping' from 'collections'", "uses Mapping", "--version 3.11"),
        ("  ERROR: Failed building wheel for Pillow\nFailed to build Pillow", "Pillow is published", "--version 3.12"),
        ("  x Failed to build `ujson==5.1.0`", "ujson==5.1.0 is published", "--version 3.12"),
        ("npm error code EUSAGE\nnpm error", "npm stops with EUSAGE", "npm ci"),
        ("ERROR: HTTP error 401 Client Error: Unauthorized for url", "asks for a login", "~/.netrc"),
        (
            "error: lockfile had changes, but lockfile is frozen",
            "other releases than its bun.lock holds",
            "bun install",
        ),
        ("Host key verification failed.", "does not know its host", "ssh-keyscan"),
        ("secret should have syntax id=id[,target=path]", "as a variable", "docker"),
    ],
)
def test_a_log_of_a_build_names_its_cause_and_the_flag(log: str, cause: str, remedy: str) -> None:
    problem = diagnosis("build", log, "nothing is known")
    assert cause in problem.cause
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("log", "cause", "remedy"),
    [
        ("connect ECONNREFUSED 1.2.3.4:443\nmake: Error 127\ngyp ERR! cwd /app/node_modules/sqlite3\n", "sqlite3 has no ready-made", "--version"),
        ("12 | >>> RUN export NODE_OPTIONS=--x && yarn run build\nprocess \"/bin/sh -c export NODE_OPTIONS=--x && yarn run build\" failed", "nothing is known", "log"),
        ("main.go:9:12: pattern dist/*: no matching files found", "embeds dist/*", "--build-command"),
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", "wants something from the network", "end of the log"),
        (
            "error: Failed to fetch: `https://code.example/x.zip`\n  cause: error sending request for url (https://code.example/x.zip)\n"
            "  cause: client error (Connect)\n  cause: dns error",
            "cannot find the host code.example",
            "network of the machine",
        ),
        (
            "ERROR: Cannot install -r requirements.txt (line 5) and flask==2.2.4 because these package versions have conflicting dependencies.\n",
            "contradict each other, so pip installs none of them: -r requirements.txt (line 5) and flask==2.2.4",
            "Loosen a pin",
        ),
        (
            "ERROR: Cannot install -r requirements.txt (line 2) and fastapi==0.111.0 because these package versions have conflicting dependencies.\n\n"
            "The conflict is caused by:\n    The user requested fastapi==0.111.0\n    google-adk 0.4.0 depends on fastapi>=0.115.0\n\nTo fix",
            "the requirements ask for fastapi==0.111.0; google-adk 0.4.0 depends on fastapi>=0.115.0.",
            "Loosen or raise one",
        ),
        (
            "ERROR: Ignored the following versions that require a different python version: 1.13.0 Requires-Python >=3.10,<3.14; 1.15.30 Requires-Python >=3.10,<3.14; 1.16.0a1 Requires-Python <3.13\n"
            "ERROR: Could not find a version that satisfies the requirement crewai>=1.14.0 (from versions: 0.1.0, 0.11.2)",
            "crewai 1.15.30 wants another version of Python (>=3.10,<3.14).",
            "--version 3.13",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement itsdangerous==1.0.0 (from versions: 0.24, 1.1.0rc1, 1.1.0, 2.0.0)",
            "has no itsdangerous 1.0.0 for this Python; the nearest releases that it has are 0.24 and 1.1.0.",
            "Pin one of those in the manifest.",
        ),
        (
            "  No module named 'numpy'\nWARNING: Discarding https://x/pyEDFlib-0.1.14.tar.gz. Command errored out with exit status 255\n"
            "ERROR: Could not find a version that satisfies the requirement pyEDFlib==0.1.14 (from versions: 0.1.13, 0.1.14, 0.1.22)",
            "pyEDFlib 0.1.14 is published for this Python as source only, and wants numpy there before it builds.",
            "such as 0.1.22",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement av[all]==11.0.0 (from r.txt) (from versions: 12.0.0, 13.0.0)",
            "has no av 11.0.0 for this Python; the nearest releases that it has are 12.0.0.",
            "or an older Python, if it has wheels for that: dockergen init --force --version 3.13",
        ),
        (
            "npm error code E404\nnpm error 404 Not Found - GET https://registry.example/@acme/x - Not found\n"
            "npm error 404\nnpm error 404  '@acme/x@https://registry.example/@acme/x/-/x-1.0.tgz' is not in this registry.\n",
            "does not have @acme/x",
            "lock anew",
        ),
        (
            "npm error code E404\nnpm error 404 Not Found - GET https://registry.example/@acme/x - Not found\n"
            "npm error 404\nnpm error 404  The requested resource '@acme/x@https://registry.example/@acme/x/-/x-1.0.tgz' could not be found or you do not have permission to access it.\n",
            "does not have @acme/x",
            "lock anew",
        ),
    ],
)  # fmt: skip
def test_a_log_of_a_build_names_its_cause(log: str, cause: str, remedy: str) -> None:
    problem = diagnosis("build", log, "nothing is known")
    assert cause in problem.cause
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("log", "raised"),
    [
        ("Traceback (most recent call last):\n  File \"x\"\nTypeError: unhashable type: 'dict'\nINFO: 500", "TypeError: unhashable type: 'dict'"),
        ("Traceback (most recent call last):\n  a\nshop.models.Item.DoesNotExist\n", "shop.models.Item.DoesNotExist"),
        ("INFO: ready\nValueError: is what we talk about\n", ""),
        ("Traceback (most recent call last):\n  a\nImportError: x.so: no\n[INFO] Worker exiting\nTraceback (most recent call last):\n  b\ngunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n", "ImportError: x.so: no"),
        ("Traceback (most recent call last):\n  a\nValueError: no key\nException ignored in atexit callback: <f>\nTraceback (most recent call last):\n  b\nRuntimeError: late\n", "ValueError: no key"),
        (f"Traceback (most recent call last):\n  a\nshop.BadError: {'x' * 300}\n", f"shop.BadError: {'x' * 185} ..."),
        ("Traceback (most recent call last):\n  a\nErrors come and go: this is no exception\nTypeError\n", "TypeError"),
        ("all is well", ""),
    ],
)  # fmt: skip
def test_what_a_program_raised(log: str, raised: str) -> None:
    assert last_exception(log) == raised


@pytest.mark.parametrize(
    ("listening", "text"),
    [
        ({8000: True}, "localhost only"),
        ({5000: False}, "port 5000, not on 8000"),
        ({}, None),
        ({8000: False}, None),
    ],
)
def test_wrong_port(listening: dict[int, bool], text: str | None) -> None:
    problem = wrong_port(8000, listening)
    assert (problem is None) == (text is None)
    if problem and text:
        assert text in problem.cause


@pytest.mark.parametrize(
    ("created_by", "origin"),
    [
        ("COPY /app/.venv /app/.venv # buildkit", "dependencies"),
        ("COPY . . # buildkit", "code"),
        ("RUN /bin/sh -c apt-get install -y libpq5 # buildkit", "rest"),
        ("/bin/sh -c #(nop) COPY dir:1 in /app ", "code"),
        ("ENV A=b", "rest"),
    ],
)
def test_bytes_are_counted_where_they_come_from(created_by: str, origin: str) -> None:
    assert _origin(created_by, ("/app/.venv",)) == origin


@pytest.mark.parametrize(
    ("path", "content", "what"),
    [
        ("app/.git/HEAD", b"", "a version control folder"),
        ("app/.env", b"", "a file of secrets"),
        ("app/.env.production", b"", "a file of secrets"),
        ("app/.env.example", b"", ""),
        ("root/.ssh/id_rsa", b"", "a private key"),
        ("app/tls.key", b"-----BEGIN RSA PRIVATE KEY-----\n", "a private key"),
        ("app/ca.pem", b"-----BEGIN CERTIFICATE-----\n", ""),
        ("root/.cache/pip/http/x", b"", "a package manager's cache"),
        ("var/lib/apt/lists/deb.org_Packages", b"", "apt's lists or archives"),
        ("usr/bin/gcc-12", b"", "a compiler"),
        ("usr/local/go/bin/go", b"", "a compiler"),
        ("app/.venv/lib/python3.14/site-packages/x/.env", b"", ""),
        ("app/gcc.py", b"", ""),
    ],
)
def test_what_no_image_may_hold(path: str, content: bytes, what: str) -> None:
    assert _forbidden(path, content) == what


def test_instructions_of_a_file_are_counted_through_its_stages() -> None:
    text = 'FROM a AS base\nENV X=1\nFROM b AS build\nRUN x\nFROM base\nCOPY --from=build /x /x\nCMD ["x"]\n'
    assert own_instructions(parse(text)) == 3


def test_docker_progress_is_read_as_steps() -> None:
    messages = [
        {"vertexes": [{"digest": "1", "name": "[build 1/2] RUN x", "started": "2026-01-01T00:00:01Z"}]},
        {"logs": [{"vertex": "1", "data": "aGVsbG8K"}]},
        {
            "vertexes": [
                {"digest": "1", "completed": "2026-01-01T00:00:04Z"},
                {"digest": "2", "name": "[2/2] COPY . .", "cached": True},
            ]
        },
    ]
    seen: list[str] = []
    stream = io.BytesIO(b"".join(json.dumps(m).encode() + b"\n" for m in messages))
    steps, log = _docker_steps(stream, seen.append)
    assert [(s.name, s.cached, s.seconds) for s in steps] == [
        ("[build 1/2] RUN x", False, 3.0),
        ("[2/2] COPY . .", True, 0.0),
    ]
    assert log == "hello\n"
    assert seen == ["[build 1/2] RUN x"]


def test_a_step_that_was_over_before_the_build_began_did_not_run_again() -> None:
    """As BuildKit 0.25 told of a build beside one that still held the first of these steps."""
    rows = [
        ("[internal] load build definition from Dockerfile", "15.99485Z", "16.0Z"),
        ("[x 2/4] WORKDIR /w", "12.291249283Z", "12.323083061Z"),
        ("[x 4/4] RUN npm ci", "12.5Z", "16.1Z"),
        ("[2/2] COPY main ./", "16.016213265Z", "16.022617048Z"),
    ]
    vertexes = [
        {"digest": name, "name": name, "started": f"2026-11-29T00:10:{start}", "completed": f"2026-11-29T00:10:{end}"}
        for name, start, end in rows
    ]
    steps, _ = _docker_steps(io.BytesIO(json.dumps({"vertexes": vertexes}).encode()), lambda text: None)
    assert [step.cached for step in steps] == [False, True, False, False]


def test_podman_progress_is_read_as_steps() -> None:
    text = b"[1/2] STEP 1/2: FROM a\n[1/2] STEP 2/2: RUN x\n--> Using cache 123\nSTEP 1/1: COPY . .\n"
    steps, _ = _podman_steps(io.BytesIO(text), lambda t: None)
    assert [(s.name, s.cached) for s in steps] == [("FROM a", False), ("RUN x", True), ("COPY . .", False)]


def test_an_unknown_engine_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="does not know the engine 'lxc'"):
        available("lxc")


def test_no_dockerfile_is_said_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        verify(tmp_path, Options())
    assert caught.value.command == "dockergen init"


def test_a_report_has_stable_keys() -> None:
    value = as_json(Report("x"))
    assert sorted(value) == sorted({"ok", *Report.__dataclass_fields__})
    assert value["ok"] is True
    assert as_text(Report("x")) == []


BASE = "debian:trixie-slim"
SERVER = "FROM {base}\nWORKDIR /app\nCOPY . .\n{extra}USER 10001:10001\nEXPOSE 8000\nCMD {cmd}\n"
PYTHON = "python:3.14-slim"
HTTP = "import http.server, sys\nhttp.server.HTTPServer(('{host}', {port}), http.server.SimpleHTTPRequestHandler).serve_forever()\n"

ONCE = "import http.server, os\nserver = http.server.HTTPServer(('0.0.0.0', 8000), http.server.SimpleHTTPRequestHandler)\nserver.handle_request()\nos._exit(3)\n"
FAILURES = [
    pytest.param({"a.py": "import yaml\n"}, ["python", "a.py"], "", "start", "Python module yaml", id="missing module"),
    pytest.param({"a.py": HTTP.format(host="0.0.0.0", port=5000)}, ["python", "a.py"], "", "probe", "port 5000, not on 8000", id="wrong port"),
    pytest.param({"a.py": HTTP.format(host="127.0.0.1", port=8000)}, ["python", "a.py"], "", "probe", "localhost only", id="localhost"),
    pytest.param({"a.py": ONCE}, ["python", "a.py"], "", "start", "ended with 3 after it had answered", id="answers once"),
    pytest.param({"a.py": "open('/app/x', 'w')\n"}, ["python", "a.py"], "", "start", "writes to /app/x", id="read-only"),
    pytest.param({"a.py": ""}, ["gunicorn", "a"], "", "start", "gunicorn, which is not in the image", id="wrong start"),
    pytest.param({"a.py": "import ctypes\nctypes.CDLL('libGL.so.1')\n"}, ["python", "a.py"], "", "start", "library libGL.so.1", id="missing library"),
    pytest.param({"a.py": "import os\nos.environ['SHOP_URL']\n"}, ["python", "a.py"], "", "start", "variable SHOP_URL", id="missing variable"),
    pytest.param({"a.py": HTTP.format(host="0.0.0.0", port=8000)}, ["python", "a.py"], "", "stop", "SIGTERM does not end", id="ignores SIGTERM"),
    pytest.param(
        {"a.py": "import signal, sys\nsignal.signal(15, lambda *a: sys.exit(0))\n" + HTTP.format(host="0.0.0.0", port=8000), ".env": "A=b\n", "k.pem": "-----BEGIN PRIVATE KEY-----\n"},
        ["python", "a.py"], "", "contents", "a file of secrets: /app/.env", id="leaked .env",
    ),
]  # fmt: skip


@pytest.mark.docker
@pytest.mark.parametrize(("files", "cmd", "extra", "where", "cause"), FAILURES)
def test_an_image_that_fails_on_purpose_is_understood(
    project: Callable[[dict[str, str | bytes]], Path], docker_engine: DockerEngine,
    files: dict[str, str | bytes], cmd: list[str], extra: str, where: str, cause: str,
) -> None:  # fmt: skip
    dockerfile = SERVER.format(base=PYTHON, extra=extra, cmd=json.dumps(cmd))
    docker_engine.ensure_images(dockerfile)
    report = verify(project({**files, "Dockerfile": dockerfile}), Options(timeout=6, rebuild=False))
    told = "\n".join(as_text(report))
    assert not report.ok
    assert any(p.where == where and cause in p.cause for p in report.problems), told
    assert all(p.remedy for p in report.problems)


@pytest.mark.docker
def test_a_secret_of_the_owner_s_choice_is_made_up_for_the_trial(project, docker_engine: DockerEngine) -> None:
    dockerfile = SERVER.format(base=PYTHON, extra="", cmd=json.dumps(["python", "main.py"]))
    docker_engine.ensure_images(dockerfile)
    code = "import os, signal, sys\nassert len(os.environ['SECRET_KEY']) == 44\nsignal.signal(15, lambda *a: sys.exit(0))\n"
    root = project({"main.py": code + HTTP.format(host="0.0.0.0", port=8000), "Dockerfile": dockerfile})
    report = verify(root, Options(timeout=20, rebuild=False))
    assert report.ok, "\n".join(as_text(report))
    assert report.notes == ("for this trial, a value of SECRET_KEY was made up",)
    given = verify(root, Options(timeout=20, rebuild=False, env={"SECRET_KEY": "x"}))
    assert not given.ok


def test_secrets_that_others_hand_out_are_not_made_up() -> None:
    chosen = ("SECRET_KEY", "DJANGO_SECRET_KEY", "JWT_SECRET", "JWT_ACCESS_KEY", "SESSION_KEY", "FERNET_KEY")
    issued = ("API_KEY", "AWS_SECRET_ACCESS_KEY", "CLIENT_SECRET", "STRIPE_SECRET_KEY", "BOT_TOKEN", "DATABASE_URL")
    found = made_up([*chosen, *issued])
    assert set(found) == set(chosen) - {"JWT_ACCESS_KEY"}
    assert len(set(found.values())) == len(found)
    assert all(len(value) == 44 for value in found.values())


@pytest.mark.docker
def test_root_compilers_and_a_late_install_are_reported(project, docker_engine: DockerEngine) -> None:
    text = (
        f"FROM {PYTHON}\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt && cp /bin/true /usr/bin/gcc\n"
        'EXPOSE 8000\nCMD ["python", "a.py"]\n'
    )
    docker_engine.ensure_images(text)
    code = "import signal, sys\nsignal.signal(15, lambda *a: sys.exit(0))\n" + HTTP.format(host="0.0.0.0", port=8000)
    report = verify(
        project({"a.py": code, "requirements.txt": "itsdangerous\n", "Dockerfile": text}), Options(timeout=20)
    )
    causes = " | ".join(problem.cause for problem in report.problems)
    assert "runs as root" in causes
    assert "a compiler: /usr/bin/gcc" in causes
    assert "a package manager's cache: /root/.cache/pip" in causes
    assert "installs the dependencies again" in causes


@pytest.mark.docker
def test_a_build_that_fails_and_an_image_that_is_nowhere(project, docker_engine: DockerEngine) -> None:
    docker_engine.ensure_images(f"FROM {PYTHON}\n")
    broken = project({"Dockerfile": f"FROM {PYTHON}\nRUN pip install no-such-distribution-at-all-42\nUSER 1:1\n"})
    report = verify(broken, Options())
    assert [p.where for p in report.problems] == ["build"]
    assert "no release of no-such-distribution-at-all-42" in report.problems[0].cause
    (broken / "Dockerfile").write_text("FROM localhost:1/no/such:image\n")
    with pytest.raises(EngineError, match="reason of its own"):
        verify(broken, Options())


def test_an_empty_setting_is_named_as_the_variable_that_gives_it() -> None:
    log = (
        "Traceback (most recent call last):\n"
        '  File "/app/app/functions.py", line 15, in <module>\n    serializer = URLSafeSerializer(Config.AES_KEY)\n'
        '  File "/app/.venv/lib/python3.12/site-packages/itsdangerous/signer.py", line 73, in keys\n    return list(SECRET_KEYS)\n'
        "TypeError: 'NoneType' object is not iterable\n"
    )
    assert "dockergen verify --env AES_KEY=" in diagnosis("start", log, "The program ended with 3.").remedy
    assert "Mend" in diagnosis("start", log.replace("'NoneType' object", "'int' object"), "The program ended.").remedy


def test_a_start_that_fails_names_the_variables_that_were_not_given() -> None:
    needs = [Sourced(name, Origin("file", "settings.py", 3)) for name in ("HOSTS", "KEY")]
    told = started_without(Problem("start", "The program ended with 3.", "Read the end of the log below."), needs)
    assert told.cause == "The program ended with 3. It was started without HOSTS (settings.py:3), KEY (settings.py:3)."
    assert told.remedy == "Try: dockergen verify --env HOSTS=... --env KEY=..."
    known = Problem("start", "The program needs the environment variable KEY.", "dockergen verify --env KEY=...")
    assert started_without(known, needs) is known
    missing = Problem("start", "The Python module pytz is not in the image.", "Add it to the project's dependencies.")
    assert started_without(missing, needs) is missing
    assert started_without(known, ()) is known


class _Container:
    """An engine with one running container, in which a command ends with that code."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.ran: list[list[str]] = []

    def state(self, container: str) -> ContainerState:
        return ContainerState(True, 0, 1)

    def execute(self, container: str, argv: list[str]) -> tuple[int, str]:
        self.ran.append(argv)
        said = "shop.Seller.picture: (fields.E210) Cannot use ImageField because Pillow is not installed.\n"
        return self.code, said if self.code else ""


@pytest.mark.parametrize(
    ("cause", "code", "ran"),
    [
        ("/ answers 500. The database has no table post: its migrations have not run.", 0, True),
        ("/ answers 500. The database has no table post: its migrations have not run.", 1, True),
        ("/ answers 500.", 0, False),
    ],
    ids=["lacks tables", "whose migration fails", "another problem"],
)
def test_a_database_without_tables_gets_them_for_the_trial(tmp_path: Path, cause: str, code: int, ran: bool) -> None:
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\nflask-migrate\n")
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/env.py").touch()
    engine = _Container(code)
    plan = service_at(tmp_path, {}).plan
    after = _migrated(cast(Engine, engine), Report("x", problems=(Problem("probe", cause, ""),)), "c", plan)
    assert engine.ran == ([["flask", "--app", "app:app", "db", "upgrade"]] if ran else [])
    if ran and code == 0:
        assert after is not None
        assert after.problems == ()
        assert "`flask --app app:app db upgrade` was run" in after.notes[0]
    elif ran:
        assert after is not None
        assert "`flask --app app:app db upgrade` does not make them" in after.problems[0].cause
        assert "Pillow, which it wants, is not in the image" in after.problems[0].cause
        assert "E210" in after.log
    else:
        assert after is None


def test_tables_that_no_command_here_makes_are_told_so(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    engine, plan = _Container(0), service_at(tmp_path, {}).plan
    problem = Problem(
        "probe", "The database has no table post: its migrations have not run.", "init prints the command"
    )
    after = _migrated(cast(Engine, engine), Report("x", problems=(problem,)), "c", plan)
    assert after is not None
    assert not engine.ran
    assert "which the program's papers name" in after.problems[0].remedy


def test_settings_of_mail_and_tokens_are_made_up_as_no_start_depends_on_them() -> None:
    named = (
        "ALLOWED_HOSTS",
        "DJANGO_ALLOWED_HOSTS",
        "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_PORT",
        "MAIL_SERVER",
        "ALGORITHM",
        "ACCESS_TOKEN_EXPIRE_MINUTES",
        "DJANGO_DEBUG",
        "DJANGO_SERVER_EMAIL",
        "SITE_URL",
        "LOG_LEVEL",
    )
    other = (
        "ADMIN_EMAIL_LIST",
        "API_URL",
        "DATABASE_URL",
        "DEBUG_KEY",
        "MAILGUN_API_KEY",
        "DB_PORT",
        "RATE_LIMIT_WINDOW",
        "REDIS_HOST",
    )
    found = made_up([*named, *other])
    assert set(found) == set(named)
    assert (found["EMAIL_PORT"], found["ALGORITHM"], found["ACCESS_TOKEN_EXPIRE_MINUTES"]) == ("587", "HS256", "30")


def test_a_trial_takes_values_from_the_files_that_developers_keep(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n")
    (tmp_path / "app.py").write_text(
        "import os\nfrom flask import Flask\napp = Flask(__name__)\nfor name in (os.environ['SECRET_KEY'], os.environ['ADMIN_URL'],\n"
        "    os.environ['SHOP_NAME'], os.environ['SHOP_CITY'], os.environ['SHOP_ZIP'], os.environ['GIVEN']): pass\n"
    )
    (tmp_path / ".env").write_text('# mine\nexport ADMIN_URL="admin/"  # secret\nUNASKED=1\n')
    (tmp_path / ".env.example").write_text(
        "SECRET_KEY=change-me\nADMIN_URL=x\nSHOP_NAME='My shop'\nSHOP_CITY=<your city>\nGIVEN=1\nSHOP_ZIP=my_shop_zip\n"
    )
    plan = service_at(tmp_path, {}).plan
    env, notes = _environment(opened(tmp_path), plan, Options(env={"GIVEN": "2"}))
    assert len(env.pop("SECRET_KEY")) == 44
    assert env == {"ADMIN_URL": "admin/", "SHOP_NAME": "My shop", "GIVEN": "2"}
    assert notes == [
        "for this trial, a value of SECRET_KEY was made up",
        "for this trial, the value of ADMIN_URL is that of .env",
        "for this trial, the value of SHOP_NAME is that of .env.example",
    ]
    assert any("as .env.example shows them" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("settings", "kept", "given"),
    [
        ("DATABASES = {'default': dj_database_url.config(conn_max_age=600)}\n", "", "sqlite:////tmp/trial.sqlite3"),
        ("DATABASES = {'default': dj_database_url.config(conn_max_age=600)}\n", "DATABASE_URL=postgres://mine/x\n", "postgres://mine/x"),
        ("DATABASES = {}\n", "", None),
    ],
)  # fmt: skip
def test_a_trial_of_django_has_a_database_of_its_own(
    tmp_path: Path, settings: str, kept: str, given: str | None
) -> None:
    files = {
        "requirements.txt": "django\ndj-database-url\ngunicorn\n",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "shop/__init__.py": "",
        "shop/settings.py": f"import dj_database_url\nSECRET_KEY = 'x'\n{settings}",
        "shop/wsgi.py": "application = None\n",
        ".env": kept,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    env, notes = _environment(opened(tmp_path), service_at(tmp_path, {}).plan, Options())
    assert env.get("DATABASE_URL") == given
    made = "for this trial, DATABASE_URL is a file of SQLite"
    assert (made in notes) == (given is not None and "sqlite" in given)


def test_a_problem_of_a_trial_with_a_database_of_its_own_names_it() -> None:
    env = {"DATABASE_URL": "sqlite:////tmp/trial.sqlite3"}
    found = in_a_file(Problem("start", "The program ended with 1.", "Read the log."), env)
    assert "DATABASE_URL was a file of SQLite for this trial" in found.cause
    assert found.remedy == "Read the log. Or name its own database: dockergen verify --env DATABASE_URL=..."
    other = Problem("start", "The Python module x is not in the image.", "Add it.")
    assert in_a_file(other, env) is other
    assert in_a_file(found, {"DATABASE_URL": "sqlite:///mine"}) is found


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        ("It raises RuntimeError: Directory '../frontend' does not exist.", True),
        ("The program wants the file /frontend/index.html, which is not in the image.", True),
        ("It raises RuntimeError: Directory 'pages' does not exist.", False),
    ],
)
def test_what_lies_outside_of_the_build_context_is_told(cause: str, told: bool) -> None:
    beyond = (Sourced("../frontend", Origin("file", "main.py", 21)),)
    problem = lying_outside(Problem("start", cause, "Mend it."), beyond)
    assert ("main.py:21 names ../frontend, outside of the folder" in problem.cause) is told
    assert (problem.remedy != "Mend it.") is told


def test_what_pydantic_says_of_a_value_is_told_and_names_the_variable() -> None:
    log = (
        'Traceback (most recent call last):\n  File "/app/a.py"\n'
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\n"
        "  Value error, Either POSTGRES_SERVER or POSTGRES_HOST must be provided [type=value_error, input_value={}, input_type=dict]\n"
        "    For further information visit https://errors.example/value_error\n"
    )
    problem = diagnosis("start", log, "The program ended with 1.")
    assert problem.cause.endswith(
        "1 validation error for Settings: Value error, Either POSTGRES_SERVER or POSTGRES_HOST must be provided."
    )
    assert problem.remedy == "Give POSTGRES_SERVER a value: dockergen verify --env POSTGRES_SERVER=..."


def test_of_what_contradicts_each_other_what_fits_is_not_told() -> None:
    log = (
        "The conflict is caused by:\n    The user requested pydantic==2.6.1\n    openai 1.12.0 depends on pydantic<3 and >=1.9.0\n"
        "    anthropic 0.18.1 depends on pydantic<3 and >=1.9.0\n    fastapi 0.125.0 depends on pydantic>=2.7.0\n\nTo fix"
    )
    cause = diagnosis("build", log, "").cause
    assert cause.endswith(": the requirements ask for pydantic==2.6.1; fastapi 0.125.0 depends on pydantic>=2.7.0.")


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: Could not find a version that satisfies the requirement a" + "!" * 3000,
        "ERROR: Could not find a version that satisfies the requirement a" + "=1,<" * 3000,
        "pydantic_core.ValidationError: 1 validation error for A\nb\n" + " " * 20000 + "x",
    ],
)
def test_a_hostile_log_is_read_in_no_time(line: str) -> None:
    begun = time.perf_counter()
    diagnosis("build", line, "nothing is known")
    assert time.perf_counter() - begun < 1
