"""A blank query parameter says nothing: every list answers as if the parameter were not there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from tests.conftest import ClientFactory, MemberFactory
from tests.world import world_with_arguments  # noqa: F401 - the fixture “arguments”

from .endpoints import endpoints, request
from .test_openapi import without_names

SAYS_SOMETHING = {"no_page", "count_implicit", "include_counts"}
"""Parameters without a value: to be there is enough."""
LINKS = re.compile(rb'"(?:next|previous)":(?:"[^"]*"|null),?')
CHANGES_WITH_EACH_CALL = {"/api/content_search/v2/studio/"}

FRONTEND_CALLS = [
    "/api/libraries/v2/?type=complex&page=1&page_size=5&pagination=true&order=title&text_search=",
    "/api/libraries/v2/?org=&order=&text_search=",
    "/api/content_tagging/v1/taxonomies/?enabled=true&org=",
    "/api/content_tagging/v1/taxonomies/?enabled=&unassigned=",
    "/api/contentstore/v2/home/courses?search=&order=&archived_only=&page=",
    "/api/contentstore/v1/home/libraries?is_migrated=",
]


def optional_parameters() -> dict[str, list[str]]:
    """Path -> names of the query parameters that a GET of it can do without."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return {
        without_names(path): [
            parameter["name"]
            for parameter in methods["get"].get("parameters", ())
            if parameter["in"] == "query" and not parameter.get("required")
        ]
        for path, methods in schema["paths"].items()
        if "get" in methods
    }


def answer(response: Any) -> tuple[int, Any]:
    """Status and body, without links to other pages, which repeat the query as it was asked."""
    return response.status_code, None if response.streaming else LINKS.sub(b"", response.content)


@pytest.mark.parametrize("alone", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["all", "each-alone"])
def test_every_described_parameter(
    staff: User, arguments: dict[str, str], api_client: ClientFactory, alone: bool
) -> None:
    client, described = api_client(staff), optional_parameters()
    asked, wrong = 0, []
    for endpoint in endpoints():
        if endpoint[0] != "GET" or endpoint[1] in CHANGES_WITH_EACH_CALL:
            continue
        names = [name for name in described.get(without_names(endpoint[1]), ()) if name not in SAYS_SOMETHING]
        if not names:
            continue
        asked += len(names)
        without = answer(request(client, endpoint, arguments))
        for together in [[name] for name in names] if alone else [names]:
            query = "&".join(f"{name}=" for name in together)
            blank = answer(request(client, endpoint, arguments, query=query))
            if blank != without:
                wrong.append((endpoint, query, blank))
    assert asked > 30
    assert wrong == []


def test_what_the_frontend_sends(staff: User, library: object, api_client: ClientFactory) -> None:
    client = api_client(staff)
    answers = {url: client.get(url).status_code for url in FRONTEND_CALLS}
    assert answers == dict.fromkeys(FRONTEND_CALLS, 200)


def test_blank_is_no_filter(staff: User, library: object, api_client: ClientFactory) -> None:
    found = api_client(staff).get("/api/libraries/v2/?text_search=&org=&order=").json()
    assert [item["id"] for item in found] == ["lib:CL-TEST:lib1"]


def test_the_last_of_several_values_counts(
    staff: User, library: object, make_member: MemberFactory, api_client: ClientFactory
) -> None:
    client = api_client(staff)
    assert client.get("/api/libraries/v2/?text_search=lib1&text_search=nothing").json() == []
    assert len(client.get("/api/libraries/v2/?text_search=nothing&text_search=lib1").json()) == 1
    assert client.get("/api/libraries/v2/?text_search=nothing&text_search=").json() == []


def test_each_value_of_a_list_counts(staff: User, library: object, api_client: ClientFactory) -> None:
    client = api_client(staff)
    url = reverse("library-blocks", args=["lib:CL-TEST:lib1"])
    for block_type in ("html", "problem", "video"):
        client.post(url, {"block_type": block_type, "definition_id": block_type}, format="json")
    found = client.get(f"{url}?block_type=html&block_type=&block_type=video").json()["results"]
    assert {item["block_type"] for item in found} == {"html", "video"}
