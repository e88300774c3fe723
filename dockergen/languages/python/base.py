"""The final image that a person asks for: which Python it brings, where, and what its environment is built on."""

from __future__ import annotations

import re
from dataclasses import replace

from dockergen.catalog import load
from dockergen.errors import ProjectError
from dockergen.frozen import frozen
from dockergen.languages.python.along import brought_along
from dockergen.languages.python.project import Project
from dockergen.languages.python.python_pins import Pin, pins, ranges
from dockergen.languages.python.start import Start
from dockergen.languages.python.system import suite
from dockergen.languages.python.version import allows
from dockergen.lazy import regex
from dockergen.model import Image, Origin, Sourced
from dockergen.repository import Repository
from dockergen.settings import Settings

_REFUSING, _BEFORE = "trixie", "bookworm"
_WITHOUT_SHELL = regex(r"distroless|chainguard|^scratch$")
_TAG_VERSION = regex(r"(3\.\d+(?:\.\d+)?)(?:$|-)")
# What the official images have besides Python, and Debian's own lack.
_BESIDE = ("ca-certificates", "netbase", "tzdata")


@frozen
class Base:
    """The final image, and what follows from it."""

    image: Image
    origin: Origin
    build: Image  # the environment is built on this one
    interpreter: str = ""  # where the image has Python, when that is not where the build image has it
    packages: tuple[str, ...] = ()  # Debian's Python, when the image has none
    shell: bool = True
    resets: bool = False  # the image's own ENTRYPOINT is Python, which our command must not become an argument of
    notes: tuple[str, ...] = ()


def with_base_version(repo: Repository, project: Project, settings: Settings) -> Settings:
    """The settings with the version that --base dictates; ProjectError when the repository demands another one."""
    if settings.base is None:
        return settings
    image, origin = _image(settings.base.value), settings.base.origin
    brought = _brought(image)
    if not brought:
        return settings
    minor = ".".join(brought.split(".")[:2])
    for wanted, where in _demands(repo, project, settings):
        if not _agrees(wanted, brought, minor):
            raise ProjectError(
                f"{origin}: {image} has Python {brought}, and {where} asks for {wanted}.",
                "Leave --base out, or choose an image with that Python.",
                command="dockergen init",
            )
    return settings if settings.version else replace(settings, version=Sourced(brought, origin))


def base(project: Project, settings: Settings, release: str) -> Base:
    """The final image for that Python; ProjectError for one on which the environment cannot run."""
    images = load("python").images
    usual = images["build"].at(release)
    if settings.base is None:
        slim = Base(images["runtime"].at(release), Origin("default", note="Debian slim fits every wheel"), usual)
        return _of_before(project, slim)
    image, origin = _image(settings.base.value), settings.base.origin
    if "alpine" in f"{image.repository}:{image.tag}":
        raise ProjectError(
            f"{origin}: {image} is made on musl; packages are built and published for glibc, and do not run there.",
            "Leave --base out: the slim images are as small once the packages are in.",
            command="dockergen init",
        )
    shell = not _WITHOUT_SHELL.search(image.repository)
    if suite := _debian(image):
        minor = ".".join(release.split(".")[:2])
        packages = tuple(sorted((*_BESIDE, "python3"))) if shell else ()
        return Base(image, origin, _on(suite, usual), f"/usr/bin/python{minor}", packages, shell, resets=not shell)
    if _official(image) and shell:
        return Base(image, origin, image)
    note = f"{image} has to bring Python {release} as /usr/local/bin/python3, where the environment looks for it."
    return Base(image, origin, usual, shell=shell, notes=(note,))


def _of_before(project: Project, slim: Base) -> Base:
    """The image of the Debian before, where the C library of the one that it is of refuses a wheel."""
    if suite(slim.image) != _REFUSING:
        return slim
    for row in load("python").lists["executable_stack"]:
        name, first, fixed, *brought = row.split()
        there = not brought or brought[0] in brought_along(project)
        if there and project.before(name, fixed) and not project.before(name, first):
            origin = project.installed[name]
            wanted = f"{name} leaves a release of {brought[0]} that" if brought else name
            why = f"{wanted} asks for an executable stack, which Debian 13 refuses"
            note = f"{origin}: {why}, so the image is of Debian 12; {name} {fixed} and later ask for none."
            image, build = (replace(one, tag=f"{one.tag}-{_BEFORE}") for one in (slim.image, slim.build))
            return replace(slim, image=image, build=build, origin=replace(origin, note=why), notes=(note,))
    return slim


def check_start(chosen: Base, begun: Start, writable: tuple[str, ...], packages: tuple[str, ...]) -> None:
    """ProjectError when the final image lacks a shell and something needs one."""
    if chosen.shell:
        return
    needs = ""
    if begun.command.value[0] in ("sh", "bash", "/bin/sh", "/bin/bash"):
        needs = f"the start command ({begun.command.origin}) is run by a shell"
    elif writable:
        needs = f"the program writes to {writable[0]}, a folder that a shell would make"
    elif packages:
        needs = f"{packages[0]} would be installed by apt"
    if needs:
        raise ProjectError(
            f"{chosen.origin}: {chosen.image} has neither shell nor apt, and {needs}.",
            "Leave --base out, or change what needs it.",
            command="dockergen init",
        )


def _image(text: str) -> Image:
    name, _, digest = text.partition("@")
    repository, colon, tag = name.rpartition(":")
    return Image(repository, tag, digest) if colon and "/" not in tag else Image(name, "latest", digest)


def _brought(image: Image) -> str:
    """The Python that the image is known to have."""
    if suite := _debian(image):
        return dict(_suites())[suite]
    found = _TAG_VERSION.match(image.tag) if _official(image) else None
    return found[1] if found else ""


def _official(image: Image) -> bool:
    return image.repository.rpartition("/")[2] == "python" and bool(_TAG_VERSION.match(image.tag))


def _debian(image: Image) -> str:
    """The suite of Debian's own or of distroless images, which bring or install Debian's Python."""
    for name, _ in _suites():
        number = _number(name)
        if image.repository.endswith(f"distroless/python3-debian{number}"):
            return name
        if image.repository.rpartition("/")[2] == "debian" and re.match(rf"({name}|{number})\b", image.tag):
            return name
    return ""


def _suites() -> list[tuple[str, str]]:
    rows = (row.split() for row in load("python").lists["debian_pythons"])
    return [(suite, python) for _, suite, python in rows]


def _number(suite: str) -> str:
    return next(row.split()[0] for row in load("python").lists["debian_pythons"] if row.split()[1] == suite)


def _on(suite: str, usual: Image) -> Image:
    """The build image of the same suite: what it compiles must find its C library in the final image."""
    newest = load("python").lists["debian_pythons"][0].split()[1]
    return usual if suite == newest else replace(usual, tag=f"{usual.tag}-{suite}")


def _demands(repo: Repository, project: Project, settings: Settings) -> list[tuple[str, Origin]]:
    if settings.version:
        return [(settings.version.value, settings.version.origin)]
    pinned = [(pin.release, pin.origin) for pin in pins(repo) if isinstance(pin, Pin)][:1]
    return [*pinned, *ranges(repo, project)]


def _agrees(wanted: str, brought: str, minor: str) -> bool:
    if re.fullmatch(r"\d+(\.\d+){0,2}", wanted):
        parts = wanted.split(".")
        return minor.split(".")[: len(parts)] == parts[:2] or brought.split(".")[: len(parts)] == parts
    return allows(wanted, minor)
