"""Private indexes, and dependencies from version control: secret mounts, the printed command, nothing in clear."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from dockergen.cli import main
from dockergen.commands import build_options, next_lines
from dockergen.explain import text_of
from dockergen.pipeline import generated, service_at

Project = Callable[[dict[str, str | bytes]], Path]

APP = "from flask import Flask\napp = Flask(__name__)\n"
PASSWORD = "hunter2-in-clear"
CORP = "pypi.corp.example"
PYPROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask==3.1.2"]\n'
POETRY = '[tool.poetry]\nname = "shop"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "3.1.2"\n'
PUBLIC = "https://download.pytorch.org/whl/cpu"


def planned(root: Path) -> tuple[str, str, tuple[str, ...]]:
    """The Dockerfile, the command that builds it, and the notes."""
    service = service_at(root, {})
    files = generated(root, service)
    return text_of(files, "Dockerfile"), next_lines(service)[0], service.plan.notes


NETRC = (
    "--mount=type=secret,id=netrc,target=/root/.netrc",
    'docker build -t project --secret id=netrc,src="$HOME/.netrc" .',
)
CASES = [
    pytest.param({"requirements.txt": f"-i https://{CORP}/simple\nflask\n"}, *NETRC, id="pip: --index-url"),
    pytest.param({"requirements.txt": f"--extra-index-url=https://{CORP}/simple\nflask\n"}, *NETRC, id="pip: extra index"),
    pytest.param(
        {"requirements.txt": "-r base.txt\n", "base.txt": f"--find-links https://{CORP}/x/\nflask\n"}, *NETRC, id="pip: included file"
    ),
    pytest.param({"requirements.txt": "flask\n", "pip.conf": f"[global]\nindex-url = https://{CORP}/simple\n"}, *NETRC, id="pip.conf"),
    pytest.param({"requirements.txt": f"-i https://__token__@{CORP}/simple\nflask\n"}, *NETRC, id="pip: user without password"),
    pytest.param(
        {"requirements.txt": f"-i https://${{CORP_USER}}:${{CORP_TOKEN}}@{CORP}/simple\nflask\n"},
        "--mount=type=secret,id=corp_token,env=CORP_TOKEN",
        "docker build -t project --secret id=corp_token,env=CORP_TOKEN --secret id=corp_user,env=CORP_USER .",
        id="pip: variables",
    ),
    pytest.param(
        {
            "pyproject.toml": f'{PYPROJECT}[tool.uv]\n[[tool.uv.index]]\nname = "corp-pkgs"\nurl = "https://{CORP}/simple"\n',
            "uv.lock": f'version = 1\n[[package]]\nname = "flask"\nversion = "3.1.2"\nsource = {{ registry = "https://{CORP}/simple" }}\n',
        },
        "--mount=type=secret,id=uv_index_corp_pkgs_password,env=UV_INDEX_CORP_PKGS_PASSWORD",
        "docker build -t project --secret id=uv_index_corp_pkgs_password,env=UV_INDEX_CORP_PKGS_PASSWORD "
        "--secret id=uv_index_corp_pkgs_username,env=UV_INDEX_CORP_PKGS_USERNAME .",
        id="uv: named index",
    ),
    pytest.param(
        {"pyproject.toml": f'{PYPROJECT}[tool.uv]\nindex-url = "https://{CORP}/simple"\n', "uv.lock": "version = 1\n"}, *NETRC, id="uv: index-url"
    ),
    pytest.param(
        {
            "pyproject.toml": PYPROJECT,
            "uv.lock": f'version = 1\n[[package]]\nname = "flask"\nversion = "3.1.2"\nsource = {{ registry = "https://{CORP}/simple" }}\n',
        },
        *NETRC,
        id="uv: only the lock file tells",
    ),
    pytest.param(
        {"pyproject.toml": f'{POETRY}[[tool.poetry.source]]\nname = "corp"\nurl = "https://{CORP}/simple"\n', "poetry.lock": ""}, *NETRC, id="Poetry source"
    ),
    pytest.param(
        {
            "pyproject.toml": POETRY,
            "poetry.lock": f'[[package]]\nname = "flask"\nversion = "3.1.2"\n\n[package.source]\ntype = "legacy"\nurl = "https://{CORP}/simple"\n',
        },
        *NETRC,
        id="Poetry: only the lock file tells",
    ),
    pytest.param(
        {"pyproject.toml": f'{PYPROJECT}[tool.pdm]\n[[tool.pdm.source]]\nname = "corp"\nurl = "https://{CORP}/simple"\n', "pdm.lock": ""}, *NETRC, id="PDM source"
    ),
    pytest.param(
        {"Pipfile": f'[[source]]\nname = "corp"\nurl = "https://{CORP}/simple"\n[packages]\nflask = "*"\n'}, *NETRC, id="Pipfile source"
    ),
    pytest.param(
        {"Pipfile": f'[[source]]\nname = "corp"\nurl = "https://$WHO:${{TOKEN}}@{CORP}/simple"\n[packages]\nflask = "*"\n'},
        "--mount=type=secret,id=who,env=WHO",
        "docker build -t project --secret id=token,env=TOKEN --secret id=who,env=WHO .",
        id="Pipfile: variables",
    ),
    pytest.param(
        {"requirements.txt": "flask\n", ".gitlab-ci.yml": "variables:\n  PIP_INDEX_URL: https://ci:${CI_JOB_TOKEN}@gitlab.example/simple\n"},
        "--mount=type=secret,id=pip_index_url,env=PIP_INDEX_URL",
        "docker build -t project --secret id=pip_index_url,env=PIP_INDEX_URL .",
        id="CI sets PIP_INDEX_URL",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "mount", "command"), CASES)
def test_a_private_index_gets_a_secret_mount_and_the_command_to_type(
    project: Project, files: dict[str, str | bytes], mount: str, command: str
) -> None:
    dockerfile, typed, notes = planned(project({"app.py": APP, **files}))
    assert mount in dockerfile
    assert typed == command
    assert any("private index" in note or "Set " in note for note in notes)


@pytest.mark.parametrize(
    "url", [PUBLIC, "https://pypi.nvidia.com", "https://mirrors.aliyun.com/simple", "https://pypi.doubanio.com/simple/"]
)
def test_an_index_that_everybody_may_read_needs_no_secret(project: Project, url: str) -> None:
    dockerfile, typed, _ = planned(
        project({"app.py": APP, "requirements.txt": f"--extra-index-url {url}\nflask==3.1.2\n"})
    )
    assert "secret" not in dockerfile + typed


CLEAR = [
    pytest.param(
        {"requirements.txt": f"flask==3.1.2\n-i https://bob:{PASSWORD}@{CORP}/simple\n"}, "requirements.txt:2", id="requirements"
    ),
    pytest.param(
        {"requirements.txt": f"flask==3.1.2\nx @ https://bob:{PASSWORD}@{CORP}/x-1.zip\n"}, "requirements.txt:2", id="requirement by URL"
    ),
    pytest.param(
        {"requirements.txt": f"flask==3.1.2\ngit+https://ghp_0123456789abcdef{PASSWORD}@{CORP}/x.git#egg=x\n"}, "requirements.txt:2", id="token in a git URL"
    ),
    pytest.param(
        {"requirements.txt": f"flask\n# -i https://bob:{PASSWORD}@{CORP}/simple\n"}, "requirements.txt:2", id="comment"
    ),
    pytest.param(
        {"requirements.txt": "flask\n", "pip.conf": f"[global]\nindex-url = https://bob:{PASSWORD}@{CORP}/simple\n"}, "pip.conf:2", id="pip.conf"
    ),
    pytest.param(
        {"pyproject.toml": f'{POETRY}[[tool.poetry.source]]\nname = "x"\nurl = "https://bob:{PASSWORD}@{CORP}/simple"\n', "poetry.lock": ""},
        "pyproject.toml:9", id="Poetry source",
    ),
    pytest.param(
        {"Pipfile": f'[[source]]\nname = "x"\nurl = "https://bob:{PASSWORD}@{CORP}/simple"\n[packages]\nflask = "*"\n'}, "Pipfile:3", id="Pipfile"
    ),
    pytest.param(
        {"setup.py": f"from setuptools import setup\nsetup(name='x', install_requires=['flask', 'y @ https://bob:{PASSWORD}@{CORP}/y.zip'])\n"},
        "setup.py:2", id="setup.py",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "where"), CLEAR)
def test_a_password_in_clear_is_reported_masked_and_reaches_no_output(
    project: Project, files: dict[str, str | bytes], where: str
) -> None:
    dockerfile, typed, notes = planned(project({"app.py": APP, **files}))
    told = " ".join(notes)
    assert f"{where} holds a password in clear (" in told
    assert "****@" in told
    assert PASSWORD not in dockerfile + typed + told
    assert f"COPY --exclude={where.split(':', maxsplit=1)[0]} . ." in dockerfile.partition(" AS final")[2]


SSH = [
    pytest.param("git+ssh://git@git.corp.example/team/lib.git@v1#egg=lib", id="git+ssh"),
    pytest.param("lib @ git+ssh://git@git.corp.example:2222/team/lib.git", id="PEP 508"),
    pytest.param("git@git.corp.example:team/lib.git", id="scp form"),
]


@pytest.mark.parametrize("line", SSH)
def test_a_requirement_over_ssh_uses_the_agent_and_the_hosts_that_the_person_knows(project: Project, line: str) -> None:
    dockerfile, typed, notes = planned(project({"app.py": APP, "requirements.txt": f"flask==3.1.2\n{line}\n"}))
    assert "--mount=type=ssh" in dockerfile
    assert "--mount=type=secret,id=known_hosts,target=/root/.ssh/known_hosts" in dockerfile
    assert typed == 'docker build -t project --secret id=known_hosts,src="$HOME/.ssh/known_hosts" --ssh default .'
    assert {"git", "openssh-client"} <= set(dockerfile.split())
    scan = "ssh-keyscan -p 2222 git.corp.example" if ":2222" in line else "ssh-keyscan git.corp.example"
    assert any(scan in note for note in notes)


@pytest.mark.parametrize(
    ("files", "program"),
    [
        ({"requirements.txt": "flask\ngit+https://git.example/x.git@v1#egg=x\n"}, "git"),
        ({"requirements.txt": "flask\nhg+https://hg.example/x#egg=x\n"}, "mercurial"),
        (
            {
                "pyproject.toml": PYPROJECT,
                "uv.lock": 'version = 1\n[[package]]\nname = "x"\nversion = "1"\nsource = { git = "https://git.example/x.git?rev=v1#0123" }\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\n',
            },
            "git",
        ),
        (
            {
                "pyproject.toml": POETRY,
                "poetry.lock": '[[package]]\nname = "x"\nversion = "1"\n\n[package.source]\ntype = "git"\nurl = "https://git.example/x.git"\n\n[[package]]\nname = "flask"\nversion = "3.1.2"\n',
            },
            "git",
        ),
    ],
    ids=["git", "hg", "uv.lock", "poetry.lock"],
)  # fmt: skip
def test_the_program_that_fetches_is_in_the_build_stage_only(
    project: Project, files: dict[str, str | bytes], program: str
) -> None:
    dockerfile, typed, _ = planned(project({"app.py": APP, **files}))
    build, _, final = dockerfile.partition(" AS final")
    assert program in build.split()
    assert program not in final.split()
    assert "secret" not in typed


def test_a_process_gets_the_secrets_that_this_machine_has(project: Project, tmp_path: Path) -> None:
    root = project({"app.py": APP, "requirements.txt": f"-i https://{CORP}/s\n-f https://${{T}}@{CORP}/f\nflask\n"})
    plan = service_at(root, {}).plan
    home = tmp_path / "home"
    home.mkdir()
    assert build_options(plan, {"HOME": str(home)}, root) == []
    (home / ".netrc").write_text("")
    found = build_options(plan, {"HOME": str(home), "T": "x"}, root)
    assert found == [f"--secret=id=netrc,src={home}/.netrc", "--secret=id=t,env=T"]


def test_a_secret_of_the_repository_is_found_from_where_the_command_is_typed(project: Project) -> None:
    root = project(
        {
            "package.json": '{"name": "x", "scripts": {"start": "node a.js"}, "dependencies": {"koa": "3.0.0"}}',
            "package-lock.json": '{"lockfileVersion": 3, "packages": {}}',
            "a.js": "require('http').createServer().listen(3000)\n",
            ".npmrc": "//npm.corp.example/:_authToken=abc\n",
        }
    )
    service = service_at(root, {})
    assert "--secret id=npmrc,src=shop/.npmrc " in next_lines(service, "shop")[0]
    assert build_options(service.plan, {}, root) == [f"--secret=id=npmrc,src={root}/.npmrc"]


def test_the_printed_command_survives_a_shell(project: Project) -> None:
    root = project({"app.py": APP, "requirements.txt": f"-i https://{CORP}/simple\nflask\n"})
    line = next_lines(service_at(root, {}), "a folder; rm -rf /")[0]
    assert shlex.split(line)[-1] == "a folder; rm -rf /"
    assert "id=netrc,src=$HOME/.netrc" in shlex.split(line)


HIDDEN = f"https://bob:{PASSWORD}@git.corp.example"
WHERE_URLS_STAND = [
    pytest.param({"requirements.txt": f"flask\ngit+{HIDDEN}/x.git#egg=x\n"}, id="branch that moves"),
    pytest.param({"requirements.txt": f"flask==3.1.2 --hash=sha256:{'0' * 64}\ngit+{HIDDEN}/x.git#egg=x\n"}, id="hashes"),
    pytest.param({"requirements.txt": f"flask\n-r {HIDDEN}/more.txt\n"}, id="included by URL"),
    pytest.param({"requirements.txt": f"flask\n{HIDDEN}/x\n"}, id="no archive"),
    pytest.param({"requirements.txt": f"flask\n-e {HIDDEN}/x\n"}, id="editable"),
    pytest.param({"requirements.txt": f"flask\nx@{HIDDEN}\n"}, id="by name without blanks"),
    pytest.param({"requirements.txt": "flask\n", ".python-version": f"{HIDDEN}\n"}, id="where a version should stand"),
    pytest.param({"pyproject.toml": f'{PYPROJECT}[tool.uv.sources]\nx = {{ git = "{HIDDEN}/x.git" }}\n'}, id="uv sources"),
    pytest.param({"pyproject.toml": f'[project]\nname = "x"\nrequires-python = "{HIDDEN}"\ndependencies = ["flask"]\n'}, id="range"),
]  # fmt: skip


@pytest.mark.parametrize("files", WHERE_URLS_STAND)
@pytest.mark.parametrize("command", [["init", "--dry-run"], ["init"], ["explain"], ["explain", "--format", "json"]])
def test_no_text_for_people_shows_a_password(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    files: dict[str, str | bytes], command: list[str],
) -> None:  # fmt: skip
    root = project({"app.py": APP, **files})
    monkeypatch.setattr("sys.argv", ["dockergen", *command, str(root)])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    assert ended.value.code in (0, 3), shown.err
    assert PASSWORD not in shown.out + shown.err
