"""Components over HTTP (wire: libraries-block-types, components)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import Media
from openedx_tagging import api as tagging_api
from pytest_django import Settings

from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.keys import component_key

from .client import ROOT, LibraryClient
from .conftest import ActingAs, add_library

NOT_FOUND = {"detail": "Not found."}
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def create(lib: LibraryClient, **body: Any) -> Any:
    return lib.http.post(lib.library_url("blocks/"), body, format="json")


def post_olx(lib: LibraryClient, name: str, body: Any) -> Any:
    return lib.http.post(lib.url(name, "olx/"), body, format="json")


@pytest.fixture(scope="module")
def shared_problem(shared_lib: LibraryClient) -> LibraryClient:
    lib = add_library(shared_lib, "problems")
    lib.create("problem:p1")
    return lib


@pytest.fixture
def with_problem(lib: LibraryClient, shared_problem: LibraryClient) -> LibraryClient:
    """``lib:CL-TEST:problems`` with ``problem:p1``."""
    return LibraryClient(shared_problem.library, lib.http)


# Creating


def test_a_new_component_is_an_empty_draft(lib: LibraryClient) -> None:
    response = create(lib, block_type="problem", definition_id="p1")
    assert response.status_code == 200
    body = response.json()
    for name in ("created", "modified", "last_draft_created"):
        assert SECONDS.fullmatch(body.pop(name)), name
    mark = body.pop("last_change_set")
    assert SECONDS.fullmatch(mark["created"])
    assert (mark["kind"], mark["user"]) == ("edit", "Bob")
    assert body == {
        "id": "lb:CL-TEST:lib1:problem:p1",
        "display_name": "Blank Problem",
        "published_display_name": None,
        "tags_count": 0,
        "last_published": None,
        "published_by": None,
        "last_draft_created_by": "Bob",
        "has_unpublished_changes": True,
        "created_by": "Bob",
        "version_num": 1,
        "collections": [],
        "can_stand_alone": True,
        "block_type": "problem",
    }
    assert lib.get("problem:p1", "olx/") == {"olx": "<problem />"}


@pytest.mark.parametrize(("block_type", "title"), [("html", "Text"), ("video", "Video"), ("problem", "Blank Problem")])
def test_the_title_of_a_new_component_is_that_of_its_type(lib: LibraryClient, block_type: str, title: str) -> None:
    assert lib.create(f"{block_type}:x")["display_name"] == title


def test_a_component_made_inside_a_container_cannot_stand_alone(lib: LibraryClient) -> None:
    body = create(lib, block_type="html", definition_id="h", can_stand_alone=False).json()
    assert body["can_stand_alone"] is False


def test_obsolete_fields_are_ignored(lib: LibraryClient) -> None:
    response = create(lib, block_type="html", definition_id="h", parent_block="x", staged_content="y")
    assert response.status_code == 200


@pytest.mark.usefixtures("unicode_codes")
def test_ids_may_be_unicode_and_percent_encoded(lib: LibraryClient) -> None:
    lib.create("problem:ࠒröblæm1")
    url = f"{ROOT}blocks/{quote(lib.key('problem:ࠒröblæm1'))}/"
    assert lib.ok(lib.http.get(url))["id"] == "lb:CL-TEST:lib1:problem:ࠒröblæm1"


def test_an_id_that_is_no_slug_is_refused_in_a_list(lib: LibraryClient) -> None:
    response = create(lib, block_type="problem", definition_id="a b")
    assert response.status_code == 400
    assert response.json() == {
        "definition_id": ["Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens."]
    }


@pytest.mark.parametrize("body", [{}, {"block_type": "html"}, {"definition_id": "x"}])
def test_both_fields_are_required(lib: LibraryClient, body: dict[str, str]) -> None:
    response = create(lib, **body)
    assert response.status_code == 400
    for field in {"block_type", "definition_id"} - body.keys():
        assert response.json()[field] == ["This field is required."]


def test_an_id_that_is_too_long_is_refused(lib: LibraryClient) -> None:
    response = create(lib, block_type="problem", definition_id="x" * 256)
    assert response.status_code == 400
    assert "definition_id" in response.json()


@pytest.mark.parametrize("block_type", ["vertical", "library_content"])
def test_types_with_children_are_refused(lib: LibraryClient, block_type: str) -> None:
    response = create(lib, block_type=block_type, definition_id="x")
    assert response.status_code == 400
    assert response.json() == {
        "block_type": (
            f'The "{block_type}" XBlock (ID: "x") has children, so it is not supported in content libraries.'
        )
    }


@pytest.mark.parametrize("block_type", ["nonsense", "_html_extracted", "HTML", "no such:type", "../x"])
def test_types_that_are_not_installed_are_refused(lib: LibraryClient, block_type: str) -> None:
    response = create(lib, block_type=block_type, definition_id="x")
    assert response.status_code == 400
    assert isinstance(response.json()["block_type"], str)


def test_an_id_is_taken_even_by_a_deleted_component_of_the_same_type(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.delete("problem:p1")
    response = create(lib, block_type="problem", definition_id="p1")
    assert response.status_code == 400
    (message,) = response.json()
    assert "already exists" in message
    assert "lb:CL-TEST:lib1:problem:p1" in message
    assert lib.create("html:p1")["id"] == "lb:CL-TEST:lib1:html:p1"


def test_the_limit_counts_containers_but_stops_only_components(lib: LibraryClient, settings: Settings) -> None:
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 1
    lib.create("unit:u1")
    response = create(lib, block_type="problem", definition_id="not valid")
    assert response.status_code == 400
    assert response.json() == ["Library cannot have more than 1 Components."]
    lib.create("unit:u2")
    lib.delete("unit:u1")
    lib.delete("unit:u2")
    lib.create("problem:p1")


# Reading and listing


def list_components(lib: LibraryClient, **query: Any) -> Any:
    return lib.ok(lib.http.get(lib.library_url("blocks/"), query))


def ids(page: Any) -> list[str]:
    return [item["id"].split(":", 3)[3] for item in page["results"]]


def test_components_are_listed_in_order_of_creation_without_deleted_ones_and_containers(
    lib: LibraryClient,
) -> None:
    for name in ("problem:z", "html:a", "problem:gone", "unit:u"):
        lib.create(name)
    lib.delete("problem:gone")
    page = list_components(lib)
    assert ids(page) == ["problem:z", "html:a"]
    assert {name: page[name] for name in page if name != "results"} == {
        "next": None,
        "previous": None,
        "count": 2,
        "num_pages": 1,
        "current_page": 1,
        "start": 0,
    }


def test_components_are_filtered_by_types(lib: LibraryClient) -> None:
    for name in ("problem:p", "html:h", "video:v"):
        lib.create(name)
    assert ids(list_components(lib, block_type="html")) == ["html:h"]
    assert ids(list_components(lib, block_type=["video", "html"])) == ["html:h", "video:v"]
    assert ids(list_components(lib, block_type="unknown")) == []


def test_components_are_searched_by_title_and_id_in_any_case(lib: LibraryClient) -> None:
    for name in ("problem:alpha", "problem:two", "problem:three"):
        lib.create(name)
    lib.rename("problem:two", "About ALPHA")
    assert ids(list_components(lib, text_search="Alpha")) == ["problem:alpha", "problem:two"]


def test_blank_filters_find_everything_and_impossible_ones_are_refused(lib: LibraryClient) -> None:
    lib.create("html:h")
    assert ids(list_components(lib, text_search="")) == ["html:h"]
    response = lib.http.get(lib.library_url("blocks/"), {"text_search": "\0"})
    assert response.status_code == 400
    assert list(response.json()) == ["text_search"]


def test_pages_of_components_link_to_each_other(lib: LibraryClient) -> None:
    for number in range(3):
        lib.create(f"html:h{number}")
    page = list_components(lib, page_size=2, page=2, block_type="html")
    assert ids(page) == ["html:h2"]
    assert (page["count"], page["num_pages"], page["current_page"], page["start"]) == (3, 2, 2, 2)
    assert page["next"] is None
    assert page["previous"].startswith("http://testserver/api/libraries/v2/lib:CL-TEST:lib1/blocks/?")
    assert "page_size=2" in page["previous"]
    assert "block_type=html" in page["previous"]
    out_of_range = lib.http.get(lib.library_url("blocks/"), {"page": 9})
    assert (out_of_range.status_code, out_of_range.json()) == (404, {"detail": "Invalid page."})


@pytest.mark.parametrize("count", [3, 12])
def test_a_page_of_components_costs_the_same_queries_at_any_size(
    lib: LibraryClient, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        lib.create(f"html:h{number}")
    with django_assert_num_queries(6):
        assert len(list_components(lib, page_size=50)["results"]) == count


def test_reading_one_component_shows_its_collections_and_tags(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    put_into_collection(lib, "problem:p1", "col", "Collection")
    taxonomy = tagging_api.create_taxonomy("Subjects")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Maths")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Algebra", "Maths")
    tagging_api.tag_object(lib.key("problem:p1"), taxonomy, ["Algebra"])

    component = lib.get("problem:p1")

    assert component["collections"] == [{"key": "col", "title": "Collection"}]
    assert component["tags_count"] == 2
    (listed,) = list_components(lib)["results"]
    assert (listed["collections"], listed["tags_count"]) == ([], 2)


def put_into_collection(lib: LibraryClient, name: str, code: str, title: str) -> None:
    from openedx_content import api as content_api
    from openedx_content.models_api import PublishableEntity

    package = lib.library.learning_package
    assert package is not None
    content_api.create_collection(package.id, code, title=title, created_by=None)
    block_type, component_code = name.split(":")
    entities = PublishableEntity.objects.filter(
        learning_package=package,
        component__component_type__name=block_type,
        component__component_code=component_code,
    )
    content_api.add_to_collection(package.id, code, entities)


def test_block_types_are_offered_if_enabled_installed_and_named(lib: LibraryClient, settings: Settings) -> None:
    settings.LIBRARY_ENABLED_BLOCKS = ["video", "html", "not-installed", "problem"]
    assert lib.ok(lib.http.get(lib.library_url("block_types/"))) == [
        {"block_type": "html", "display_name": "Text"},
        {"block_type": "problem", "display_name": "Problem"},
        {"block_type": "video", "display_name": "Video"},
    ]


# OLX


def test_olx_is_kept_exactly_inside_and_trimmed_outside(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    olx = '<problem display_name="Ä">\r\n\t<p><![CDATA[ a < b && c ]]>  </p><!-- kept --> &#228; \n</problem>'
    assert lib.set_olx("problem:p1", f"  \n{olx}\n ") == {"olx": olx, "version_num": 2}
    assert lib.get("problem:p1", "olx/") == {"olx": olx}


def test_the_url_name_is_removed_from_what_is_stored_only(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    sent = '<problem url_name="other" display_name="T"><p url_name="kept"/></problem>'
    assert lib.set_olx("problem:p1", sent)["olx"] == sent
    assert lib.get("problem:p1", "olx/")["olx"] == '<problem display_name="T"><p url_name="kept"/></problem>'


def test_the_title_is_the_display_name_of_the_olx_or_the_default_of_the_type(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.set_olx("problem:p1", '<problem display_name="Fish &amp; Chips"/>')
    assert lib.get("problem:p1")["display_name"] == "Fish & Chips"
    lib.set_olx("problem:p1", "<problem/>")
    assert lib.get("problem:p1")["display_name"] == "Blank Problem"


def test_saving_the_same_olx_again_is_a_change(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.publish("problem:p1")
    olx = lib.get("problem:p1", "olx/")["olx"]
    assert lib.set_olx("problem:p1", olx)["version_num"] == 2
    assert lib.is_changed("problem:p1")


def test_version_numbers_are_not_used_again_after_a_discard(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.publish("problem:p1")
    assert lib.set_olx("problem:p1", "<problem>2</problem>")["version_num"] == 2
    assert lib.set_olx("problem:p1", "<problem>3</problem>")["version_num"] == 3
    lib.discard_all()
    assert lib.get("problem:p1", "olx/")["olx"] == "<problem />"
    assert lib.set_olx("problem:p1", "<problem>4</problem>")["version_num"] == 4


@pytest.mark.parametrize(
    "body", [{"olx": " "}, {}, {"olx": None}, {"olx": ["<problem/>"]}], ids=["blank", "no", "null", "list"]
)
def test_olx_has_to_be_a_text(with_problem: LibraryClient, body: Any) -> None:
    response = post_olx(with_problem, "problem:p1", body)
    assert response.status_code == 400
    assert isinstance(response.json()["olx"], list)


def test_another_root_tag_is_refused_with_both_names(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    response = post_olx(lib, "problem:p1", {"olx": "<html/>"})
    assert response.status_code == 400
    (message,) = response.json()
    assert "problem" in message
    assert "html" in message


@pytest.mark.parametrize(
    "olx",
    [
        "<problem",
        "no xml",
        "<problem></html>",
        '<!DOCTYPE problem [<!ENTITY x SYSTEM "file:///etc/passwd">]><problem>&x;</problem>',
    ],
)
def test_unsafe_or_broken_xml_is_refused_and_changes_nothing(with_problem: LibraryClient, olx: str) -> None:
    response = post_olx(with_problem, "problem:p1", {"olx": olx})
    assert response.status_code == 400
    assert isinstance(response.json(), list)
    assert with_problem.get("problem:p1", "olx/")["olx"] == "<problem />"


def test_a_title_that_is_too_long_is_refused(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    response = post_olx(lib, "problem:p1", {"olx": f'<problem display_name="{"x" * 501}"/>'})
    assert response.status_code == 400


def test_olx_longer_than_the_database_takes_is_kept_too(lib: LibraryClient) -> None:
    lib.create("html:h")
    olx = f"<html>{'ü' * (Media.MAX_TEXT_LENGTH + 1)}</html>"
    lib.set_olx("html:h", olx)
    assert lib.get("html:h", "olx/")["olx"] == olx


def test_saving_olx_revives_a_deleted_component(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.delete("problem:p1")
    lib.set_olx("problem:p1", '<problem display_name="Back"/>')
    assert lib.get("problem:p1")["display_name"] == "Back"


# Deleting and restoring


def test_a_deleted_component_is_not_found_even_if_published_and_comes_back_the_same(
    lib: LibraryClient,
) -> None:
    lib.create("problem:p1")
    lib.set_olx("problem:p1", '<problem display_name="T">text</problem>')
    lib.publish("problem:p1")
    before = lib.get("problem:p1")
    lib.delete("problem:p1")
    for suffix in ("", "olx/", "hierarchy/"):
        assert lib.status_of("problem:p1", suffix) == 404
    lib.restore("problem:p1")
    after = lib.get("problem:p1")
    assert after.pop("last_change_set") != before.pop("last_change_set")
    assert after == before
    assert lib.get("problem:p1", "olx/")["olx"] == '<problem display_name="T">text</problem>'


def test_a_published_deletion_makes_a_restored_component_unpublished(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.publish_all()
    lib.delete("problem:p1")
    lib.publish("problem:p1")
    lib.restore("problem:p1")
    component = lib.get("problem:p1")
    assert component["has_unpublished_changes"]
    assert component["published_display_name"] is None


def test_restoring_what_is_not_deleted_changes_nothing(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    before = lib.get("problem:p1")
    lib.restore("problem:p1")
    assert lib.get("problem:p1") == before


@pytest.mark.parametrize(
    ("method", "suffix"),
    [
        ("get", ""),
        ("delete", ""),
        ("post", "restore/"),
        ("get", "hierarchy/"),
        ("get", "olx/"),
        ("post", "olx/"),
        ("post", "publish/"),
    ],
)
@pytest.mark.parametrize(
    "key",
    [
        "lb:CL-TEST:problems:problem:unknown",
        "lb:CL-TEST:other:problem:p1",
        "lb:CL-TEST:problems:problem",
        "lct:CL-TEST:problems:unit:p1",
        "nonsense",
    ],
)
def test_unknown_components_and_bad_keys_are_not_found(
    with_problem: LibraryClient, method: str, suffix: str, key: str
) -> None:
    body = {"olx": "<problem/>"} if suffix == "olx/" and method == "post" else None
    response = getattr(with_problem.http, method)(f"{ROOT}blocks/{key}/{suffix}", body, format="json")
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("suffix", ["block_types/", "blocks/"])
@pytest.mark.parametrize("lib_key", ["lib:CL-TEST:other", "lib:CL-TEST", "nonsense"])
def test_unknown_libraries_and_bad_keys_are_not_found(lib: LibraryClient, suffix: str, lib_key: str) -> None:
    response = lib.http.get(f"{ROOT}{lib_key}/{suffix}")
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_deleting_twice_is_not_found(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    lib.delete("problem:p1")
    assert lib.http.delete(lib.url("problem:p1")).status_code == 404


def test_a_same_named_component_of_another_library_is_another_component(lib: LibraryClient, make_library: Any) -> None:
    other = LibraryClient(make_library("other"), lib.http)
    lib.create("problem:p1")
    assert other.status_of("problem:p1") == 404
    other.create("problem:p1")
    lib.rename("problem:p1", "Mine")
    assert other.get("problem:p1")["display_name"] == "Blank Problem"


# Validation comes after permissions


def test_a_reader_learns_nothing_about_the_validity_of_a_body(
    lib: LibraryClient, acting_as: ActingAs, reader: User
) -> None:
    lib.create("problem:p1")
    as_reader = acting_as(reader)
    assert create(as_reader, block_type="nonsense").status_code == 403
    assert post_olx(as_reader, "problem:p1", {}).status_code == 403
    assert post_olx(as_reader, "problem:unknown", {}).status_code == 403


def test_the_python_api_reads_the_same_as_the_rest_api(lib: LibraryClient) -> None:
    lib.create("problem:p1")
    summary = content.get_item(component_key(lib.key("problem:p1")), user=OPERATOR)
    assert summary.display_name == lib.get("problem:p1")["display_name"]
    components = content.list_components(lib.library.library_key, user=OPERATOR)
    assert (len(components), components[0], list(components)) == (1, components[0], [components[0]])
