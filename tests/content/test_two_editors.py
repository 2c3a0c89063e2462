"""Edits that name the version that they started from (wire: two-editors)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from .client import LibraryClient
from .conftest import ActingAs

type Edit = Callable[[LibraryClient, dict[str, Any], dict[str, str]], Any]


@pytest.fixture
def ann(acting_as: ActingAs, author: User) -> LibraryClient:
    """Another author of the same library."""
    return acting_as(author)


def save_olx(lib: LibraryClient, body: dict[str, Any], headers: dict[str, str]) -> Any:
    olx = {"olx": '<problem display_name="Mine"/>', **body}
    return lib.http.post(lib.url("problem:p", "olx/"), olx, format="json", headers=headers)


def save_fields(lib: LibraryClient, body: dict[str, Any], headers: dict[str, str]) -> Any:
    url = f"/api/xblock/v2/xblocks/{lib.key('problem:p')}/fields/"
    fields = {"metadata": {"display_name": "Mine"}, **body}
    return lib.http.post(url, fields, format="json", headers=headers)


def rename(lib: LibraryClient, body: dict[str, Any], headers: dict[str, str]) -> Any:
    return lib.http.patch(lib.url("unit:u"), {"display_name": "Mine", **body}, format="json", headers=headers)


def children_edit(method: str) -> Edit:
    def edit(lib: LibraryClient, body: dict[str, Any], headers: dict[str, str]) -> Any:
        keys = {"usage_keys": [lib.key("problem:p")], **body}
        return getattr(lib.http, method)(lib.url("unit:u", "children/"), keys, format="json", headers=headers)

    return edit


def collection_edit(method: str, suffix: str, body_of_edit: str) -> Edit:
    def edit(lib: LibraryClient, body: dict[str, Any], headers: dict[str, str]) -> Any:
        sent = {"usage_keys": [lib.key("problem:p")]} if body_of_edit == "items" else {"title": "Mine"}
        url = lib.collection_url("c", suffix)
        return getattr(lib.http, method)(url, {**sent, **body}, format="json", headers=headers)

    return edit


COMPONENT: dict[str, Edit] = {"olx": save_olx, "fields": save_fields}
CONTAINER: dict[str, Edit] = {
    "title": rename,
    "appended": children_edit("post"),
    "replaced": children_edit("patch"),
    "removed": children_edit("delete"),
}
COLLECTION: dict[str, Edit] = {
    "collection": collection_edit("patch", "", "title"),
    "added": collection_edit("patch", "items/", "items"),
    "taken": collection_edit("delete", "items/", "items"),
}


@pytest.fixture(scope="module", autouse=True)
def shared_items(shared_lib: LibraryClient) -> None:
    """A component, a unit without it, and a collection without it."""
    shared_lib.create("problem:p")
    shared_lib.create("unit:u", "Unit")
    shared_lib.create_collection("c")


@pytest.fixture
def filled(lib: LibraryClient) -> LibraryClient:
    """The library of all tests of this module, with what is in it."""
    return lib


def etag(lib: LibraryClient, url: str) -> str:
    tag: str = lib.http.get(url)["ETag"]
    return tag


def address(lib: LibraryClient, name: str) -> str:
    """The address that is read for an edit."""
    if name in COMPONENT:
        return lib.url("problem:p")
    return lib.url("unit:u") if name in CONTAINER else lib.collection_url("c")


def others_edit(ann: LibraryClient, name: str) -> None:
    """What somebody else does in the meantime."""
    if name in COMPONENT:
        ann.set_olx("problem:p", '<problem display_name="Theirs"/>')
    elif name in CONTAINER:
        ann.rename("unit:u", "Theirs")
    else:
        ann.ok(ann.http.patch(ann.collection_url("c"), {"title": "Theirs"}, format="json"))


def version_in(tag: str) -> int:
    return int(tag.strip('"').partition("-")[0])


EDITS = COMPONENT | CONTAINER | COLLECTION


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("by_header", [True, False])
def test_the_edit_of_the_current_version_is_written(filled: LibraryClient, name: str, by_header: bool) -> None:
    before = etag(filled, address(filled, name))
    body, headers = ({}, {"If-Match": before}) if by_header else ({"base_version": version_in(before)}, {})
    answer = EDITS[name](filled, body, headers)
    assert answer.status_code == 200, answer.content
    assert version_in(etag(filled, address(filled, name))) > version_in(before)


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("by_header", [True, False])
def test_the_edit_of_an_older_version_is_refused_and_writes_nothing(
    filled: LibraryClient, ann: LibraryClient, name: str, by_header: bool
) -> None:
    base = etag(filled, address(filled, name))
    others_edit(ann, name)
    current = filled.http.get(address(filled, name))
    body, headers = ({}, {"If-Match": base}) if by_header else ({"base_version": version_in(base)}, {})
    answer = EDITS[name](filled, body, headers)
    assert answer.status_code == 409, answer.content
    conflict = answer.json()
    assert (conflict["base_version"], conflict["current_version"]) == (version_in(base), version_in(current["ETag"]))
    assert conflict["error_code"] == "version_conflict"
    assert conflict["changed_at"]
    after = filled.http.get(address(filled, name))
    assert (after.json(), after["ETag"]) == (current.json(), current["ETag"])


@pytest.mark.parametrize("name", EDITS)
def test_without_a_version_the_last_write_wins(filled: LibraryClient, ann: LibraryClient, name: str) -> None:
    others_edit(ann, name)
    assert EDITS[name](filled, {}, {}).status_code == 200


def test_the_refusal_says_who_was_faster_and_what_changed(filled: LibraryClient, ann: LibraryClient) -> None:
    base = etag(filled, filled.url("problem:p", "olx/"))
    ann.set_olx("problem:p", '<problem display_name="Theirs"><p>New</p></problem>')
    conflict = save_olx(filled, {}, {"If-Match": base}).json()
    assert conflict["item_key"] == filled.key("problem:p")
    assert conflict["changed_by"] == "library_author"
    assert conflict["difference"]["title"] == {"changed": True, "before": "Blank Problem", "after": "Theirs"}
    assert conflict["difference"]["text"]["lines"][-1] == "+<p>New</p>"
    assert filled.key("problem:p") in conflict["detail"]


def test_the_refusal_of_children_shows_how_they_differ(filled: LibraryClient, ann: LibraryClient) -> None:
    base = etag(filled, filled.url("unit:u", "children/"))
    ann.add_children("unit:u", "problem:p")
    conflict = CONTAINER["replaced"](filled, {}, {"If-Match": base}).json()
    assert conflict["difference"]["children"]["added"] == [{"usage_key": filled.key("problem:p"), "index": 0}]


def test_a_discard_and_a_deletion_are_changes_too(filled: LibraryClient, ann: LibraryClient) -> None:
    filled.publish_all()
    filled.set_olx("problem:p", "<problem/>")
    base = etag(filled, filled.url("problem:p"))
    ann.ok(ann.http.post(ann.url("problem:p", "discard/")))
    conflict = save_olx(filled, {}, {"If-Match": base}).json()
    assert (conflict["base_version"], conflict["current_version"]) == (2, 1)
    assert conflict["changed_by"] == "library_author"
    ann.delete("problem:p")
    conflict = save_olx(filled, {"base_version": 1}, {}).json()
    assert (conflict["current_version"], conflict["changed_by"]) == (None, "library_author")


def test_edits_below_a_container_do_not_change_its_version(filled: LibraryClient) -> None:
    filled.add_children("unit:u", "problem:p")
    base = etag(filled, filled.url("unit:u"))
    filled.set_olx("problem:p", "<problem/>")
    assert rename(filled, {}, {"If-Match": base}).status_code == 200


def test_the_etag_of_any_address_of_an_item_will_do(filled: LibraryClient) -> None:
    fields = f"/api/xblock/v2/xblocks/{filled.key('problem:p')}/fields/"
    addresses = (filled.url("problem:p"), filled.url("problem:p", "olx/"), fields)
    assert {version_in(etag(filled, url)) for url in addresses} == {1}
    assert {version_in(etag(filled, filled.url("unit:u", suffix))) for suffix in ("", "children/")} == {1}


def test_published_children_have_the_etag_of_the_published_version(filled: LibraryClient) -> None:
    filled.publish_all()
    filled.rename("unit:u", "New")
    url = filled.url("unit:u", "children/")
    assert (version_in(etag(filled, f"{url}?published=true")), version_in(etag(filled, url))) == (1, 2)


def test_an_answer_of_a_write_has_the_new_etag(filled: LibraryClient) -> None:
    for name in (*COMPONENT, *CONTAINER):
        answer = EDITS[name](filled, {}, {})
        assert version_in(answer["ETag"]) == version_in(etag(filled, address(filled, name)))


def test_a_read_of_the_same_answer_is_not_modified_and_other_answers_have_other_etags(filled: LibraryClient) -> None:
    url = filled.url("problem:p")
    first = etag(filled, url)
    assert filled.http.get(url, headers={"If-None-Match": first}).status_code == 304
    filled.publish("problem:p")  # the version is the same, the answer is not
    again = filled.http.get(url, headers={"If-None-Match": first})
    assert (again.status_code, again.json()["has_unpublished_changes"]) == (200, False)
    assert version_in(again["ETag"]) == version_in(first)
    assert filled.http.get(url, headers={"If-Match": first}).status_code == 200


@pytest.mark.parametrize("header", ["x", '"x"', '"1x"', "1", '"1", "2"', '"' + "9" * 30 + '"', ""])
def test_an_etag_of_something_else_is_a_bad_request(filled: LibraryClient, header: str) -> None:
    answer = save_olx(filled, {}, {"If-Match": header})
    assert (answer.status_code, list(answer.json())) == (400, ["If-Match"])


@pytest.mark.parametrize("header", ["*", '"1"', 'W/"1-abc"', '"1-abc", "1-def"'])
def test_other_spellings_of_the_version_are_read(filled: LibraryClient, header: str) -> None:
    assert save_olx(filled, {}, {"If-Match": header}).status_code == 200


@pytest.mark.parametrize("value", [0, -1, "x", None, [1]])
def test_a_base_version_is_a_number(filled: LibraryClient, value: Any) -> None:
    answer = save_olx(filled, {"base_version": value}, {})
    assert (answer.status_code, list(answer.json())) == (400, ["base_version"])


def test_header_and_body_name_the_same_version(filled: LibraryClient) -> None:
    answer = save_olx(filled, {"base_version": 2}, {"If-Match": '"1"'})
    assert (answer.status_code, list(answer.json())) == (400, ["base_version"])


def test_a_version_that_never_was_is_a_conflict_without_a_difference(filled: LibraryClient) -> None:
    conflict = save_olx(filled, {"base_version": 10**15}, {}).json()
    assert (conflict["current_version"], conflict["difference"]) == (1, None)


def test_fields_that_do_not_change_are_checked_too(filled: LibraryClient, ann: LibraryClient) -> None:
    ann.set_olx("problem:p", '<problem display_name="Mine"/>')
    assert save_fields(filled, {"base_version": 1}, {}).status_code == 409


def test_collections_of_an_item_take_its_version(filled: LibraryClient) -> None:
    url = filled.url("problem:p", "collections/")
    body = {"collection_keys": ["c"], "base_version": 2}
    assert filled.http.patch(url, body, format="json").status_code == 409
    assert filled.collections_of("problem:p") == []
    assert filled.http.patch(url, {**body, "base_version": 1}, format="json").status_code == 200


def test_who_may_not_edit_learns_nothing_of_a_conflict(
    filled: LibraryClient, acting_as: ActingAs, reader: User
) -> None:
    answer = save_olx(acting_as(reader), {"base_version": 99}, {})
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])


def delete_item(name: str) -> Edit:
    return lambda lib, _body, headers: lib.http.delete(lib.url(name), headers=headers)


def delete_collection(lib: LibraryClient, _body: dict[str, Any], headers: dict[str, str]) -> Any:
    return lib.http.delete(lib.collection_url("c"), headers=headers)


def put_file(lib: LibraryClient, _body: dict[str, Any], headers: dict[str, str]) -> Any:
    url = lib.url("problem:p", "assets/static/mine.txt")
    return lib.http.put(url, {"content": ContentFile(b"mine", "mine.txt")}, format="multipart", headers=headers)


def delete_file(lib: LibraryClient, _body: dict[str, Any], headers: dict[str, str]) -> Any:
    return lib.http.delete(lib.url("problem:p", "assets/static/mine.txt"), headers=headers)


BY_HEADER: dict[str, tuple[Edit, str]] = {
    "deleted component": (delete_item("problem:p"), "olx"),
    "deleted container": (delete_item("unit:u"), "title"),
    "deleted collection": (delete_collection, "collection"),
    "uploaded file": (put_file, "olx"),
    "deleted file": (delete_file, "olx"),
}
"""What takes the version only from the header -> the edit that reads and changes the same thing."""


@pytest.mark.parametrize("name", BY_HEADER)
def test_deletions_and_files_of_an_older_version_are_refused(
    filled: LibraryClient, ann: LibraryClient, name: str
) -> None:
    act, like = BY_HEADER[name]
    base = etag(filled, address(filled, like))
    others_edit(ann, like)
    current = filled.http.get(address(filled, like))
    answer = act(filled, {}, {"If-Match": base})
    assert answer.status_code == 409, answer.content
    assert answer.json()["current_version"] == version_in(current["ETag"])
    after = filled.http.get(address(filled, like))
    assert (after.json(), after["ETag"]) == (current.json(), current["ETag"])


@pytest.mark.parametrize("name", BY_HEADER)
def test_deletions_and_files_of_the_current_version_or_of_any_are_written(filled: LibraryClient, name: str) -> None:
    act, like = BY_HEADER[name]
    assert act(filled, {}, {"If-Match": "nonsense"}).status_code == 400
    assert act(filled, {}, {"If-Match": etag(filled, address(filled, like))}).status_code in (200, 204)
    if name in ("uploaded file", "deleted file"):
        assert act(filled, {}, {}).status_code in (200, 204)
