"""Who may see histories, and what they cost (wire: permissions, libraries)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, LibraryFactory, MemberFactory
from tests.content.client import LibraryClient
from tests.content.conftest import ActingAs

from .client import HistoryClient

MAY_VIEW = ("library_user", "library_contributor", "library_author", "library_admin", "read", "author", "admin")
SUFFIXES = ("draft_history/", "publish_history/", "creation_entry/")


@pytest.fixture(scope="module")
def shared_content(shared_lib: LibraryClient) -> None:
    shared_lib.create("html:h")
    shared_lib.create("unit:u", children=["html:h"])
    shared_lib.publish_all()
    shared_lib.rename("html:h", "New")


@pytest.fixture
def with_content(shared_content: None, bob: HistoryClient) -> HistoryClient:
    return bob


def answers(client: HistoryClient, *, code: str = "") -> list[Any]:
    """What a client gets from every endpoint; with ``code``, of items that do not exist."""
    component, container = f"html:h{code}", f"unit:u{code}"
    urls = [client.url(name, suffix) for name in (component, container) for suffix in SUFFIXES]
    responses = [client.http.get(url) for url in (*urls, client.url(component, f"publish_history/{uuid4()}/entries/"))]
    return [*responses, *(client.entries_response(name, str(uuid4())) for name in (component, container))]


@pytest.mark.parametrize("role", MAY_VIEW)
def test_who_may_view_the_library_sees_its_history(
    role: str, with_content: HistoryClient, library: ContentLibrary, acting_as: ActingAs, make_member: MemberFactory
) -> None:
    client = HistoryClient.of(acting_as(make_member(library, role)))
    assert [response.status_code for response in answers(client)] == [200] * 9


def test_nobody_else_sees_anything_not_even_what_exists(
    with_content: HistoryClient,
    library: ContentLibrary,
    acting_as: ActingAs,
    stranger: User,
    make_member: MemberFactory,
    make_library: LibraryFactory,
) -> None:
    library.allow_public_read = True
    library.allow_public_learning = True
    library.save()
    elsewhere = make_member(make_library("other"), "library_admin")
    for user, status in ((None, 401), (stranger, 403), (elsewhere, 403)):
        client = HistoryClient.of(acting_as(user))
        for code in ("", "x"):
            assert [response.status_code for response in answers(client, code=code)] == [status] * 9


def test_a_member_of_one_library_cannot_read_another_through_it(
    with_content: HistoryClient, make_library: LibraryFactory, make_member: MemberFactory, api_client: ClientFactory
) -> None:
    other = make_library("other")
    client = HistoryClient(other, api_client(make_member(other, "library_admin")))
    [group] = with_content.groups("html:h")
    query = {"scope_entity_key": with_content.key("html:h"), "publish_log_uuid": group["publish_log_uuid"]}
    response = client.http.get(client.library_url("publish_history_entries/"), query)
    assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def cost(client: HistoryClient) -> list[int]:
    uuid = client.groups("section:t")[0]["publish_log_uuid"]
    costs = []
    for suffix in (*SUFFIXES, None):
        with CaptureQueriesContext(connection) as queries:
            if suffix is None:
                client.ok(client.entries_response("section:t", uuid))
            else:
                client.get("section:t", suffix)
        costs.append(len(queries))
    return costs


def test_the_number_of_queries_depends_neither_on_items_nor_on_edits(bob: HistoryClient) -> None:
    def grow(number: int) -> None:
        names = [f"html:{number}-{index}" for index in range(2)]
        for name in names:
            bob.create(name)
        bob.create(f"unit:{number}", children=names)
        bob.create(f"subsection:s{number}", children=[f"unit:{number}"])
        bob.add_children("section:t", f"subsection:s{number}")
        for name in names:
            bob.rename(name, "New")
        bob.publish_all()
        bob.rename(names[0], "Newer")
        bob.publish(names[0])
        for name in names:
            bob.rename(name, "Newest")

    bob.create("section:t")
    grow(1)
    first = cost(bob)
    assert max(first) <= 15
    grow(2)
    grow(3)
    assert cost(bob) == first
