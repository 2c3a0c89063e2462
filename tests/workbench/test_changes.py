"""Pages of change sets: what was done, comparisons, undo and restore."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.content import api as content
from content_libraries.history import api as history
from content_libraries.keys import LibraryContainerLocator, LibraryUsageLocatorV2
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import give_role
from tests.courses.building import key as block_of
from tests.courses.building import make_course

from .conftest import BOOSTED, HTMX, Browse, Cost, text_of

pytestmark = pytest.mark.django_db

CHANGES = "/libraries/lib:CL-TEST:lib1/changes/"
TEXT = '<html display_name="{title}"><![CDATA[<p>{text}</p>]]></html>'


def make_text(library: ContentLibrary, user: User, code: str = "t1", text: str = "old words") -> LibraryUsageLocatorV2:
    """A text titled like its code."""
    made = content.create_component(library.library_key, user=user, block_type="html", component_code=code)
    key = made.key
    assert isinstance(key, LibraryUsageLocatorV2)
    write(key, user, text, title=code)
    return key


def write(key: LibraryUsageLocatorV2, user: User, text: str, title: str = "t1") -> None:
    content.set_olx(key, user=user, olx=TEXT.format(title=title, text=text))


def newest(library: ContentLibrary, user: User) -> history.ChangeSet:
    return history.list_change_sets(library.library_key, user=user)[0:1][0]


def olx(key: LibraryUsageLocatorV2, user: User) -> str:
    return content.get_olx(key, user=user)


def shown(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return text_of(response)


def link_in(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_reader_sees_who_did_what_and_no_buttons(
    library: ContentLibrary, author: User, reader: User, browse: Browse
) -> None:
    make_text(library, author)
    client = browse(reader)
    page = shown(client, CHANGES)
    assert "Edited “t1”" in page
    assert "library_author" in page
    assert "2 changes and 0 publishes in 12 weeks" in page
    page = shown(client, f"/changes/{newest(library, author).uuid}/")
    assert "Edited “t1”" in page
    assert "/undo/" not in page


def test_changes_are_filtered_by_kind_user_time_and_item(
    library: ContentLibrary, staff: User, author: User, browse: Browse
) -> None:
    key = make_text(library, author)
    make_text(library, staff, "t2")
    content.publish_all(library.library_key, user=staff)
    client = browse(staff)
    assert "Edited" not in results(client, "?kind=publish")
    assert "Published" in results(client, "?kind=publish")
    assert "t2" not in results(client, "?user=library_author")
    assert "No change matches" in results(client, "?until=2001-01-01")
    assert "t2" not in results(client, f"?{urlencode({'item_key': str(key)})}")
    assert "t2" in results(client, "?kind=nonsense")


def results(client: Client, query: str) -> str:
    page = text_of(client.get(f"{CHANGES}{query}", headers=HTMX))
    assert "<html" not in page
    return page


def test_a_change_leads_to_the_difference_of_each_item(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    write(key, author, "new words")
    client = browse(author)
    page = shown(client, f"/changes/{newest(library, author).uuid}/")
    page = shown(client, link_in(page, r'href="(/changes/[^"]+/item/[^"]+)"'))
    assert 'wb-removed"><span class="visually-hidden">removed: </span>-&lt;p&gt;old words' in page
    assert "+&lt;p&gt;new words" in page
    assert "From version 2 to version 3" in page
    assert "Restore version 2" in page


def test_long_differences_stay_small(library: ContentLibrary, author: User, browse: Browse, cost: Cost) -> None:
    key = make_text(library, author)
    write(key, author, "\n".join(f"line {number} " + "&lt;" * 200 for number in range(3000)))
    client = browse(author)
    query = urlencode({"item_key": str(key)})
    url = f"/changes/{newest(library, author).uuid}/item/?{query}"
    cost(client, url)
    assert "There are more differences than are shown here." in shown(client, url)


def test_two_versions_are_compared(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    content.publish_all(library.library_key, user=author)
    write(key, author, "new words")
    client = browse(author)
    assert "+&lt;p&gt;new words" in shown(client, f"/compare/?item_key={key}")
    assert "The item itself did not change." in shown(client, f"/compare/?item_key={key}&before=2&after=published")
    page = shown(client, f"/compare/?item_key={key}&before=99&after=draft", 400)
    assert "has no version 99" in page
    assert 'value="99"' in page
    assert "Write the number of a version" in shown(client, f"/compare/?item_key={key}&before=x", 400)


def test_the_versions_of_a_component_lead_to_comparisons_and_changes(
    library: ContentLibrary, author: User, browse: Browse
) -> None:
    key = make_text(library, author)
    make_text(library, author, "t2")
    client = browse(author)
    page = shown(client, f"/items/{key}/versions/")
    assert "Before and after" in shown(client, link_in(page, r'href="(/compare/[^"]+)"'))
    changes = shown(client, link_in(page, r'href="(/libraries/[^"]+/changes/\?item_key=[^"]+)"'))
    assert "Edited “t1”" in changes
    assert "Edited “t2”" not in changes


def test_an_undo_is_shown_done_and_taken_back(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    write(key, author, "new words")
    client = browse(author)
    page = shown(client, f"/changes/{newest(library, author).uuid}/undo/")
    assert "Goes back" in page
    assert "from version 3 to version 2" in page
    response = client.post(f"/changes/{newest(library, author).uuid}/undo/", headers=BOOSTED, follow=True)
    page = response.content.decode()
    assert "Undid the changes of 1 item." in page
    assert "Redo" in page
    assert "old words" in olx(key, author)
    client.post(link_in(page, r'action="(/changes/[^"]+/undo/)"'), headers=BOOSTED)
    assert "new words" in olx(key, author)


def test_items_that_were_changed_since_are_named_and_left_out_as_asked(
    library: ContentLibrary, staff: User, author: User, browse: Browse
) -> None:
    key, other = make_text(library, author, "t1"), make_text(library, author, "t2")
    edit = history.Replacing(find="words", replace="texts")
    made = history.apply_bulk_edit(history.Selection(library.library_key), edit, user=author)
    write(key, staff, "later")
    client = browse(author)
    url = f"/changes/{made.change_set}/undo/"
    page = shown(client, url)
    assert "“t1” was changed by Bob on" in page
    assert "Leave them out, and undo the rest" in page
    response = client.post(url, {"on_conflict": "refuse"}, headers=BOOSTED)
    assert response.status_code == 400
    assert "cannot be undone" in response.content.decode()
    assert "old texts" in olx(other, author)
    assert client.post(url, {"on_conflict": "skip"}, headers=BOOSTED).status_code == 302
    assert "old words" in olx(other, author)
    assert "later" in olx(key, author)


def test_a_version_is_restored_after_a_preview(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    write(key, author, "new words")
    client = browse(author)
    url = f"/restore/?item_key={key}&version_num=2"
    assert "from version 3 to version 2" in shown(client, url)
    page = client.post(url, headers=BOOSTED, follow=True).content.decode()
    assert "Restored “t1”" in page
    assert "old words" in olx(key, author)
    response = client.post(f"/restore/?item_key={key}&version_num=2", headers=BOOSTED, follow=True)
    assert response.status_code == 200
    assert "has no version 99" in shown(client, f"/restore/?item_key={key}&version_num=99", 400)
    assert "Name the version" in shown(client, f"/restore/?item_key={key}&version_num=x", 400)


def test_a_container_is_restored_with_what_is_in_it(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    unit = content.create_container(
        library.library_key, user=author, container_type="unit", container_code="u1", title="Unit"
    )
    assert isinstance(unit.key, LibraryContainerLocator)
    content.append_children(unit.key, user=author, child_keys=[key])
    write(key, author, "new words")
    url = f"/restore/?item_key={unit.key}&version_num=2"
    client = browse(author)
    assert "Restore the items in it, too" in shown(client, url)
    client.post(url, {"with_children": "on"}, headers=BOOSTED)
    assert "old words" in olx(key, author)


def test_the_draft_of_a_library_goes_back_to_a_publish(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    content.publish_all(library.library_key, user=author)
    published = newest(library, author)
    write(key, author, "new words")
    make_text(library, author, "t2")
    client = browse(author)
    page = shown(client, f"/changes/{published.uuid}/")
    assert "Set the draft back to this publish" in page
    url = f"/restore/?library_key={library.library_key}&publish_log={published.uuid}"
    page = shown(client, url)
    assert "Is deleted" in page
    client.post(url, headers=BOOSTED)
    assert "old words" in olx(key, author)


@pytest.mark.parametrize("path", ["changes/{uuid}/undo/", "restore/?item_key={key}&version_num=2"])
def test_a_reader_may_not_undo_or_restore(
    library: ContentLibrary, author: User, reader: User, browse: Browse, path: str
) -> None:
    key = make_text(library, author)
    url = "/" + path.format(uuid=newest(library, author).uuid, key=key)
    client = browse(reader)
    for response in (client.get(url), client.post(url)):
        assert response.status_code == 403
    assert "old words" in olx(key, author)


def test_a_stranger_sees_no_change(library: ContentLibrary, author: User, stranger: User, browse: Browse) -> None:
    key = make_text(library, author)
    uuid = newest(library, author).uuid
    client = browse(stranger)
    for url in (CHANGES, f"/changes/{uuid}/", f"/changes/{uuid}/item/?item_key={key}", f"/compare/?item_key={key}"):
        assert "t1" not in shown(client, url, 403).replace(str(key), "").replace(url, "")


def test_the_pages_of_a_course_are_for_its_team(staff: User, stranger: User, reader: User, browse: Browse) -> None:
    course_key = make_course()
    block = block_of("problem", "p")
    change = history.list_change_sets(course_key, user=staff)[0:1][0]
    pages = (
        f"/courses/{course_key}/changes/",
        f"/changes/{change.uuid}/",
        f"/changes/{change.uuid}/item/?{urlencode({'item_key': str(block)})}",
        f"/compare/?{urlencode({'item_key': str(block), 'before': '1', 'after': 'draft'})}",
        f"/compare/?{urlencode({'item_key': str(block), 'before': 'x'})}",
    )
    give_role(reader, "course_staff", str(course_key))
    for url, status in zip(pages, (200, 200, 200, 200, 400), strict=True):
        assert str(course_key) in shown(browse(reader), url, status)
        assert "lacks the permission" in shown(browse(stranger), url, 403)


def test_unknown_changes_and_keys_are_pages_in_words(library: ContentLibrary, staff: User, browse: Browse) -> None:
    client = browse(staff)
    assert "There is no change set" in shown(client, "/changes/6f1b8a51-6cd5-4c34-9f0f-0f6b0d0a7a11/", 404)
    assert "nonsense" in shown(client, "/compare/?item_key=nonsense", 404)


def test_the_cost_does_not_depend_on_the_number_of_changes_and_records(
    library: ContentLibrary, author: User, browse: Browse, cost: Cost
) -> None:
    client = browse(author)

    def costs() -> list[int]:
        edit = history.Replacing(find="words", replace="words words")
        made = history.apply_bulk_edit(history.Selection(library.library_key), edit, user=author)
        change = f"/changes/{made.change_set}/"
        return [cost(client, url) for url in (CHANGES, change, f"{change}undo/")]

    for code in ("a1", "a2"):
        make_text(library, author, code)
    few = costs()
    for number in range(60):
        make_text(library, author, f"t{number}")
    assert costs() == few
    assert "Page 2 of " in shown(client, f"{CHANGES}?page=2")
