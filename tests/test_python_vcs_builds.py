"""Requirements from git for real: over http, and over ssh with the agent and the hosts of the person who builds."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dockergen.commands import build_options
from dockergen.engine import Engine
from dockergen.explain import text_of
from dockergen.pipeline import generated, service_at
from dockergen.verify import Options, as_text, verify
from dockergen.verify.diagnosis import diagnosis
from dockergen.workspace import write
from tests.realengine.fixtures import DockerEngine

pytestmark = pytest.mark.docker

APP = 'import time\n\nimport corp_lib\n\nif __name__ == "__main__":\n    print(corp_lib.TEXT, flush=True)\n    time.sleep(600)\n'
TEXT = "hello from a repository"
SERVER = f"""FROM python:3.14-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git openssh-server >/dev/null
RUN useradd -m -p '*' git && mkdir -p /run/sshd /home/git/.ssh && ssh-keygen -q -t ed25519 -N '' -f /key && \\
    cp /key.pub /home/git/.ssh/authorized_keys && chown -R git /home/git && chmod 700 /home/git/.ssh
WORKDIR /src
RUN printf '[build-system]\\nrequires = ["setuptools"]\\nbuild-backend = "setuptools.build_meta"\\n[project]\\nname = "corp-lib"\\nversion = "1"\\n' >pyproject.toml && \\
    echo 'TEXT = "{TEXT}"' >corp_lib.py && \\
    git init -q && git add . && git -c user.name=a -c user.email=a@b commit -q -m one && git tag v1 && \\
    git clone -q --bare . /srv/lib.git && git -C /srv/lib.git update-server-info && chown -R git /srv
CMD ["sh", "-c", "/usr/sbin/sshd && exec python -m http.server -d /srv 8080"]
"""


_READY = "python -c 'import socket; [socket.create_connection((\"127.0.0.1\", p)) for p in (22, 8080)]' 2>/dev/null"


@dataclass(frozen=True)
class GitServer:
    """A container that has the repository /srv/lib.git, for http and for ssh."""

    container: str
    address: str

    def read(self, *command: str) -> str:
        return _docker("exec", self.container, *command)


@pytest.fixture(scope="module")
def git_server(docker_engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    docker_engine.ensure_images(SERVER)
    folder = tmp_path_factory.mktemp("git-server")
    (folder / "Dockerfile").write_text(SERVER)
    _docker("build", "-q", "-t", "dockergen-test-git-server", str(folder))
    container = _docker("run", "-d", "--rm", "dockergen-test-git-server").strip()
    try:
        form = "{{.NetworkSettings.Networks.bridge.IPAddress}}"
        server = GitServer(container, _docker("inspect", "-f", form, container).strip())
        server.read("sh", "-c", f"for i in $(seq 50); do {_READY} && exit 0; sleep 0.2; done; exit 1")
        yield server
    finally:
        _docker("rm", "-f", container)
        _docker("rmi", "-f", "dockergen-test-git-server")


def test_a_requirement_from_git_is_built_with_git_that_does_not_ship(
    project: Callable[[dict[str, str | bytes]], Path], docker_engine: DockerEngine, git_server: GitServer
) -> None:
    url = f"git+http://{git_server.address}:8080/lib.git@v1"
    root = _written(project({"app.py": APP, "requirements.txt": f"corp-lib @ {url}\n"}), docker_engine)
    report = verify(root, Options())
    told = "\n".join(as_text(report))
    assert report.ok, told
    assert TEXT in report.log
    assert report.sizes["dependencies"] < 1e6, told


def test_a_requirement_over_ssh_needs_the_key_and_the_known_host(
    project: Callable[[dict[str, str | bytes]], Path], docker_engine: DockerEngine, git_server: GitServer, tmp_path: Path
) -> None:  # fmt: skip
    # Secrets are no part of a cache key, so a build of an earlier run would answer for this one.
    line = f"# {uuid.uuid4()}\ngit+ssh://git@{git_server.address}/srv/lib.git@v1#egg=corp-lib\n"
    root = _written(project({"app.py": APP, "requirements.txt": line}), docker_engine)
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    hosts = home / ".ssh/known_hosts"
    hosts.write_text("")
    key = home / ".ssh/id_ed25519"
    key.write_text(git_server.read("cat", "/key"))
    key.chmod(0o600)

    def build() -> tuple[bool, str]:
        options = build_options(service_at(root, {}).plan, {"HOME": str(home), "SSH_AUTH_SOCK": "the agent"}, root)
        assert "--ssh=default" in options
        # The client may read a key itself, so that no agent has to run here.
        options = [f"--ssh=default={key}" if option == "--ssh=default" else option for option in options]
        done = Engine("docker").build(root, root / "Dockerfile", "dockergen-test-ssh", lambda text: None, options)
        return done.ok, done.log

    ok, log = build()
    assert not ok
    assert "does not know its host" in diagnosis("build", log, "").cause, log
    hosts.write_text(f"{git_server.address} {git_server.read('cat', '/etc/ssh/ssh_host_ed25519_key.pub')}")
    ok, log = build()
    assert ok, log
    try:
        shown = _docker(
            "run", "--rm", "--entrypoint", "python", "dockergen-test-ssh", "-c", "import corp_lib; print(corp_lib.TEXT)"
        )
        assert TEXT in shown
        assert "OPENSSH PRIVATE KEY" not in _docker("history", "--no-trunc", "dockergen-test-ssh")
    finally:
        _docker("rmi", "-f", "dockergen-test-ssh")


def _written(root: Path, engine: DockerEngine) -> Path:
    files = generated(root, service_at(root, {}))
    write(root, files)
    engine.ensure_images(text_of(files, "Dockerfile"))
    return root


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
