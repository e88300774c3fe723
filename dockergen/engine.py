"""docker, podman and buildah command lines: the only module that starts processes."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from dockergen.errors import EngineError
from dockergen.frozen import frozen
from dockergen.lazy import regex

ENGINES = ("docker", "podman", "buildah")
LABEL = "dockergen.verify"
_DEFINITION = "[internal] load build definition"  # the step with which every build begins
_OWN_FAILURES = regex(
    r"cannot connect to the docker daemon|is the docker daemon running|no space left on device"
    r"|permission denied while trying"
    r"|failed to resolve source metadata|failed to do request|i/o timeout|tls handshake timeout|error pulling image"
    r"|initializing source docker|temporary failure in name resolution|lookup \S+ on \S+: no such host",
    re.IGNORECASE,
)


@frozen
class Step:
    """One step of a build."""

    name: str
    cached: bool
    seconds: float


@frozen
class BuildResult:
    """How a build went: its steps in order, its log, and whether an image came out."""

    ok: bool
    steps: tuple[Step, ...]
    log: str
    seconds: float


@frozen
class ContainerState:
    """What the engine says about a container."""

    running: bool
    exit_code: int
    pid: int


@frozen
class Engine:
    """An engine by the name of its command."""

    name: str

    @property
    def client(self) -> str:
        """The command that runs and shows images: podman sees all that buildah builds, which cannot run any itself."""
        return "podman" if self.name == "buildah" else self.name

    def build(
        self, context: Path, dockerfile: Path, tag: str, progress: Callable[[str], None], arguments: Sequence[str] = ()
    ) -> BuildResult:
        """Builds an image and reports each step; EngineError when the engine itself fails."""
        command = [self.name, "build", "-f", str(dockerfile), "-t", tag, *arguments]
        # Images in the form that podman and buildah prefer have no place for a HEALTHCHECK.
        command += ["--progress=rawjson"] if self.name == "docker" else ["--format=docker", "--layers"]
        started = time.monotonic()
        with _started([*command, str(context)]) as process:
            assert process.stdout is not None
            read = _docker_steps if self.name == "docker" else _podman_steps
            steps, log = read(process.stdout, progress)
            code = process.wait()
        if code and _OWN_FAILURES.search(log):
            raise EngineError(
                f"{self.name} could not build for a reason of its own: {_last_line(log)}.",
                "Check the engine, its disk and its network, and run again.",
                command=f"{self.name} info",
            )
        return BuildResult(code == 0, tuple(steps), log, time.monotonic() - started)

    def run(
        self,
        image: str,
        *,
        port: int | None,
        env: Mapping[str, str],
        volumes: Sequence[str],
        network: str = "",
        interactive: bool = False,
    ) -> str:
        """Starts a container the strict way (read-only, no capability, no new privilege) and returns its id."""
        command = [self.client, "run", "-d", "--label", f"{LABEL}=1", "--read-only", "--tmpfs", "/tmp"]
        command += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        command += ["-i"] if interactive else []  # its standard input stays open
        for volume in volumes:
            command += ["-v", volume]
        for name, value in env.items():
            command += ["-e", f"{name}={value}"]
        if network:
            command += ["--network", network]
        if port:
            command += ["-p", f"127.0.0.1::{port}"]
        done = self._call(*command[1:], image)
        if done.returncode:
            container = done.stdout.strip().split("\n")[-1]
            if re.fullmatch(r"[0-9a-f]{64}", container):
                self._call("rm", "-f", "-v", container)
            raise StartError(done.stderr.strip())
        return done.stdout.strip().split("\n")[-1]

    def published(self, container: str, port: int) -> int | None:
        """The port of this machine that leads to a port of the container."""
        found = re.search(r":(\d+)\s*$", self._call("port", container, f"{port}/tcp").stdout, re.MULTILINE)
        return int(found[1]) if found else None

    def state(self, container: str) -> ContainerState:
        """Whether it runs, its exit code, and its process number on the machine of the engine."""
        value = self._inspect("container", container).get("State", {})
        return ContainerState(bool(value.get("Running")), int(value.get("ExitCode") or 0), int(value.get("Pid") or 0))

    def worked(self, container: str) -> float:
        """Seconds of processor time that the container's first process has used; 0 where that cannot be seen."""
        try:
            text = Path(f"/proc/{self.state(container).pid}/stat").read_text(encoding="ascii", errors="replace")
            return sum(map(int, text.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            return 0.0

    def listening(self, container: str) -> dict[int, bool]:
        """Ports on which the container's processes listen; True for those that only localhost reaches."""
        ports: dict[int, bool] = {}
        for table in ("tcp", "tcp6"):
            try:
                lines = Path(f"/proc/{self.state(container).pid}/net/{table}").read_text(encoding="ascii").splitlines()
            except OSError:
                continue
            for row in (line.split() for line in lines[1:]):
                address, _, port = row[1].partition(":")
                if row[3] == "0A":
                    local = address in ("0100007F", "00000000000000000000000001000000")
                    ports[int(port, 16)] = ports.get(int(port, 16), True) and local
        return ports

    def log(self, container: str) -> str:
        """What the container printed, both streams."""
        done = subprocess.run(
            [self.client, "logs", container], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return done.stdout.decode("utf-8", "replace")

    def execute(self, container: str, argv: Sequence[str]) -> tuple[int, str]:
        """Exit code and output of a command inside the container."""
        done = self._call("exec", container, *argv)
        return done.returncode, (done.stdout + done.stderr).strip()

    def stop(self, container: str, seconds: int = 10) -> float:
        """Sends SIGTERM, SIGKILL after that many seconds; returns how long it took."""
        started = time.monotonic()
        self._call("stop", "-t", str(seconds), container)
        return time.monotonic() - started

    def image(self, image: str) -> dict[str, Any]:
        """The image's own record; empty when there is none."""
        record = self._inspect("image", image)
        if check := record.get("Healthcheck") or record.get("HealthCheck"):
            # podman keeps it beside the rest of the configuration.
            record.setdefault("Config", {}).setdefault("Healthcheck", check)
        return record

    def history(self, image: str) -> list[dict[str, Any]]:
        """Entries of the image's history, newest first, with `CreatedBy` and `Size` in bytes."""
        text = self._call("history", "--human=false", "--no-trunc", "--format", "{{json .}}", image).stdout
        return [_lower(json.loads(line)) for line in text.splitlines() if line.startswith("{")]

    def save(self, image: str, target: Path) -> None:
        """Writes the image as an archive."""
        form = [] if self.client == "docker" else ["--format", "docker-archive"]
        done = self._call("save", *form, "-o", str(target), image)
        if done.returncode:
            raise EngineError(f"{self.name} cannot save the image: {_last_line(done.stderr)}.", "Check the disk.")

    def remove(self, *, containers: Sequence[str] = (), images: Sequence[str] = ()) -> None:
        """Removes containers with their volumes, and images."""
        for container in containers:
            self._call("rm", "-f", "-v", container)
        for image in images:
            self._call("rmi", "-f", image)

    def _inspect(self, kind: str, name: str) -> dict[str, Any]:
        done = self._call(kind, "inspect", name)
        try:
            value = json.loads(done.stdout)
        except ValueError:
            return {}
        return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}

    def _call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.client, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
        )


class StartError(Exception):
    """The engine could not start the container; the text is the engine's."""


def available(wanted: str = "") -> Engine:
    """The engine of that name, else the first that answers; EngineError when there is none."""
    if wanted and wanted not in ENGINES:
        raise EngineError(f"dockergen does not know the engine {wanted!r}.", f"Choose one of {', '.join(ENGINES)}.")
    for name in (wanted,) if wanted else ("docker", "podman"):
        if shutil.which(name) and _answers(name):
            _check_runner(Engine(name))
            return Engine(name)
    what = f"{wanted} does not answer" if wanted else "Neither docker nor podman answers"
    raise EngineError(
        f"{what} on this machine.", "Install and start one, then run again.", command=f"{wanted or 'docker'} info"
    )


def _check_runner(engine: Engine) -> None:
    if not shutil.which(engine.client):
        raise EngineError(
            f"{engine.name} cannot run what it builds, and {engine.client}, which can, is not installed.",
            f"Install {engine.client}, then run again.",
            command=f"{engine.client} info",
        )


def _answers(name: str) -> bool:
    done = subprocess.run([name, "info"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be started: {error.strerror}.", "Install it.") from error


def _docker_steps(stream: IO[bytes], progress: Callable[[str], None]) -> tuple[list[Step], str]:
    """Steps and log of `docker build --progress=rawjson`: one JSON object a line, with vertexes and logs."""
    vertexes: dict[str, dict[str, Any]] = {}
    log: list[str] = []
    for raw in stream:
        try:
            message = json.loads(raw)
        except ValueError:
            log.append(raw.decode("utf-8", "replace"))
            continue
        for vertex in message.get("vertexes") or ():
            known = vertexes.setdefault(vertex["digest"], {})
            if vertex.get("started") and not known.get("started"):
                progress(vertex.get("name", ""))
            known.update({key: value for key, value in vertex.items() if value})
            if vertex.get("error"):
                log.append(f"{vertex['error']}\n")
        for entry in message.get("logs") or ():
            log.append(base64.b64decode(entry.get("data") or "").decode("utf-8", "replace"))
    first = next((v.get("started", "") for v in vertexes.values() if v.get("name", "").startswith(_DEFINITION)), "")
    steps = [Step(v.get("name", ""), _was_there(v, first), _seconds(v)) for v in vertexes.values()]
    return steps, "".join(log)


def _was_there(vertex: Mapping[str, Any], began: str) -> bool:
    """True for a step from the cache, and for one that was over before the build began: BuildKit shows a step as it
    went while another build, or the end of the last one, still holds it."""
    over = str(vertex.get("completed", "")).rstrip("Z")
    return bool(vertex.get("cached")) or bool(over and began and over < began.rstrip("Z"))


def _podman_steps(stream: IO[bytes], progress: Callable[[str], None]) -> tuple[list[Step], str]:
    """Steps and log of podman's and buildah's plain output: `STEP 2/9: RUN ...`, then perhaps `--> Using cache`."""
    steps: list[Step] = []
    log: list[str] = []
    for raw in stream:
        line = raw.decode("utf-8", "replace")
        log.append(line)
        found = re.match(r"(?:\[\S+\] )?STEP \d+(?:/\d+)?: (.*)", line)
        if found:
            progress(found[1])
            steps.append(Step(found[1], False, 0.0))
        elif "Using cache" in line and steps:
            steps[-1] = Step(steps[-1].name, True, 0.0)
    return steps, "".join(log)


def _seconds(vertex: Mapping[str, Any]) -> float:
    from datetime import datetime

    try:
        start, end = (datetime.fromisoformat(str(vertex[key])[:19]) for key in ("started", "completed"))
    except (KeyError, ValueError):
        return 0.0
    return max(0.0, (end - start).total_seconds())


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300].rstrip(".") if lines else "no reason given"


def _lower(row: Mapping[str, Any]) -> dict[str, Any]:
    """Podman spells the same keys in lower case."""
    folded = {key.lower(): value for key, value in row.items()}
    return {"CreatedBy": folded.get("createdby", ""), "Size": int(float(folded.get("size") or 0))}
