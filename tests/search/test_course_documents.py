"""Documents of course blocks field by field, and how they follow the course (wire: search-documents-course-blocks)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import Media
from openedx_tagging import api as tagging_api
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.api import catch_up, check_index, index_lag, rebuild, search
from content_libraries.search.course_documents import course_block_documents
from content_libraries.search.documents import document_id
from content_libraries.search.models import SearchAccess, SearchCheckpoint
from content_libraries.search.places import package_of, place_of
from content_libraries.search.tasks import catch_up_search, sweep_search
from content_libraries.tagging import api as tagging
from tests.courses.building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT, key, make_course
from tests.sync.building import Shelf as ReusedShelf

from .building import Shelf, documents
from .engines import WatchedEngine
from .test_upkeep import tell_that_tags_changed

type Committing = Callable[[], AbstractContextManager[Any]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(engine: WatchedEngine, run_on_commit: Committing) -> None:
    """A course of one unit with a text and a problem; the engine has forgotten what it did for that."""
    with run_on_commit():
        make_course()
    engine.calls.clear()


def found(usage_key: UsageKey) -> Mapping[str, Any]:
    """The document of a block. Fails if it has none."""
    return documents()[str(usage_key)]


def breadcrumbs(usage_key: UsageKey) -> list[str]:
    return [crumb["display_name"] for crumb in found(usage_key)["breadcrumbs"]]


def test_a_block_of_a_course(course: None, run_on_commit: Committing) -> None:
    tagging_api.tag_object(str(TEXT), tagging_api.create_taxonomy("Keywords", allow_free_text=True), ["light"])
    olx = r'<html display_name="Introduction"><![CDATA[<p>What is \(\alpha\)?</p>]]></html>'
    with run_on_commit():
        block = api.edit_block(TEXT, user=OPERATOR, olx=olx)
    access = SearchAccess.objects.get(context_key=COURSE_KEY)
    modified = found(TEXT)["modified"]

    assert block.title == "Introduction"
    assert 1.7e9 < modified < 3e9
    assert found(TEXT) == {
        "id": document_id(str(TEXT)),
        "type": "course_block",
        "usage_key": str(TEXT),
        "block_id": "t",
        "block_type": "html",
        "context_key": str(COURSE_KEY),
        "org": "Org",
        "access_id": access.pk,
        "display_name": "Introduction",
        "breadcrumbs": [
            {"display_name": "A course"},
            {"display_name": "A section", "usage_key": str(SECTION)},
            {"display_name": "sub", "usage_key": str(SUBSECTION)},
            {"display_name": "A unit", "usage_key": str(UNIT)},
        ],
        "content": {"html_content": r"What is \(\alpha\)?"},
        "description": "What is α?",
        "tags": {"taxonomy": ["Keywords"], "level0": ["Keywords > light"]},
        "modified": modified,
    }


def test_every_block_is_found_but_the_course_itself_and_its_info_pages(course: None, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.create_block(ROOT, user=OPERATOR, block_type="course_info", block_id="updates")

    assert documents().keys() == {str(usage_key) for usage_key in (SECTION, SUBSECTION, UNIT, PROBLEM, TEXT)}
    assert [crumb["display_name"] for crumb in found(SECTION)["breadcrumbs"]] == ["A course"]
    assert not {"description", "created", "publish_status", "published", "collections"} & found(SECTION).keys()


def test_tags_that_a_sync_brings_are_found_though_nothing_else_changes(
    course: None, library: ContentLibrary, run_on_commit: Committing
) -> None:
    shelf = ReusedShelf(library)
    shelf.component("t1", title="Text one")
    shelf.publish()
    with run_on_commit():
        block, _synced = api.create_linked_block(UNIT, user=OPERATOR, upstream=shelf.key("t1"))
    keywords = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    for values in (["light"], ["dark"], []):
        tagging_api.tag_object(shelf.key("t1"), keywords, values)
        with run_on_commit():
            api.sync_block(block.usage_key, user=OPERATOR)
        shown = found(block.usage_key).get("tags") or {"level0": []}
        assert shown["level0"] == [f"Keywords > {value}" for value in values]


def test_tags_that_a_paste_brings_are_found(course: None, staff: User, run_on_commit: Committing) -> None:
    keywords = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    tagging_api.tag_object(str(TEXT), keywords, ["light"])
    api.copy_to_clipboard(TEXT, user=staff)
    with run_on_commit():
        pasted = api.paste_block(UNIT, user=staff)
    assert found(pasted.block.usage_key)["tags"]["level0"] == ["Keywords > light"]


def test_a_block_that_cannot_be_read_is_found_by_its_title(
    course: None, run_on_commit: Committing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with run_on_commit():
        api.edit_block(TEXT, user=OPERATOR, olx='<html display_name="Broken"><![CDATA[<p>x]]></html>')
        Media.objects.filter(text__contains="Broken").update(text="<html><p></html>")

    assert (found(TEXT)["display_name"], found(TEXT)["content"]) == ("Broken", None)
    assert str(TEXT) in caplog.text


def test_an_edit_makes_one_document_anew(course: None, engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "Renamed"})

    assert found(PROBLEM)["display_name"] == "Renamed"
    assert engine.calls == ["update 1"]


def test_a_rename_reaches_everything_below(course: None, engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.edit_block(SUBSECTION, user=OPERATOR, settings={"display_name": "Lesson"})

    assert breadcrumbs(PROBLEM) == ["A course", "A section", "Lesson", "A unit"]
    assert breadcrumbs(UNIT) == ["A course", "A section", "Lesson"]
    assert engine.calls == ["update 4"]  # not the section


def test_settings_of_a_unit_reach_nothing_else(course: None, engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.edit_block(UNIT, user=OPERATOR, settings={"group_access": "{}"})

    assert engine.calls == ["update 1"]


def test_a_new_name_of_the_course_reaches_everything(course: None, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.edit_block(ROOT, user=OPERATOR, settings={"display_name": "About light"})

    assert {document["breadcrumbs"][0]["display_name"] for document in documents().values()} == {"About light"}


def test_what_is_moved_is_found_at_its_new_place(course: None, run_on_commit: Committing) -> None:
    with run_on_commit():
        other = api.create_block(SECTION, user=OPERATOR, block_type="sequential", settings={"display_name": "Other"})
    with run_on_commit():
        api.move_block(UNIT, user=OPERATOR, parent_key=other.usage_key)

    assert breadcrumbs(PROBLEM) == ["A course", "A section", "Other", "A unit"]


def test_what_is_deleted_is_not_found_nor_what_was_in_it(course: None, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.delete_block(UNIT, user=OPERATOR)

    assert documents().keys() == {str(SECTION), str(SUBSECTION)}


def test_a_publish_changes_nothing(course: None, engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.publish_course(COURSE_KEY, user=OPERATOR)

    assert engine.calls == []
    assert index_lag().behind == 0


def test_files_are_no_blocks(course: None, engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        api.write_course_file(COURSE_KEY, "static/a.txt", b"a", user=OPERATOR)

    assert engine.calls == []
    assert check_index() == []


def test_tags_come_and_go(course: None) -> None:
    taxonomy = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    for tags in (["light"], []):
        tagging_api.tag_object(str(PROBLEM), taxonomy, tags)
        tell_that_tags_changed(str(PROBLEM))
        assert found(PROBLEM)["tags"].get("level0", []) == [f"Keywords > {tag}" for tag in tags]


def test_tags_that_are_given_over_rest_are_found(course: None, run_on_commit: Committing, staff: User) -> None:
    taxonomy = tagging_api.create_taxonomy("Keywords", allow_free_text=True)
    tagging.set_organizations(taxonomy, all_orgs=True)
    http = APIClient()
    http.force_authenticate(staff)
    body = {"tagsData": [{"taxonomy": taxonomy.pk, "tags": ["light"]}]}
    with run_on_commit():
        assert http.put(f"/api/content_tagging/v1/object_tags/{PROBLEM}/", body, format="json").status_code == 200
    assert found(PROBLEM)["tags"]["level0"] == ["Keywords > light"]


def test_a_deleted_course_leaves_nothing_behind(course: None, shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.write("p1")
    with run_on_commit():
        api.delete_course(COURSE_KEY, user=OPERATOR)

    assert documents().keys() == {shelf.key("p1")}
    assert [str(row.context_key) for row in SearchCheckpoint.objects.all()] == ["lib:CL-TEST:lib1"]
    assert [str(row.context_key) for row in SearchAccess.objects.all()] == ["lib:CL-TEST:lib1"]


def test_each_course_has_a_checkpoint_and_the_sweep_catches_up(
    course: None, engine: WatchedEngine, run_on_commit: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = SearchCheckpoint.objects.get(context_key=COURSE_KEY)
    assert checkpoint.learning_package_pk == package_of(COURSE_KEY)
    monkeypatch.setattr(catch_up_search, "delay", lambda _pk: None)
    engine.is_down = True
    with run_on_commit():
        api.edit_block(UNIT, user=OPERATOR, settings={"display_name": "Renamed"})
    assert index_lag().behind == 1
    monkeypatch.undo()
    engine.is_down = False

    assert breadcrumbs(PROBLEM)[-1] == "A unit"
    monkeypatch.setattr(catch_up_search, "delay", catch_up_search)
    assert sweep_search() == 1
    assert breadcrumbs(PROBLEM)[-1] == "Renamed"
    assert index_lag().behind == 0


def test_a_course_that_was_there_before_is_filled_in(engine: WatchedEngine) -> None:
    make_course(problems=3)

    done = catch_up(package_of(COURSE_KEY))

    assert (done.updated, len(documents())) == (7, 7)


def test_differences_are_found_and_repaired(course: None, engine: WatchedEngine) -> None:
    engine.delete([document_id(str(PROBLEM))])
    engine.update([{**found(TEXT), "display_name": "Wrong"}, {**found(UNIT), "id": "stray", "usage_key": "stray"}])

    (finding,) = check_index(COURSE_KEY, repair=True)

    assert finding.subject == str(COURSE_KEY)
    assert "1 missing, 1 different, 1 that should not be there" in finding.message
    assert check_index() == []
    assert str(PROBLEM) in documents()


def test_a_full_rebuild_has_the_courses(course: None, shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.write("p1")
    before = documents()

    assert rebuild().updated == 6
    assert documents() == before
    assert rebuild(COURSE_KEY).updated == 5


def test_the_queries_of_documents_do_not_depend_on_the_number_of_blocks() -> None:
    def queries(count: int) -> int:
        course_key = api.course_key(f"course-v1:Org+Course+{count}")
        make_course(course_key, problems=count)
        place = place_of(package_of(course_key))
        assert place is not None
        pks = api.entity_pks_within(course_key, [entity_pk(key("course", "course", course_key))])
        with CaptureQueriesContext(connection) as captured:
            assert len(course_block_documents(place, pks).live) == count + 4  # type: ignore[arg-type]
        return len(captured)

    assert queries(2) == queries(50) <= 8


def entity_pk(usage_key: UsageKey) -> int:
    ((pk,),) = api.find_block_entities([usage_key]).values()
    return pk


def test_searching_libraries_does_not_find_courses(course: None, staff: User) -> None:
    assert search(OPERATOR).total == search(staff).total == 0
