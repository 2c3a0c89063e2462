"""Drag and drop, a basic type of frontends whose ``data`` is an object: made, shown, edited and answered."""

from __future__ import annotations

from typing import Any

import pytest

from .client import BlockClient

NAME = "drag-and-drop-v2:d1"

pytestmark = pytest.mark.django_db


@pytest.fixture
def dropping(lib: BlockClient) -> BlockClient:
    lib.create(NAME)
    return lib


def edited(lib: BlockClient, **changes: Any) -> dict[str, Any]:
    """What the editor of the block sends when its author saves."""
    data = lib.read(NAME, "fields/")["data"]
    return {
        "display_name": "Rocks",
        "mode": "standard",
        "max_attempts": None,
        "showanswer": "attempted",
        "show_title": True,
        "problem_text": "Where does it go?",
        "show_problem_header": True,
        "weight": 2,
        "item_background_color": "",
        "item_text_color": "",
        "max_items_per_zone": None,
        "data": {**data, **changes},
    }


@pytest.mark.parametrize("view_name", ["student_view", "studio_view"])
def test_it_is_shown_with_its_scripts_and_styles(dropping: BlockClient, view_name: str) -> None:
    view = dropping.view(NAME, view_name)
    assert "cl-notice" not in view["content"]
    assert {resource["mimetype"] for resource in view["resources"]} == {"text/css", "application/javascript"}
    addresses = [resource["data"] for resource in view["resources"] if resource["kind"] == "url"]
    assert addresses
    for address in addresses:
        assert dropping.http.get(address).status_code == 200


def test_its_editor_saves(dropping: BlockClient) -> None:
    zones = [{"uid": "only", "title": "Here", "description": "", "x": 1, "y": 2, "width": 30, "height": 40}]
    body = edited(dropping, zones=zones)
    answer = dropping.http.post(dropping.handler(NAME, "studio_submit"), body, format="json")
    assert answer.json() == {"result": "success"}
    fields = dropping.read(NAME, "fields/")
    assert fields["display_name"] == "Rocks"
    assert fields["data"]["zones"] == zones
    assert fields["metadata"]["weight"] == 2.0
    assert dropping.get(NAME)["display_name"] == "Rocks"


def test_what_is_read_is_saved_as_it_is(dropping: BlockClient) -> None:
    fields = dropping.read(NAME, "fields/")
    before = dropping.olx(NAME)
    saved = dropping.save(NAME, data=fields["data"], metadata=fields["metadata"])
    assert saved["data"] == fields["data"]
    assert dropping.olx(NAME) == before


def test_an_object_is_saved_as_data(dropping: BlockClient) -> None:
    data = dropping.read(NAME, "fields/")["data"] | {"targetImgDescription": "A <map> & more"}
    assert dropping.save(NAME, data=data)["data"] == data
    assert dropping.read(NAME, "fields/")["data"]["targetImgDescription"] == "A <map> & more"


@pytest.mark.parametrize("data", ["text", 5, [1], True])
def test_what_is_no_object_is_refused(dropping: BlockClient, data: Any) -> None:
    answer = dropping.post_fields(NAME, data=data)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Invalid data")


@pytest.mark.parametrize("data", [{"a": 1}, [1]])
def test_an_object_is_no_text(lib: BlockClient, data: Any) -> None:
    lib.create("html:h1")
    answer = lib.post_fields("html:h1", data=data)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Invalid data")


def test_learners_drop_items(dropping: BlockClient) -> None:
    url = dropping.handler(NAME, "drop_item")
    wrong = dropping.http.post(url, {"val": 0, "zone": "bottom"}, format="json").json()
    right = dropping.http.post(url, {"val": 0, "zone": "top"}, format="json").json()
    assert (wrong["correct"], right["correct"]) == (False, True)
    state = dropping.http.get(dropping.handler(NAME, "student_view_user_state")).json()
    assert list(state["items"]) == ["0"]
