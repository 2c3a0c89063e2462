"""Copies, duplicates and reruns keep links, each with what is its own (wire: sync-copies)."""

from __future__ import annotations

from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_tagging import api as tagging_api

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import InvalidInputError, NotAllowedError, NotFoundError
from content_libraries.sync.models import CourseLink
from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, UserFactory, give_role
from tests.courses.building import key as course_block
from tests.courses.building import make_course

from .building import (
    COURSE_KEY,
    ROOT,
    SECTION,
    SUBSECTION,
    UNIT,
    Author,
    Shelf,
    block,
    body,
    child,
    children,
    edit,
    titles,
)

OTHER = api.course_key("course-v1:Org+Other+Run")
PICTURE = b"a picture"


def try_duplicate(author: Author, key: UsageKey, parent: UsageKey, **more: Any) -> Any:
    request = {"duplicate_source_locator": str(key), "parent_locator": str(parent), **more}
    return author.client.post("/xblock/", request, format="json")


def duplicate(author: Author, key: UsageKey, parent: UsageKey) -> UsageKey:
    response = try_duplicate(author, key, parent)
    assert response.status_code == 200, response.json()
    copy: UsageKey = UsageKey.from_string(response.json()["locator"])
    return copy


def keys_below(top: UsageKey) -> list[UsageKey]:
    return [key for key, _depth in api.get_structure(top.course_key, user=OPERATOR).walk(top)]


def files(course_key: CourseKey = COURSE_KEY) -> dict[str, bytes]:
    store = api.course_store()
    return dict(store.read_files(course_key, list(store.files(course_key))))


@pytest.fixture
def other(author: Author) -> UsageKey:
    """The unit of a second course of the author's."""
    key = make_course(OTHER)
    give_role(author.user, "course_staff", str(key))
    return course_block("vertical", "unit", key)


# Duplicates ------------------------------------------------------------------------------------------------------


def test_a_duplicate_stands_behind_its_original_and_says_so(author: Author) -> None:
    text, problem = children(UNIT)
    copy = duplicate(author, text, UNIT)
    assert children(UNIT) == [text, copy, problem]
    assert titles([copy]) == ["Duplicate of “t”"]
    assert (body(copy), author.link(copy)["upstream_ref"]) == (body(text), None)
    assert block(copy).settings["copied_from_block"] == str(text)


