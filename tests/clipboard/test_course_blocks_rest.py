"""Copying blocks of courses and pasting them into a library (wire: clipboard)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.clipboard.models import StagedContent, StagedFile
from content_libraries.content.container_settings import settings_of
from tests.conftest import give_role
from tests.content.client import LibraryClient
from tests.content.conftest import ActingAs
from tests.content.recorder import Record, associated, once
from tests.courses.building import COURSE_KEY, PROBLEM, ROOT, TEXT, UNIT, key, make_course

from .test_copying_rest import CLIPBOARD, FORBIDDEN, clipboard, olx_of
from .test_paste_rest import PICTURE, count_items, name_of, paste, pictures

IN_TEST = key("html", "deep")
NOT_FOUND = {"detail": "Not found."}


@pytest.fixture(scope="module")
def shared_course(module_db: None) -> None:
    make_course()
    api.write_course_file(COURSE_KEY, "static/pic.png", PICTURE, user=OPERATOR)
    api.edit_block(
        TEXT, user=OPERATOR, olx='<html display_name="Text"><![CDATA[<img src="/static/pic.png"/> ]]></html>'
    )
    api.edit_block(UNIT, user=OPERATOR, settings={"visible_to_staff_only": True, "license": "all-rights-reserved"})
    api.create_block(UNIT, user=OPERATOR, block_type="split_test", block_id="test")


@pytest.fixture
def course(db: None, shared_course: None) -> None:
    """A course with a picture, and a unit of a text, a problem, and a test of two variants, which is a container."""


def copy_block(client: LibraryClient, usage_key: UsageKey) -> Any:
    return client.http.post(CLIPBOARD, {"usage_key": str(usage_key)}, format="json")


def test_a_copied_component_of_a_course(lib: LibraryClient, course: None) -> None:
    answer = lib.ok(copy_block(lib, PROBLEM))
    assert (answer["content"]["block_type"], answer["content"]["display_name"]) == ("problem", "P")
    assert {name: value for name, value in answer.items() if name != "content"} == {
        "source_usage_key": str(PROBLEM),
        "source_context_title": "A course",
        "source_edit_url": f"/course/{COURSE_KEY}/container/{UNIT}",
    }
    assert clipboard(lib) == answer
    assert olx_of(lib) == (f'<problem display_name="P" url_name="p" copied_from_block="{PROBLEM}"/>')


@pytest.mark.parametrize(
    ("usage_key", "title"),
    [
        (key("html", "deep"), "Text"),
        (key("problem", "untitled"), "Blank Problem"),
        (key("no_such_type", "odd"), "No such type"),
    ],
)
def test_blocks_without_a_title_are_called_by_the_default_of_their_type(
    lib: LibraryClient, course: None, usage_key: UsageKey, title: str
) -> None:
    api.create_block(UNIT, user=OPERATOR, block_type=usage_key.block_type, block_id=usage_key.block_id)
    assert lib.ok(copy_block(lib, usage_key))["content"]["display_name"] == title


def test_a_unit_without_a_title_is_called_by_its_type(lib: LibraryClient, course: None) -> None:
    api.edit_block(UNIT, user=OPERATOR, settings={"display_name": None})
    assert lib.ok(copy_block(lib, UNIT))["content"]["display_name"] == "Vertical"
    pasted = lib.ok(paste(lib))
    assert re.fullmatch(r"lct:CL-TEST:lib1:unit:vertical-[0-9a-f]{6}", pasted["id"])
    assert pasted["display_name"] == "Vertical"


@pytest.mark.parametrize("usage_key", [UNIT, TEXT, IN_TEST])
def test_whatever_is_copied_of_a_unit_leads_back_to_it(
    lib: LibraryClient, course: None, usage_key: UsageKey, settings: Any
) -> None:
    api.create_block(key("split_test", "test"), user=OPERATOR, block_type="html", block_id="deep")
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = "https://apps.example.com/authoring/"
    answer = lib.ok(copy_block(lib, usage_key))
    assert answer["source_edit_url"] == f"https://apps.example.com/authoring/course/{COURSE_KEY}/container/{UNIT}"


def test_a_component_is_pasted_with_the_files_that_it_refers_to(lib: LibraryClient, course: None) -> None:
    api.write_course_file(COURSE_KEY, "static/other.png", b"not referred to", user=OPERATOR)
    lib.ok(copy_block(lib, TEXT))
    pasted = lib.ok(paste(lib))
    assert re.fullmatch(r"lb:CL-TEST:lib1:html:text-[0-9a-f]{6}", pasted["id"])
    assert (pasted["display_name"], pasted["last_draft_created_by"]) == ("Text", "Bob")
    stored = '<html display_name="Text"><![CDATA[<img src="/static/pic.png"/> ]]></html>'
    assert lib.get(name_of(pasted), "olx/") == {"olx": stored}
    assert pictures(lib, name_of(pasted)) == [PICTURE]
    assert [file["path"] for file in lib.get(name_of(pasted), "assets/")["files"]] == ["static/pic.png"]


def test_a_unit_becomes_a_unit_without_what_a_library_does_not_take(
    lib: LibraryClient, course: None, record: Record
) -> None:
    lib.ok(copy_block(lib, UNIT))
    assert clipboard(lib)["content"]["block_type_display"] == "Unit"
    answers: list[Any] = []
    events = record(lambda: answers.append(lib.ok(paste(lib))))
    (pasted,) = answers
    assert re.fullmatch(r"lct:CL-TEST:lib1:unit:a-unit-[0-9a-f]{6}", pasted["id"])
    text, problem = lib.children(name_of(pasted))
    assert (text.split(":")[0], problem.split(":")[0]) == ("html", "problem")
    assert pictures(lib, text) == [PICTURE]
    assert lib.get(text)["can_stand_alone"] is False
    assert events == (
        once("container created", name_of(pasted))
        + once("block created", text, problem)
        + associated("units", text, problem)
    )
    lib.delete(name_of(pasted))
    assert lib.get(text)["display_name"] == "Text"


def test_a_unit_keeps_the_settings_that_it_had(lib: LibraryClient, course: None) -> None:
    lib.ok(copy_block(lib, UNIT))
    code = name_of(lib.ok(paste(lib))).split(":")[1]
    version_pk = PublishableEntity.objects.get(entity_ref=code).draft.version_id
    assert version_pk is not None
    kept = settings_of([version_pk])[version_pk]
    assert (kept.settings, kept.license) == ({"visible_to_staff_only": "true"}, "all-rights-reserved")


def test_an_unsupported_block_can_be_copied_but_not_pasted(lib: LibraryClient, course: None) -> None:
    lib.ok(copy_block(lib, key("split_test", "test")))
    response = paste(lib)
    assert response.status_code == 400
    assert "has children" in response.json()["block_type"]
    assert count_items(lib) == 0


def test_only_drafts_are_copied_and_deleted_blocks_are_gone(lib: LibraryClient, course: None) -> None:
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "Draft"})
    assert lib.ok(copy_block(lib, PROBLEM))["content"]["display_name"] == "Draft"
    api.delete_block(PROBLEM, user=OPERATOR)
    response = copy_block(lib, PROBLEM)
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_large_files_are_recorded_and_left_out(lib: LibraryClient, course: None) -> None:
    api.write_course_file(COURSE_KEY, "static/pic.png", b"x" * (10 * 1024**2 + 1), user=OPERATOR)
    lib.ok(copy_block(lib, TEXT))
    assert [(file.path, file.digest) for file in StagedFile.objects.all()] == [("static/pic.png", "")]
    assert pictures(lib, name_of(lib.ok(paste(lib)))) == []


def test_what_is_pasted_after_its_course_is_gone_has_no_files(lib: LibraryClient, course: None) -> None:
    lib.ok(copy_block(lib, UNIT))
    api.delete_course(COURSE_KEY, user=OPERATOR)
    text, _problem = lib.children(name_of(lib.ok(paste(lib))))
    assert pictures(lib, text) == []
    assert clipboard(lib)["source_context_title"] == "A course"


def test_who_may_copy_from_a_course_and_still_paste(
    acting_as: ActingAs, author: User, course: None, lib: LibraryClient
) -> None:
    writer = acting_as(author)
    unknown = key("problem", "unknown")
    for usage_key in (PROBLEM, unknown, key("html", "x", api.course_key("course-v1:No+Such+Course"))):
        response = copy_block(writer, usage_key)
        assert (response.status_code, response.json()) == (403, FORBIDDEN)

    give_role(author, "course_auditor", str(COURSE_KEY))
    writer.ok(copy_block(writer, PROBLEM))
    assert copy_block(writer, unknown).status_code == 404
    writer.ok(paste(writer))

    author.is_active = False
    author.save()
    response = paste(writer)
    assert (response.status_code, response.json()) == (403, FORBIDDEN)


def test_pasting_needs_the_course_still(acting_as: ActingAs, author: User, course: None, lib: LibraryClient) -> None:
    writer = acting_as(author)
    lib.ok(copy_block(lib, TEXT))
    StagedContent.objects.update(user=author)
    response = paste(writer)
    assert (response.status_code, response.json()) == (403, FORBIDDEN)
    assert count_items(lib) == 0


@pytest.mark.parametrize(
    ("usage_key", "status", "answer"),
    [
        (ROOT, 400, ["Requested XBlock tree is too large"]),
        ("i4x://Org/Course/html/t", 400, ["Invalid usage_key for the content."]),
        ("block-v1:Org+Course+Run+type@html+block@unknown", 404, NOT_FOUND),
        ("block-v1:No+Such+Course+type@html+block@t", 404, NOT_FOUND),
    ],
)
def test_what_cannot_be_copied_from_a_course(
    lib: LibraryClient, course: None, usage_key: Any, status: int, answer: Any
) -> None:
    response = copy_block(lib, usage_key)
    assert (response.status_code, response.json()) == (status, answer)


@pytest.mark.parametrize("problems", [3, 24])
def test_copying_a_unit_takes_a_constant_number_of_queries(
    lib: LibraryClient, problems: int, django_assert_max_num_queries: Any
) -> None:
    other = make_course(api.course_key("course-v1:Org+Other+Run"), problems=problems)
    with django_assert_max_num_queries(20):
        lib.ok(copy_block(lib, key("vertical", "unit", other)))
