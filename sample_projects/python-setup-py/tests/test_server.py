from quotes.server import quote


def test_quotes_are_numbered_from_zero() -> None:
    assert quote(1) == {"quote": "Less is more."}
