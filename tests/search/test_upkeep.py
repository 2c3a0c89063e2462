"""The index follows what authors do (wire: search-upkeep)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from openedx_content import api as content_api
from openedx_events.content_authoring.data import ContentObjectChangedData
from openedx_events.content_authoring.signals import CONTENT_OBJECT_ASSOCIATIONS_CHANGED
from openedx_tagging import api as tagging_api

from content_libraries.actors import OPERATOR
from content_libraries.content.api import LicenseChange, set_license
from content_libraries.keys import item_key
from content_libraries.libraries import api as libraries
from content_libraries.search.models import SearchAccess, SearchCheckpoint

from .building import Shelf, documents
from .engines import WatchedEngine

type Committing = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def _course(shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing) -> None:
    """Two problems in a unit, in a subsection, in a section; and another problem."""
    with run_on_commit():
        shelf.write("p1", "p2", "p3", unit1=["p1", "p2"], subsection1=["unit1"], section1=["subsection1"])
    engine.calls.clear()


def test_everything_is_found_after_a_write(shelf: Shelf) -> None:
    codes = ["p1", "p2", "p3", "unit1", "subsection1", "section1"]

    assert documents().keys() == {shelf.key(code) for code in codes}


def test_an_edit_reaches_the_item_and_its_containers(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1", title="Renamed")

    assert shelf.found("p1")["display_name"] == "Renamed"
    assert shelf.found("unit1")["content"]["child_display_names"] == ["Renamed", "P2"]
    assert engine.calls == ["update 4"]


def test_the_rename_of_a_container_reaches_its_children(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.rename("unit1", "Renamed unit")

    assert shelf.found("p1")["units"]["display_name"] == ["Renamed unit"]
    assert shelf.found("p2")["units"]["display_name"] == ["Renamed unit"]
    assert shelf.found("subsection1")["content"]["child_display_names"] == ["Renamed unit"]
    assert engine.calls == ["update 5"]


def test_the_license_of_a_container_reaches_everything_below_it(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        set_license(
            item_key(shelf.key("section1")), user=OPERATOR, change=LicenseChange("CC:4.0:BY", license_holder="ACME")
        )
    found = {code: shelf.found(code)["license"] for code in ("section1", "subsection1", "unit1", "p1", "p2", "p3")}
    assert found == dict.fromkeys(found, "CC:4.0:BY") | {"p3": "all-rights-reserved"}
    assert engine.calls == ["update 5"]
    with run_on_commit():
        shelf.write(subsection1=[])
    assert shelf.found("p1")["license"] == "all-rights-reserved"
    with run_on_commit():
        shelf.write(subsection1=["unit1"])
        shelf.delete("section1")
    assert shelf.found("p1")["license"] == "all-rights-reserved"


def test_the_license_of_the_library_reaches_everything(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        libraries.update_library(shelf.library.library_key, user=OPERATOR, license="CC:4.0:BY:SA")
    assert {document["license"] for document in documents().values()} == {"CC:4.0:BY:SA"}


def test_children_that_come_and_go_are_reached_and_others_are_not(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write(unit1=["p1", "p3"])

    assert shelf.found("p2")["units"]["key"] == []
    assert shelf.found("p3")["units"]["key"] == [shelf.key("unit1")]
    assert shelf.found("unit1")["num_children"] == 2
    assert engine.calls == ["update 5"]  # not p1


def test_a_deleted_item_is_not_found_and_its_containers_know(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.delete("p1")

    assert shelf.key("p1") not in documents()
    assert shelf.found("unit1")["num_children"] == 1


def test_the_children_of_a_deleted_container_lose_it(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.delete("unit1")

    assert shelf.key("unit1") not in documents()
    assert shelf.found("p1")["units"]["key"] == []
    assert shelf.found("subsection1")["num_children"] == 0


def test_a_restored_item_is_found_with_all_that_belongs_to_it(shelf: Shelf, run_on_commit: Committing) -> None:
    taxonomy = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    tagging_api.tag_object(shelf.key("unit1"), taxonomy, ["light"])
    with run_on_commit():
        shelf.collect("spring", "unit1", title="Spring")
    with run_on_commit():
        shelf.delete("unit1")
    assert documents()[collection_key(shelf, "spring")]["num_children"] == 0

    with run_on_commit():
        shelf.restore("unit1")

    assert shelf.found("unit1")["tags"]["level0"] == ["Keywords > light"]
    assert shelf.found("unit1")["collections"] == {"display_name": ["Spring"], "key": ["spring"]}
    assert shelf.found("unit1")["subsections"]["key"] == [shelf.key("subsection1")]
    assert shelf.found("p1")["units"]["key"] == [shelf.key("unit1")]
    assert documents()[collection_key(shelf, "spring")]["num_children"] == 1


def test_the_publish_status_follows_every_step(shelf: Shelf, run_on_commit: Committing) -> None:
    def statuses() -> list[str]:
        return [shelf.found(code)["publish_status"] for code in ("p1", "unit1", "section1")]

    assert statuses() == ["never", "never", "never"]
    with run_on_commit():
        shelf.publish()
    assert statuses() == ["published", "published", "published"]
    with run_on_commit():
        shelf.write("p1", title="Edited")
    assert statuses() == ["modified", "modified", "modified"]
    with run_on_commit():
        shelf.publish("p1")
    assert statuses() == ["published", "published", "published"]
    with run_on_commit():
        shelf.rename("section1", "Edited")
    assert statuses() == ["published", "published", "modified"]


def test_publishing_a_component_alone_changes_only_what_shows_it(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.publish("p1")

    assert shelf.found("p1")["publish_status"] == "published"
    assert shelf.found("unit1")["publish_status"] == "never"


def test_discarding_brings_the_published_title_back(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.publish()
        shelf.write("p1", title="Edited")
    with run_on_commit():
        shelf.write("p4")
    assert shelf.key("p4") in documents()

    with run_on_commit():
        shelf.discard()

    assert shelf.found("p1")["display_name"] == "P1"
    assert shelf.found("p1")["publish_status"] == "published"
    assert shelf.found("unit1")["content"]["child_display_names"] == ["P1", "P2"]
    assert shelf.key("p4") not in documents()


def test_a_collection_comes_changes_and_goes(shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing) -> None:
    spring = collection_key(shelf, "spring")
    with run_on_commit():
        shelf.collect("spring", "p1", "unit1", title="Spring")
    assert documents()[spring]["num_children"] == 2
    assert shelf.found("p1")["collections"]["key"] == ["spring"]

    engine.calls.clear()
    with run_on_commit():
        content_api.update_collection(shelf.pk, "spring", title="Autumn")
    assert documents()[spring]["display_name"] == "Autumn"
    assert shelf.found("unit1")["collections"]["display_name"] == ["Autumn"]
    assert engine.calls == ["update 3"]

    with run_on_commit():
        shelf.uncollect("spring", "p1")
    assert documents()[spring]["num_children"] == 1
    assert shelf.found("p1")["collections"]["key"] == []

    with run_on_commit():
        content_api.delete_collection(shelf.pk, "spring")
    assert spring not in documents()
    assert shelf.found("unit1")["collections"]["key"] == []

    with run_on_commit():
        content_api.restore_collection(shelf.pk, "spring")
    assert documents()[spring]["num_children"] == 1
    assert shelf.found("unit1")["collections"]["key"] == ["spring"]

    with run_on_commit():
        content_api.delete_collection(shelf.pk, "spring", hard_delete=True)
    assert spring not in documents()
    assert shelf.found("unit1")["collections"]["key"] == []


def test_a_collection_counts_what_is_published(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.collect("spring", "p1", "p2")
    with run_on_commit():
        shelf.publish("p1")

    assert documents()[collection_key(shelf, "spring")]["published"] == {"num_children": 1}


def test_tags_are_found_and_cleared_with_the_last_one(shelf: Shelf, run_on_commit: Committing) -> None:
    taxonomy = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    with run_on_commit():
        shelf.collect("spring")
    for key in (shelf.key("p1"), shelf.key("unit1"), collection_key(shelf, "spring")):
        tagging_api.tag_object(key, taxonomy, ["light"])
        tell_that_tags_changed(key)
        assert documents()[key]["tags"] == {"taxonomy": ["Keywords"], "level0": ["Keywords > light"]}

        tagging_api.tag_object(key, taxonomy, [])
        tell_that_tags_changed(key)
        assert documents()[key]["tags"] == {}


def test_tags_and_taxonomies_that_are_renamed_or_deleted(shelf: Shelf, run_on_commit: Committing) -> None:
    taxonomy = tagging_api.create_taxonomy("Place", export_id="place")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Europe")
    tagging_api.add_tag_to_taxonomy(taxonomy, "France", parent_tag_value="Europe")
    with run_on_commit():
        shelf.collect("spring")
    tagged = [shelf.key("p1"), shelf.key("unit1"), collection_key(shelf, "spring")]
    for key in tagged:
        tagging_api.tag_object(key, taxonomy, ["France"])
        tell_that_tags_changed(key)

    def tags() -> list[dict[str, list[str]]]:
        return [documents()[key]["tags"] for key in tagged]

    with run_on_commit():
        tagging_api.update_tag_in_taxonomy(taxonomy, "Europe", "EU")
    assert tags() == [{"taxonomy": ["Place"], "level0": ["Place > EU"], "level1": ["Place > EU > France"]}] * 3
    with run_on_commit():
        taxonomy.name = "Location"
        taxonomy.save()
    assert tags() == [{"taxonomy": ["Location"], "level0": ["Location > EU"], "level1": ["Location > EU > France"]}] * 3
    with run_on_commit():
        tagging_api.delete_tags_from_taxonomy(taxonomy, ["France"], with_subtags=False)
    assert tags() == [{}] * 3
    tagging_api.tag_object(tagged[0], taxonomy, ["EU"])
    tell_that_tags_changed(tagged[0])
    with run_on_commit():
        taxonomy.delete()
    assert tags() == [{}] * 3


@pytest.mark.parametrize(
    "object_id",
    ["lb:CL-TEST:lib1:problem:gone", "lb:No:library:problem:p", "block-v1:O+C+R+type@html+block@x", "lb:!", "x"],
)
def test_tags_of_what_is_not_in_the_index_do_not_matter(engine: WatchedEngine, object_id: str) -> None:
    (_receiver, answer), *_others = tell_that_tags_changed(object_id)

    assert not isinstance(answer, Exception)
    assert engine.calls == []


def test_a_new_title_of_the_library_reaches_all_documents(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.collect("spring")
    engine.calls.clear()
    with run_on_commit():
        libraries.update_library(shelf.library.library_key, user=OPERATOR, title="New title")

    assert {hit["breadcrumbs"][0]["display_name"] for hit in documents().values()} == {"New title"}
    assert engine.calls == ["update 7"]


def test_a_new_description_of_the_library_is_no_work(
    shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    with run_on_commit():
        libraries.update_library(shelf.library.library_key, user=OPERATOR, description="New")

    assert engine.calls == []


def test_a_deleted_library_leaves_nothing_behind(shelf: Shelf, make_library: Any, run_on_commit: Committing) -> None:
    other = Shelf(make_library("other"))
    with run_on_commit():
        other.write("p1")
    with run_on_commit():
        libraries.delete_library(shelf.library.library_key, user=OPERATOR)

    assert documents().keys() == {other.key("p1")}
    assert str(SearchCheckpoint.objects.get().context_key) == "lib:CL-TEST:other"
    assert str(SearchAccess.objects.get().context_key) == "lib:CL-TEST:other"


def test_packages_that_belong_to_no_library_are_ignored(engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        package = content_api.create_learning_package("elsewhere", title="Elsewhere")
        content_api.create_collection(package.id, "c", title="C", created_by=None)

    assert engine.calls == []
    assert SearchCheckpoint.objects.count() == 1


def test_an_import_of_400_blocks_makes_two_calls(
    make_library: Any, engine: WatchedEngine, run_on_commit: Committing
) -> None:
    shelf = Shelf(make_library("imported"))
    problems = [f"p{number}" for number in range(400)]
    units = {f"unit{number}": problems[number * 4 : number * 4 + 4] for number in range(100)}

    with run_on_commit():
        shelf.write_all(problems, units)
    with run_on_commit():
        shelf.publish()

    assert engine.calls == ["update 500", "update 500"]
    assert shelf.found("p399")["publish_status"] == "published"


def collection_key(shelf: Shelf, code: str) -> str:
    return f"lib-collection:CL-TEST:{shelf.library.slug}:{code}"


def tell_that_tags_changed(object_id: str) -> list[Any]:
    return CONTENT_OBJECT_ASSOCIATIONS_CHANGED.send_event(  # type: ignore[no-any-return]
        content_object=ContentObjectChangedData(object_id=object_id, changes=["tags"])
    )
