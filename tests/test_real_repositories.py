"""The list of public repositories, and the table that the run over them writes; the run itself is benchmarks/real.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tomli

from benchmarks import real

LISTS = sorted(Path(real.__file__).parent.glob("real-*.toml"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_row_names_a_repository_a_full_commit_and_what_proves_it(path: Path) -> None:
    listed = tomli.loads(path.read_text(encoding="utf-8"))
    cases = [real.Case(**row) for row in listed["repository"]]
    assert len({case.title for case in cases}) == len(cases) >= 30
    for case in cases:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", case.name), case.name
        assert re.fullmatch(r"[0-9a-f]{40}", case.commit), case.name
        assert case.about
        assert not case.flags or case.remark, f"{case.name}: a flag needs its reason"


def test_rows_of_earlier_runs_are_kept_in_the_order_of_the_list(tmp_path: Path) -> None:
    table = tmp_path / "real.md"
    first = real._cells(real.Case("a/b", "0" * 40, "x | y"), verdict="runs: 200 at /", size="140", theirs="150")
    second = real._cells(real.Case("c/d", "1" * 40, "z"), verdict="not buildable here", theirs="ships none")
    real._write(table, "# Head", [first, second])
    assert list(real._read(table)) == ["repository", "---", "a/b", "c/d"]
    assert real._read(table)["a/b"] == first
    text = table.read_text()
    assert "1 of 1 build, start and answer (1 more ask for" in text
    assert "Of 1 whose own Dockerfile could be built here, ours is no larger on 1." in text


def test_a_checkout_that_is_missing_is_said(tmp_path: Path) -> None:
    row = real._row(real.Case("a/b", "0" * 40, "x"), tmp_path / "a/b")
    assert row[-1].startswith("no checkout in")