def test_a_duplicate_of_a_linked_block_keeps_its_link_and_its_title_is_its_own(author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    edit(text, text="<p>Mine</p>")
    copy = duplicate(author, text, UNIT)
    link = author.link(copy)
    assert (link["upstream_ref"], link["version_synced"], link["state"]) == (shelf.key("t1"), 1, "ok")
    assert (link["upstream_name"], sorted(link["downstream_customized"])) == ("Text one", ["data", "display_name"])
    assert block(copy).settings["upstream_data"] == "<p>Mine</p>"
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.publish()
    assert author.ready() == [str(text), str(copy)]
    author.sync(copy)
    assert (titles([copy]), body(copy)) == (["Duplicate of “Text one”"], "<p>Mine</p>")
    author.sync(copy, override_customizations=True)
    assert (titles([copy]), body(copy)) == (["New"], "<p>New</p>")


def test_a_duplicate_of_a_structure_is_a_structure_of_its_own(author: Author, shelf: Shelf) -> None:
    subsection = author.create(shelf.key("sub1"), SECTION)
    copy = duplicate(author, subsection, SECTION)
    links = {key: author.link(key) for key in keys_below(copy)}
    assert [link["top_level_parent_key"] for link in links.values()] == [None] + [str(copy)] * (len(links) - 1)
    assert [link["upstream_ref"] for link in links.values()] == [
        author.link(key)["upstream_ref"] for key in keys_below(subsection)
    ]
    assert CourseLink.objects.count() == 2 * len(links)
    shelf.component("t1", title="New")
    shelf.container("unit1", "p1", "t1", title="Unit one")
    shelf.publish()
    before = keys_below(copy)
    assert author.ready() == [str(subsection), str(copy)]
    author.sync(copy)
    assert titles(children(child(copy, 0))) == ["Problem one", "New"]
    assert sorted(keys_below(copy)) == sorted(before)
    assert titles(children(child(subsection, 0))) == ["Text one", "Problem one"]
    author.unlink(copy)
    assert author.link(child(copy, 0))["top_level_parent_key"] is None


def test_nothing_is_duplicated_inside_of_a_linked_structure(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    before = children(unit)
    response = try_duplicate(author, before[0], unit)
    assert (response.status_code, response.json()["error_code"]) == (400, "linked_structure")
    assert children(unit) == before


def test_a_part_of_a_structure_that_is_copied_out_of_it_is_top_level(author: Author, shelf: Shelf) -> None:
    subsection = author.create(shelf.key("sub1"), SECTION)
    unit = duplicate(author, child(subsection, 0), SUBSECTION)
    assert author.link(unit)["top_level_parent_key"] is None
    assert [author.link(key)["top_level_parent_key"] for key in children(unit)] == [str(unit)] * 2
    shelf.component("t1", title="New")
    shelf.publish()
    author.sync(unit)
    assert titles(children(unit)) == ["New", "Problem one"]


def test_a_duplicate_has_files_of_its_own(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", body='<p><img src="/static/a.png"/></p>', files={"a.png": PICTURE})
    shelf.publish()
    text = author.create(shelf.key("t1"), UNIT)
    copy = duplicate(author, text, UNIT)
    path = f"static/components/html/{copy.block_id}/a.png"
    assert (files()[path], f"/{path}" in body(copy)) == (PICTURE, True)
    shelf.component("t1", body='<p><img src="/static/a.png"/></p>', files={"a.png": b"another"})
    shelf.publish()
    notices = author.sync(copy)["static_file_notices"]
    assert (notices["new_files"], notices["conflicting_files"]) == ([path], [])
    assert files()[path] == b"another"
    assert files()[f"static/components/html/{text.block_id}/a.png"] == PICTURE


def test_tags_of_a_copy_can_be_edited_as_far_as_those_of_its_original(author: Author, shelf: Shelf) -> None:
    taxonomy = tagging_api.create_taxonomy("T", export_id="t")
    tagging.set_organizations(taxonomy, [], all_orgs=True)
    for value in ("library", "own"):
        tagging_api.add_tag_to_taxonomy(taxonomy, value)
    tagging_api.tag_object(shelf.key("t1"), taxonomy, ["library"])
    text = author.create(shelf.key("t1"), UNIT)
    plain = child(UNIT, 0)
    tagging_api.tag_object(str(plain), taxonomy, ["own"])
    copies = [duplicate(author, key, UNIT) for key in (text, plain)]
    found = [list(tagging_api.get_object_tags(str(key))) for key in copies]
    assert [[(tag.value, tag.is_copied) for tag in tags] for tags in found] == [[("library", True)], [("own", False)]]


def test_what_cannot_be_duplicated_is_refused(author: Author, other: UsageKey) -> None:
    gone = course_block("html", "gone")
    assert try_duplicate(author, gone, UNIT).status_code == 404
    assert try_duplicate(author, ROOT, UNIT).status_code == 400
    assert try_duplicate(author, child(UNIT, 0), other).status_code == 400
    assert try_duplicate(author, child(UNIT, 0), UNIT, library_content_key="lb:O:L:html:h").status_code == 400
    assert author.client.post("/xblock/", {"parent_locator": str(UNIT)}, format="json").status_code == 400
    assert len(children(UNIT)) == 2


def test_who_may_not_edit_the_course_duplicates_nothing(
    author: Author, make_user: UserFactory, api_client: ClientFactory
) -> None:
    user = make_user("auditor")
    give_role(user, "course_auditor", str(COURSE_KEY))
    assert try_duplicate(Author(api_client(user), user), child(UNIT, 0), UNIT).status_code == 403


# Copies to other places ------------------------------------------------------------------------------------------


def test_a_structure_is_copied_into_another_course_with_its_links_and_files(
    author: Author, shelf: Shelf, other: UsageKey
) -> None:
    shelf.component("t1", title="Text one", body='<p><img src="/static/a.png"/></p>', files={"a.png": PICTURE})
    shelf.publish()
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    edit(unit, display_name="My unit")
    copied = api.copy_block(unit, user=author.user, parent_key=course_block("sequential", "sub", OTHER), index=0)
    copy = copied.block.usage_key
    text = child(copy, 0)
    assert titles([copy, text]) == ["My unit", "Text one"]
    path = f"static/components/html/{text.block_id}/a.png"
    assert (copied.new_files, files(OTHER)[path], f"/{path}" in body(text)) == ((path,), PICTURE, True)
    links = [author.link(key) for key in (copy, text)]
    assert [link["upstream_ref"] for link in links] == [shelf.key("unit1"), shelf.key("t1")]
    assert [link["top_level_parent_key"] for link in links] == [None, str(copy)]
    assert (links[0]["downstream_customized"], links[0]["upstream_name"]) == (["display_name"], "My unit")
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.publish()
    assert author.ready(course_id=str(OTHER)) == [str(copy)]
    author.sync(copy)
    assert (titles([copy, text]), body(text)) == (["My unit", "New"], "<p>New</p>")


def test_files_that_a_block_refers_to_come_along_and_never_replace_others(author: Author, other: UsageKey) -> None:
    for name in ("new.png", "same.png", "taken.png"):
        api.write_course_file(COURSE_KEY, f"static/{name}", PICTURE, user=OPERATOR)
    api.write_course_file(OTHER, "static/same.png", PICTURE, user=OPERATOR)
    api.write_course_file(OTHER, "static/taken.png", b"theirs", user=OPERATOR)
    text = child(UNIT, 0)
    edit(text, text="".join(f'<img src="/static/{name}.png"/>' for name in ("new", "same", "taken")))
    copied = api.copy_block(text, user=author.user, parent_key=other)
    assert (copied.new_files, copied.conflicting_files) == (("static/new.png",), ("static/taken.png",))
    assert (files(OTHER)["static/new.png"], files(OTHER)["static/taken.png"]) == (PICTURE, b"theirs")
    assert block(copied.block.usage_key).settings["copied_from_block"] == str(text)


def test_a_copied_video_gets_an_id_of_its_own_and_a_duplicate_keeps_it(author: Author) -> None:
    api.create_block(UNIT, user=OPERATOR, block_type="video", block_id="v", settings={"edx_video_id": "vid"})
    video = course_block("video", "v")
    copied = api.copy_block(video, user=author.user, parent_key=UNIT)
    assert copied.block.settings["edx_video_id"] not in {"", "vid"}
    assert block(duplicate(author, video, UNIT)).settings["edx_video_id"] == "vid"


def test_copies_need_rights_in_both_courses(author: Author, other: UsageKey, make_user: UserFactory) -> None:
    user = make_user("half")
    give_role(user, "course_staff", str(OTHER))
    with pytest.raises(NotAllowedError):
        api.copy_block(child(UNIT, 0), user=user, parent_key=other)
    with pytest.raises(NotAllowedError):
        api.copy_block(child(other, 0), user=user, parent_key=UNIT)
    with pytest.raises(InvalidInputError, match="Rerun"):
        api.copy_block(ROOT, user=author.user, parent_key=other)
    with pytest.raises(InvalidInputError, match="cannot hold"):
        api.copy_block(SECTION, user=author.user, parent_key=child(UNIT, 1))


# Reruns ----------------------------------------------------------------------------------------------------------


def test_a_rerun_has_everything_and_its_links_are_its_own(author: Author, shelf: Shelf) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    edit(child(section, 0, 0, 0), text="<p>Mine</p>")
    api.publish_course(COURSE_KEY, user=OPERATOR)
    draft = child(UNIT, 0)
    edit(draft, text="Draft")
    api.write_course_file(COURSE_KEY, "static/a.png", PICTURE, user=OPERATOR)
    tagging_api.tag_object(str(COURSE_KEY), tagging_api.create_taxonomy("Free", allow_free_text=True), ["Mine"])
    key = api.course_key("course-v1:Org+Course+Rerun")
    course = api.rerun_course(COURSE_KEY, course_key=key, user=OPERATOR, display_name="Second run")
    assert [tag.value for tag in tagging_api.get_object_tags(str(key))] == ["Mine"]
    assert (course.display_name, block(ROOT.map_into_course(key)).title) == ("Second run", "Second run")
    for published in (False, True):
        old, new = [api.get_structure(each, user=OPERATOR, published=published) for each in (COURSE_KEY, key)]
        assert list(new.walk()) == [(each.map_into_course(key), depth) for each, depth in old.walk()]
    assert body(draft.map_into_course(key)) == "Draft"
    assert files(key)["static/a.png"] == PICTURE
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.publish()
    api.sync_block(section.map_into_course(key), user=OPERATOR)
    text = child(section, 0, 0, 0)
    assert titles([text, text.map_into_course(key)]) == ["Text one", "New"]
    assert body(text.map_into_course(key)) == "<p>Mine</p>"
    assert len(author.links()) == CourseLink.objects.filter(course_key=key).count() == 7


def test_a_rerun_needs_a_new_key_and_the_right_to_create_courses(author: Author, other: UsageKey) -> None:
    with pytest.raises(api.CourseExistsError):
        api.rerun_course(COURSE_KEY, course_key=OTHER, user=OPERATOR)
    key = api.course_key("course-v1:Org+Course+Rerun")
    with pytest.raises(NotAllowedError):
        api.rerun_course(COURSE_KEY, course_key=key, user=author.user)
    with pytest.raises(NotFoundError):
        api.rerun_course(api.course_key("course-v1:No+Such+Course"), course_key=key, user=OPERATOR)
