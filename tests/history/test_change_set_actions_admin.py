"""The admin pages that undo change sets and restore earlier versions."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries import api
from tests.courses.building import COURSE_KEY, PROBLEM, UNIT, make_course

from .client import HistoryClient

URL = "/admin/content_libraries/changesetname/"


@pytest.fixture
def pages(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def newest(pages: Client, place: str, **query: str) -> str:
    url: str = pages.get(URL, {"place": place, **query}).context["entries"][0].url
    return url


def text_of(pages: Client, url: str) -> str:
    answer = pages.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_page_of_an_undo_shows_what_it_does_and_writes_nothing(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.rename("problem:p", "New")
    url = newest(pages, bob.lib_key)
    assert f"{url}undo/" in text_of(pages, url)
    plan = pages.get(f"{url}undo/").context["plan"]
    assert [(step.action, step.from_version, step.to_version) for step in plan.steps] == [("revert", 2, 1)]
    assert newest(pages, bob.lib_key) == url


def test_an_undo_leads_to_its_own_change_set_which_is_undone_the_same_way(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.rename("problem:p", "New")
    url = newest(pages, bob.lib_key)
    done = pages.post(f"{url}undo/", {"on_conflict": "refuse"}, follow=True)
    assert "Undid the changes of 1 item." in done.content.decode()
    undo_url = newest(pages, bob.lib_key)
    assert done.redirect_chain == [(undo_url, 302)]
    assert undo_url in text_of(pages, url)  # it says what undid it
    pages.post(f"{undo_url}undo/", {"on_conflict": "refuse"})
    assert bob.get("problem:p")["display_name"] == "New"


def test_items_that_were_changed_since_are_named_and_skipped_only_if_asked(
    pages: Client, bob: HistoryClient, ann: HistoryClient
) -> None:
    bob.create("problem:p")
    bob.create("unit:u", title="Unit", children=["problem:p"])
    bob.delete("unit:u")
    bob.publish_all()
    url = newest(pages, bob.lib_key, kind="publish")
    ann.rename("problem:p", "Newer")
    created = pages.get(URL, {"place": bob.key("problem:p")}).context["entries"][-1].url
    assert "library_author" in text_of(pages, f"{created}undo/")
    refused = pages.post(f"{created}undo/", {"on_conflict": "refuse"}, follow=True).content.decode()
    assert "Nothing was undone" in refused
    assert bob.get("problem:p")["display_name"] == "Newer"
    assert pages.get(f"{url}undo/").status_code == 200


def test_unknown_answers_and_sets_are_refused(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    url = newest(pages, bob.lib_key)
    page = pages.post(f"{url}undo/", {"on_conflict": "force"}, follow=True)
    assert "force" in page.content.decode()
    assert newest(pages, bob.lib_key) == url
    unknown = f"{URL}sets/7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a/undo/"
    assert pages.get(unknown).status_code == pages.post(unknown).status_code == 404


def test_a_version_is_restored_from_the_comparison(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.set_olx("problem:p", '<problem display_name="Old">One cat</problem>')
    bob.set_olx("problem:p", '<problem display_name="New">One dog</problem>')
    comparison = pages.get(pages.get(newest(pages, bob.lib_key)).context["entries"][0].url)
    number, url = comparison.context["restores"][0]
    assert number == 2
    assert [step.to_version for step in pages.get(url).context["plan"].steps] == [2]
    done = pages.post(url, follow=True)
    assert "Restored 1 item." in done.content.decode()
    assert bob.get("problem:p")["display_name"] == "Old"


def test_a_container_is_restored_with_or_without_its_children(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("unit:u", title="Unit", children=["problem:p"])
    bob.rename("problem:p", "Newer")
    url = f"{URL}restore/?item_key={bob.key('unit:u')}&version_num=2"
    page = pages.get(url)
    assert page.context["plan"].steps == ()
    with_children = pages.get(page.context["other_url"])
    assert [str(step.key) for step in with_children.context["plan"].steps] == [bob.key("problem:p")]
    assert "with_children" not in with_children.context["other_url"]


def test_a_draft_is_set_back_to_a_publish(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.publish_all()
    url = pages.get(newest(pages, bob.lib_key, kind="publish")).context["restore_url"]
    assert "Nothing was restored" in pages.post(url, follow=True).content.decode()
    bob.rename("problem:p", "Newer")
    pages.post(url)
    assert bob.get("problem:p")["display_name"] == "Blank Problem"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "item_key=nonsense&version_num=1",
        "item_key=lb:No:l:problem:p&version_num=1",
        "library_key=lib:No:l",
        "library_key=lib:No:l&publish_log=x",
        "library_key=lib:No:l&publish_log=7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a",
        "item_key=lb:No:l:problem:p&version_num=x",
    ],
)
def test_what_is_unknown_cannot_be_restored(pages: Client, bob: HistoryClient, query: str) -> None:
    assert pages.get(f"{URL}restore/?{query}").status_code == 404
    assert pages.post(f"{URL}restore/?{query}").status_code == 404


def test_a_version_that_does_not_exist_is_an_error_of_the_page(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    url = f"{URL}restore/?item_key={bob.key('problem:p')}&version_num=99"
    assert "has no version 99" in text_of(pages, url)
    assert "has no version 99" in pages.post(url, follow=True).content.decode()


def test_sets_of_courses_are_undone_and_their_blocks_restored(pages: Client, bob: HistoryClient, staff: User) -> None:
    make_course()
    api.edit_block(PROBLEM, user=staff, settings={"display_name": "New"})
    url = newest(pages, str(COURSE_KEY))
    entry = pages.get(url).context["entries"][0]
    number, restore = pages.get(entry.url).context["restores"][0]
    assert pages.get(url).context["restore_url"] == ""
    pages.post(f"{url}undo/", {"on_conflict": "refuse"})
    assert newest(pages, str(COURSE_KEY)) != url
    api.edit_block(PROBLEM, user=staff, settings={"display_name": "Newer"})
    assert "Restored 1 item." in pages.post(restore, follow=True).content.decode()
    assert (number, api.get_block(PROBLEM, user=staff).title) == (1, "P")


def test_a_container_of_a_course_is_restored_with_or_without_its_children(pages: Client, staff: User) -> None:
    make_course()
    api.delete_block(PROBLEM, user=staff)
    url = pages.get(f"{URL}restore/?item_key={UNIT}&version_num=1".replace("+", "%2B")).context["other_url"]
    assert "Restored 2 items." in pages.post(url, follow=True).content.decode()
    assert PROBLEM in api.get_block(UNIT, user=staff).children


def test_other_filters_alone_ask_for_a_place(pages: Client, bob: HistoryClient) -> None:
    assert pages.get(URL, {"kind": "edit"}).context["form"].errors.keys() == {"place"}
    assert not pages.get(URL).context["form"].errors


def test_the_actions_are_for_staff(client: Client, pages: Client, bob: HistoryClient, author: User) -> None:
    bob.create("problem:p")
    url = newest(pages, bob.lib_key)
    restore = f"{URL}restore/?item_key={bob.key('problem:p')}&version_num=1"
    client.force_login(author)
    for page in (f"{url}undo/", restore):
        assert client.get(page).status_code == client.post(page).status_code == 302
    assert bob.get("problem:p")["display_name"] == "Blank Problem"
