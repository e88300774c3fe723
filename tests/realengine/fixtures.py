"""pytest fixtures that give a test a running engine and its base images."""

from __future__ import annotations

import os

import pytest

from tests.realengine.engine import up
from tests.realengine.images import ensure
from tests.realengine.references import references


class DockerEngine:
    """A running engine; `docker` on PATH is its client."""

    def ensure_images(self, dockerfile: str) -> None:
        """Makes or pulls every base image that the text names."""
        ensure(references(dockerfile))


@pytest.fixture(scope="session")
def docker_engine() -> DockerEngine:
    """An engine for real builds; the test fails, and is not skipped, where none can be had."""
    folder = up()
    if folder is not None and str(folder) not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return DockerEngine()
