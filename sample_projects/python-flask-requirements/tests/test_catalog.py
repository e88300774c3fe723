from shop import create_app


def test_the_index_lists_every_item():
    page = create_app().test_client().get("/").get_data(as_text=True)
    assert "apple" in page and "pear" in page
