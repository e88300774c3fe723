"""Brings a Docker engine up: the one that runs here, or Debian's in a root of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.realengine.machine import (
    CERTIFICATES,
    SKIP_HINT,
    UnfitMachineError,
    cache_folder,
    debian_tree,
    locked,
    require_debian_root,
    run,
    works,
)

# The engine's own system folders; every other folder of the machine is visible to its client under its own path.
_SYSTEM = {
    *("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "lost+found"),
    *("media", "mnt", "proc", "run", "sbin", "sys", "usr", "var"),
}
_PACKAGES = "ca-certificates,docker.io,docker-cli,docker-buildx,iptables,git"
# Debian's stable engine is too old to judge today's Dockerfiles; forky's is current.
_SUITE = "forky"


def up() -> Path | None:
    """Makes sure that an engine answers; the folder to put first on PATH, or None when PATH needs nothing.

    Raises UnfitMachineError when there is none and none can be made.
    """
    with locked("engine"):
        if works("docker", "info") and works("docker", "buildx", "version"):
            return None
        require_debian_root()
        root = _root()
        _mount(root)
        client = _wrapper(root)
        if not works(client, "info"):
            _start(root, client)
        return client.parent


def down() -> None:
    """Stops the engine that `up` started and unmounts its root; what it made is kept."""
    root = cache_folder() / "root"
    subprocess.run(["pkill", "-f", "^dockerd --dockergen-tests|^dockerd .*dockergen-tests"], check=False)
    for _ in range(60):
        if not works("pgrep", "-x", "dockerd"):
            break
        time.sleep(0.5)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for target in sorted((m for m in mounts if m == str(root) or m.startswith(f"{root}/")), reverse=True):
        subprocess.run(["umount", "-l", target], check=False)


def _root() -> Path:
    root = cache_folder() / "root"
    if not (root / "usr/sbin/dockerd").exists():
        tar = debian_tree(_SUITE, cache_folder() / "engine.tar", f"--include={_PACKAGES}")
        root.mkdir(exist_ok=True)
        run("tar", "-C", root, "-xf", tar)
        tar.unlink()
    return root


def _mount(root: Path) -> None:
    """The root as a mount point of its own (docker import demands it) with the machine's folders inside."""
    if os.path.ismount(root):
        return
    run("mount", "--bind", root, root)
    run("mount", "--make-private", root)
    for name in ("proc", "sys", "dev", "run"):
        run("mount", "--rbind", f"/{name}", root / name)
        run("mount", "--make-rslave", root / name)
    shared = [path for path in Path("/").iterdir() if path.is_dir() and path.name not in _SYSTEM]
    data = cache_folder() / "data"
    data.mkdir(exist_ok=True)
    shared.append(cache_folder())
    for source, target in [(data, root / "var/lib/docker"), *((path, root / str(path).lstrip("/")) for path in shared)]:
        target.mkdir(parents=True, exist_ok=True)
        run("mount", "--bind", source, target)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if CERTIFICATES.exists():
        shutil.copy(CERTIFICATES, root / "etc/ssl/certs/ca-certificates.crt")


def _wrapper(root: Path) -> Path:
    """A `docker` that is the engine's own client, working in the caller's folder."""
    client = cache_folder() / "bin" / "docker"
    client.parent.mkdir(exist_ok=True)
    text = (
        "#!/bin/sh\n# The client that lies in the tests' engine root; made by tests/realengine.\n"
        f'exec chroot {root} /bin/sh -c \'cd "$1" 2>/dev/null || cd /tmp; shift; exec /usr/bin/docker "$@"\' sh "$PWD" "$@"\n'
    )
    if not client.exists() or client.read_text() != text:
        client.write_text(text)
        client.chmod(0o755)
    return client


def _start(root: Path, client: Path) -> None:
    log = cache_folder() / "dockerd.log"
    Path("/var/run/docker.pid").unlink(missing_ok=True)
    with log.open("wb") as output:
        subprocess.Popen(
            ["chroot", str(root), "dockerd", "--label", "dockergen-tests=1"],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    for _ in range(120):
        if works(client, "info"):
            return
        time.sleep(0.5)
    raise UnfitMachineError(f"dockerd does not start; the end of {log}:\n{log.read_text()[-2000:]}\n{SKIP_HINT}")
