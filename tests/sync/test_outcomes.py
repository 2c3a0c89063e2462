"""The three answers to an update by their names, in previews and in syncs."""

from __future__ import annotations

from typing import Any

import pytest

from .building import COURSE_KEY, ROOT, SUBSECTION, UNIT, Author, Shelf, actions, block, body, child, children, edit

PREVIEWS = "/api/content_library/v1/sync_previews/"


@pytest.fixture
def text(author: Author, shelf: Shelf) -> Any:
    """A linked text with a local title and body, of which the library has another version."""
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine", text="<p>Mine</p>")
    shelf.component("t1", title="Theirs", body="<p>Theirs</p>")
    shelf.publish()
    return key


def conflicts(preview: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    """Name of the value -> what happens to it, and what can be chosen."""
    return {one["name"]: (one["outcome"], one["choices"]) for one in preview["conflicts"]}


def test_a_preview_names_what_happens_to_each_local_change(author: Author, text: Any) -> None:
    preview = author.preview(text)
    every = ["keep_local", "take_upstream", "decline"]
    assert conflicts(preview) == {"data": ("keep_local", every), "display_name": ("keep_local", every)}
    (body_conflict, title_conflict) = preview["conflicts"]
    assert (body_conflict["mine"], body_conflict["theirs"]) == ("<p>Mine</p>", "<p>Theirs</p>")
    assert (title_conflict["mine"], title_conflict["theirs"]) == ("Mine", "Theirs")
    given_up = author.preview(text, outcome="take_upstream", keep_custom_fields=["display_name"])
    assert conflicts(given_up) == {"data": ("take_upstream", every), "display_name": ("keep_local", every)}


@pytest.mark.parametrize(
    ("outcome", "left", "state"),
    [
        ("keep_local", ("Mine", "<p>Mine</p>"), "ok"),
        ("take_upstream", ("Theirs", "<p>Theirs</p>"), "ok"),
        ("decline", ("Mine", "<p>Mine</p>"), "declined"),
    ],
)
def test_each_outcome_does_what_its_preview_showed(
    author: Author, text: Any, outcome: str, left: tuple[str, str], state: str
) -> None:
    before = block(text).olx
    preview = author.preview(text, outcome=outcome)
    assert block(text).olx == before
    link = author.sync(text, outcome=outcome, fingerprint=preview["fingerprint"])
    assert (block(text).title, body(text)) == left
    assert (link["state"], link["ready_to_sync"], author.ready()) == (state, False, [])
    assert link["static_file_notices"] == {"new_files": [], "conflicting_files": [], "error_files": []}


def test_outcomes_are_what_the_platforms_calls_do(author: Author, shelf: Shelf, text: Any) -> None:
    pairs = [
        ({"outcome": "keep_local"}, {}),
        ({"outcome": "take_upstream"}, {"override_customizations": True}),
    ]
    for named, platform in pairs:
        assert author.preview(text, **named)["fingerprint"] == author.preview(text, **platform)["fingerprint"]


def test_a_preview_of_declining_shows_which_versions_are_declined(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    shelf.component("t1", title="New")
    shelf.delete("p1")
    shelf.publish()
    preview = author.preview(unit, outcome="decline")
    assert actions(preview) == [
        ("decline", "new_version", "Text one"),
        ("decline", "deleted_upstream", "Problem one"),
    ]
    assert preview["steps"][0]["detail"] == {"version": 2}
    author.sync(unit, outcome="decline", fingerprint=preview["fingerprint"])
    assert author.ready() == []
    assert [author.link(key)["state"] for key in children(unit)] == ["declined", "declined"]


def test_a_version_that_was_not_shown_is_not_declined(author: Author, shelf: Shelf, text: Any) -> None:
    seen = author.preview(text, outcome="decline")["fingerprint"]
    shelf.component("t1", title="Newer")
    shelf.publish()
    response = author.try_sync(text, outcome="decline", fingerprint=seen)
    assert (response.status_code, response.json()["error_code"]) == (400, "preview_outdated")
    assert author.link(text)["version_declined"] is None


def test_in_a_structure_local_changes_stay_or_the_whole_update_is_declined(author: Author, shelf: Shelf) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    unit, text = child(section, 0, 0), child(section, 0, 0, 0)
    edit(unit, display_name="My unit")
    edit(text, text="<p>Mine</p>")
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.container("unit1", "t1", "p1", title="New")
    shelf.publish()
    found = {one["usage_key"]: one for one in author.preview(section)["conflicts"]}
    assert {key: (one["name"], one["outcome"], one["choices"]) for key, one in found.items()} == {
        str(unit): ("display_name", "keep_local", ["keep_local", "decline"]),
        str(text): ("data", "keep_local", ["keep_local", "decline"]),
    }
    for response in (
        author.try_sync(section, outcome="take_upstream"),
        author.client.post(PREVIEWS, {"usage_key": str(section), "outcome": "take_upstream"}, format="json"),
    ):
        assert (response.status_code, list(response.json()["developer_message"])) == (400, ["outcome"])
    author.sync(section, outcome="keep_local")
    assert (block(unit).title, body(text), block(text).title) == ("My unit", "<p>Mine</p>", "New")


def test_what_is_not_the_authors_to_change_is_taken_or_declined(author: Author, shelf: Shelf) -> None:
    problem = author.create(shelf.key("p1"), UNIT)
    assert author.preview(problem)["conflicts"] == []
    edit(problem, markdown="mine", max_attempts="7")
    assert conflicts(author.preview(problem)) == {"markdown": ("take_upstream", ["take_upstream", "decline"])}
    author.sync(problem, outcome="keep_local")
    assert (block(problem).settings["markdown"], block(problem).settings["max_attempts"]) == ("one", "7")


def test_files_that_have_other_names_in_the_course_are_no_conflict(author: Author, shelf: Shelf) -> None:
    shelf.component("p3", title="P", body='<img src="/static/a.png"/>', files={"a.png": b"one"})
    shelf.publish()
    problem = author.create(shelf.key("p3"), UNIT)
    shelf.component("p3", title="P", body='<img src="/static/b.png"/>', files={"b.png": b"two"})
    shelf.publish()
    assert author.preview(problem)["conflicts"] == []


def test_a_local_change_that_the_library_says_too_is_no_conflict(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Same")
    shelf.component("t1", title="Same", body="<p>One</p>")
    shelf.publish()
    assert author.preview(key)["conflicts"] == []


@pytest.mark.parametrize(
    "sent",
    [
        {"outcome": "perhaps"},
        {"outcome": None},
        {"outcome": "keep_local", "override_customizations": True},
        {"outcome": "take_upstream", "override_customizations": False},
    ],
)
def test_an_answer_that_means_nothing_is_refused(author: Author, text: Any, sent: dict[str, Any]) -> None:
    before = block(text).olx
    response = author.try_sync(text, **sent)
    assert (response.status_code, list(response.json()["developer_message"])) == (400, ["outcome"])
    assert block(text).olx == before


def test_a_sync_of_a_whole_course_keeps_what_is_local(author: Author, text: Any) -> None:
    wanted = {"course_key": str(COURSE_KEY)}
    preview = author.client.post(PREVIEWS, {**wanted, "outcome": "keep_local"}, format="json").json()
    assert {one["outcome"] for one in preview["conflicts"]} == {"keep_local"}
    refused = author.client.post(PREVIEWS, {**wanted, "outcome": "take_upstream"}, format="json")
    assert (refused.status_code, list(refused.json()["developer_message"])) == (400, ["outcome"])
