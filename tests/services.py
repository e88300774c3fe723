"""Backing services of a sample as real processes on a network of their own, as compose would start them."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.realengine.fixtures import DockerEngine

# What tells that a service takes connections, by the name of its image.
_READY = {
    "redis": ("redis-cli", "ping"),
    "postgres": ("pg_isready", "--host", "127.0.0.1", "--quiet"),
}
_SECONDS = 60


@contextmanager
def running(services: Mapping[str, Mapping[str, Any]], engine: DockerEngine) -> Iterator[str]:
    """The name of a network on which every service of [services.<name>] answers under its name; "" when there is none."""
    if not services:
        yield ""
        return
    network = f"dockergen-sample-{uuid.uuid4().hex[:12]}"
    containers: list[str] = []
    _docker("network", "create", network)
    try:
        for name, row in services.items():
            engine.ensure_images(f"FROM {row['image']}\n")
            variables = [word for pair in row.get("env", {}).items() for word in ("-e", "=".join(pair))]
            place = ["--network", network, "--network-alias", name]
            containers.append(_docker("run", "-d", *place, *variables, row["image"]))
        for container, row in zip(containers, services.values(), strict=True):
            _wait(container, _READY[row["image"].split(":")[0]])
        yield network
    finally:
        for container in containers:
            _docker("rm", "-f", "-v", container)
        _docker("network", "rm", network)


def _wait(container: str, ready: tuple[str, ...]) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        done = subprocess.run(["docker", "exec", container, *ready], capture_output=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.2)
    logs = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=False)
    raise AssertionError(f"{ready[0]} never succeeds:\n{logs.stdout}{logs.stderr}")


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()
