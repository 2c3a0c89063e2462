"""Who asks, as far as users are concerned who are not logged in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.settings import api_settings

from content_libraries.xblocks.rest.places import place_of
from content_libraries.xblocks.visits import turn_of


@pytest.fixture
def _proxies(request: pytest.FixtureRequest, settings: Any) -> None:
    """A site that says how many proxies are in front of it."""
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": request.param}
    assert request.param == api_settings.NUM_PROXIES


def turn(address: str, forwarded: str) -> str:
    """Whose turn it is, for a request from an address that says for whom it was forwarded."""
    request = RequestFactory().get("/", REMOTE_ADDR=address, headers={"X-Forwarded-For": forwarded})
    return turn_of(AnonymousUser(), place_of(request))


@pytest.mark.parametrize("_proxies", [None], indirect=True)
@pytest.mark.usefixtures("_proxies")
def test_visitors_cannot_make_up_addresses() -> None:
    assert turn("10.0.0.1", "1.1.1.1") == turn("10.0.0.1", "2.2.2.2")
    assert turn("10.0.0.1", "") != turn("10.0.0.2", "")


@pytest.mark.parametrize("_proxies", [1], indirect=True)
@pytest.mark.usefixtures("_proxies")
def test_visitors_behind_a_proxy_that_the_site_knows_are_told_apart() -> None:
    assert turn("10.0.0.1", "1.1.1.1") != turn("10.0.0.1", "2.2.2.2")
    assert turn("10.0.0.1", "9.9.9.9, 1.1.1.1") == turn("10.0.0.1", "1.1.1.1")
