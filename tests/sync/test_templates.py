"""Unit templates over HTTP (wire: own-templates)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content.models import UnitTemplate
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, UserFactory, give_role

from .building import COURSE_KEY, ROOT, SUBSECTION, Author, Shelf, block, body, child, children, titles
from .conftest import LIBRARY_KEY

TEMPLATES = "/api/content_library/v1/templates/"


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json() if response.content else None


@pytest.fixture
def client(staff: User, api_client: ClientFactory) -> APIClient:
    return api_client(staff)


@pytest.fixture
def unit(client: APIClient, shelf: Shelf) -> str:
    """A unit of the library that is a template; its text has a picture."""
    shelf.component(
        "t1", title="Text one", display_name="Text one", body='<img src="/static/a.png">', files={"a.png": b"a picture"}
    )
    ok(client.post(TEMPLATES, {"unit_key": shelf.key("unit1")}, format="json"))
    return shelf.key("unit1")


def listed(client: APIClient) -> list[str]:
    found = ok(client.get(TEMPLATES, {"library_key": str(LIBRARY_KEY)}))
    return [each["display_name"] for each in found["results"]]


def made(client: APIClient, unit: str, status: int = 200, **wanted: Any) -> Any:
    return ok(client.post(f"{TEMPLATES}{unit}/copies/", wanted, format="json"), status)


def test_templates_are_marked_listed_and_unmarked(client: APIClient, shelf: Shelf, unit: str) -> None:
    ok(client.post(TEMPLATES, {"unit_key": shelf.key("unit2")}, format="json"))
    ok(client.post(TEMPLATES, {"unit_key": unit}, format="json"))
    assert listed(client) == ["Unit one", "Unit two"]
    shelf.container("unit1", "t1", title="Zebra")
    assert listed(client) == ["Unit two", "Zebra"]
    settings = f"/api/content_library/v1/containers/{unit}/settings/"
    assert ok(client.get(settings))["is_template"] is True
    ok(client.delete(f"{TEMPLATES}{unit}/"), 204)
    ok(client.delete(f"{TEMPLATES}{unit}/"), 204)
    assert listed(client) == ["Unit two"]
    assert ok(client.get(settings))["is_template"] is False


def test_a_deleted_template_is_not_listed_until_it_is_restored(client: APIClient, shelf: Shelf, unit: str) -> None:
    shelf.delete("unit1")
    assert listed(client) == []
    made(client, unit, 404, library_key=str(LIBRARY_KEY))
    shelf.restore("unit1")
    assert listed(client) == ["Unit one"]


def test_a_unit_made_in_a_library_shares_nothing_with_the_template(
    client: APIClient, shelf: Shelf, unit: str, staff: User
) -> None:
    new = made(client, unit, library_key=str(LIBRARY_KEY), title="Week 1")
    assert (new["title"], new["key"] != unit) == ("Week 1", True)
    parts = api.get_children(api.container_key(new["key"]), user=staff)
    assert [part.display_name for part in parts] == ["Text one", "Blank Problem"]
    originals = {part.key for part in api.get_children(api.container_key(unit), user=staff)}
    assert originals.isdisjoint({part.key for part in parts})
    text = parts[0].key
    assert isinstance(text, api.LibraryUsageLocatorV2)
    assert [asset.path for asset in api.list_assets(text, user=staff)] == ["static/a.png"]
    entry = ok(client.get("/api/content_library/v1/change_sets/", {"library_key": str(LIBRARY_KEY)}))["results"][0]
    assert (entry["kind"], entry["source_key"], entry["user"]) == ("template", unit, "Bob")
    assert entry["summary"] == f"Made 3 items from the template {unit}"
    assert listed(client) == ["Unit one"]


def test_a_unit_made_in_a_course_is_not_linked(client: APIClient, shelf: Shelf, unit: str, author: Author) -> None:
    first = children(SUBSECTION)[0]
    new = made(author.client, unit, parent_key=str(SUBSECTION), index=0)
    key = child(SUBSECTION, 0)
    assert (new["key"], new["title"], child(SUBSECTION, 1)) == (str(key), "Unit one", first)
    assert titles(children(key)) == ["Text one", "Problem one"]
    for each in (key, *children(key)):
        assert not {name for name in block(each).settings if name.startswith(("upstream", "copied_from", "top_level"))}
    assert author.links() == []
    path = f"components/html/{child(key, 0).block_id}/a.png"
    assert body(child(key, 0)) == f'<img src="/static/{path}">'
    assert f"static/{path}" in api.course_store().files(COURSE_KEY)
    entry = ok(author.client.get("/api/content_library/v1/change_sets/", {"course_key": str(COURSE_KEY)}))
    assert entry["results"][0]["kind"] == "template"
    made(author.client, unit, parent_key=str(SUBSECTION), title="Week 2")
    assert titles(children(SUBSECTION)) == ["Unit one", "A unit", "Week 2"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "library_key"),
        ({"library_key": "lib:CL-TEST:lib1", "parent_key": str(SUBSECTION)}, "library_key"),
        ({"library_key": "lib"}, "library_key"),
        ({"parent_key": "lib"}, "parent_key"),
        ({"library_key": "lib:CL-TEST:lib1", "index": 0}, "index"),
        ({"parent_key": str(SUBSECTION), "index": -1}, "index"),
        ({"library_key": "lib:CL-TEST:lib1", "title": "x" * 501}, "title"),
        ({"library_key": "lib:CL-TEST:lib1", "link": True}, "link"),
    ],
)
def test_bad_places_are_refused(client: APIClient, unit: str, course: None, wanted: dict[str, Any], field: str) -> None:
    assert field in made(client, unit, 400, **wanted)


def test_only_units_are_templates_and_only_templates_are_used(client: APIClient, shelf: Shelf, course: None) -> None:
    assert ok(client.post(TEMPLATES, {"unit_key": shelf.key("sub1")}, format="json"), 400) == {
        "unit_key": "Only units can be templates."
    }
    assert "unit_key" in ok(client.post(TEMPLATES, {"unit_key": shelf.key("t1")}, format="json"), 400)
    assert "library_key" in ok(client.get(TEMPLATES), 400)
    assert "is no template" in made(client, shelf.key("unit1"), 400, library_key=str(LIBRARY_KEY))[0]
    assert "is no template" in made(client, shelf.key("unit1"), 400, parent_key=str(SUBSECTION))[0]


def test_a_template_does_not_go_where_a_unit_cannot_be(client: APIClient, unit: str, course: None) -> None:
    made(client, unit, 400, parent_key=str(ROOT))


def test_templates_need_permissions(
    shelf: Shelf, unit: str, author: Author, make_user: UserFactory, api_client: ClientFactory
) -> None:
    nobody = api_client(make_user("nobody"))
    ok(nobody.get(TEMPLATES, {"library_key": str(LIBRARY_KEY)}), 403)
    made(nobody, unit, 403, library_key=str(LIBRARY_KEY))
    ok(author.client.post(TEMPLATES, {"unit_key": unit}, format="json"), 403)
    ok(author.client.delete(f"{TEMPLATES}{unit}/"), 403)
    made(author.client, unit, 403, library_key=str(LIBRARY_KEY))
    assert listed(author.client) == ["Unit one"]
    editor = make_user("editor")
    give_role(editor, "library_author", str(LIBRARY_KEY))
    made(api_client(editor), unit, 403, parent_key=str(SUBSECTION))
    made(api_client(editor), unit, library_key=str(LIBRARY_KEY))


def test_marks_go_with_their_library(library: ContentLibrary, unit: str, staff: User) -> None:
    api.delete_library(LIBRARY_KEY, user=OPERATOR)
    assert not UnitTemplate.objects.exists()
