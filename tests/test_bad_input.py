"""Bad input, one row each: a clear message with the place, a documented exit code, quickly, small, and nothing written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SECONDS = 1.0
KIBIBYTES = 150 * 1024
EXPRESS = '{"name": "a", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5.0.0"}}'
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"


def _huge(root: Path) -> None:
    with (root / "package.json").open("wb") as file:
        file.truncate(300 * 1024 * 1024)


def _outside(root: Path) -> None:
    (root.parent / "elsewhere.txt").write_text("flask\n")
    (root / "requirements.txt").symlink_to(root.parent / "elsewhere.txt")


def _unreadable(root: Path) -> None:
    (root / "requirements.txt").write_text("flask\n")
    (root / "requirements.txt").chmod(0)


def _files(**files: str | bytes) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        for name, content in files.items():
            path = root / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def _tree(files: dict[str, str | bytes]) -> Callable[[Path], None]:
    return _files(**{name.replace("/", "__").replace(".", "_DOT_"): content for name, content in files.items()})


CASES = [
    pytest.param(lambda root: None, 3, "an empty folder", id="empty folder"),
    pytest.param(
        _tree({"package.json": '{\n  "name": "a",\n}'}), 3, "package.json:3 is not valid JSON", id="broken JSON"
    ),
    pytest.param(
        _tree({"pyproject.toml": "[project]\nname = \n"}), 3, "pyproject.toml:2 is not valid TOML", id="broken TOML"
    ),
    pytest.param(
        _tree(
            {
                "package.json": EXPRESS,
                "server.js": "",
                "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
                "pnpm-workspace.yaml": "packages:\n  - [\n",
            }
        ),
        3,
        "pnpm-workspace.yaml:",
        id="broken YAML",
    ),
    pytest.param(
        _tree({"go.mod": "module a\n\ngo 1.99\n", "main.go": "package main\nfunc main() {}\n"}),
        3,
        "go.mod:3 asks for Go 1.99",
        id="a version that does not exist",
    ),
    pytest.param(
        _tree({"requirements.txt": "flask\n", "app.py": FLASK, ".python-version": "3.99\n"}),
        3,
        ".python-version:1",
        id="a Python that does not exist",
    ),
    pytest.param(
        lambda root: (root / "package.json").mkdir(), 3, "package.json is a folder", id="a manifest that is a folder"
    ),
    pytest.param(
        lambda root: os.mkfifo(root / "package.json"), 3, "package.json is a FIFO", id="a manifest that is a FIFO"
    ),
    pytest.param(
        _outside, 3, "requirements.txt is a link that leads out of the repository", id="a link out of the root"
    ),
    pytest.param(_huge, 3, "package.json has 314,572,800 bytes", id="300 MB"),
    pytest.param(_tree({"package.json": b"[" * 100_000}), 3, "package.json is nested too deeply", id="100 000 levels"),
    pytest.param(
        _tree({"requirements.txt": "-r a.txt\n", "a.txt": "-r requirements.txt\nflask\n", "app.py": FLASK}),
        3,
        "a.txt:1",
        id="include cycle",
    ),
    pytest.param(
        _tree({"requirements.txt": "-r gone.txt\nflask\n", "app.py": FLASK}),
        3,
        "requirements.txt:1",
        id="include of nothing",
    ),
    pytest.param(
        _tree({"package.json": EXPRESS, "server.js": "", "requirements.txt": "flask\n", "app.py": FLASK}),
        3,
        "--language",
        id="two equal claims",
    ),
    pytest.param(
        _tree(
            {"shop/requirements.txt": "flask\n", "shop/app.py": FLASK, "web/package.json": EXPRESS, "web/server.js": ""}
        ),
        3,
        "2 services: shop",
        id="several services",
    ),
    pytest.param(
        _tree({"cookiecutter.json": "{}", "{{cookiecutter.slug}}/pyproject.toml": '[project]\nname = "{{ x }}"\n'}),
        3,
        "cookiecutter.json:1 asks for the values that {{cookiecutter.slug}}/ is made with",
        id="template of projects",
    ),
    pytest.param(_tree({"package.json": b'{"name": "\xff\xfe\xfa"}'}), 3, "package.json:1 is not UTF-8", id="no text"),
    pytest.param(
        _tree({"dockergen.toml": "prot = 1\n", "app.py": FLASK}), 2, "no setting 'prot'", id="unknown setting"
    ),
]


@pytest.mark.parametrize(("make", "code", "message"), CASES)
def test_bad_input(tmp_path: Path, make: Callable[[Path], None], code: int, message: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    make(root)
    before = sorted(path.name for path in root.rglob("*"))
    done, seconds, peak = measured(root)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 2, "an error has a remedy"
    assert sorted(path.name for path in root.rglob("*")) == before, "something was written"
    assert seconds < SECONDS
    assert peak < KIBIBYTES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("requirements.txt", "flask\ngunicorn\n".encode("utf-16"), id="UTF-16 as PowerShell writes it"),
        pytest.param("requirements.txt", b"\xef\xbb\xbfflask\r\ngunicorn\r\n", id="byte order mark and CRLF"),
    ],
)
def test_odd_encodings_are_read(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "app.py").write_text(FLASK)
    done, _, _ = measured(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "gunicorn" in (tmp_path / "Dockerfile").read_text()


def test_an_unreadable_manifest_is_named(tmp_path: Path) -> None:
    _unreadable(tmp_path)
    done, _, _ = measured(tmp_path, bound_by_modes=True)
    assert done.returncode == 3, done.stderr
    assert "requirements.txt may not be read by this user" in done.stderr
    assert "chmod u+r" in done.stderr


def test_a_read_only_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module a\n")
    (tmp_path / "main.go").write_text("package main\nfunc main() {}\n")
    tmp_path.chmod(0o555)
    done, _, _ = measured(tmp_path, bound_by_modes=True)
    tmp_path.chmod(0o755)
    assert done.returncode == 4, done.stderr
    assert "cannot be written" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["go.mod", "main.go"]


def measured(root: Path, *, bound_by_modes: bool = False) -> tuple[subprocess.CompletedProcess[str], float, int]:
    """The finished `dockergen init`, its seconds, and the peak memory of all our children so far in KiB."""
    command = [sys.executable, "-m", "dockergen", "init"]
    if bound_by_modes and os.geteuid() == 0:
        # Root without the capabilities that let it pass over file modes.
        drop = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=30)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time: builds of other tests share the cores, and nothing here waits for anything.
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, seconds, after.ru_maxrss
