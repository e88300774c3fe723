from weather.app import app


def test_the_forecast_has_a_route() -> None:
    assert "/forecast/{city}" in [route.path for route in app.routes]
