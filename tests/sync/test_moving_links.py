"""Links move to another library when somebody asks for it, as after a restore beside the old one (section 13)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory, UserFactory, give_role
from tests.courses.building import make_course

from .building import COURSE_KEY, ROOT, SUBSECTION, UNIT, Author, Shelf, block, body, child, children, edit, titles

MOVES = "/api/content_library/v1/link_moves/"
PREVIEWS = "/api/content_library/v1/link_move_previews/"


@pytest.fixture(scope="module")
def shared_restored(shared_author: None) -> None:
    other = Shelf(api.create_library(user=OPERATOR, org="CL-TEST", slug="restored", title="Library One"))
    other.fill()
    give_role(User.objects.get(username="author"), "library_user", str(other.library.library_key))


@pytest.fixture
def restored(shared_restored: None, db: None) -> Shelf:
    """Another library with the same items, as a restored backup has them; made once for the module."""
    return Shelf(api.get_library(api.library_key("lib:CL-TEST:restored")))


def sent(shelf: Shelf, restored: Shelf) -> dict[str, str]:
    source, target = (str(one.library.library_key) for one in (shelf, restored))
    return {"course_key": str(COURSE_KEY), "source_library": source, "target_library": target}


def move(author: Author, body: dict[str, str], url: str = MOVES) -> dict[str, Any]:
    response = author.client.post(url, body, format="json")
    assert response.status_code == 200, response.json()
    return dict(response.json())


def test_links_move_with_their_local_changes_and_the_update_is_offered(
    author: Author, shelf: Shelf, restored: Shelf
) -> None:
    unit, text = author.create(shelf.key("unit1"), SUBSECTION), author.create(shelf.key("t2"), UNIT)
    edit(child(unit, 0), display_name="Mine", text="<p>Mine</p>")
    restored.component("p1", title="Of the new library")
    restored.publish()
    keys = [unit, *children(unit), text]
    before = [block(key).olx for key in keys]
    shown = move(author, sent(shelf, restored), PREVIEWS)
    assert [block(key).olx for key in keys] == before
    done = move(author, sent(shelf, restored))
    assert (done["moved"], done["left"]) == (shown["moved"], [])
    assert {(one["usage_key"], one["upstream"]) for one in done["moved"]} == {
        (str(key), restored.key(name)) for key, name in zip(keys, ("unit1", "t1", "p1", "t2"), strict=True)
    }
    links = [author.link(key) for key in keys]
    assert [link["upstream_ref"] for link in links] == [restored.key(name) for name in ("unit1", "t1", "p1", "t2")]
    assert [link["top_level_parent_key"] for link in links] == [None, str(unit), str(unit), None]
    assert set(author.ready()) == {str(unit), str(text)}
    author.sync(unit)
    assert [unit, *children(unit)] == keys[:3]
    assert (titles(children(unit)), body(child(unit, 0))) == (["Mine", "Of the new library"], "<p>Mine</p>")
    assert api.check_links(None, repair=False) == []


def test_what_the_other_library_does_not_have_stays_and_is_named(author: Author, shelf: Shelf, restored: Shelf) -> None:
    text, problem = author.create(shelf.key("t1"), UNIT), author.create(shelf.key("p1"), UNIT)
    shelf.component("t3")
    shelf.publish()
    only_here = author.create(shelf.key("t3"), UNIT)
    restored.delete("p1")
    restored.publish()
    done = move(author, sent(shelf, restored))
    assert [one["usage_key"] for one in done["moved"]] == [str(text)]
    assert {one["usage_key"]: one["state"] for one in done["left"]} == {
        str(problem): "deleted",
        str(only_here): "deleted",
    }
    assert author.link(problem)["upstream_ref"] == shelf.key("p1")
    assert author.link(problem)["state"] == "ok"


def test_a_structure_stays_as_a_whole_when_the_other_library_lacks_its_top(
    author: Author, shelf: Shelf, restored: Shelf
) -> None:
    """A part alone in the other library would be a stranger in its unit, and the next sync would take it away."""
    unit, text = author.create(shelf.key("unit1"), SUBSECTION), author.create(shelf.key("t1"), UNIT)
    keys = [unit, *children(unit)]
    edit(keys[1], display_name="Mine", text="<p>Mine</p>")
    restored.delete("unit1")
    restored.publish()
    done = move(author, sent(shelf, restored))
    assert [one["usage_key"] for one in done["moved"]] == [str(text)]
    assert done["left"] == [{"usage_key": str(key), "state": "deleted"} for key in keys]
    author.sync(unit)
    assert [unit, *children(unit)] == keys
    assert (block(keys[1]).title, body(keys[1])) == ("Mine", "<p>Mine</p>")


def test_a_structure_stays_as_a_whole_when_the_other_library_lacks_a_part(
    author: Author, shelf: Shelf, restored: Shelf
) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    keys = [key for key, _depth in api.get_structure(COURSE_KEY, user=OPERATOR).walk(section)]
    restored.component("p2", title="Never published")
    shelf.component("p2", title="Problem two")
    shelf.container("unit2", "t2", "p2")
    shelf.publish()
    author.sync(section)
    (added,) = [
        key for key, _depth in api.get_structure(COURSE_KEY, user=OPERATOR).walk(section) if key not in set(keys)
    ]
    done = move(author, sent(shelf, restored))
    assert done["moved"] == []
    assert [one["usage_key"] for one in done["left"]] == [str(key) for key in [*keys, added]]
    assert {one["state"] for one in done["left"]} == {"unpublished"}
    author.sync(section)
    assert [key for key, _depth in api.get_structure(COURSE_KEY, user=OPERATOR).walk(section)] == [*keys, added]


def test_a_broken_link_moves_too(author: Author, shelf: Shelf, restored: Shelf) -> None:
    """The library may be gone: that is why its backup was restored."""
    text = author.create(shelf.key("t1"), UNIT)
    shelf.delete("t1")
    shelf.publish()
    assert author.link(text)["state"] == "deleted"
    move(author, sent(shelf, restored))
    author.sync(text)
    assert author.link(text)["state"] == "ok"


@pytest.mark.parametrize("is_gone", [False, True])
def test_files_of_the_old_library_are_followed_by_those_of_the_new_one(
    is_gone: bool, author: Author, shelf: Shelf, restored: Shelf
) -> None:
    """Files that the author has put in their place stay, as ever."""
    picture = '<img src="/static/a.png">'
    for one in (shelf, restored):
        one.component("t1", body=picture, files={"a.png": b"old"})
        one.publish()
    taken, replaced = author.create(shelf.key("t1"), UNIT), author.create(shelf.key("t1"), UNIT)
    path, own = (f"static/components/html/{key.block_id}/a.png" for key in (taken, replaced))
    api.write_course_file(COURSE_KEY, own, b"mine", user=OPERATOR)
    restored.component("t1", body=f"{picture} New", files={"a.png": b"new"})
    restored.publish()
    if is_gone:
        api.delete_library(shelf.library.library_key, user=OPERATOR)
    move(author, sent(shelf, restored))
    for key in (taken, replaced):
        author.sync(key)
    assert [api.read_course_file(COURSE_KEY, name, user=OPERATOR) for name in (path, own)] == [b"new", b"mine"]
    restored.component("t1", body=f"{picture} Newer", files={"a.png": b"newer"})
    restored.publish()
    author.sync(taken)
    assert api.read_course_file(COURSE_KEY, path, user=OPERATOR) == b"newer"


def test_who_moves_links_needs_both_rights_and_names_two_libraries(
    author: Author, shelf: Shelf, restored: Shelf, stranger: User, make_user: UserFactory, api_client: ClientFactory
) -> None:
    author.create(shelf.key("t1"), UNIT)
    body = sent(shelf, restored)
    colleague = make_user("colleague")
    give_role(colleague, "course_staff", str(COURSE_KEY))
    for user in (stranger, colleague):
        assert api_client(user).post(MOVES, body, format="json").status_code == 403
    for wrong, status in (
        ({"target_library": body["source_library"]}, 400),
        ({"target_library": "nonsense"}, 400),
        ({"target_library": "lib:CL-TEST:none"}, 404),
        ({"course_key": "nonsense"}, 400),
    ):
        assert author.client.post(MOVES, body | wrong, format="json").status_code == status
    assert CourseLink.objects.get().upstream_key == shelf.key("t1")


def test_a_command_moves_links_of_named_or_all_courses(
    author: Author, shelf: Shelf, restored: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    key: UsageKey = author.create(shelf.key("t1"), UNIT)
    libraries = [str(one.library.library_key) for one in (shelf, restored)]
    call_command("move_links", *libraries, "--all", "--dry-run")
    assert "1 to move, 0 stay" in capsys.readouterr().out
    assert author.link(key)["upstream_ref"] == shelf.key("t1")
    call_command("move_links", *libraries, "--course", str(COURSE_KEY), "--json")
    (course,) = json.loads(capsys.readouterr().out)["courses"]
    assert (len(course["moved"]), course["left"]) == (1, [])
    assert author.link(key)["upstream_ref"] == restored.key("t1")
    with pytest.raises(CommandError):
        call_command("move_links", *libraries)


def test_a_command_names_courses_that_it_may_not_change_and_does_the_others(
    author: Author, shelf: Shelf, restored: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    seen_only = make_course(api.course_key("course-v1:Another+Course+Run"))
    give_role(author.user, "course_auditor", str(seen_only))
    libraries = [str(one.library.library_key) for one in (shelf, restored)]
    with pytest.raises(CommandError, match="1 course was refused"):
        call_command("move_links", *libraries, "--all", "--user", author.user.username, "--json")
    refused, done = json.loads(capsys.readouterr().out)["courses"]
    assert (refused["course_key"], refused["moved"]) == (str(seen_only), [])
    assert "manage" in refused["error"]
    assert (done["course_key"], done["error"], len(done["moved"])) == (str(COURSE_KEY), None, 1)
    assert author.link(key)["upstream_ref"] == restored.key("t1")
    with pytest.raises(CommandError):
        call_command("move_links", *libraries, "--course", str(seen_only), "--user", author.user.username)
    assert f"{seen_only}: “{author.user}” lacks the permission" in capsys.readouterr().out
