"""The command lines that build and run a service, ready to paste."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from dockergen.lazy import regex
from dockergen.model import BuildArgument, BuildPlan, Secret, Service

_SHELL = regex(r"[|&;<>()$`\n]|^\s*[A-Za-z_]\w*=")
_QUOTED = regex(r"'[^'\n]*'")  # what no shell reads anything into
_OURS = regex(r"[\w./=,-]+")


def next_lines(service: Service, folder: str = ".", dockerfile: str = "") -> list[str]:
    """Build and run, with the port, secrets and build arguments that this plan needs; `folder` is the context.

    The other processes of the image follow: what runs once for a release, workers, schedulers.
    """
    plan = service.plan
    build = ["docker", "build", "-t", service.name]
    if dockerfile:
        build += ["-f", dockerfile]
    options = [_typed(option) for option in _options(plan, lambda source: _home(source, folder))]
    options += [f"--build-arg {shlex.quote(_argument(argument))}" for argument in plan.build_args]
    run = ["docker", "run", "--rm"]
    if plan.interactive:
        run += ["-it" if plan.terminal else "-i"]
    if plan.port:
        run += ["-p", f"{plan.port}:{plan.port}"]
    # Other values come from the shell that types the line.
    given = ["--env-file", str(PurePosixPath(folder, plan.env_file))] if plan.env_file else []
    given += [word for need in plan.needs if need.value not in plan.env_kept for word in ("-e", need.value)]
    others = [["docker", "run", "--rm", *given, service.name, *words(text)] for _, text in plan.commands]
    return [
        " ".join([shlex.join(build), *options, shlex.quote(folder)]),
        *map(shlex.join, ([*run, *given, service.name], *others)),
    ]


def build_options(plan: BuildPlan, environ: Mapping[str, str], root: Path) -> list[str]:
    """The same secrets for a process that no shell reads: those that this machine has, with paths in full."""

    def there(source: str) -> str:
        path = root / source.replace("~", environ.get("HOME", "~"), 1)
        return str(path.absolute()) if path.is_file() else ""

    agent = [] if environ.get("SSH_AUTH_SOCK") else ["--ssh=default"]
    missing = [
        f"--secret=id={s.id},env={s.variable}" for s in _secrets(plan) if s.variable and s.variable not in environ
    ]
    return [option for option in _options(plan, there) if option not in (*agent, *missing)]


def words(text: str) -> list[str]:
    """The command as a container takes it: through a shell only where it is written for one."""
    try:
        return shlex.split(text) if not _SHELL.search(_QUOTED.sub("", text)) else ["sh", "-c", text]
    except ValueError:
        return ["sh", "-c", text]


def _argument(argument: BuildArgument) -> str:
    return f"{argument.name}={argument.default}" if argument.default else argument.name


def _options(plan: BuildPlan, place: Callable[[str], str]) -> list[str]:
    options = []
    for secret in _secrets(plan):
        if secret.id == "ssh":
            options.append("--ssh=default")
        elif secret.variable:
            options.append(f"--secret=id={secret.id},env={secret.source or secret.variable}")
        elif path := place(secret.source):
            options.append(f"--secret=id={secret.id},src={path}")
    return options


def _secrets(plan: BuildPlan) -> list[Secret]:
    below = [_below(asset.root, secret) for asset in plan.assets for secret in asset.secrets]
    found = {secret.id: secret for secret in (*plan.secrets, *below)}
    return [found[name] for name in sorted(found)]


def _below(folder: str, secret: Secret) -> Secret:
    inside = secret.target and folder and not secret.source.startswith("~")
    return replace(secret, source=f"{folder}/{secret.source}") if inside else secret


def _home(source: str, folder: str) -> str:
    # A shell does not expand ~ in the middle of a word.
    return source.replace("~/", "$HOME/", 1) if source.startswith("~/") else str(PurePosixPath(folder, source))


def _typed(option: str) -> str:
    """The option as a person types it; only our own $HOME is left for the shell to fill."""
    flag, _, value = option.partition("=")
    head, home, tail = value.partition("src=$HOME/")
    ours = home and _OURS.fullmatch(head + tail)
    return f'{flag} {head}src="$HOME/{tail}"' if ours else f"{flag} {shlex.quote(value)}"
