"""Brings a Docker engine up: the one that runs here, or Debian's in a root of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
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


# By itself the engine drops layers whenever a fifth of the disk is not free, and the newest ones first, as they were
# used least: then a rebuild finds nothing of the build before it.
_KEPT = "40GB"
_POLICY = {"all": True, "reservedSpace": _KEPT, "maxUsedSpace": _KEPT}
_CONFIGURATION = {"builder": {"gc": {"enabled": True, "policy": [_POLICY]}}}
_DAEMON = ("dockerd", "--label", "dockergen-tests=1")
# Not chroot: `docker exec` and HEALTHCHECK enter the root of the mount namespace in which the container was started,
# and behind a chroot that is the machine's own root, so their commands would run outside of the container.
ENTER = 'cd "$1" && shift && mkdir -p .machine && pivot_root . .machine && cd / && umount -l /.machine && exec "$@"'


def up() -> Path | None:
    """Makes sure that an engine answers; the folder to put first on PATH, or None when PATH needs nothing.

    Raises UnfitMachineError when there is none and none can be made.
    """
    with locked("engine"):
        if works("docker", "info") and works("docker", "buildx", "version"):
            return None
        require_debian_root("No Docker engine with buildx runs", "Start Docker, or run as root on Debian.")
        root = _root()
        data = cache_folder() / "data"
        data.mkdir(exist_ok=True)
        mount(root, {data: "var/lib/docker"})
        client = wrapper(root, "docker")
        if not works(client, "info"):
            _start(root, client)
        return client.parent


def down() -> None:
    """Stops the engine that `up` started and unmounts its root; what it made is kept."""
    with locked("engine"):
        _stop()
        end_holder()
        roots = tuple(str(cache_folder() / name) for name in ("root", "podman-root"))
        below = tuple(f"{root}/" for root in roots)
        for target in sorted((m for m in _mounted() if m in roots or m.startswith(below)), reverse=True):
            works("umount", "-l", target)


def _root() -> Path:
    return debian_root("root", _PACKAGES, "usr/sbin/dockerd")


def debian_root(name: str, packages: str, proof: str) -> Path:
    """A Debian with those packages that programs of the tests live in, made once; `proof` is one of its files."""
    root = cache_folder() / name
    if not (root / proof).exists():
        tar = debian_tree(_SUITE, cache_folder() / f"{name}.tar", f"--include={packages}")
        partial = root.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        run("tar", "-C", partial, "-xf", tar)
        partial.rename(root)
        tar.unlink()
    return root


def mount(root: Path, own: Mapping[Path, str] | None = None) -> None:
    """The root as a mount point of its own (docker import demands it) with the machine's folders inside."""
    mounted = _mounted()
    if str(root) not in mounted:
        run("mount", "--bind", root, root)
        run("mount", "--make-private", root)
    for name in ("proc", "sys", "dev", "run"):
        if str(root / name) not in mounted:
            run("mount", "--rbind", f"/{name}", root / name)
            run("mount", "--make-rslave", root / name)
    shared = [
        path for path in Path("/").iterdir() if path.is_dir() and path.name not in _SYSTEM and not path.is_symlink()
    ]
    shared.append(Path("/var/tmp"))
    shared.append(cache_folder())
    inside = {path: str(path).lstrip("/") for path in shared}
    for source, target in (*(own or {}).items(), *inside.items()):
        _bind(source, root / target, mounted)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if CERTIFICATES.exists():
        shutil.copy(CERTIFICATES, root / "etc/ssl/certs/ca-certificates.crt")


def _bind(source: Path, target: Path, mounted: list[str]) -> None:
    """Mounts the folder unless it is mounted there."""
    if str(target) in mounted:
        if target.samefile(source):
            return
        # A folder that was deleted and made again is another one: the old mount shows an empty grave.
        run("umount", "-l", target)
    target.mkdir(parents=True, exist_ok=True)
    run("mount", "--bind", source, target)


def _mounted() -> list[str]:
    """Every mount point; os.path.ismount does not know a folder that is bound to one of its own file system."""
    return [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]


