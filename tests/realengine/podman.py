"""podman and buildah beside the Docker engine: Debian's current ones in a root of their own, fed with its images."""

from __future__ import annotations

import resource
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.realengine.engine import debian_root, holder, mount, wrapper
from tests.realengine.images import ensure
from tests.realengine.machine import cache_folder, locked, require_debian_root, run

# runc, because Debian's crun refuses machines that mix both generations of cgroups.
_PACKAGES = "ca-certificates,podman,buildah,runc,netavark,aardvark-dns,iptables"


def podman() -> Path:
    """The folder of both programs, to be put on PATH; UnfitMachineError where they cannot be had."""
    with locked("podman"):
        require_debian_root("podman and buildah are tested in a Debian of their own", "Run as root on Debian.")
        root = debian_root("podman-root", _PACKAGES, "usr/bin/buildah")
        mount(root)
        (root / "etc/containers/containers.conf").write_text(_configuration())
        way = ("nsenter", f"--mount=/proc/{holder(root)}/ns/mnt")
        wrapper(root, "buildah", *way)
        client = wrapper(root, "podman", *way)
        # What earlier builds left; their caches for compilers and package managers stay.
        run(client, "image", "prune", "-f")
        return client.parent


def feed(references: Iterable[str]) -> None:
    """Makes the base images in the Docker engine and copies to podman those that it lacks."""
    # buildah reads Dockerfiles itself and pulls no frontend.
    names = [name for name in dict.fromkeys(references) if not name.startswith("docker/dockerfile")]
    ensure(names)
    with locked("podman images"):
        missing = [name for name in names if _identity("docker", name) != _identity("podman", name)]
        with tempfile.TemporaryDirectory(prefix="images-", dir=cache_folder()) as folder:
            for name in missing:
                archive = Path(folder, "image.tar")
                run("docker", "save", "-o", archive, name)
                run("podman", "load", "-q", "-i", archive)


def _identity(engine: str, name: str) -> str:
    """The digest of the image's record, which is the same for every engine that has the image; "" for none."""
    command = [engine, "image", "inspect", "--format", "{{.Id}}", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().removeprefix("sha256:") if done.returncode == 0 else ""


def _configuration() -> str:
    """What a machine with a Docker engine, cgroups of both generations and no right to raise limits needs."""
    kinds = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    limits = ", ".join(f'"{name}={soft}:{hard}"' for name, (soft, hard) in _limits(kinds).items())
    return (
        f"[containers]\ndefault_ulimits = [{limits}]\n"
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
        # Docker lets nothing be forwarded but what is accepted in iptables' own chains.
        '[network]\nfirewall_driver = "iptables"\n'
    )


def _limits(kinds: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {name: resource.getrlimit(kind) for name, kind in kinds.items()}
