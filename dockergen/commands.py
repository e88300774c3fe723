"""The command lines that build and run a service, ready to paste."""

from __future__ import annotations

import shlex

from dockergen.model import BuildPlan, Service


def next_lines(service: Service, folder: str = ".", dockerfile: str = "") -> list[str]:
    """Build and run, with the port, secrets and build arguments that this plan needs; `folder` is the context."""
    plan = service.plan
    build = ["docker", "build", "-t", service.name]
    if dockerfile:
        build += ["-f", dockerfile]
    for secret in _secrets(plan):
        build += [secret]
    for argument in plan.build_args:
        if not argument.default:
            build += ["--build-arg", argument.name]
    run = ["docker", "run", "--rm"]
    if plan.port:
        run += ["-p", f"{plan.port}:{plan.port}"]
    return [shlex.join([*build, folder]), shlex.join([*run, service.name])]


def _secrets(plan: BuildPlan) -> list[str]:
    secrets = {s.id: s for s in (*plan.secrets, *(s for a in plan.assets for s in a.secrets))}
    lines = []
    for name, secret in sorted(secrets.items()):
        if name == "ssh":
            lines.append("--ssh=default")
            continue
        kind = "src" if secret.target else "env"
        lines.append(f"--secret=id={name},{kind}={secret.source or secret.variable}")
    return lines
