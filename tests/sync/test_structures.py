"""Sections, subsections and units of a library in a course, with everything in them."""

from __future__ import annotations

import re

import pytest
from opaque_keys.edx.keys import UsageKey
from openedx_tagging import api as tagging_api

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content.api import LicenseChange, set_license
from content_libraries.content.container_settings import write_settings
from content_libraries.content.data import ContainerSettingsData
from content_libraries.keys import item_key
from content_libraries.learning_core import api as learning_core
from tests.conftest import LibraryFactory, give_role

from .building import (
    COURSE_KEY,
    ROOT,
    SECTION,
    SUBSECTION,
    UNIT,
    Author,
    Shelf,
    actions,
    block,
    body,
    child,
    children,
    edit,
    titles,
    write_file,
    write_unlinked,
)


@pytest.fixture
def section(author: Author, shelf: Shelf) -> UsageKey:
    return author.create(shelf.key("sec1"), ROOT, category="chapter")


@pytest.fixture
def unit(author: Author, shelf: Shelf) -> UsageKey:
    return author.create(shelf.key("unit1"), SUBSECTION, category="vertical")


def test_a_section_comes_with_everything_in_it_and_every_part_names_the_section(
    author: Author, shelf: Shelf, section: UsageKey
) -> None:
    assert titles([section, *children(child(section, 0))]) == ["Section one", "Unit one", "Unit two"]
    assert titles(children(child(section, 0, 0))) == ["Text one", "Problem one"]
    rows = author.links()
    assert {row["top_level_parent_usage_key"] for row in rows} == {None, str(section)}
    assert block(child(section, 0, 0, 0)).settings["top_level_downstream_parent_key"] == (f"chapter:{section.block_id}")
    assert author.link(child(section, 0, 0))["top_level_parent_key"] == str(section)
    assert (len(rows), author.links(use_top_level_parents="true")[0]["downstream_usage_key"]) == (7, str(section))
    found = api.get_structure(section.course_key, user=OPERATOR).walk(section)
    assert all(re.fullmatch(rf"{key.block_type}[0-9a-f]{{8}}", key.block_id) for key, _depth in found)


def test_a_sync_of_a_structure_names_the_files_and_copies_the_tags_of_all_its_parts(
    author: Author, shelf: Shelf, section: UsageKey
) -> None:
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    for number, name in enumerate(("unit1", "t2")):
        tagging_api.add_tag_to_taxonomy(taxonomy, f"tag{number}")
        tagging_api.tag_object(shelf.key(name), taxonomy, [f"tag{number}"])
    for name in ("t1", "t2"):
        shelf.component(name, body='<img src="/static/a.png">', files={"a.png": b"a picture"})
    shelf.publish()
    first, second = child(section, 0, 0, 0), child(section, 0, 1, 0)
    paths = [f"static/components/html/{key.block_id}/a.png" for key in (first, second)]
    api.write_course_file(section.course_key, paths[1], b"the author's", user=OPERATOR)
    assert author.sync(section)["static_file_notices"] == {
        "new_files": paths[:1],
        "conflicting_files": paths[1:],
        "error_files": [],
    }
    for key, value in ((child(section, 0, 0), "tag0"), (second, "tag1")):
        assert [(tag.value, tag.is_copied) for tag in tagging_api.get_object_tags(str(key))] == [(value, True)]


def test_a_container_that_is_called_like_its_id_has_that_name(author: Author, shelf: Shelf) -> None:
    shelf.container("unit1", "t1", title="unit1")
    shelf.publish()
    key = author.create(shelf.key("unit1"), SUBSECTION)
    assert block(key).settings["display_name"] == "unit1"
    author.sync(key)
    assert block(key).settings["display_name"] == "unit1"


def test_a_container_that_has_no_name_but_the_id_that_studio_gave_it_has_none(author: Author, shelf: Shelf) -> None:
    code = "0123456789abcdef0123456789abcdef"
    write = learning_core.ContainerWrite("unit", code, code, ())
    learning_core.write_drafts(shelf.pk, containers=[write], author_pk=None)
    shelf.publish()
    key = author.create(f"{shelf.key('unit1').removesuffix('unit1')}{code}", SUBSECTION)
    assert "display_name" not in block(key).settings


