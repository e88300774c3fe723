"""Crafted lock files: a bracket that never closes does not make each of thousands search the rest of the file."""

from __future__ import annotations

import time

import pytest

from dockergen.manifests.python_locks import markers_of, packages_of, without_files

HEAD = '[[package]]\nname = "a"\nversion = "1"\n'
ROWS = {
    "uv's needs": "dependencies = [\n",
    "needs without an end": 'dependencies = [\n    { name = "a"\n',
    "names without an end": '{ name = "',
    "sources": "source = {\n",
    "groups": "groups = [\n",
    "extras": "extras = [\n",
    "tables": "[package.dependencies]\n",
    "optional": "[package.optional-dependencies]\nx = [\n",
    "files": "\n[metadata.files]\na = [\n",
    "Poetry's sources": "[package.source]\n",
    "packages": "[[package]]\n",
    "wheels": '"a-1-',
    "slashes": "/a-1-py3-",
    "quotes": '    "a\n',
    "braces": "a = {a",
    "extras of a need": '{ name = "a", extra = [',
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("path", ["uv.lock", "Pipfile.lock", "pylock.toml"])
def test_crafted_lock_files_take_linear_time(path: str, row: str) -> None:
    text = HEAD + row * (150_000 // len(row))
    start = time.process_time()
    packages_of(path, text)
    markers_of(text, "a")
    without_files(text)
    assert time.process_time() - start < 2  # takes below 0.2 s; a quadratic one takes more than 8 s


def test_keys_of_a_large_pipfile_lock_are_counted_once() -> None:
    rows = ",\n".join(f'        "p{number}": {{\n            "version": "==1"\n        }}' for number in range(20_000))
    text = f'{{\n    "default": {{\n{rows}\n    }}\n}}\n'
    start = time.process_time()
    found = packages_of("Pipfile.lock", text)
    assert time.process_time() - start < 2
    assert [found[name].line for name in ("p0", "p1", "p19999")] == [3, 6, 3 + 3 * 19_999]
