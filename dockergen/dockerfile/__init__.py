"""Text of a Dockerfile to its instructions, read as BuildKit's parser reads it."""

from __future__ import annotations

from dockergen.dockerfile.instruction import Dockerfile, DockerfileError, Instruction, Stage, copy_sources
from dockergen.dockerfile.reading import parse

__all__ = ["Dockerfile", "DockerfileError", "Instruction", "Stage", "copy_sources", "parse"]
