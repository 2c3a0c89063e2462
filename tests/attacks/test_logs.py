"""Logs that tell secrets, or that a client writes into."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from studio.operations.logs import logging_settings

pytestmark = pytest.mark.django_db

HANDLER = "/api/xblock/v2/xblocks/lb:O:l:problem:p/handler/3-0123456789abcdef/problem_check/"


@pytest.fixture(params=["line", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """Collect the log that a site writes with this setting."""
    settings: dict[str, Any] = logging_settings(request.param, "INFO")
    formatter = dict(settings["formatters"]["structured"])
    handler = logging.StreamHandler(StringIO())
    handler.setFormatter(formatter.pop("()")(**formatter))
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def test_tokens_in_addresses_are_left_out(written: StringIO, client: Client) -> None:
    client.get(HANDLER)
    client.get("/nowhere?a=1&token=0123456789abcdef&b=2")
    logged = written.getvalue()
    assert "problem_check" in logged
    assert "/nowhere" in logged
    assert "0123456789abcdef" not in logged


def test_a_request_writes_no_lines_of_its_own(written: StringIO, client: Client) -> None:
    client.get("/nowhere%0A%0Dlevel=error%20fake%1B%5B31m")
    lines = written.getvalue().splitlines()
    assert lines
    assert all("nowhere" in line for line in lines if "fake" in line)
    assert "\x1b" not in written.getvalue()
