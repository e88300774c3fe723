"""Base images under their real names: pulled where a registry answers, else look-alikes made on this machine."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.realengine.machine import CERTIFICATES, cache_folder, debian_tree, locked, run, works
from tests.realengine.references import image_name

# What Debian's slim images leave out; a package whose scripts need it fails here as it does there.
_SLIM = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
_SLIM.append("--dpkgopt=path-include=/usr/share/doc/*/copyright")
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
# The variables by which programs with certificates of their own learn of this machine's: OpenSSL, pip, Poetry, Node.
_TRUST = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
APT = "DEBIAN_FRONTEND=noninteractive apt-get -y -qq"
APT_INSTALL = f"apt-get update -qq && {APT} install --no-install-recommends"
APT_CLEAN = "rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old"


@dataclass(frozen=True)
class Recipe:
    """A Dockerfile with the files and folders of its context."""

    dockerfile: str
    files: Mapping[str, Path | str] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # images that have to be there first


def ensure(references: Iterable[str], report: Callable[[str, float], None] = lambda name, seconds: None) -> None:
    """Makes every image that is not there yet and reports each name with its seconds, in the given order.

    LookupError for one that cannot be had.
    """
    # Three on two cores, because one of them usually waits: for the network, or for a base that another one makes.
    with ThreadPoolExecutor(3) as pool:
        for name, seconds in pool.map(_timed, dict.fromkeys(map(image_name, references))):
            report(name, seconds)


def apt(packages: str) -> str:
    """The RUN line that installs Debian packages and leaves no lists behind."""
    return f"RUN {APT_INSTALL} {packages} >/dev/null && {APT_CLEAN}\n"


def debian(suite: str) -> str:
    """The reference of a slim Debian of that suite, which knows this machine's certificate authorities."""
    reference = f"look-alike/debian:{suite}"
    with locked(reference):
        if not _exists(reference):
            clean = f'--customize-hook=cd "$1" && {APT_CLEAN.replace("/var", "var")}'
            # Else bookworm's own package for merged folders comes, and with it all of Perl.
            merged = "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr"
            tar = debian_tree(
                suite, cache_folder() / f"{suite}.tar", "--include=ca-certificates", *_SLIM, merged, clean
            )
            run("docker", "import", tar, f"{reference}-raw")
            tar.unlink()
            quiet = 'Acquire::Check-Valid-Until "false";\\nDir::Cache::pkgcache "";\\nDir::Cache::srcpkgcache "";\\n'
            build(
                reference,
                Recipe(
                    f"FROM {reference}-raw\nCOPY authorities.crt {AUTHORITIES}\n"
                    f"RUN printf '{quiet}' >/etc/apt/apt.conf.d/99look-alike\n"
                    f"ENV {' '.join(f'{name}={AUTHORITIES}' for name in _TRUST)}\n"
                    'CMD ["bash"]\n'
                ),
            )
    return reference


def build(reference: str, recipe: Recipe) -> None:
    """Builds an image under that name."""
    context = Path(tempfile.mkdtemp(prefix="look-alike-"))
    try:
        (context / "Dockerfile").write_text(recipe.dockerfile)
        (context / "authorities.crt").write_bytes(CERTIFICATES.read_bytes() if CERTIFICATES.exists() else b"")
        for name, content in recipe.files.items():
            if isinstance(content, Path):
                shutil.copy(content, context / name)
            else:
                (context / name).write_text(content)
                (context / name).chmod(0o755)
        for name, folder in recipe.folders.items():
            shutil.copytree(folder, context / name, symlinks=True)
        run("docker", "build", "-q", "-t", reference, context)
    finally:
        shutil.rmtree(context, ignore_errors=True)


def _timed(name: str) -> tuple[str, float]:
    started = time.monotonic()
    if not _exists(name):
        _ensure(name)
    return name, time.monotonic() - started


def _exists(reference: str) -> bool:
    return works("docker", "image", "inspect", reference)


def _ensure(reference: str) -> None:
    from tests.realengine.recipes import recipe

    with locked(reference):
        if _exists(reference):
            return
        if _registry_answers():
            run("docker", "pull", reference)
            return
        found = recipe(re.sub(r"@sha256:.*", "", reference))
    for need in found.needs:
        _ensure(need)
    with locked(reference):
        if not _exists(reference):
            build(reference, found)


@cache
def _registry_answers() -> bool:
    return works("docker", "pull", "-q", "busybox:stable", timeout=20)
