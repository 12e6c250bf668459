import pytest


@pytest.fixture(autouse=True)
def api_mounted(settings):
    settings.ROOT_URLCONF = "tests.api.urls"
