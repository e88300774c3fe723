"""MANIFEST.in: which paths its patterns decide about."""

from __future__ import annotations

import pytest

from dockergen.manifests.manifest_in import named


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        pytest.param("include a*.txt", "ab.txt", "a/b.txt", id="a star stays in its folder"),
        pytest.param("recursive-include a *.txt", "a/b/c.txt", "b/c.txt", id="below"),
        pytest.param("graft a", "a/b/c", "ab/c", id="folder"),
        pytest.param("global-include *.j2", "a/b.j2", "a/b.j", id="anywhere"),
        pytest.param("include a[0-9].txt", "a5.txt", "a-.txt", id="range"),
        pytest.param("include a[!0-9].txt", "a-.txt", "a5.txt", id="inverted range"),
        pytest.param("include a[^b].txt", "a^.txt", "ac.txt", id="a caret inverts nothing"),
        pytest.param("include a[z-a].txt", "", "ab.txt", id="empty range"),
        pytest.param("include a[b.txt", "a[b.txt", "ab.txt", id="no class"),
    ],
)
def test_patterns(line: str, inside: str, outside: str) -> None:
    (pattern,) = named(line)
    assert not inside or pattern.fullmatch(inside)
    assert not pattern.fullmatch(outside)
