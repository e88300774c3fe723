"""Ports that stand for http and https in the source are not the service's."""

from __future__ import annotations

import pytest

from dockergen.languages.python.source import port_in

BRANCHES = "if url.scheme == 'http':\n    port = 80\nelif url.scheme == 'https':\n    port = 443\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BRANCHES, (0, 0)),
        (f"{BRANCHES}port = 8081\n", (8081, 5)),
        (f"{BRANCHES.replace('elif', 'if')}else:\n    port = 80\n", (0, 0)),
        ("port = 443 if scheme == 'https' else None\n", (0, 0)),
        ("# plain\n\nport = 80\n", (80, 3)),
        ("name = 'http server'\nport = 80\n", (80, 2)),
    ],
)
def test_port_of_a_scheme_is_none(text: str, found: tuple[int, int]) -> None:
    assert port_in(text) == found
