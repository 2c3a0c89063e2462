"""Blocks of courses over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from tests.conftest import ClientFactory, give_role

from .building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT, key, make_course

pytestmark = pytest.mark.django_db

OWN = "/api/content_library/v1/"
CREATE = f"{OWN}courses/{COURSE_KEY}/blocks/"
OTHER = api.course_key("course-v1:Org+Course+Other")
PICTURE = '<html><![CDATA[<img src="/static/a.png">]]></html>'


def url(usage_key: object, rest: str = "") -> str:
    return f"{OWN}course_blocks/{usage_key}/{rest}"


def send(client: APIClient, method: str, address: str, body: object = None) -> tuple[int, Any]:
    answer = getattr(client, method)(address, body, format="json") if method != "get" else client.get(address)
    return answer.status_code, answer.json()


def block(usage_key: UsageKey = PROBLEM, *, published: bool = False) -> api.Block:
    return api.get_block(usage_key, user=OPERATOR, published=published)


@pytest.fixture
def editor(course: None, make_course_member: Callable[..., User]) -> User:
    return make_course_member("course_staff")


@pytest.fixture
def client(editor: User, api_client: ClientFactory) -> APIClient:
    return api_client(editor)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_block_is_read_in_both_versions(client: APIClient) -> None:
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "Draft", "max_attempts": 2})
    status, draft = send(client, "get", url(PROBLEM))
    assert draft.pop("last_change_set")["kind"] == "edit"
    assert (status, draft) == (
        200,
        {
            "usage_key": str(PROBLEM),
            "block_type": "problem",
            "title": "Draft",
            "version_num": 2,
            "olx": '<problem display_name="Draft" max_attempts="2"/>',
            "settings": {"display_name": "Draft", "max_attempts": "2"},
            "children": [],
            "holds_blocks": False,
            "has_unpublished_changes": True,
        },
    )
    published = send(client, "get", url(PROBLEM, "?version=published"))[1]
    assert (published["title"], published["version_num"]) == ("P", 1)
    status, errors = send(client, "get", url(PROBLEM, "?version=newest"))
    assert (status, list(errors)) == (400, ["version"])


def test_children_are_read_in_order(client: APIClient) -> None:
    status, found = send(client, "get", url(UNIT, "children/"))
    assert (status, [child["usage_key"] for child in found["results"]]) == (200, [str(TEXT), str(PROBLEM)])
    second = send(client, "get", url(UNIT, "children/?page=2&page_size=1"))[1]
    assert (second["count"], [child["usage_key"] for child in second["results"]]) == (2, [str(PROBLEM)])
    assert send(client, "get", url(UNIT, "children/?version=published"))[0] == 404
    assert send(client, "get", url(PROBLEM, "children/"))[1]["results"] == []


@pytest.mark.parametrize("rest", ["", "children/"])
def test_reading_costs_the_same_for_many_blocks(client: APIClient, editor: User, rest: str) -> None:
    costs = []
    for size in (2, 40):
        course = make_course(api.course_key(f"course-v1:Org+Course+{size}"), problems=size)
        give_role(editor, "course_staff", str(course))
        address = url(key("vertical", "unit", course), rest)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] < 15


# --- creating and editing --------------------------------------------------------------------------------------------


def test_a_block_is_created_at_its_place(client: APIClient) -> None:
    body = {
        "parent": str(UNIT),
        "block_type": "problem",
        "block_id": "new",
        "olx": '<problem display_name="Old"><p>Why?</p></problem>',
        "settings": {"display_name": "New", "max_attempts": 3},
        "index": 0,
    }
    status, created = send(client, "post", CREATE, body)
    new = key("problem", "new")
    assert (status, created["usage_key"], created["title"]) == (201, str(new), "New")
    assert block(new).olx == '<problem display_name="New" max_attempts="3"><p>Why?</p></problem>'
    assert block(UNIT).children == (new, TEXT, PROBLEM)
    assert send(client, "post", CREATE, body)[0] == 400


def test_a_block_without_an_id_gets_one(client: APIClient) -> None:
    _status, created = send(client, "post", CREATE, {"parent": str(SUBSECTION), "block_type": "vertical"})
    assert block(SUBSECTION).children == (UNIT, UsageKey.from_string(created["usage_key"]))
    assert created["holds_blocks"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parent": "nonsense"}, "parent"),
        ({"parent": str(UNIT.map_into_course(OTHER))}, "parent"),
        ({"parent": str(PROBLEM)}, None),
        ({"block_type": "a b"}, None),
        ({"block_type": "course"}, None),
        ({"block_id": "a b"}, "block_id"),
        ({"block_id": "t"}, "block_id"),
        ({"olx": "<html"}, None),
        ({"olx": "<problem/>"}, "olx"),
        ({"olx": '<!DOCTYPE a [<!ENTITY b "c">]><html>&b;</html>'}, None),
        ({"settings": {"a b": "1"}}, None),
        ({"settings": ["a"]}, "settings"),
        ({"index": -1}, "index"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_cannot_be_created(client: APIClient, changes: dict[str, Any], field: str | None) -> None:
    before = api.get_structure(COURSE_KEY, user=OPERATOR)
    body = {"parent": str(UNIT), "block_type": "html", **changes}
    status, errors = send(client, "post", CREATE, body)
    assert status == 400
    assert (list(errors) == [field]) if field else isinstance(errors, list)
    assert api.get_structure(COURSE_KEY, user=OPERATOR) == before


def test_settings_are_changed_and_removed(client: APIClient) -> None:
    settings = {"display_name": None, "max_attempts": 3, "rerandomize": "always"}
    status, changed = send(client, "patch", url(PROBLEM), {"settings": settings})
    assert (status, changed["settings"]) == (200, {"max_attempts": "3", "rerandomize": "always"})
    assert block().olx == '<problem max_attempts="3" rerandomize="always"/>'


def test_olx_is_replaced_and_children_stay(client: APIClient) -> None:
    status, changed = send(client, "patch", url(UNIT), {"olx": '<vertical display_name="Other"/>'})
    assert (status, changed["title"], changed["children"]) == (200, "Other", [str(TEXT), str(PROBLEM)])


def test_an_edit_of_an_older_version_is_a_conflict(client: APIClient) -> None:
    body = {"settings": {"display_name": "Mine"}, "version_num": 1}
    assert send(client, "patch", url(PROBLEM), body)[0] == 200
    assert send(client, "patch", url(PROBLEM), {**body, "settings": {"display_name": "Theirs"}})[0] == 409
    assert block().title == "Mine"


@pytest.mark.parametrize(
    "body", [{}, {"version_num": 1}, {"olx": "<html/>"}, {"settings": {"a b": "c"}}, {"title": "x"}]
)
def test_what_changes_nothing(client: APIClient, body: dict[str, Any]) -> None:
    assert send(client, "patch", url(PROBLEM), body)[0] == 400
    assert block().version_num == 1


def test_a_block_is_deleted_with_what_is_in_it(client: APIClient) -> None:
    gone = sorted(map(str, (UNIT, TEXT, PROBLEM)))
    assert send(client, "delete", url(UNIT)) == (200, {"deleted": gone})
    assert set(api.get_structure(COURSE_KEY, user=OPERATOR).blocks) == {ROOT, SECTION, SUBSECTION}
    assert send(client, "delete", url(UNIT))[0] == 404
    assert send(client, "delete", url(ROOT))[0] == 400


def test_the_deletion_of_an_older_version_is_a_conflict(client: APIClient) -> None:
    seen = client.get(url(PROBLEM))["ETag"]
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "Theirs"})
    assert client.delete(url(PROBLEM), headers={"If-Match": seen}).status_code == 409
    assert block().title == "Theirs"
    now = client.get(url(PROBLEM))["ETag"]
    assert client.delete(url(PROBLEM), headers={"If-Match": now}).status_code == 200
    assert client.delete(url(PROBLEM), headers={"If-Match": now}).status_code == 404


# --- places ----------------------------------------------------------------------------------------------------------


def test_children_are_put_into_another_order(client: APIClient) -> None:
    status, unit = send(client, "put", url(UNIT, "children/"), {"children": [str(PROBLEM), str(TEXT)]})
    assert (status, unit["children"]) == (200, [str(PROBLEM), str(TEXT)])
    for children in ([str(PROBLEM)], [str(PROBLEM), str(TEXT), str(TEXT)], [str(PROBLEM), "nonsense"]):
        status, errors = send(client, "put", url(UNIT, "children/"), {"children": children})
        assert (status, list(errors)) == (400, ["children"])
    assert block(UNIT).children == (PROBLEM, TEXT)


def test_a_block_is_moved(client: APIClient) -> None:
    other = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical", block_id="other").usage_key
    assert send(client, "post", url(PROBLEM, "moves/"), {"parent": str(other)})[0] == 200
    assert (block(UNIT).children, block(other).children) == ((TEXT,), (PROBLEM,))
    assert send(client, "post", url(PROBLEM, "moves/"), {"parent": str(UNIT), "index": 0})[0] == 200
    assert block(UNIT).children == (PROBLEM, TEXT)
    assert send(client, "post", url(SECTION, "moves/"), {"parent": str(UNIT)})[0] == 400
    assert send(client, "post", url(PROBLEM, "moves/"), {"parent": "nonsense"})[0] == 400
    assert send(client, "post", url(PROBLEM, "moves/"), {"parent": str(key("vertical", "none"))})[0] == 404
    assert block(UNIT).children == (PROBLEM, TEXT)


def test_a_block_is_copied_into_another_course(client: APIClient, editor: User) -> None:
    make_course(OTHER)
    target = UNIT.map_into_course(OTHER)
    api.write_course_file(COURSE_KEY, "static/a.png", b"picture", user=OPERATOR)
    api.edit_block(TEXT, user=OPERATOR, olx=PICTURE)
    assert send(client, "post", url(TEXT, "copies/"), {"parent": str(target)})[0] == 403
    give_role(editor, "course_staff", str(OTHER))
    status, copied = send(client, "post", url(TEXT, "copies/"), {"parent": str(target), "index": 0})
    copy = UsageKey.from_string(copied["block"]["usage_key"])
    assert (status, copied["keys"]) == (201, {str(TEXT): str(copy)})
    assert (copied["new_files"], copied["conflicting_files"]) == (["static/a.png"], [])
    assert block(target).children[0] == copy
    assert api.read_course_file(OTHER, "static/a.png", user=OPERATOR) == b"picture"


def test_a_block_is_published(client: APIClient) -> None:
    assert send(client, "post", url(PROBLEM, "publish/")) == (200, {"published": True})
    assert block(PROBLEM, published=True).title == "P"
    assert TEXT not in api.get_structure(COURSE_KEY, user=OPERATOR, published=True).blocks
    assert send(client, "post", url(PROBLEM, "publish/")) == (200, {"published": False})


# --- who may ---------------------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[str, str, object]] = {
    "read": ("get", url(PROBLEM), None),
    "children": ("get", url(UNIT, "children/"), None),
    "order": ("put", url(UNIT, "children/"), {"children": [str(PROBLEM), str(TEXT)]}),
    "create": ("post", CREATE, {"parent": str(UNIT), "block_type": "html"}),
    "edit": ("patch", url(PROBLEM), {"settings": {"display_name": "X"}}),
    "move": ("post", url(PROBLEM, "moves/"), {"parent": str(UNIT), "index": 0}),
    "copy": ("post", url(PROBLEM, "copies/"), {"parent": str(UNIT)}),
    "publish": ("post", url(PROBLEM, "publish/"), None),
    "delete": ("delete", url(PROBLEM), None),
}
MAY = {
    "course_admin": set(BODIES),
    "course_staff": set(BODIES),
    "course_editor": set(BODIES) - {"publish"},
    "course_auditor": {"read", "children"},
}


@pytest.mark.parametrize("role", [*MAY, "stranger", "anonymous"])
def test_who_may_do_what(
    course: None, role: str, stranger: User, make_course_member: Callable[..., User], api_client: ClientFactory
) -> None:
    user = {"stranger": stranger, "anonymous": None}[role] if role not in MAY else make_course_member(role)
    client, refused = api_client(user), 401 if user is None else 403
    answers = {name: send(client, *request)[0] for name, request in BODIES.items()}
    allowed = {name for name, status in answers.items() if status < 300}
    assert allowed == MAY.get(role, set())
    assert {status for name, status in answers.items() if name not in allowed} <= {refused}


def test_a_refusal_does_not_tell_what_exists_and_comes_before_bad_input(
    course: None, stranger: User, staff: User, api_client: ClientFactory
) -> None:
    for method, address, _body in BODIES.values():
        bad = {"surprise": 1}
        nowhere = address.replace("+Run", "+None")
        answers = [send(api_client(stranger), method, each, bad) for each in (address, nowhere)]
        assert answers[0] == answers[1]
        assert answers[0][0] == 403
    assert send(api_client(staff), "get", url(key("html", "none"))) == (404, {"detail": "Not found."})
    assert send(api_client(staff), "get", url("nonsense"))[0] == 404
