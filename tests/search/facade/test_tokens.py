"""Who may find what: tokens of all kinds, and attempts to get around them (wire: search-key, search-http)."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries.search.facade import keys as facade_keys
from content_libraries.search.models import SearchAccess
from tests.conftest import ClientFactory, LibraryFactory, MemberFactory, give_role

from .conftest import ADVANCED, DEMO, INDEX, SearchClient

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("real index")]

KEY_URL = "/api/content_search/v2/studio/"


def signed(key: str | None = None, **claims: Any) -> str:
    """A token that lets everything through, but for what is told here; None leaves a claim out."""
    defaults = {"apiKeyUid": facade_keys.UID, "exp": time.time() + 60, "searchRules": {INDEX: {}}}
    given = {name: value for name, value in (defaults | claims).items() if value is not None}
    return jwt.encode(given, key or facade_keys.current(), algorithm="HS256")


def unsigned() -> str:
    claims = {"apiKeyUid": facade_keys.UID, "exp": time.time() + 60, "searchRules": {INDEX: {}}}
    return jwt.encode(claims, "", algorithm="none")


def tampered() -> str:
    header, _payload, signature = signed(searchRules={INDEX: {"filter": "org IN []"}}).split(".")
    return ".".join((header, signed().split(".")[1], signature))


@pytest.mark.usefixtures("searchable")
@pytest.mark.parametrize(
    "make",
    [
        unsigned,
        tampered,
        lambda: "x",
        facade_keys.current,
        lambda: signed("another key of at least 32 bytes length"),
        lambda: signed(exp=time.time() - 1),
        lambda: signed(exp=None),
        lambda: signed(apiKeyUid="other"),
        lambda: signed(apiKeyUid=None),
        lambda: signed(searchRules=None),
        lambda: signed(searchRules={}),
        lambda: signed(searchRules="*"),
        lambda: signed(searchRules={"other": {}}),
        lambda: signed(searchRules={INDEX: "x"}),
        lambda: signed(searchRules={INDEX: {"fliter": "org IN []"}}),
        lambda: signed(searchRules={INDEX: {"filter": "nonsense"}}),
    ],
)
def test_bad_tokens_find_nothing(make: Any) -> None:
    client = SearchClient(make())
    for path, body in (
        (f"indexes/{INDEX}/search", {}),
        (f"indexes/{INDEX}/facet-search", {"facetName": "org"}),
        ("multi-search", {"queries": [{"indexUid": INDEX}]}),
    ):
        response = client.post(path, body)
        assert (response.status_code, response.json()["code"]) == (403, "invalid_api_key")
        assert response.json().keys() == {"message", "code", "type", "link"}


@pytest.mark.usefixtures("searchable")
def test_no_token_and_no_index() -> None:
    response = SearchClient(None).post("multi-search", {"queries": []})
    assert (response.status_code, response.json()["code"]) == (401, "missing_authorization_header")
    response = SearchClient(signed(searchRules=["*"])).post("indexes/other/search", {})
    assert (response.status_code, response.json()["code"]) == (404, "index_not_found")


@pytest.mark.usefixtures("searchable")
def test_a_rule_may_be_a_list() -> None:
    rule = {"filter": [f'context_key = "{DEMO}"', ["block_type = html", "block_type = video"]]}
    found = SearchClient(signed(searchRules={INDEX: rule})).search(facets=["context_key", "block_type"])

    assert found["facetDistribution"]["context_key"].keys() == {DEMO}
    assert found["facetDistribution"]["block_type"].keys() == {"html", "video"}


@pytest.mark.parametrize(
    "given",
    [
        f'context_key = "{ADVANCED}"',
        f'context_key = "{DEMO}" OR context_key = "{ADVANCED}"',
        f'org IN [] OR (context_key = "{ADVANCED}")',
        f'NOT context_key = "{DEMO}"',
        f'NOT (NOT context_key = "{ADVANCED}")',
        [[f'context_key = "{ADVANCED}"', "org EXISTS"]],
        [["org EXISTS"], []],
        "org EXISTS OR NOT org EXISTS",
        "access_id >= 0",
        [],
        None,
    ],
)
def test_nothing_else_is_found_whatever_the_filter(demo_search: SearchClient, given: object) -> None:
    asked: list[dict[str, Any]] = [
        {"q": "", "sort": []},
        {"q": "group", "sort": ["display_name:desc"], "attributesToHighlight": ["*"]},
        {"q": '"group"', "sort": ["last_published:desc", "modified:desc"]},
    ]
    for query in asked:
        found = demo_search.search(**query, filter=given, limit=1000, facets=["context_key", "org", "tags"])
        assert {hit["context_key"] for hit in found["hits"]} <= {DEMO}
        assert found["facetDistribution"]["context_key"].keys() <= {DEMO}
        assert found["facetDistribution"]["org"].keys() <= {"DemoX"}
    assert demo_search.facet("context_key", "lib", filter=given).keys() <= {DEMO}
    assert demo_search.facet("org", "harvard", filter=given) == {}


@pytest.mark.parametrize("given", [f'a") OR (context_key = "{ADVANCED}"', "x) OR (org EXISTS", 'org = "'])
def test_filters_that_break_out_are_refused(demo_search: SearchClient, given: str) -> None:
    response = demo_search.post(f"indexes/{INDEX}/search", {"filter": given})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_search_filter")


def claims_of(client: Any) -> Any:
    response = client.get(KEY_URL)
    assert response.status_code == 200
    assert response.json()["url"] == "http://testserver/meilisearch"
    assert response.json()["index_name"] == INDEX
    return jwt.decode(response.json()["api_key"], facade_keys.current(), algorithms=["HS256"])


def test_keys_of_staff_members_and_strangers(
    make_library: LibraryFactory, make_member: MemberFactory, api_client: ClientFactory, staff: User, stranger: User
) -> None:
    library = make_library()
    make_library("other")
    member = make_member(library, "library_user")

    claims = claims_of(api_client(staff))
    assert claims["searchRules"] == {INDEX: {}}
    assert claims["exp"] == pytest.approx(time.time() + 3600, abs=60)
    assert claims_of(api_client(stranger))["searchRules"] == {INDEX: {"filter": "org IN [] OR access_id IN []"}}
    rule = claims_of(api_client(member))["searchRules"][INDEX]
    number = SearchAccess.objects.get(context_key=library.library_key).pk
    assert rule == {"filter": f"org IN [] OR access_id IN [{number}]"}
    give_role(stranger, "library_user", "lib:CL-TEST:*")
    rule = claims_of(api_client(stranger))["searchRules"][INDEX]
    of_libraries = '(org IN ["CL-TEST"]) AND (NOT (type IN ["course_block"]))'
    assert rule == {"filter": f"({of_libraries}) OR (access_id IN [])"}


def test_anonymous_callers_and_sites_without_search(api_client: ClientFactory, stranger: User, settings: Any) -> None:
    assert api_client().get(KEY_URL).status_code == 401
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    assert api_client(stranger).get(KEY_URL).status_code == 404


def test_a_key_costs_the_same_for_many_libraries(
    make_library: LibraryFactory, api_client: ClientFactory, stranger: User
) -> None:
    counts = []
    for slugs in (["a"], ["b", "c", "d", "e"]):
        for slug in slugs:
            make_library(slug).permission_grants.create(user=stranger, access_level="read")
        claims_of(api_client(stranger))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            claims_of(api_client(stranger))
        counts.append(len(queries))
    assert counts[0] == counts[1]
