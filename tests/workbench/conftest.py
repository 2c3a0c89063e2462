"""Browsers without JavaScript, and browsers in which htmx sends the requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HTMX: Final = {"HX-Request": "true"}
"""Headers with which htmx asks for a part of a page, or submits an action."""

BOOSTED: Final = {**HTMX, "HX-Boosted": "true"}
"""Headers with which htmx submits a form for the browser."""

MOST_QUERIES: Final = 25
MOST_BYTES: Final = 100 * 1024

type Browse = Callable[[User | None], Client]
type Cost = Callable[[Client, str], int]


@pytest.fixture
def browse() -> Browse:
    """Return a client that checks CSRF tokens only where a test asks for it, for a user; None for nobody."""

    def open_for(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return open_for


@pytest.fixture
def cost() -> Cost:
    """Return a function that counts the queries of a page, and fails if these or the bytes are too many."""

    def measure(client: Client, url: str) -> int:
        client.get(url)  # what a process remembers, such as content types, is read
        with CaptureQueriesContext(connection) as queries:
            response: Any = client.get(url)
        assert response.status_code == 200
        assert len(queries) <= MOST_QUERIES
        assert len(response.content) <= MOST_BYTES
        return len(queries)

    return measure


def text_of(response: Any) -> str:
    """Return a page without its CSRF tokens, whose random letters may be those that a test looks for."""
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode())
