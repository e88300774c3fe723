from inventory.main import item


def test_a_known_item_tells_its_count() -> None:
    assert item("bolt") == {"name": "bolt", "count": 120}
