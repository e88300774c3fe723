"""Runs inside a slim image: what the shared objects and sources of the wheels in /out ask of the system, as JSON."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path

_UNPACKED = Path("/unpacked")
# What Debian's own Python needs and the official image's does not: there in a look-alike, and not in the real one.
_NOT_IN_THE_REAL_ONE = {"libexpat.so.1"}
_BY_NAME = re.compile(
    r"""(?:find_library|CDLL|LoadLibrary|dlopen|_dlopen)\(\s*(?:ffi\s*,\s*)?f?["']([\w.+-]+)["']"""
    r"""|["'](lib[\w+-]+\.so[\w.]*)["']"""
)
_PROGRAM = re.compile(
    r"""(?:run|Popen|call|check_call|check_output|create_subprocess_exec)\(\s*\[?\s*["']([\w.+-]+)["']"""
    r"""|(?:which|find_executable)\(\s*["']([\w.+-]+)["']"""
)


def main() -> None:
    for wheel in Path("/out").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(_UNPACKED / wheel.name.split("-")[0])
    files = [path for path in _UNPACKED.rglob("*") if path.is_file()]
    objects = [path for path in files if _is_elf(path)]
    bundled = {path.name for path in objects}
    resolved: dict[str, str] = {}
    for path in objects:
        resolved |= _needed(path)
    sources = [path for path in files if path.suffix == ".py" and not {"test", "tests"} & set(path.parts)]
    texts = [path.read_text("utf-8", "replace") for path in sources]
    print(
        json.dumps(
            {
                "objects": len(objects),
                "missing": sorted(n for n, where in resolved.items() if not where and n not in bundled),
                "resolved": {n: where for n, where in resolved.items() if where and not where.startswith("/unpacked")},
                "by_name": sorted({name for text in texts for pair in _BY_NAME.findall(text) for name in pair if name}),
                "programs": sorted(
                    {name for text in texts for pair in _PROGRAM.findall(text) for name in pair if name}
                ),
                "modules": _modules(files),
                "requires": _requires(files),
            }
        )
    )


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _needed(path: Path) -> dict[str, str]:
    """Names of the shared objects that the dynamic linker looks for, with the file it takes; "" when there is none."""
    text = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
    found = re.findall(r"^\s*(\S+) => (not found|\S+)", text, re.MULTILINE)
    return {name: "" if where == "not found" or name in _NOT_IN_THE_REAL_ONE else where for name, where in found}


def _requires(files: list[Path]) -> list[str]:
    """Distributions that the wheel requires whatever its extras."""
    texts = [path.read_text("utf-8", "replace") for path in files if path.name == "METADATA"]
    lines = [
        line for text in texts for line in re.findall(r"(?m)^Requires-Dist: (.*)$", text) if "extra ==" not in line
    ]
    return sorted({re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", line)[0]).lower() for line in lines})


def _modules(files: list[Path]) -> list[str]:
    """What the distribution can be imported as: top_level.txt, else the folders and files at the top of the wheel."""
    listed = [path.read_text().split() for path in files if path.name == "top_level.txt"]
    if listed and listed[0]:
        return [name.replace("/", ".") for name in listed[0]]
    heads = [path.relative_to(_UNPACKED).parts[1:] for path in files]
    packages = {parts[0] for parts in heads if len(parts) == 2 and parts[1] == "__init__.py"}
    single = {re.split(r"\.", parts[0])[0] for parts in heads if len(parts) == 1 and parts[0].endswith((".py", ".so"))}
    return sorted(packages | single)


main()
