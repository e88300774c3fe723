"""Parsed data files are kept, and never believed when the file has changed or the kept one is spoilt."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dockergen import catalog


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "__pycache__").mkdir()
    monkeypatch.setattr(catalog, "__file__", str(tmp_path / "catalog.py"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "x.toml"
    path.write_text('[lists]\na = ["1"]\n')
    return path


def test_a_changed_file_is_read_again(data: Path) -> None:
    assert catalog._table(data) == catalog._table(data) == {"lists": {"a": ["1"]}}
    assert [path.name for path in (data.parent / "__pycache__").iterdir()] == [f"x.toml.{sys.implementation.cache_tag}"]
    data.write_text('[lists]\na = ["2"]\n')
    os.utime(data, ns=(1, 1))
    assert catalog._table(data) == {"lists": {"a": ["2"]}}


@pytest.mark.parametrize("spoilt", [b"", b"junk", b"N", b"[\x00\x00\x00\x00"], ids=["empty", "junk", "None", "no row"])
def test_a_spoilt_one_is_replaced(data: Path, spoilt: bytes) -> None:
    catalog._table(data)
    kept = next((data.parent / "__pycache__").iterdir())
    whole = kept.read_bytes()
    kept.write_bytes(spoilt)
    assert catalog._table(data) == {"lists": {"a": ["1"]}}
    assert kept.read_bytes() == whole


def test_where_nothing_can_be_kept_it_is_read_every_time(data: Path) -> None:
    (data.parent / "__pycache__").rmdir()
    assert catalog._table(data) == catalog._table(data) == {"lists": {"a": ["1"]}}
