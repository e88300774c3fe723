"""The nouns of dockergen: frozen values that every other layer passes around."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Generic, Literal, TypeVar

from dockergen.frozen import frozen

T = TypeVar("T")

OriginKind = Literal["flag", "env", "config", "file", "default"]


class Strength(IntEnum):
    """How much of the repository a claim stands on; the strongest claim plans."""

    LOOSE_FILES = 1  # source files, no manifest
    SUPPORTING = 2  # a manifest that only builds assets or tools for another language
    MANIFEST = 3  # a manifest and something that can be started


@frozen
class Origin:
    """Where a value comes from: a flag, a variable, a line of a file, or our own default."""

    kind: OriginKind
    path: str = ""  # relative path, flag or variable name
    line: int = 0  # 1-based; 0 when the whole file is the evidence
    note: str = ""  # what the default rests on, such as "FastAPI"; what in the file says so, such as "psycopg2"

    def __str__(self) -> str:
        if self.kind == "default":
            # A name reads as "FastAPI default"; a reason of several words speaks for itself.
            return self.note if " " in self.note else f"{self.note} default".strip()
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{self.note} ({place})" if self.note else place


@frozen
class Rejected:
    """A candidate that lost, and why."""

    value: str
    origin: Origin
    why: str


@frozen
class Sourced(Generic[T]):
    """A decided value together with its origin and the candidates that lost."""

    value: T
    origin: Origin
    rejected: tuple[Rejected, ...] = ()


@frozen
class Decision:
    """One decision as people see it: its name, its value, and the flag that changes it."""

    name: str
    sourced: Sourced[Any]
    flag: str = ""

    @property
    def text(self) -> str:
        value = self.sourced.value
        return " ".join(value) if isinstance(value, tuple) else str(value)


@frozen
class Match:
    """A language's claim on a repository, with the files that support it."""

    strength: Strength
    evidence: tuple[Origin, ...]
    what: str = ""  # "a FastAPI service"
    gathers: bool = False  # it holds packages together that lie below, and starts none of them
    pages: bool = False  # it builds pages for browsers and starts nothing


@frozen
class Image:
    """A base image; prints itself as a reference."""

    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}" + (f"@{self.digest}" if self.digest else "")


@frozen
class Secret:
    """A value that one build step may see and no layer may keep."""

    id: str  # as in --mount=type=secret,id=...
    target: str = ""  # file the step sees; empty when it is a variable
    variable: str = ""  # environment variable the step sees; empty when it is a file
    source: str = ""  # where the build command takes it from: a path such as ~/.npmrc or a variable
    why: str = ""


@frozen
class BuildArgument:
    """A value that is baked in at build time and may be public."""

    name: str
    default: str = ""
    why: str = ""


@frozen
class IgnoreGroup:
    """Lines of .dockerignore that share one reason."""

    why: str
    patterns: tuple[str, ...]


@frozen
class AssetBuild:
    """A front end that is built in a stage of its own and copied into the service."""

    language: str  # whose templates/dockerfiles/<language>/assets.j2 prints the stage
    stage: str  # name of the stage
    root: str  # folder of its manifest, "" for the root of the repository
    output: str  # folder that the build fills, relative to the root of the repository
    image: Image
    facts: Any
    context_files: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    ignore: tuple[IgnoreGroup, ...] = ()
    secrets: tuple[Secret, ...] = ()
    certain: bool = True  # the output was read, not guessed
    built: bool = True  # made of the repository's source; False for packages as they are published
    ships: bool = True  # it goes into the final image, not only into the step that reads it
    target: str = ""  # folder where the service expects it, relative to the root of the repository
    beside: tuple[str, ...] = ()  # files that the build writes outside of that folder, relative to the same root
    notes: tuple[str, ...] = ()


@frozen
class Packages:
    """A folder of a front end's packages that a program of another language reads, such as node_modules."""

    folder: str  # relative to the root of the repository, or absolute
    origin: Origin
    ships: bool  # the program reads it while it runs, not only a step of the build


@frozen
class Companion:
    """A further file that the image needs, rendered from templates/companions/."""

    path: str
    template: str


@frozen
class BuildPlan:
    """All that is decided about one image; templates print it and compute nothing."""

    language: str  # module name, and folder of its templates
    title: str
    build_image: Image
    runtime_image: Image
    decisions: tuple[Decision, ...]
    start: tuple[str, ...]  # argv of CMD
    start_why: str = ""  # what is odd about it, as a comment above CMD
    port: int | None = None  # None for a worker
    interactive: bool = False  # it is asked on its standard input, and ends with that
    terminal: bool = False  # by a person, who types
    health: tuple[str, ...] = ()  # argv of the HEALTHCHECK; empty when the image has nothing to run it with
    probe: str = "/"  # path that answers when the service is ready
    user: str = "10001:10001"
    workdir: str = "/app"
    env: tuple[tuple[str, str], ...] = ()
    build_packages: tuple[str, ...] = ()
    runtime_packages: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()  # absolute folders the program writes to
    dependency_paths: tuple[str, ...] = ()  # absolute folders of the image that hold third-party code
    assets: tuple[AssetBuild, ...] = ()
    takes_in: tuple[str, ...] | None = None  # folders and files that the build puts into the program; None: not known
    packages: tuple[Packages, ...] = ()  # folders of a front end's packages that the program reads
    bakes_assets: bool = False  # a front end is among them, so it has to be there when the program is built
    distributed: bool = False  # a source distribution, in which lies what its front ends are built to
    context_files: tuple[str, ...] = ()  # manifests the install step reads, and sources copied by name
    ignore: tuple[IgnoreGroup, ...] = ()
    secrets: tuple[Secret, ...] = ()
    build_args: tuple[BuildArgument, ...] = ()
    companions: tuple[Companion, ...] = ()
    needs: tuple[Sourced[str], ...] = ()  # environment variables without which the program does not start
    commands: tuple[tuple[str, str], ...] = ()  # further processes of the same image: name, command
    notes: tuple[str, ...] = ()  # warnings and advice for the person
    env_file: str = ""  # the developer's file of variables, where an engine reads it as the program does
    env_kept: tuple[str, ...] = ()  # those of the needs that it has
    reaches: tuple[str, ...] = ()  # services that it looks for where a container has none, as advice
    outside: tuple[Sourced[str], ...] = ()  # what its sources name above the folder, as ../name
    touch: str = ""  # a source file whose edit must not re-run the dependency step
    facts: Any = None  # the language's own frozen dataclass, read only by its templates


@frozen
class Service:
    """One deployable thing of a repository: its plan and the folder that is its build context."""

    name: str
    root: str  # relative to the repository, "" for the repository itself
    plan: BuildPlan


@frozen
class GeneratedFile:
    """A file as it is to be written, path relative to the service's root."""

    path: str
    text: str


@frozen
class Finding:
    """What an audit rule says about a line of a Dockerfile."""

    code: str
    severity: Literal["error", "warning", "info"]
    line: int
    message: str
    remedy: str
