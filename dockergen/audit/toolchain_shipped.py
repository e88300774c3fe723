"""DG115: the image that is shipped holds no compiler that only the build needed."""

from __future__ import annotations

from collections.abc import Iterator

from dockergen.audit.rule import Rule
from dockergen.dockerfile import Dockerfile

_COMPILERS = {"golang", "rust", "maven", "gradle", "gcc", "swift", "haskell", "dotnet/sdk"}


def _check(dockerfile: Dockerfile) -> Iterator[int]:
    if not dockerfile.stages:
        return
    bases = {stage.name: stage.base for stage in dockerfile.stages[:-1] if stage.name}
    base = dockerfile.stages[-1].base
    for _ in bases:
        base = bases.get(base, base)
    path = base.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    name = path.rsplit(":", 1)[0] if ":" in path.rsplit("/", 1)[-1] else path
    if name in _COMPILERS or name.endswith("/dotnet/sdk"):
        yield next(step.line for step in reversed(dockerfile.instructions) if step.keyword == "FROM")


RULE = Rule(
    "DG115",
    "warning",
    "The compiler is shipped with the program.",
    "Build in a stage of its own, then: FROM <a small image> and COPY --from=build ...",
    _check,
)