def test_a_changed_part_makes_the_structure_ready_and_a_sync_changes_only_that_part(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    shelf.component("t1", title="New")
    shelf.publish()
    link, part = author.link(unit), author.link(child(unit, 0))
    assert (link["version_available"], link["ready_to_sync"], link["is_ready_to_sync_individually"]) == (1, True, False)
    assert (part["version_available"], part["version_synced"], part["ready_to_sync"]) == (2, 1, False)
    assert [part["id"] for part in link["ready_to_sync_children"]] == [str(child(unit, 0))]
    rows = {row["downstream_usage_key"]: row["id"] for row in author.links()}
    versions = {key: block(key).version_num for key in (unit, child(unit, 1))}
    author.sync(unit)
    assert titles(children(unit)) == ["New", "Problem one"]
    assert {row["downstream_usage_key"]: row["id"] for row in author.links()} == rows
    assert {key: block(key).version_num for key in versions} == versions
    assert author.ready() == []


def test_parts_are_added_removed_and_reordered_and_the_others_keep_their_keys(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    text, problem = children(unit)
    shelf.component("t3", title="Text three")
    shelf.container("unit1", "p1", "t3", title="Unit one")
    shelf.publish()
    steps = actions(author.preview(unit))
    assert ("delete", "removed_upstream", "Text one") in steps
    assert ("create", "library_structure", "Text three") in steps
    author.sync(unit)
    assert children(unit)[0] == problem
    assert titles(children(unit)) == ["Problem one", "Text three"]
    assert str(text) not in {row["downstream_usage_key"] for row in author.links()}


def test_a_reorder_in_the_library_reorders_the_same_blocks(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    text, problem = children(unit)
    shelf.container("unit1", "p1", "t1", title="Unit one")
    shelf.publish()
    assert actions(author.preview(unit)) == [
        ("take", "new_version", "Unit one"),
        ("reorder", "library_structure", "Unit one"),
    ]
    author.sync(unit)
    assert children(unit) == [problem, text]


def test_a_part_that_moves_to_another_unit_keeps_its_key(author: Author, shelf: Shelf, section: UsageKey) -> None:
    problem = child(section, 0, 0, 1)
    edit(problem, display_name="Mine")
    shelf.container("unit1", "t1", title="Unit one")
    shelf.container("unit2", "t2", "p1", title="Unit two")
    shelf.publish()
    preview = author.preview(section)
    assert ("move", "library_structure", "Mine") in actions(preview)
    (move,) = [step for step in preview["steps"] if step["action"] == "move"]
    assert move["detail"] == {
        "from_parent": str(child(section, 0, 0)),
        "from_index": 1,
        "to_parent": str(child(section, 0, 1)),
    }
    author.sync(section)
    assert child(section, 0, 1, 1) == problem
    assert block(problem).title == "Mine"


def test_the_same_component_twice_in_a_unit_stays_two_blocks(author: Author, shelf: Shelf) -> None:
    shelf.container("unit1", "t1", "p1", "t1", title="Unit one")
    shelf.publish()
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    first, problem, second = children(unit)
    edit(second, display_name="Second")
    shelf.component("t1", title="New")
    shelf.publish()
    author.sync(unit)
    assert children(unit) == [first, problem, second]
    assert titles(children(unit)) == ["New", "Problem one", "Second"]
    shelf.container("unit1", "t1", "p1", title="Unit one")
    shelf.publish()
    author.sync(unit)
    assert children(unit) == [first, problem]


def test_titles_and_texts_survive_everywhere_while_their_versions_advance(
    author: Author, shelf: Shelf, section: UsageKey
) -> None:
    text, unit = child(section, 0, 0, 0), child(section, 0, 0)
    edit(text, text="<p>Mine</p>")
    edit(unit, display_name="My unit")
    for number in range(3):
        shelf.component("t1", title=f"Title {number}", body=f"<p>{number}</p>")
        shelf.container("unit1", "t1", "p1", title=f"Unit {number}")
        shelf.publish()
        author.sync(section, override_customizations=True)
    assert (block(text).title, body(text), block(unit).title) == ("Title 2", "<p>Mine</p>", "My unit")
    link = author.link(text)
    assert (link["downstream_customized"], link["version_synced"]) == (["data"], 4)


def test_a_local_title_of_a_container_is_sticky_too(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    edit(unit, display_name="Unit 2")
    for title in ("Unit 2", "Unit 3"):
        shelf.container("unit1", "t1", "p1", title=title)
        shelf.publish()
        author.sync(unit)
    assert block(unit).title == "Unit 2"


def test_the_preview_of_a_renamed_container_shows_all_three_titles(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    edit(unit, display_name="Mine")
    shelf.container("unit1", "t1", "p1", title="Theirs")
    shelf.publish()
    take = author.preview(unit)["steps"][0]
    assert take["detail"]["settings"] == [
        {
            "name": "display_name",
            "before": "Mine",
            "after": "Mine",
            "base": "Unit one",
            "theirs": "Theirs",
            "mine": "Mine",
            "outcome": "Mine",
        }
    ]


def test_a_deleted_component_makes_the_section_ready_and_accepting_removes_the_block(
    author: Author, shelf: Shelf, section: UsageKey
) -> None:
    shelf.delete("p1")
    shelf.publish()
    (row,) = author.links(ready_to_sync="true", use_top_level_parents="true")
    assert (row["downstream_usage_key"], row["ready_to_sync"], row["ready_to_sync_from_children"]) == (
        str(section),
        False,
        True,
    )
    assert ("delete", "deleted_upstream", "Problem one") in actions(author.preview(section))
    author.sync(section)
    assert titles(children(child(section, 0, 0))) == ["Text one"]
    assert author.ready() == []


def test_a_declined_deletion_is_silent_until_the_structure_changes_again(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    shelf.delete("p1")
    shelf.publish()
    author.decline(unit)
    assert (author.ready(), len(children(unit))) == ([], 2)
    assert author.link(child(unit, 1))["state"] == "declined"
    shelf.component("t1", title="New")
    shelf.publish()
    assert author.ready() == [str(unit)]


def test_an_unpublished_part_is_no_reason_to_prompt(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    """Such a part comes with a paste of a draft."""
    shelf.component("t3")
    shelf.container("unit1", "t1", "p1", "t3", title="Unit one")
    part = ROOT.course_key.make_usage_key("html", "pasted")
    olx = f'<html upstream="{shelf.key("t3")}" top_level_downstream_parent_key="vertical:{unit.block_id}"/>'
    write_unlinked(api.CreateBlock(part, olx, parent=unit))
    link = author.link(part)
    assert (link["state"], link["ready_to_sync"], author.ready()) == ("unpublished", False, [])
    assert "could not be loaded" in link["error_message"]


def test_a_link_heals_when_its_item_returns(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    shelf.delete("unit1")
    shelf.publish()
    assert author.link(unit)["state"] == "deleted"
    shelf.restore("unit1")
    shelf.publish()
    link = author.link(unit)
    assert (link["state"], link["error_message"], link["version_available"]) == ("ok", None, 1)


def test_a_structure_whose_own_item_is_deleted_can_only_be_unlinked(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    shelf.delete("unit1")
    shelf.publish()
    link = author.link(unit)
    assert (link["ready_to_sync"], link["version_available"], author.ready()) == (False, None, [])
    assert "not found in the system" in link["error_message"]
    assert author.try_sync(unit).status_code == author.try_decline(unit).status_code == 400
    assert titles(children(unit)) == ["Text one", "Problem one"]
    author.unlink(unit)
    assert titles(children(unit)) == ["Text one", "Problem one"]


def test_declining_a_structure_declines_every_part_at_its_own_version(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    shelf.component("t1", title="Two")
    shelf.component("t1", title="Three")
    shelf.publish()
    author.decline(unit)
    declined = [author.link(key)["version_declined"] for key in (unit, *children(unit))]
    assert (declined, author.ready()) == ([1, 3, 1], [])
    assert titles(children(unit)) == ["Text one", "Problem one"]


def test_a_sync_with_nothing_new_writes_nothing(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    author.decline(unit)
    api.publish_course(COURSE_KEY, user=OPERATOR)
    before = [block(key) for key in (unit, *children(unit))]
    author.sync(unit)
    assert [block(key) for key in (unit, *children(unit))] == before


def test_declining_leaves_out_parts_with_a_broken_link(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    key = child(unit, 1)
    olx = block(key).olx.replace(shelf.key("p1"), "nonsense")
    write_unlinked(api.UpdateBlock(key, olx))
    shelf.component("t1", title="Two")
    shelf.publish()
    author.decline(unit)
    assert author.link(child(unit, 0))["version_declined"] == 2
    assert author.link(key)["version_declined"] is None


def test_local_additions_are_listed_before_a_sync_removes_them(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    added = ROOT.course_key.make_usage_key("html", "added")
    write_unlinked(api.CreateBlock(added, '<html display_name="Added"/>', parent=unit))
    assert ("delete", "local_addition", "Added") in actions(author.preview(unit))
    author.sync(unit)
    assert titles(children(unit)) == ["Text one", "Problem one"]


def test_children_deleted_here_come_back(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    problem = child(unit, 1)
    write_unlinked(api.DeleteBlock(problem))
    author.sync(unit)
    assert titles(children(unit)) == ["Text one", "Problem one"]


def test_a_part_that_was_linked_on_its_own_is_adopted(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    problem = child(unit, 1)
    olx = block(problem).olx.replace(f' top_level_downstream_parent_key="vertical:{unit.block_id}"', "")
    write_unlinked(api.UpdateBlock(problem, olx))
    assert author.link(problem)["top_level_parent_key"] is None
    author.sync(unit)
    assert child(unit, 1) == problem
    assert author.link(problem)["top_level_parent_key"] == str(unit)


def test_a_part_of_another_library_is_listed_before_a_sync_removes_it(
    author: Author, shelf: Shelf, unit: UsageKey, make_library: LibraryFactory
) -> None:
    """Such parts come from older courses; here nobody can add them."""
    other = Shelf(make_library("other"))
    other.component("t1", title="Foreign")
    other.publish()
    foreign = author_of_both(author, other).create(other.key("t1"), UNIT)
    write_unlinked(api.MoveBlock(foreign, unit))
    other.component("t1", title="Newer")
    other.publish()
    assert author.ready() == [str(foreign)]
    assert ("delete", "other_link", "Foreign") in actions(author.preview(unit))
    author.sync(unit)
    assert titles(children(unit)) == ["Text one", "Problem one"]


def author_of_both(author: Author, other: Shelf) -> Author:
    give_role(author.user, "library_user", str(other.library.library_key))
    return author


def test_a_part_that_is_ahead_of_its_structure_stays_what_it_is(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    """It was linked and synced on its own, while the structure waited."""
    shelf.component("t1", title="New")
    shelf.container("unit1", "t1", "p1", title="New unit")
    shelf.publish()
    ahead = author.create(shelf.key("t1"), UNIT)
    write_unlinked(api.DeleteBlock(child(unit, 0)), api.MoveBlock(ahead, unit, 0))
    assert (author.link(ahead)["version_synced"], author.link(unit)["version_synced"]) == (2, 1)
    author.sync(unit)
    assert (child(unit, 0), titles(children(unit))) == (ahead, ["New", "Problem one"])
    assert (author.link(ahead)["top_level_parent_key"], author.ready()) == (str(unit), [])


def test_linking_a_unit_shows_what_it_would_delete_before_it_does(author: Author, shelf: Shelf) -> None:
    before = titles(children(UNIT))
    response = author.relink(UNIT, shelf.key("unit1"), sync=True)
    shown = response.json()
    assert (response.status_code, shown["error_code"]) == (409, "would_delete")
    assert [step["title"] for step in shown["steps"] if step["action"] == "delete"] == before
    assert ("Hi", None) in [(one["mine"], one["theirs"]) for one in shown["conflicts"]]
    assert (titles(children(UNIT)), author.link(UNIT)["upstream_ref"]) == (before, None)
    response = author.relink(UNIT, shelf.key("unit1"), sync=True, fingerprint="another")
    assert (response.status_code, response.json()["error_code"]) == (400, "preview_outdated")
    response = author.relink(UNIT, shelf.key("unit1"), sync=True, fingerprint=shown["fingerprint"])
    assert (response.status_code, titles(children(UNIT))) == (200, ["Text one", "Problem one"])


def test_unlinking_a_section_leaves_what_is_one_level_down_linked(
    author: Author, shelf: Shelf, section: UsageKey
) -> None:
    subsection, unit = child(section, 0), child(section, 0, 0)
    author.unlink(section)
    assert len(author.links()) == 6
    assert author.link(subsection)["top_level_parent_key"] is None
    assert {author.link(key)["top_level_parent_key"] for key in (unit, child(unit, 0))} == {str(subsection)}
    shelf.component("t1", title="New")
    shelf.publish()
    assert author.ready() == [str(subsection)]
    author.sync(subsection)
    assert block(child(unit, 0)).title == "New"


def test_only_linked_blocks_are_pointed_elsewhere_by_unlinking(author: Author, shelf: Shelf, section: UsageKey) -> None:
    added = ROOT.course_key.make_usage_key("html", "added")
    write_unlinked(api.CreateBlock(added, "<html/>", parent=child(section, 0, 0)))
    author.unlink(section)
    assert block(added).settings == {}


@pytest.mark.parametrize("path", [(0,), (0, 0), (0, 0, 0)])
def test_a_part_is_neither_synced_nor_unlinked_on_its_own(
    author: Author, section: UsageKey, path: tuple[int, ...]
) -> None:
    part = child(section, *path)
    for response in (
        author.try_sync(part),
        author.try_unlink(part),
        author.relink(part, author.link(part)["upstream_ref"]),
    ):
        assert (response.status_code, response.json()["error_code"]) == (400, "not_top_level")
        assert str(section) in response.json()["developer_message"]


def test_what_is_in_a_linked_structure_is_the_librarys(author: Author, section: UsageKey) -> None:
    unit = child(section, 0, 0)
    text, problem = children(unit)
    user = author.user
    refused = [
        lambda: api.create_block(unit, user=user, block_type="html"),
        lambda: api.delete_block(text, user=user),
        lambda: api.move_block(text, user=user, parent_key=UNIT),
        lambda: api.move_block(UNIT, user=user, parent_key=child(section, 0)),
        lambda: api.reorder_children(unit, user=user, children=[problem, text]),
        lambda: api.edit_block(problem, user=user, olx="<problem>mine</problem>"),
        lambda: api.edit_block(problem, user=user, settings={"rerandomize": "never"}),
        lambda: api.create_block(section, user=user, block_type="sequential"),
    ]
    for change in refused:
        with pytest.raises(api.LinkedStructureError):
            change()
    assert children(unit) == [text, problem]


def test_settings_of_the_course_titles_and_texts_can_be_changed_in_a_linked_structure(
    author: Author, section: UsageKey
) -> None:
    text, problem = children(child(section, 0, 0))
    edit(problem, max_attempts="9", due='"2030-01-01T00:00:00Z"', display_name="Mine")
    edit(text, text="Mine")
    edit(child(section, 0), graded="true", format="Homework")
    author.sync(section)
    assert (block(problem).settings["max_attempts"], block(problem).title, body(text)) == ("9", "Mine", "Mine")
    assert block(child(section, 0)).settings["format"] == "Homework"


def test_an_edit_keeps_the_link_even_where_it_does_not_repeat_it(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    api.edit_block(child(unit, 0), user=author.user, olx="<html>Mine</html>")
    link = author.link(child(unit, 0))
    assert (link["upstream_ref"], link["top_level_parent_key"]) == (shelf.key("t1"), str(unit))


def test_a_linked_structure_as_a_whole_is_moved_and_deleted_like_any_block(
    author: Author, section: UsageKey, unit: UsageKey
) -> None:
    api.move_block(unit, user=author.user, parent_key=SUBSECTION, index=0)
    assert children(SUBSECTION) == [unit, UNIT]
    api.delete_block(section, user=author.user)
    assert {row["downstream_usage_key"] for row in author.links()} == {str(key) for key in (unit, *children(unit))}
    api.delete_block(SECTION, user=author.user)
    assert author.links() == []


def test_settings_that_the_library_preserved_come_along_once_and_are_checked_against_the_course(
    author: Author, shelf: Shelf
) -> None:
    item = learning_core.find_items(shelf.pk, [api.container_key(shelf.key("sub1"))])
    (found,) = item.values()
    settings = {"graded": True, "format": "Exam", "due": "2020-01-01T00:00:00Z", "group_access": {"50": [1]}}
    write_settings({found.published_version_pk or 0: ContainerSettingsData(settings)})
    response = author.try_create(shelf.key("sub1"), SECTION).json()
    key = UsageKey.from_string(response["locator"])
    assert block(key).settings["graded"] == "true"
    assert block(key).settings["group_access"] == '{"50": [1]}'
    assert sorted(found["setting"] for found in response["attention"]) == ["due", "format", "group_access"]
    edit(key, due=None, format="Homework")
    author.sync(key)
    assert (block(key).settings.get("due"), block(key).settings["format"]) == (None, "Homework")
    policy = b'{"GRADER": [{"type": "Exam"}]}'
    api.write_course_file(ROOT.course_key, api.GRADING_POLICY_PATH, policy, user=OPERATOR)
    response = author.try_create(shelf.key("sub1"), SECTION).json()
    assert sorted(found["setting"] for found in response["attention"]) == ["due", "group_access"]


@pytest.mark.parametrize(
    "policy",
    [
        '{"GRADER": null}',
        '{"GRADER": {"type": "Exam"}}',
        '{"GRADER": [1, null, {}, {"type": ["Exam"]}]}',
        "[]",
        "null",
        "{",
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_strange_grading_policy_has_no_assignment_types(author: Author, shelf: Shelf, policy: str) -> None:
    item = learning_core.find_items(shelf.pk, [api.container_key(shelf.key("sub1"))])
    (found,) = item.values()
    write_settings({found.published_version_pk or 0: ContainerSettingsData({"graded": True, "format": "Exam"})})
    write_file(api.GRADING_POLICY_PATH, policy.encode())
    response = author.try_create(shelf.key("sub1"), SECTION)
    assert response.status_code == 200
    assert [found["setting"] for found in response.json()["attention"]] == ["format"]


def test_licenses_come_along_and_stay_up_to_date(author: Author, shelf: Shelf) -> None:
    def give(name: str, license_code: str, holder: str = "") -> None:
        change = LicenseChange(license=license_code, license_holder=holder)
        set_license(item_key(shelf.key(name)), user=OPERATOR, change=change)
        shelf.publish()

    give("unit1", "CC:4.0:BY:NC", "ACME")
    give("t1", "CC0:1.0")
    unit = author.create(shelf.key("unit1"), SUBSECTION, category="vertical")
    text = child(unit, 0)
    assert block(unit).settings["license"] == "creative-commons: ver=4.0 BY NC"
    assert block(unit).settings["license_holder"] == "ACME"
    assert block(text).settings["license"] == "CC0:1.0"
    give("unit1", "all-rights-reserved")
    give("t1", "public-domain", "Jo")
    author.sync(unit)
    assert block(unit).settings["license"] == "all-rights-reserved"
    assert (block(text).settings["license"], block(text).settings["license_holder"]) == ("public-domain", "Jo")
    assert author.link(unit)["ready_to_sync"] is False
