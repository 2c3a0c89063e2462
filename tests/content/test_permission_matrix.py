"""
Every endpoint of components, containers and collections, for every kind of caller.

Source: libraries-rest contract, sections 0.8 and 1.

The table is written out, not derived from the code.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import LibraryFactory, MemberFactory, UserFactory

from .client import LibraryClient
from .conftest import ActingAs

OPERATIONS: dict[str, tuple[str, str, Any]] = {
    "block_types GET": ("get", "library block_types/", None),
    "blocks GET": ("get", "library blocks/", None),
    "blocks POST": ("post", "library blocks/", {"block_type": "html", "definition_id": "new"}),
    "containers POST": ("post", "library containers/", {"container_type": "unit", "display_name": "New"}),
    "commit POST": ("post", "library commit/", None),
    "commit DELETE": ("delete", "library commit/", None),
    "block GET": ("get", "html:h ", None),
    "block DELETE": ("delete", "html:h ", None),
    "block restore": ("post", "html:h restore/", None),
    "block hierarchy": ("get", "html:h hierarchy/", None),
    "olx GET": ("get", "html:h olx/", None),
    "olx POST": ("post", "html:h olx/", {"olx": "<html/>"}),
    "block publish": ("post", "html:h publish/", None),
    "container GET": ("get", "unit:u ", None),
    "container PATCH": ("patch", "unit:u ", {"display_name": "New"}),
    "container DELETE": ("delete", "unit:u ", None),
    "children GET": ("get", "unit:u children/", None),
    "children POST": ("post", "unit:u children/", {"usage_keys": ["lb:CL-TEST:lib1:html:h"]}),
    "children PATCH": ("patch", "unit:u children/", {"usage_keys": ["lb:CL-TEST:lib1:html:h"]}),
    "children DELETE": ("delete", "unit:u children/", {"usage_keys": ["lb:CL-TEST:lib1:html:h"]}),
    "container hierarchy": ("get", "unit:u hierarchy/", None),
    "container restore": ("post", "unit:u restore/", None),
    "container publish": ("post", "unit:u publish/", None),
    "block collections": ("patch", "html:h collections/", {"collection_keys": ["c"]}),
    "unit collections": ("patch", "unit:u collections/", {"collection_keys": ["c"]}),
    "collections GET": ("get", "library collections/", None),
    "collections POST": ("post", "library collections/", {"title": "New", "description": ""}),
    "collection GET": ("get", "library collections/c/", None),
    "collection PATCH": ("patch", "library collections/c/", {"title": "New"}),
    "collection DELETE": ("delete", "library collections/c/", None),
    "collection restore": ("post", "library collections/c/restore/", None),
    "items PATCH": ("patch", "library collections/c/items/", {"usage_keys": ["lb:CL-TEST:lib1:html:h"]}),
    "items DELETE": ("delete", "library collections/c/items/", {"usage_keys": ["lb:CL-TEST:lib1:html:h"]}),
}

# y: allowed, n: forbidden (403), a: log in first (401).
TABLE = """
                     anonymous stranger library_user library_contributor library_author library_admin read author admin staff
