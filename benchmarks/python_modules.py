"""Which distribution a module is imported from: `python -m benchmarks.python_modules FILE`.

FILE holds names of distributions, one a line, the most downloaded first. Of the newest wheel of each the list of files at its end is read from the
package index that pip uses, or its small archive of sources where there is no wheel; what stands at the top of it is what can be imported. Where several have the same module the first
of FILE counts. dockergen learns what an import is called on the index, and installs no name that is only guessed.
"""

from __future__ import annotations

import argparse
import datetime
import io
import json
import re
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from benchmarks.python_wheels import files

_TARGET = Path(__file__).parents[1] / "dockergen" / "data" / "python-modules.toml"
_TAIL = 300_000  # bytes at the end of a wheel, which hold its list of files
_SMALL = 3_000_000  # bytes of an archive of sources that is read as a whole
# What many distributions leave at the top by mistake, or share.
_NOBODYS = re.compile(
    r"_.*|tests?|testing|docs?|examples?|samples?|scripts?|benchmarks?|src|setup|conftest|tools|build|dist|bin|lib|data|utils?|common|config|main|app"
)
_HEAD = """\
# What modules are called on the index: `same` are distributions with a module of their own name (- is _ there), `other` has the rest, "MODULE DISTRIBUTION".
#
# Measured {day} by `python -m benchmarks.python_modules`: the newest wheels of the {asked} most downloaded distributions.

[lists]
"""


def main() -> int:
    """Measures the names and writes the table; 1 when fewer than half of them could be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_modules", description=__doc__)
    parser.add_argument("names", type=Path, help="file with one name a line, the most downloaded first")
    names = [canonicalize_name(name) for name in parser.parse_args().names.read_text("utf-8").split()]
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(names, pool.map(_modules, names), strict=True))
    owners: dict[str, str] = {}
    for name, modules in found.items():
        for module in modules:
            owners.setdefault(module, name)
    # A distribution that is called like its module is what an import of it means, however many others ship a copy.
    owners |= {
        module: name for name, modules in found.items() for module in modules if canonicalize_name(module) == name
    }
    same = sorted({name for module, name in owners.items() if canonicalize_name(module) == name})
    other = sorted(f"{module} {name}" for module, name in owners.items() if canonicalize_name(module) != name)
    text = (
        _HEAD.format(day=datetime.datetime.now(datetime.UTC).date(), asked=len(names))
        + _list("same", same)
        + _list("other", other)
    )
    _TARGET.write_text(text, encoding="utf-8")
    read = sum(1 for modules in found.values() if modules)
    print(json.dumps({"asked": len(names), "read": read, "same": len(same), "other": len(other)}))
    return int(read * 2 < len(names))


def _list(name: str, items: list[str]) -> str:
    lines, line = [], " "
    for item in items:
        word = f' "{item}",'
        if len(line) + len(word) > 160:
            lines.append(line)
            line = " "
        line += word
    return "\n".join([f"{name} = [", *lines, line, "]", ""])


def _modules(name: str) -> tuple[str, ...]:
    """What can be imported once the newest wheel is installed; nothing where it has none, or it cannot be read."""
    try:
        published = [file for file in files(name) if not file.get("yanked")]
        wheel = _newest(published)
        listed = _listed(str(wheel["url"])) if wheel else _of_source(published)
    except (OSError, ValueError, zipfile.BadZipFile, tarfile.TarError, EOFError):
        return ()
    tops = dict.fromkeys(filter(None, map(_top, listed)))
    # A folder without __init__.py is a namespace that many distributions share, such as google.
    return tuple(
        top for top in tops if f"{top}/__init__.py" in listed or not any(p.startswith(f"{top}/") for p in listed)
    )


def _of_source(listed: list[Mapping[str, Any]]) -> list[str]:
    """The paths of the last archive of sources, as they lie where it is installed from."""
    archives = [
        file for file in listed if str(file["filename"]).endswith(".tar.gz") and int(file.get("size") or 0) < _SMALL
    ]
    if not archives:
        return []
    with urllib.request.urlopen(str(archives[-1]["url"]), timeout=60) as answer:
        data = answer.read(_SMALL)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        inside = [path.partition("/")[2].removeprefix("src/") for path in archive.getnames()]
    packages = {path.partition("/")[0] for path in inside if path.count("/") == 1 and path.endswith("/__init__.py")}
    return [path for path in inside if "/" not in path or path.partition("/")[0] in packages]


def _newest(listed: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    wheels = list(_wheels(listed))
    stable = [item for item in wheels if not item[0].is_prerelease] or wheels
    # Of one release the smallest file; all have the same modules.
    return max(stable, key=lambda item: (item[0], -int(item[1].get("size") or 0)))[1] if stable else None


def _wheels(listed: list[Mapping[str, Any]]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for file in listed:
        try:
            yield parse_wheel_filename(str(file["filename"]))[1], file
        except InvalidWheelFilename:
            continue


def _listed(url: str) -> list[str]:
    """The paths in the wheel, out of its last bytes."""
    request = urllib.request.Request(url, headers={"Range": f"bytes=-{_TAIL}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        data = answer.read(_TAIL + 1)
        whole = answer.status == 200
    if whole and len(data) > _TAIL:
        return []  # a server that sends all of a large file
    with zipfile.ZipFile(io.BytesIO(data)) as archive:  # what is missing before it only moves the places
        return archive.namelist()


def _top(path: str) -> str:
    """The module that the path belongs to, "" for none."""
    first, _, rest = path.partition("/")
    if first.endswith((".dist-info", ".data", ".libs")):
        return ""
    module = first if rest else first.partition(".")[0]
    importable = (rest and (rest.endswith((".py", ".so", ".pyd")))) or (not rest and first.endswith((".py", ".so")))
    return module if importable and module.isidentifier() and not _NOBODYS.fullmatch(module) else ""


if __name__ == "__main__":
    sys.exit(main())
