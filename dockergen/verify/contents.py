"""What the image's own layers hold: size by origin, and what must not be in an image."""

from __future__ import annotations

import json
import re
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from dockergen.dockerfile import Dockerfile, Stage
from dockergen.engine import Engine
from dockergen.lazy import regex
from dockergen.verify.report import Problem

_FORBIDDEN: tuple[tuple[str, str], ...] = (
    (r"(^|/)\.(git|hg|svn)(/|$)", "a version control folder"),
    (r"(^|/)\.env(\.(?!example|sample|template|dist)[^/]*)?$", "a file of secrets"),
    (r"(^|/)(id_rsa|id_ed25519|id_ecdsa|id_dsa)$", "a private key"),
    (
        r"^root/\.cache/(pip|uv|pypoetry|yarn|go-build)/|^root/\.npm/_cacache/|/pnpm/store/|^go/pkg/mod/",
        "a package manager's cache",
    ),
    (r"^var/lib/apt/lists/.*_Packages|^var/cache/apt/archives/.*\.deb$", "apt's lists or archives"),
    (r"^(usr/)?(local/)?(go/)?bin/(gcc|cc|g\+\+|c\+\+|clang|rustc|cargo|javac|go)(-\d+)?$", "a compiler"),
)
_KEY_NAME = regex(r"\.(pem|key)$")
_THIRD_PARTY = regex(r"/(site-packages|node_modules)/")


def own_instructions(dockerfile: Dockerfile) -> int:
    """How many entries of the image's history come from this file and not from the base image."""
    stages = {stage.name: stage for stage in dockerfile.stages if stage.name}
    count = 0
    stage: Stage | None = dockerfile.stages[-1]
    while stage is not None:
        count += sum(step.keyword != "ONBUILD" for step in stage.instructions)
        stage = stages.get(stage.base) if stage.base != stage.name else None
    return count


def sizes(engine: Engine, image: str, dockerfile: Dockerfile, dependency_paths: Sequence[str]) -> dict[str, int]:
    """Bytes by origin: base image, third-party code, the repository's code, and the rest."""
    entries = engine.history(image)
    own = own_instructions(dockerfile)
    found = {"base": sum(entry["Size"] for entry in entries[own:]), "dependencies": 0, "code": 0, "rest": 0}
    folder = (engine.image(image).get("Config") or {}).get("WorkingDir") or "/"
    for entry in entries[:own]:
        found[_origin(entry["CreatedBy"], dependency_paths, folder)] += entry["Size"]
    return {**found, "total": sum(found.values())}


def _origin(created_by: str, dependency_paths: Sequence[str], folder: str = "/") -> str:
    text = created_by.removesuffix("# buildkit").strip()
    if not re.match(r"(/bin/sh -c #\(nop\) )?(COPY|ADD)\b", text):
        return "rest"
    target = text.split()[-1].rstrip("/")
    target = target if target.startswith("/") else f"{folder.rstrip('/')}/{target}"
    return "dependencies" if any(target == p or target.startswith(p + "/") for p in dependency_paths) else "code"


def leaks(engine: Engine, image: str, dockerfile: Dockerfile) -> list[Problem]:
    """Files in the image's own layers that no image may hold; what the base image brings is not counted."""
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="dockergen-") as folder:
        archive = Path(folder) / "image.tar"
        engine.save(image, archive)
        for path, content in _own_files(archive, own_instructions(dockerfile)):
            what = _forbidden(path, content)
            if what and what not in found:
                found[what] = path
    return [
        Problem(
            "contents",
            f"The image holds {what}: /{path}.",
            "Exclude it in .dockerignore, or leave it in the build stage.",
        )
        for what, path in sorted(found.items())
    ]


def _forbidden(path: str, content: bytes) -> str:
    if not _THIRD_PARTY.search(path):
        if b"PRIVATE KEY-----" in content:
            return "a private key"
        for pattern, what in _FORBIDDEN:
            if re.search(pattern, path):
                return what
    return ""


def _own_files(archive: Path, own: int) -> Iterator[tuple[str, bytes]]:
    """Paths in the layers of the last `own` history entries, with the content of what may be a key."""
    with tarfile.open(archive) as image:
        manifest = json.load(_member(image, "manifest.json"))[0]
        history = json.load(_member(image, manifest["Config"])).get("history", [])
        kept = sum(not entry.get("empty_layer") for entry in history[max(0, len(history) - own) :])
        for name in manifest["Layers"][len(manifest["Layers"]) - kept :] if kept else ():
            with tarfile.open(fileobj=_member(image, name)) as layer:
                for item in layer:
                    path = item.name.removeprefix("./")
                    small_key = item.isfile() and _KEY_NAME.search(path) and item.size < 64_000
                    content = layer.extractfile(item).read() if small_key else b""  # type: ignore[union-attr]
                    yield path, content


def _member(archive: tarfile.TarFile, name: str):  # type: ignore[no-untyped-def]
    file = archive.extractfile(name)
    assert file is not None
    return file
