"""The command line as a process: exit codes, streams, files, and what people read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GO = {
    "go.mod": "module example.com/hello\n\ngo 1.26\n",
    "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
}


def run(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dockergen", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120", **env},
        check=False,
    )


def test_init_writes_tells_and_ends_with_the_next_command(project) -> None:
    root = project(GO)
    done = run("init", cwd=root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Go 1.26 (go.mod:3)")
    assert "port 8080 (main.go:5)" in done.stdout
    assert done.stdout.rstrip().endswith("docker build -t project .\n  docker run --rm -p 8080:8080 project")
    assert (root / "Dockerfile").read_text().startswith("# syntax=docker/dockerfile:1\n")
    assert ".git\n" in (root / ".dockerignore").read_text()


def test_init_again_writes_nothing_and_says_so(project) -> None:
    root = project(GO)
    run("init", cwd=root)
    before = {path.name: path.stat().st_mtime_ns for path in root.iterdir()}
    done = run("init", cwd=root)
    assert done.returncode == 0
    assert done.stdout.count("unchanged") == 2
    assert {path.name: path.stat().st_mtime_ns for path in root.iterdir()} == before


def test_suggested_commands_name_the_folder_that_was_typed(project) -> None:
    root = project({**GO, "Dockerfile": "FROM scratch\n"})
    done = run("init", root.name, cwd=root.parent)
    assert f"$ dockergen init {root.name} --force\n" in done.stderr
    done = run("init", root.name, "--output", root.name + "/", cwd=root.parent)
    assert f"$ dockergen init {root.name} --output {root.name} --force\n" in done.stderr
    done = run("init", root.name, "--language", "cobol", cwd=root.parent)
    assert "$ dockergen languages\n" in done.stderr


def test_suggested_commands_for_a_service_below_name_its_folder(project) -> None:
    root = project({"api/main.py": "import flask\nimport no_such_module\n\napp = flask.Flask(__name__)\n"})
    done = run("init", cwd=root)
    assert done.stderr.startswith("Error: In api/: main.py:2 imports no_such_module")
    assert "\n  $ cd api && printf '%s\\n' flask " in done.stderr
    done = run("init", root.name, cwd=root.parent)
    assert f"\n  $ cd {root.name}/api && printf " in done.stderr


def test_of_several_services_the_one_that_is_called_a_back_end_is_taken_and_the_others_are_told(project) -> None:
    app = "from flask import Flask\n\napp = Flask(__name__)\n"
    files = {
        f"{name}/{path}": text
        for name in ("backend", "jobs")
        for path, text in (("app.py", app), ("requirements.txt", "flask\n"))
    }
    root = project(files)
    done = run("init", cwd=root)
    assert done.returncode == 0, done.stderr
    assert sorted(path.parent.name for path in root.rglob("Dockerfile")) == ["backend"]
    assert "This repository holds 2 services" in done.stderr
    assert "`dockergen init --app jobs`" in done.stderr
    (root / "backend").rename(root / "web")
    assert run("init", "--force", cwd=root).returncode == 3
    (root / "web").rename(root / "api")
    (root / "jobs").rename(root / "server")
    assert run("init", "--force", cwd=root).returncode == 3  # both may be asked


def test_suggested_folders_lie_in_the_folder_that_was_typed(project) -> None:
    app = "from flask import Flask\n\napp = Flask(__name__)\n"
    root = project({"first/main.py": app, "second/main.py": app})
    done = run("init", root.name, cwd=root.parent)
    assert f"$ dockergen init {root.name}/first\n" in done.stderr


def test_sources_in_one_folder_without_any_manifest_are_the_service(project) -> None:
    root = project({"README.md": "", "api/main.py": "from flask import Flask\n\napp = Flask(__name__)\n"})
    done = run("init", cwd=root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("api/: Python 3")
    assert (root / "api" / "Dockerfile").exists()
    assert "docker build -t api api\n" in done.stdout


def test_a_hand_edited_file_is_shown_as_a_diff_and_kept(project) -> None:
    root = project({**GO, "Dockerfile": "FROM scratch\n"})
    done = run("init", cwd=root)
    assert done.returncode == 4
    assert "-FROM scratch" in done.stdout
    assert "Dockerfile already exists with other content." in done.stderr
    assert "$ dockergen init --force\n" in done.stderr
    assert (root / "Dockerfile").read_text() == "FROM scratch\n"
    assert run("init", "--force", cwd=root).returncode == 0
    assert (root / "Dockerfile").read_text() != "FROM scratch\n"


def test_dry_run_prints_a_diff_and_writes_nothing(project) -> None:
    root = project(GO)
    done = run("init", "--dry-run", cwd=root)
    assert done.returncode == 0
    assert done.stdout.startswith("--- /dev/null\n+++ Dockerfile\n@@ ")
    assert sorted(path.name for path in root.iterdir()) == ["go.mod", "main.go"]


def test_output_elsewhere_uses_the_name_that_buildkit_reads_first(project, tmp_path: Path) -> None:
    root = project(GO)
    done = run("init", root, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["Dockerfile", "Dockerfile.dockerignore"]
    assert f"-f {tmp_path}/out/Dockerfile" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["init", "--port", "x"], 2, id="bad value"),
        pytest.param(["init", "--no-such-flag"], 2, id="unknown flag"),
        pytest.param(["init", "/nonexistent/folder"], 3, id="no folder"),
        pytest.param(["init", "--language", "cobol"], 2, id="unknown language"),
        pytest.param(["nonsense"], 2, id="unknown command"),
        pytest.param(["explain", "--line", "9999"], 2, id="no such line"),
        pytest.param(["verify", "--engine", "lxc"], 5, id="unknown engine"),
        pytest.param(["verify", "--env", "X"], 2, id="variable without value"),
    ],
)
def test_exit_codes(project, arguments: list[str], code: int) -> None:
    done = run(*arguments, cwd=project({**GO, "Dockerfile": "FROM scratch\n"}))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_verify_without_a_dockerfile_names_the_command(project) -> None:
    done = run("verify", cwd=project(GO))
    assert done.returncode == 3
    assert "$ dockergen init" in done.stderr


def test_explain_json_is_the_stable_contract(project) -> None:
    done = run("explain", "--format", "json", cwd=project(GO))
    value = json.loads(done.stdout)
    assert sorted(value) == ["dockergen", "services"]
    (service,) = value["services"]
    assert sorted(service) == [
        *("decisions", "files", "language", "name", "notes", "port", "root", "stages", "start", "user"),
    ]
    version = next(d for d in service["decisions"] if d["name"] == "version")
    assert version == {
        "name": "version",
        "value": "1.26",
        "source": {"kind": "file", "path": "go.mod", "line": 3},
        "rejected": [],
    }
    assert [stage["name"] for stage in service["stages"]] == ["build", "final"]
    assert str(project({})) not in done.stdout


def test_explain_text_names_flags_and_what_an_edit_builds_again(project) -> None:
    done = run("explain", cwd=project(GO))
    assert "port: 8080   from main.go:5   change it with --port" in done.stdout
    assert "Editing main.go builds 2 of 2 steps again" in done.stdout


def test_explain_one_line(project) -> None:
    root = project(GO)
    run("init", cwd=root)
    number = (root / "Dockerfile").read_text().split("\n").index("EXPOSE 8080") + 1
    done = run("explain", "--line", str(number), cwd=root)
    assert done.stdout.startswith(f"line {number}: EXPOSE 8080")
    assert "main.go:5" in done.stdout


def test_flags_environment_and_file_decide_in_that_order(project) -> None:
    root = project({**GO, "dockergen.toml": "port = 1111\n"})
    assert "EXPOSE 1111" in run("init", "--dry-run", cwd=root).stdout
    assert "EXPOSE 2222" in run("init", "--dry-run", cwd=root, DOCKERGEN_PORT="2222").stdout
    assert "EXPOSE 3333" in run("init", "--dry-run", "--port", "3333", cwd=root, DOCKERGEN_PORT="2222").stdout


def test_bare_command_shows_the_table(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert done.returncode == 0
    for name in ("init", "explain", "verify", "languages"):
        assert f"dockergen {name}" in done.stdout


@pytest.mark.parametrize("command", ["init", "explain", "verify", "languages"])
def test_help_shows_two_examples(command: str, tmp_path: Path) -> None:
    done = run(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count(f"dockergen {command}") >= 3


def test_version_and_languages(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout == "dockergen 0.1.0\n"
    rows = json.loads(run("languages", "--format", "json", cwd=tmp_path).stdout)["languages"]
    assert {row["name"] for row in rows} == {"go", "node", "python"}
    assert "1.27" in run("languages", cwd=tmp_path).stdout


def test_completion_can_be_shown(tmp_path: Path) -> None:
    done = run("--show-completion", "bash", cwd=tmp_path)
    assert "complete" in done.stdout, done.stderr


def test_quiet_prints_nothing_but_errors(project) -> None:
    done = run("init", "--quiet", cwd=project(GO))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_colour_reaches_a_pipe(project) -> None:
    done = run("init", cwd=project(GO))
    assert "\x1b" not in done.stdout + done.stderr


def test_a_closed_pipe_is_no_error(project) -> None:
    command = f"{sys.executable} -m dockergen explain | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=project(GO), check=False
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_names_with_escape_sequences_do_not_steer_the_terminal(project) -> None:
    done = run("init", cwd=project({"\x1b[31mred": "", "\u202egnp.exe": ""}))
    assert done.returncode == 3
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr


def test_api_needs_neither_typer_nor_rich(project) -> None:
    code = (
        "import sys, dockergen; dockergen.generate(sys.argv[1]); print('typer' in sys.modules, 'rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(project(GO))], capture_output=True, text=True, check=False)
    assert done.stdout == "False False\n", done.stderr


def test_front_end_of_a_python_service_is_built_by_a_fresh_process(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\n")
    (tmp_path / "app.py").write_text("from flask import Flask\n\napp = Flask(__name__, static_folder='web/dist')\n")
    (tmp_path / "web").mkdir()
    (tmp_path / "web/package.json").write_text(
        '{"name": "web", "devDependencies": {"vite": "7.1.0"}, "scripts": {"build": "vite build"}}'
    )
    (tmp_path / "web/package-lock.json").write_text('{"name": "web", "lockfileVersion": 3, "packages": {}}')
    (tmp_path / "web/index.html").write_text("<!doctype html>")
    done = run("init", "--dry-run", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "npm ci" in done.stdout