def wrapper(root: Path, program: str, *enter: str) -> Path:
    """A program of the root as one of the machine, working in the caller's folder; `enter` is the way in."""
    client = cache_folder() / "bin" / program
    client.parent.mkdir(exist_ok=True)
    # A folder that the client cannot see is an error: building another one instead would be a wrong answer.
    text = (
        "#!/bin/sh\n# The client that lies in the tests' engine root; made by tests/realengine.\n"
        f'exec {shlex.join(enter or ("chroot", str(root)))} /bin/sh -c \'cd "$1" || exit 125; shift; exec /usr/bin/{program} "$@"\' '
        'sh "$PWD" "$@"\n'
    )
    if not client.exists() or client.read_text() != text:
        # Replaced at once, because another session may be running the one that lies there.
        fresh = client.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o755)
        fresh.replace(client)
    return client


def _start(root: Path, client: Path) -> None:
    log = cache_folder() / "dockerd.log"
    configuration = root / "etc/docker/daemon.json"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(json.dumps(_CONFIGURATION))
    pid = _pid_file()
    pid.unlink(missing_ok=True)  # left by a machine that was switched off
    _bury_containerd()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", ENTER, "sh", root, *_DAEMON, "--pidfile", pid],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    for _ in range(120):
        if works(client, "info"):
            return
        if process.poll() is not None:
            break
        time.sleep(0.5)
    # What the client says is the reason when the daemon runs and cannot be reached.
    said = subprocess.run([client, "info"], capture_output=True, text=True, check=False, timeout=60).stderr[-500:]
    process.terminate()  # the next one who asks must not meet half an engine
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(30)
    raise UnfitMachineError(
        f"dockerd does not start: {said}\nThe end of {log}:\n{log.read_text()[-2000:]}\n{SKIP_HINT}"
    )


def _bury_containerd() -> None:
    """Ends the containerd that a killed dockerd left; forgets one whose process number is by now another program's."""
    note = Path("/run/docker/containerd/containerd.pid")
    if not note.exists():
        return
    process = Path("/proc", note.read_text().strip() or "0")
    if (process / "comm").exists() and (process / "comm").read_text().strip() == "containerd":
        os.kill(int(process.name), signal.SIGTERM)
        for _ in range(20):
            if not process.exists():
                break
            time.sleep(0.5)
    note.unlink(missing_ok=True)


def _stop() -> None:
    """Ends the dockerd of this cache, and no other one."""
    if not _pid_file().exists():
        return
    process = Path("/proc", _pid_file().read_text().strip())
    if not (process / "comm").exists() or (process / "comm").read_text().strip() != "dockerd":
        return
    os.kill(int(process.name), signal.SIGTERM)
    for _ in range(60):
        if not process.exists():
            return
        time.sleep(0.5)


def holder(root: Path) -> int:
    """The number of a process that does nothing in a mount namespace whose root is that folder, started when absent.

    Containers that are started in there can be entered later, which they cannot behind a chroot (see ENTER).
    """
    note = cache_folder() / "holder.pid"
    if pid := _held(note):
        return pid
    command = ["unshare", "--mount", "sh", "-c", ENTER, "sh", str(root), "sleep", "infinity"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]
    for _ in range(50):
        if _comm(process.pid) == "sleep":
            note.write_text(str(process.pid))
            return int(process.pid)
        time.sleep(0.1)
    raise UnfitMachineError(f"No program can be started with {root} as its root. {SKIP_HINT}")


def end_holder() -> None:
    """Ends the holder of this cache, and no other process."""
    note = cache_folder() / "holder.pid"
    if pid := _held(note):
        os.kill(pid, signal.SIGTERM)
    note.unlink(missing_ok=True)


def _held(note: Path) -> int:
    pid = int(note.read_text()) if note.exists() else 0
    return pid if pid and _comm(pid) == "sleep" else 0


def _comm(pid: int) -> str:
    path = Path("/proc", str(pid), "comm")
    return path.read_text().strip() if path.exists() else ""


def _pid_file() -> Path:
    return cache_folder() / "dockerd.pid"