block_types GET      a         n        y            y                   y              y             y    y      y     y
blocks GET           a         n        y            y                   y              y             y    y      y     y
blocks POST          a         n        n            y                   y              y             n    y      y     y
containers POST      a         n        n            y                   y              y             n    y      y     y
commit POST          a         n        n            n                   y              y             n    y      y     y
commit DELETE        a         n        n            y                   y              y             n    y      y     y
block GET            a         n        y            y                   y              y             y    y      y     y
block DELETE         a         n        n            y                   y              y             n    y      y     y
block restore        a         n        n            y                   y              y             n    y      y     y
block hierarchy      a         n        y            y                   y              y             y    y      y     y
olx GET              a         n        y            y                   y              y             y    y      y     y
olx POST             a         n        n            y                   y              y             n    y      y     y
block publish        a         n        n            n                   y              y             n    y      y     y
container GET        a         n        y            y                   y              y             y    y      y     y
container PATCH      a         n        n            y                   y              y             n    y      y     y
container DELETE     a         n        n            y                   y              y             n    y      y     y
children GET         a         n        y            y                   y              y             y    y      y     y
children POST        a         n        n            y                   y              y             n    y      y     y
children PATCH       a         n        n            y                   y              y             n    y      y     y
children DELETE      a         n        n            y                   y              y             n    y      y     y
container hierarchy  a         n        y            y                   y              y             y    y      y     y
container restore    a         n        n            y                   y              y             n    y      y     y
container publish    a         n        n            n                   y              y             n    y      y     y
block collections    a         n        n            y                   y              y             n    y      y     y
unit collections     a         n        n            y                   y              y             n    y      y     y
collections GET      a         n        y            y                   y              y             y    y      y     y
collections POST     a         n        n            y                   y              y             n    y      y     y
collection GET       a         n        y            y                   y              y             y    y      y     y
collection PATCH     a         n        n            y                   y              y             n    y      y     y
collection DELETE    a         n        n            y                   y              y             n    y      y     y
collection restore   a         n        n            y                   y              y             n    y      y     y
items PATCH          a         n        n            y                   y              y             n    y      y     y
items DELETE         a         n        n            y                   y              y             n    y      y     y
"""  # noqa: E501 - a table is read across

BODIES = {
    401: {"detail": "Authentication credentials were not provided."},
    403: {"detail": "You do not have permission to perform this action."},
}


def rows() -> tuple[list[str], dict[str, str]]:
    header, *lines = TABLE.strip("\n").splitlines()
    answers = {line[:21].strip(): "".join(line[21:].split()) for line in lines}
    return header.split(), answers


CALLERS, ANSWERS = rows()


def test_the_table_has_every_operation() -> None:
    assert ANSWERS.keys() == OPERATIONS.keys()


@pytest.fixture
def with_content(lib: LibraryClient) -> LibraryClient:
    lib.create("html:h")
    lib.create("unit:u", children=["html:h"])
    lib.create_collection("C")
    return lib


def perform(client: LibraryClient, operation: str) -> Any:
    method, target, body = OPERATIONS[operation]
    name, suffix = target.split(" ")
    url = client.library_url(suffix) if name == "library" else client.url(name, suffix)
    if method == "get":
        return client.http.get(url)
    return getattr(client.http, method)(url, body, format="json")


def assert_answer(response: Any, answer: str) -> None:
    if answer == "y":
        assert response.status_code in {200, 204}, response.content
        return
    status = {"a": 401, "n": 403}[answer]
    assert (response.status_code, response.json()) == (status, BODIES[status])


@pytest.mark.parametrize("caller", CALLERS)
def test_who_may_do_what(
    caller: str,
    with_content: LibraryClient,
    library: ContentLibrary,
    acting_as: ActingAs,
    staff: User,
    stranger: User,
    make_member: MemberFactory,
) -> None:
    match caller:
        case "anonymous":
            user = None
        case "stranger":
            user = stranger
        case "staff":
            user = staff
        case _:
            user = make_member(library, caller)
    client = acting_as(user)
    column = CALLERS.index(caller)
    # What deletes comes last, so that nothing else fails for the lack of content.
    for operation in sorted(OPERATIONS, key=lambda name: ("DELETE" in name, name == "commit DELETE")):
        for name in ("html:h", "unit:u"):
            with_content.http.post(with_content.url(name, "restore/"))
        with_content.http.post(with_content.collection_url("c", "restore/"))
        assert_answer(perform(client, operation), ANSWERS[operation][column])


def test_a_role_in_another_library_is_worth_nothing_here(
    with_content: LibraryClient,
    make_library: LibraryFactory,
    make_member: MemberFactory,
    acting_as: ActingAs,
) -> None:
    client = acting_as(make_member(make_library("other"), "library_admin"))
    for operation in OPERATIONS:
        assert_answer(perform(client, operation), "n")


def test_public_reading_lets_no_arbitrary_user_in(
    with_content: LibraryClient, library: ContentLibrary, acting_as: ActingAs, make_user: UserFactory
) -> None:
    library.allow_public_read = True
    library.allow_public_learning = True
    library.save()
    client = acting_as(make_user("learner"))
    for operation in OPERATIONS:
        assert_answer(perform(client, operation), "n")


@pytest.mark.parametrize("caller", ["stranger", "anonymous"])
def test_missing_permission_does_not_tell_whether_an_item_exists(
    caller: str, with_content: LibraryClient, acting_as: ActingAs, stranger: User
) -> None:
    client = acting_as(stranger if caller == "stranger" else None)
    for name in ("html:h", "unit:u"):
        unknown = name + "x"
        assert client.status_of(name) == client.status_of(unknown)
        assert client.http.delete(client.url(unknown)).status_code == client.status_of(name)
