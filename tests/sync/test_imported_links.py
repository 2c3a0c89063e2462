"""Links that archives of other sites bring: whatever they say, the course loads, and every place says the same."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from tests.courses.building import SECTION as COURSE_SECTION
from tests.courses.building import folder_of, key
from tests.imports.conftest import course_archive, work
from tests.imports.sources import in_place

from .building import COURSE_KEY, ROOT, Author, Shelf, block, body, child, edit

SECTION, SUBSECTION, UNIT, TEXT = key("chapter", "s"), key("sequential", "ss"), key("vertical", "u"), key("html", "h")


def load(path: Path, content: str) -> None:
    """Let the content of the course be that of an archive."""
    course = f'<course org="Org" course="Course" url_name="Run">{content}</course>'
    api.load_course(folder_of(path, {"course.xml": course}), user=OPERATOR)


def linked(name: str, shelf: Shelf, *, version: int = 1, top: str | None = None) -> str:
    """The attributes of a block that is linked to an item."""
    part = f' top_level_downstream_parent_key="{top}"' if top else ""
    return f'upstream="{shelf.key(name)}" upstream_version="{version}"{part}'


def ready_everywhere(author: Author) -> list[str]:
    """What is ready, after a look at whether list, details, outline and summary agree about it."""
    ready = author.ready()
    keys = [row["downstream_usage_key"] for row in author.links()]
    assert [text for text in keys if author.link(UsageKey.from_string(text))["ready_to_sync"]] == sorted(
        ready, key=keys.index
    )
    pending, shown = [author.client.get(f"/xblock/outline/{quote(str(ROOT))}").json()], []
    while pending:
        found = pending.pop()
        shown += [found["id"]] if found["upstream_info"]["ready_to_sync"] else []
        pending += found.get("child_info", {"children": []})["children"]
    assert sorted(shown) == sorted(ready)
    assert sum(entry["ready_to_sync_count"] for entry in author.summary()) == len(ready)
    assert api.check_links(None, repair=False) == []
    return ready


STRANGE = [
    'upstream_version="99999999999999999999"',
    'upstream_version="-5"',
    'upstream_version="1" upstream_version_declined="9223372036854775807"',
    'upstream_version="1" top_level_downstream_parent_key="a b@c d"',
    'upstream_version="1" top_level_downstream_parent_key="vertical:ITSELF"',
    'upstream_version="1" top_level_downstream_parent_key="vertical@ITSELF"',
    f'upstream_version="1" top_level_downstream_parent_key="vertical@{"x" * 300}"',
    'upstream_version="1" top_level_downstream_parent_key=":"',
    'upstream_version="1" downstream_customized="{"',
]


def test_no_link_is_strange_enough_to_refuse_a_course(author: Author, shelf: Shelf, tmp_path: Path) -> None:
    units = {key("vertical", f"u{number}"): attributes for number, attributes in enumerate(STRANGE)}
    linked_units = "".join(
        f'<vertical url_name="{unit.block_id}" upstream="{shelf.key("unit1")}" '
        f"{attributes.replace('ITSELF', unit.block_id)}/>"
        for unit, attributes in units.items()
    )
    load(tmp_path, f'<chapter url_name="s"><sequential url_name="ss">{linked_units}</sequential></chapter>')
    parents = {attributes: author.link(unit)["top_level_parent_key"] for unit, attributes in units.items()}
    assert parents == dict.fromkeys(STRANGE)
    ready_everywhere(author)
    answers = {attributes: author.try_sync(unit).status_code for unit, attributes in units.items()}
    assert answers == dict.fromkeys(STRANGE, 200)
    assert {attributes: len(block(unit).children) for unit, attributes in units.items()} == dict.fromkeys(STRANGE, 2)


def test_a_reference_that_is_too_long_to_be_a_key_is_malformed(author: Author, shelf: Shelf, tmp_path: Path) -> None:
    text = f'<html url_name="h" upstream="lb:CL-TEST:lib1:html:{"x" * 300}"/>'
    load(tmp_path, f'<chapter url_name="s"><vertical url_name="u">{text}</vertical></chapter>')
    assert (author.link(TEXT)["state"], author.links()[0]["state"]) == ("malformed", "malformed")
    assert "is malformed" in author.try_sync(TEXT).json()["developer_message"]["upstream_ref"]


def test_parts_that_name_a_part_belong_to_the_whole_structure(author: Author, shelf: Shelf, tmp_path: Path) -> None:
    shelf.component("t1", title="New")
    shelf.publish()
    text = f'<html url_name="h" {linked("t1", shelf, top="sequential:ss")}>One</html>'
    unit = f'<vertical url_name="u" {linked("unit1", shelf, top="sequential:ss")}>{text}</vertical>'
    subsection = f'<sequential url_name="ss" {linked("sub1", shelf, top="chapter:s")}>{unit}</sequential>'
    load(tmp_path, f'<chapter url_name="s" {linked("sec1", shelf)}>{subsection}</chapter>')
    assert ready_everywhere(author) == [str(SECTION)]
    assert author.link(TEXT)["top_level_parent_key"] == str(SECTION)
    author.sync(SECTION)
    assert (block(TEXT).title, ready_everywhere(author)) == ("New", [])


def test_a_part_that_was_moved_out_of_its_structure_is_on_its_own(author: Author, shelf: Shelf, tmp_path: Path) -> None:
    text = f'<html url_name="h" {linked("t1", shelf, top="vertical:u")}>One</html>'
    structure = f'<vertical url_name="u" {linked("unit1", shelf)}/>'
    load(
        tmp_path,
        f'<chapter url_name="s"><sequential url_name="ss">{structure}<vertical url_name="v">{text}</vertical>'
        "</sequential></chapter>",
    )
    author.sync(UNIT)
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.publish()
    assert set(ready_everywhere(author)) == {str(UNIT), str(TEXT)}
    author.sync(UNIT)
    assert ready_everywhere(author) == [str(TEXT)]
    edit(TEXT, text="<p>Mine</p>")
    conflict = author.preview(TEXT)["conflicts"][0]
    assert (conflict["name"], conflict["choices"]) == ("data", ["keep_local", "take_upstream", "decline"])
    author.sync(TEXT, outcome="take_upstream")
    assert (body(TEXT), ready_everywhere(author)) == ("<p>New</p>", [])
    author.unlink(TEXT)
    assert author.link(TEXT)["state"] == "not_linked"


def test_blocks_that_name_each_other_do_not_lock_each_other(author: Author, shelf: Shelf, tmp_path: Path) -> None:
    subsection = f'<sequential url_name="ss" {linked("sub1", shelf, top="chapter:s")}/>'
    load(tmp_path, f'<chapter url_name="s" {linked("sec1", shelf, top="sequential:ss")}>{subsection}</chapter>')
    assert author.link(SECTION)["top_level_parent_key"] is None
    assert author.link(SUBSECTION)["top_level_parent_key"] == str(SECTION)
    author.sync(SECTION)
    author.unlink(SECTION)
    assert author.link(SUBSECTION)["top_level_parent_key"] is None
    assert ready_everywhere(author) == []


def test_a_block_that_is_linked_later_takes_the_parts_that_name_it(
    author: Author, shelf: Shelf, tmp_path: Path
) -> None:
    text = f'<html url_name="h" {linked("t1", shelf, top="vertical:u")}>One</html>'
    unit = f'<vertical url_name="u">{text}</vertical>'
    load(tmp_path, f'<chapter url_name="s"><sequential url_name="ss">{unit}</sequential></chapter>')
    assert author.link(TEXT)["top_level_parent_key"] is None
    assert author.relink(UNIT, shelf.key("unit1")).status_code == 200
    assert author.link(TEXT)["top_level_parent_key"] == str(UNIT)
    assert ready_everywhere(author) == [str(UNIT)]
    assert api.rebuild_links(COURSE_KEY) == 0


def test_what_an_import_added_to_a_linked_structure_cannot_be_edited_there(
    author: Author, shelf: Shelf, tmp_path: Path
) -> None:
    text = f'<html url_name="h" {linked("t1", shelf, top="sequential:ss")}>One</html>'
    added = f'<vertical url_name="u">{text}</vertical>'
    subsection = f'<sequential url_name="ss" {linked("sub1", shelf)}>{added}</sequential>'
    load(tmp_path, f'<chapter url_name="s">{subsection}</chapter>')
    with pytest.raises(api.LinkedStructureError):
        api.move_block(TEXT, user=OPERATOR, parent_key=SECTION)
    with pytest.raises(api.LinkedStructureError):
        api.create_block(UNIT, user=OPERATOR, block_type="html")
    refused = author.try_create(shelf.key("t2"), UNIT)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "linked_structure")
    author.unlink(SUBSECTION)
    api.move_block(TEXT, user=OPERATOR, parent_key=SECTION)
    assert ready_everywhere(author) == []


@pytest.mark.parametrize("keeps_ids", [True, False])
def test_what_an_import_brings_has_its_names_in_courses_and_no_others(
    author: Author, shelf: Shelf, staff: User, tmp_path: Path, keeps_ids: bool
) -> None:
    """Imports give what has no name its ID as a title, and make new IDs of titles."""
    blocks = """<html url_name="NoName">A</html><html url_name="No.Name_2">B</html>
    <html url_name="intro" display_name="intro">C</html><problem url_name="x" display_name="quiz"/>"""
    unit = f'<vertical url_name="part-1" display_name="part-1">{blocks}</vertical>'
    outline = f'<chapter url_name="c"><sequential url_name="week1" display_name="week1">{unit}</sequential></chapter>'
    path = course_archive(tmp_path, in_place(outline))
    key = shelf.library.library_key
    source = api.upload_source(key, user=staff, file=ContentFile(path.read_bytes(), name=path.name))
    options = api.ImportOptions(level=api.Level.SUBSECTION, preserve_url_slugs=keeps_ids)
    work(api.start_imports(key, user=staff, sources=[api.SourceRequest(source.key, options)], publish=True).uuid)
    item = f"lct:{str(key).removeprefix('lib:')}:subsection:week1"
    subsection = author.create(item, COURSE_SECTION)
    unit_key = child(subsection, 0)
    shown = [block(found).settings.get("display_name") for found in (subsection, unit_key, *block(unit_key).children)]
    assert shown == ["week1", "part-1", None, None, "intro", "quiz"]
