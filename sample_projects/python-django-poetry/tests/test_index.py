def test_the_index_greets(client):
    assert b"hello from magazine" in client.get("/").content
