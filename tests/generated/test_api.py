"""
Thousands of requests that schemathesis makes up from the API's description: none may end in a 5xx.

The requests come from the site's staff, so that they get past permissions, and most of them name what is there. What
they write is taken back after each endpoint.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import JWT_PREFIX, ClientFactory, json_web_token
from tests.content.client import LibraryClient
from tests.endpoints import USUAL_ARGUMENTS

REQUESTS_PER_ENDPOINT = int(os.environ.get("REQUESTS_PER_ENDPOINT", "15"))
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.yaml"

schema = schemathesis.openapi.from_path(SCHEMA)
schema.app = get_wsgi_application()


@schema.hook
def flatmap_path_parameters(
    _context: schemathesis.HookContext, generated: dict[str, Any] | None
) -> st.SearchStrategy[Any]:
    """Name what is there, or what was made up."""
    if not generated:
        return st.just(generated)
    known = {name: USUAL_ARGUMENTS.get(name, value) for name, value in generated.items()}
    return st.sampled_from([known, known, generated])


@pytest.fixture
def content(library: ContentLibrary, staff: User, api_client: ClientFactory) -> None:
    lib = LibraryClient(library, api_client(staff))
    lib.create("problem:p1")
    lib.create("unit:u1", children=["problem:p1"])
    lib.create_collection("c1", "problem:p1")
    lib.publish_all()


@schema.parametrize()
@settings(
    max_examples=REQUESTS_PER_ENDPOINT,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
def test_no_request_makes_the_server_fail(case: schemathesis.Case[Any], content: None, staff: User) -> None:
    response = case.call(headers={"Authorization": f"{JWT_PREFIX} {json_web_token(staff)}"})
    assert response.status_code < 500, (case.as_curl_command(), response.text[:2000])
