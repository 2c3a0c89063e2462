"""Links of courses and documents of the search after a restore: they are those of the library that was backed up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.backups.restoring.applying import restore_as_new, restore_into
from content_libraries.backups.restoring.data import RestoreMode, RestoreOptions
from content_libraries.backups.verifying.archives import read_archive
from content_libraries.keys import library_key
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.documents import LibraryPlace, collection_documents, item_documents
from content_libraries.search.places import place_of
from content_libraries.sync.models import CourseLink
from tests.courses.building import make_course

from .archives import Content, backed_up_to

pytestmark = pytest.mark.django_db

OF_THE_SITE = ("id", "access_id", "created", "modified", "last_published")
"""Fields of documents that tell about this library on this site, or when something was done."""


@pytest.fixture
def content(library: ContentLibrary) -> Content:
    content = Content(library)
    content.container("unit", "u1", content.component("a", "1", {"static/a.png": b"A"}), content.component("b", "1"))
    content.publish()
    content.component("a", "2")
    learning_core.create_collection(content.pk, wanted_code="c", title="C", description="", author_pk=None)
    learning_core.add_to_collection(content.pk, "c", [content.entity("u1").id], author_pk=None)
    return content


def documents(content: Content) -> list[dict[str, Any]]:
    """The documents of a library, as if each library were called ``SLUG``."""
    place = place_of(content.pk)
    assert isinstance(place, LibraryPlace)
    pks = [content.entity(ref).id for ref, state in content.states().items() if state[0]]
    found = [*item_documents(place, pks).live, *collection_documents(place, ["c"]).live]
    text = json.dumps(found, default=str).replace(f":{content.library.slug}", ":SLUG")
    read: list[dict[str, Any]] = json.loads(text)
    slim = [{name: value for name, value in one.items() if name not in OF_THE_SITE} for one in read]
    return sorted(slim, key=lambda one: str(one["usage_key"]))


def test_a_new_library_is_found_in_the_same_way(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    options = RestoreOptions(RestoreMode.NEW)
    new = restore_as_new(library_key("lib:CL-TEST:new"), read_archive(path), path, options, user=staff)
    assert documents(Content(new)) == documents(content)


def test_a_replaced_library_is_found_in_the_same_way_and_keeps_its_links(
    content: Content, staff: User, tmp_path: Path
) -> None:
    course = api.course_key("course-v1:CL-TEST+C+R")
    make_course(course)
    unit = UsageKey.from_string("block-v1:CL-TEST+C+R+type@vertical+block@unit")
    for code in "ab":
        link = {"upstream": f"lb:CL-TEST:lib1:html:{code}", "upstream_version": 1}
        api.create_block(unit, user=OPERATOR, block_type="html", block_id=code, settings=link)
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    before, links = documents(content), list(CourseLink.objects.order_by("pk").values())
    content.component("b", "other")
    content.draft("u1", None)
    learning_core.remove_from_collection(content.pk, "c", [content.entity("u1").id])
    assert documents(content) != before
    options = RestoreOptions(RestoreMode.REPLACE_ALL)
    restore_into(content.library, read_archive(path), path, options, user=staff)
    assert _without_numbers(documents(content)) == _without_numbers(before)
    assert list(CourseLink.objects.order_by("pk").values()) == links


def _without_numbers(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if "version" not in name} for one in found]
