"""Base images under their real names: pulled where a registry answers, else look-alikes made on this machine."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.realengine.machine import CERTIFICATES, cache_folder, debian_tree, locked, run, works

# What Debian's slim images leave out; a package whose scripts need it fails here as it does there.
_SLIM = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
_SLIM.append("--dpkgopt=path-include=/usr/share/doc/*/copyright")
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True)
class Recipe:
    """A Dockerfile with the files and folders of its context."""

    dockerfile: str
    files: Mapping[str, Path | str] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # images that have to be there first


def ensure(references: Iterable[str]) -> None:
    """Makes every image that is not there yet, two at a time; LookupError for one that cannot be had."""
    missing = [reference for reference in dict.fromkeys(references) if not _exists(reference)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_ensure, missing))


def apt(packages: str) -> str:
    """The RUN line that installs Debian packages and leaves no lists behind."""
    return (
        "RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "
        f"{packages} >/dev/null && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old\n"
    )


def debian(suite: str) -> str:
    """The reference of a slim Debian of that suite, which knows this machine's certificate authorities."""
    reference = f"look-alike/debian:{suite}"
    with locked(reference):
        if not _exists(reference):
            tar = debian_tree(suite, cache_folder() / f"{suite}.tar", "--include=ca-certificates", *_SLIM)
            run("docker", "import", tar, f"{reference}-raw")
            tar.unlink()
            quiet = 'Acquire::Check-Valid-Until "false";\\nDir::Cache::pkgcache "";\\nDir::Cache::srcpkgcache "";\\n'
            build(
                reference,
                Recipe(
                    f"FROM {reference}-raw\nCOPY authorities.crt {_AUTHORITIES}\n"
                    f"RUN printf '{quiet}' >/etc/apt/apt.conf.d/99look-alike && rm -rf /var/cache/apt/* /var/lib/apt/lists/*\n"
                    f"ENV SSL_CERT_FILE={_AUTHORITIES} PIP_CERT={_AUTHORITIES} NODE_EXTRA_CA_CERTS={_AUTHORITIES}\n"
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
