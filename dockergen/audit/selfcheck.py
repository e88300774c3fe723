"""Proves our own output before it is written: it parses, says what the plan says, and finds what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from dockergen.audit import findings, twin
from dockergen.audit.twin import Renderer
from dockergen.catalog import load
from dockergen.dockerfile import Dockerfile, DockerfileError, Instruction, copy_sources, parse
from dockergen.dockerignore import Dockerignore, DockerignoreError
from dockergen.dockerignore import parse as parse_ignore
from dockergen.errors import BugError
from dockergen.lazy import regex
from dockergen.model import BuildPlan, GeneratedFile
from dockergen.repository import Repository

_GLOB = regex(r"[*?\[]")
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = regex(r"[a-z0-9][a-z0-9._/:-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?")
_LINE_LIMIT = 64 * 1024 - 1  # bytes of a line that BuildKit's scanner accepts
_ADVICE = {"DG111"}  # a package whose own install script reads its source is right to copy that first
_SECRET_DEPTH = 3  # folders below the root that are searched for secret files
_SECRET_FILES = 5000


def check(repo: Repository, plan: BuildPlan, files: Sequence[GeneratedFile], render: Renderer) -> None:
    """Returns when the files are right; BugError lists everything that is not, and nothing is to be written.

    `render` is asked for the neutral twin of the plan, where the plan holds text with special characters.
    """
    texts = {file.path: file.text for file in files}
    try:
        dockerfile = parse(texts["Dockerfile"])
        ignore = parse_ignore(texts[".dockerignore"])
    except (DockerfileError, DockerignoreError) as error:
        raise _bug([f"the output cannot be read back: {error}"]) from error
    if not dockerfile.stages:
        raise _bug(["the Dockerfile has no FROM"])
    # A base image without a tag is what the person asked for.
    accepted = _ADVICE | ({"DG103"} if plan.runtime_image.tag == "latest" else set())
    problems = [
        *_long_lines(texts["Dockerfile"]),
        *_unplanned_images(dockerfile, plan),
        *_against_plan(dockerfile, plan),
        *twin.differences(dockerfile, plan, render),
        *(f"line {f.line}: {f.code} {f.message.rstrip('.')}" for f in findings(dockerfile) if f.code not in accepted),
        *_missing_sources(repo, dockerfile, ignore, {companion.path for companion in plan.companions}),
        *_ignore_lines(texts[".dockerignore"], plan),
        *_hidden_manifests(repo, ignore, plan),
        *_visible_secrets(repo, dockerfile, ignore, plan),
    ]
    if problems:
        raise _bug(problems)


def _bug(problems: list[str]) -> BugError:
    return BugError(
        "The Dockerfile that dockergen made for this repository fails its own check: " + "; ".join(problems) + ".",
        "This is a bug in dockergen, and nothing was written. Please report it with the output of this command.",
        command="dockergen --version",
    )


def _long_lines(text: str) -> Iterator[str]:
    if len(text) * 4 > _LINE_LIMIT:
        for number, line in enumerate(text.split("\n"), 1):
            if len(line.encode()) > _LINE_LIMIT:
                yield f"line {number} is longer than the 64 KiB that BuildKit reads"


def _unplanned_images(dockerfile: Dockerfile, plan: BuildPlan) -> Iterator[str]:
    """Every image is one that the plan or the catalog names, and a reference that nothing can hide in."""
    planned = {str(plan.build_image), str(plan.runtime_image), *(str(asset.image) for asset in plan.assets)}
    names = {plan.language, *(asset.language for asset in plan.assets)}
    known = {row.repository for name in names for row in load(name).images.values()}
    above: set[str] = {"scratch"}
    for stage in dockerfile.stages:
        used = [(stage.base, "FROM")]
        used += [(value, step.keyword) for step in stage.instructions for value in _origins(step)]
        for image, keyword in used:
            if image in above:
                continue
            if not _REFERENCE.fullmatch(image) or (image not in planned and _repository(image) not in known):
                yield f"{keyword} takes {image[:80]!r}, which is neither planned nor in the catalog"
        above |= {stage.name, str(stage.index)} - {""}


def _origins(step: Instruction) -> Iterator[str]:
    yield from (value for name, value in step.flags if name == "from")
    if step.keyword == "RUN":
        yield from (mount["from"] for mount in step.mounts if "from" in mount)


def _repository(image: str) -> str:
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _against_plan(dockerfile: Dockerfile, plan: BuildPlan) -> Iterator[str]:
    """The final stage does what was planned."""
    final = dockerfile.stages[-1]
    last = {step.keyword: step for step in final.instructions}
    bases = {stage.name: stage.base for stage in dockerfile.stages[:-1] if stage.name}
    base = final.base
    for _ in bases:
        base = bases.get(base, base)
    if base != str(plan.runtime_image):
        yield f"the final stage is made from {base}, not from {plan.runtime_image}"
    if (last["CMD"].argv if "CMD" in last else ()) != plan.start:
        yield f"CMD is not {list(plan.start)}"
    if "USER" not in last or last["USER"].arguments != plan.user:
        yield f"USER is not {plan.user}"
    if (last["EXPOSE"].arguments if "EXPOSE" in last else "") != str(plan.port or ""):
        yield f"EXPOSE is not {plan.port}"
    if (last["HEALTHCHECK"].argv if "HEALTHCHECK" in last else ()) != plan.health:
        yield f"HEALTHCHECK is not {list(plan.health)}"
    for name in [*dict(plan.env), *(argument.name for argument in plan.build_args)]:
        if not _NAME.fullmatch(name):
            yield f"{name[:40]!r} is no name of a variable"


def _missing_sources(
    repo: Repository, dockerfile: Dockerfile, ignore: Dockerignore, companions: set[str]
) -> Iterator[str]:
    """Every file that a step takes from the context is there and survives .dockerignore."""
    for step in dockerfile.instructions:
        for source in _context_sources(step):
            path = source.strip("/").removeprefix("./")
            if path in ("", "."):
                continue
            found = repo.glob(path) if _GLOB.search(path) else [path] if repo.has(path) or path in companions else []
            if not found:
                yield f"line {step.line}: {source} does not exist"
            elif all(_hidden(repo, ignore, name) for name in found):
                yield f"line {step.line}: .dockerignore hides {source}"


def _hidden(repo: Repository, ignore: Dockerignore, path: str) -> bool:
    folder = repo.is_folder(path)
    return ignore.excludes(path, folder) and not (folder and ignore.may_reinclude_below(path))


def _context_sources(step: Instruction) -> Iterator[str]:
    if step.keyword in ("COPY", "ADD") and "from" not in dict(step.flags):
        yield from copy_sources(step)
    if step.keyword == "RUN":
        for mount in step.mounts:
            if mount.get("type", "bind") == "bind" and "from" not in mount:
                yield mount.get("source", ".")


def _ignore_lines(text: str, plan: BuildPlan) -> Iterator[str]:
    """The lines of .dockerignore are the planned patterns, none more and none less."""
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    if lines != [pattern for group in plan.ignore for pattern in group.patterns]:
        yield "the lines of .dockerignore are not the planned patterns"


def _hidden_manifests(repo: Repository, ignore: Dockerignore, plan: BuildPlan) -> Iterator[str]:
    for path in _needed(plan):
        if path not in ("", ".") and repo.has(path) and _hidden(repo, ignore, path):
            yield f".dockerignore hides {path}, which a step needs"


def _needed(plan: BuildPlan) -> tuple[str, ...]:
    return (*plan.context_files, *(path for asset in plan.assets for path in asset.context_files))


def _visible_secrets(repo: Repository, dockerfile: Dockerfile, ignore: Dockerignore, plan: BuildPlan) -> Iterator[str]:
    """Files with the name of a secret that a copy or mount of the whole context would take."""
    if not any(source in (".", "./", "/") for step in dockerfile.instructions for source in _context_sources(step)):
        return
    secret = parse_ignore("\n".join(load("common").lists["secrets"]))
    needed = set(_needed(plan))
    for path in islice(repo.walk(depth=_SECRET_DEPTH), _SECRET_FILES):
        if secret.excludes(path) and path not in needed and not ignore.excludes(path):
            yield f"the build sees {path}, which looks like a secret"
