"""Blocks of courses that use a legacy library become problem banks of linked blocks (wire: imports-legacy-blocks)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import LibraryLocator
from rest_framework.test import APIClient
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.jobs.api import JobState
from content_libraries.management.base import MOST_LINES
from content_libraries.sync.legacy.originals import copied_id
from content_libraries.sync.models import CourseLink, LegacyConversion
from content_libraries.sync.tasks import convert_legacy
from tests.catalogs import add_catalog
from tests.conftest import ClientFactory, UserFactory, give_role
from tests.courses.building import make_course

from .building import COURSE_KEY, UNIT, Author, Shelf, block, body, children, edit, titles
from .legacy import SOURCE, TARGET, add_legacy_block, migrate_legacy_library

ROOT = "/api/courses/v1/migrate_legacy_content_blocks/"
OWN = "/api/content_library/v1/legacy_conversions/"

OUTLINE = """
<problem url_name="p1" display_name="One" markdown="null" max_attempts="2"><p>1 + 1 = ?</p></problem>
<problem url_name="p2" display_name="Two"><p>2 + 2 = ?</p></problem>
<html url_name="t1" display_name="Text"><![CDATA[<p>Read this.</p>]]></html>
<video url_name="v1" display_name="Video" youtube_id_1_0="abc"/>
"""
P1 = ("c1", "<problem><p>1 + 1\n  = ?</p></problem>")
P2 = ("c2", '<problem display_name="Renamed" max_attempts="5"><p>2 + 2 = ?</p></problem>')


@pytest.fixture
def author(course: None, make_user: UserFactory, api_client: ClientFactory) -> Author:
    """May edit the course, is no staff, and has no role in the library."""
    user = make_user("author")
    give_role(user, "course_staff", str(COURSE_KEY))
    return Author(api_client(user), user)


@pytest.fixture(scope="module")
def shared_migrated(module_db: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    migrate_legacy_library(tmp_path_factory.mktemp("legacy"), OUTLINE)


@pytest.fixture
def migrated(shared_migrated: None, db: None) -> Shelf:
    """The library that the legacy library became; made once. Others are made in ``test_legacy_migrations``."""
    return Shelf(api.get_library(TARGET))


def url(course_key: object = COURSE_KEY) -> str:
    return f"{ROOT}{quote(str(course_key))}/"


def ready(author: Author) -> list[str]:
    response = author.client.get(url())
    assert response.status_code == 200, response.json()
    return [row["usage_key"] for row in response.json()]


def start(author: Author) -> dict[str, Any]:
    """Click the button; no worker has it yet."""
    response = author.client.post(url())
    assert response.status_code == 201, response.json()
    return dict(response.json())


def convert(author: Author) -> dict[str, Any]:
    """Click, let a worker work, and poll."""
    task = start(author)
    convert_legacy(task["uuid"])
    return dict(author.client.get(f"{url()}{task['uuid']}/").json())


def details(author: Author, task: dict[str, Any]) -> dict[str, Any]:
    response = author.client.get(f"{OWN}{task['uuid']}/")
    assert response.status_code == 200, response.json()
    return dict(response.json())


def upgrade(author: Author, key: UsageKey) -> Any:
    return author.client.post(f"/xblock/{quote(str(key))}/handler/upgrade_to_v2_library")


def item(name: str, kind: str = "problem") -> str:
    return f"lb:CL-TEST:migrated:{kind}:{name}"


# Which blocks are ready ------------------------------------------------------------------------------------------


def test_blocks_are_ready_whose_library_was_migrated(author: Author, migrated: Shelf) -> None:
    a_version = f"{SOURCE}+branch@library+version@519665f6223ebd6980884f2b"
    wanted = [add_legacy_block(UNIT, "first"), add_legacy_block(UNIT, "second", source_library_id=a_version)]
    add_legacy_block(UNIT, "never-chose", source_library_id=None)
    add_legacy_block(UNIT, "never-fetched", source_library_version=None)
    add_legacy_block(UNIT, "malformed", source_library_id="library")
    add_legacy_block(UNIT, "unknown", source_library_id="library-v1:O+Other")
    add_legacy_block(UNIT, "a-course", source_library_id="course-v1:O+C+R")
    add_legacy_block(UNIT, "done", is_migrated_to_v2="true")
    assert ready(author) == [str(key) for key in wanted]


def test_reading_what_is_ready_and_converting_cost_the_same_for_many_blocks(author: Author, migrated: Shelf) -> None:
    def queries(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    add_legacy_block(UNIT, "b0", [("x0", P1[1])])
    ready(author)  # what a process learns once
    few = queries(lambda: ready(author)), queries(lambda: api.preview_conversion(COURSE_KEY, user=OPERATOR))
    for number in range(1, 6):
        add_legacy_block(UNIT, f"b{number}", [(f"x{number}", P1[1]), (f"y{number}", P2[1])])
    many = queries(lambda: ready(author)), queries(lambda: api.preview_conversion(COURSE_KEY, user=OPERATOR))
    assert many == few


# What conversion does --------------------------------------------------------------------------------------------


def test_children_are_linked_to_what_their_originals_became(author: Author, migrated: Shelf) -> None:
    bank = add_legacy_block(UNIT, "bank", [P2, P1], max_count="1")
    before = children(bank)
    task = convert(author)
    assert (task["name"], task["state"], ready(author)) == (
        f"Conversion of legacy blocks in {COURSE_KEY}",
        "Succeeded",
        [],
    )
    assert "parameters" not in task
    assert children(bank) == before
    assert block(bank).settings == {
        "source_library_id": SOURCE,
        "source_library_version": "5f1e",
        "max_count": "1",
        "is_migrated_to_v2": "true",
    }
    links = [author.link(key) for key in before]
    assert [(link["upstream_ref"], link["version_synced"], link["state"]) for link in links] == [
        (item("p2"), 1, "ok"),
        (item("p1"), 1, "ok"),
    ]
    assert [link["top_level_parent_key"] for link in links] == [None, None]
    assert block(before[0]).settings["max_attempts"] == "5"
    assert CourseLink.objects.filter(course_key=COURSE_KEY).count() == 2


def test_the_next_update_is_offered_and_taken_and_keeps_local_titles(author: Author, migrated: Shelf) -> None:
    renamed, plain = children(add_legacy_block(UNIT, "bank", [P2, P1]))
    convert(author)
    assert author.ready() == []
    for name in ("p1", "p2"):
        migrated.component(name, title="New title", body="<p>New</p>", max_attempts="9")
    migrated.publish()
    assert author.ready() == [str(renamed), str(plain)]
    author.sync(renamed)
    author.sync(plain)
    assert titles([renamed, plain]) == ["Renamed", "New title"]
    assert [body(key) for key in (renamed, plain)] == ["<p>New</p>", "<p>New</p>"]
    assert block(renamed).settings["max_attempts"] == "5"
    assert author.ready() == []


def test_what_the_library_published_since_the_migration_is_offered_at_once(author: Author, migrated: Shelf) -> None:
    migrated.component("p1", title="Edited since", body="<p>1 + 2 = ?</p>")
    migrated.publish()
    (child,) = children(add_legacy_block(UNIT, "bank", [P1]))
    convert(author)
    link = author.link(child)
    assert (link["version_synced"], link["version_available"], link["ready_to_sync"]) == (1, 2, True)


def test_a_text_that_was_edited_in_the_course_keeps_its_body(author: Author, migrated: Shelf) -> None:
    same, edited = children(
        add_legacy_block(
            UNIT,
            "bank",
            [
                ("t0", "<html><![CDATA[<p>Read this.</p>]]></html>"),
                ("t1", '<html display_name="Text"><![CDATA[<p>Mine.</p>]]></html>'),
            ],
        )
    )
    # The second has the original's ID, so the first, which is like it, has none left.
    task = convert(author)
    assert author.link(edited)["downstream_customized"] == ["data"]
    assert [child["unlinked_reason"] for child in details(author, task)["blocks"][0]["children"]] == [
        "no_original",
        None,
    ]
    migrated.component("t1", title="Text", body="<p>New.</p>")
    migrated.publish()
    author.sync(edited)
    assert (body(edited), body(same)) == ("<p>Mine.</p>", "<p>Read this.</p>")


def test_children_are_found_by_the_ids_that_studio_gives_to_copies(author: Author, migrated: Shelf) -> None:
    computed = copied_id(LibraryLocator.from_string(SOURCE), "p2", "bank")
    (child,) = children(add_legacy_block(UNIT, "bank", [(computed, "<problem><p>Something else</p></problem>")]))
    convert(author)
    assert author.link(child)["upstream_ref"] == item("p2")


def test_videos_are_told_apart_by_their_settings(author: Author, migrated: Shelf) -> None:
    bank = add_legacy_block(UNIT, "bank", [("x", "<video/>"), ("y", '<video youtube_id_1_0="abc"/>')])
    convert(author)
    empty, video = children(bank)
    assert (author.link(empty)["upstream_ref"], author.link(video)["upstream_ref"]) == (None, item("v1", "video"))


def test_a_declined_update_counts_as_used(author: Author, migrated: Shelf) -> None:
    (child,) = children(add_legacy_block(UNIT, "bank", [P1]))
    task = convert(author)
    author.decline(child)
    assert author.client.post(f"{OWN}{task['uuid']}/undos/").status_code == 400


def test_everything_is_one_change_set_and_can_be_undone(author: Author, migrated: Shelf) -> None:
    banks = [add_legacy_block(UNIT, name, [(f"{name}1", P1[1])]) for name in ("first", "second")]
    keys = [key for bank in banks for key in (bank, *children(bank))]
    before = [block(key).olx for key in keys]
    task = convert(author)
    assert details(author, task)["change_set"] != ""
    edit(keys[1], max_attempts="7")
    response = author.client.post(f"{OWN}{task['uuid']}/undos/")
    assert response.status_code == 200, response.json()
    assert [block(key).olx for key in keys] == [
        before[0],
        before[1].replace("<problem>", '<problem max_attempts="7">'),
        *before[2:],
    ]
    assert not CourseLink.objects.exists()
    assert ready(author) == [str(bank) for bank in banks]
    again = author.client.post(f"{OWN}{task['uuid']}/undos/")
    assert (again.status_code, "undone already" in str(again.json())) == (400, True)


def test_an_undo_leaves_out_what_was_deleted_since(author: Author, migrated: Shelf) -> None:
    bank = add_legacy_block(UNIT, "bank", [P1, P2])
    first, second = children(bank)
    task = convert(author)
    api.delete_block(first, user=OPERATOR)
    assert author.client.post(f"{OWN}{task['uuid']}/undos/").status_code == 200
    assert (children(bank), author.link(second)["upstream_ref"]) == ([second], None)
    assert ready(author) == [str(bank)]


def test_a_duplicate_of_a_converted_block_carries_children_and_links(author: Author, migrated: Shelf) -> None:
    bank = add_legacy_block(UNIT, "bank", [P1, P2])
    convert(author)
    copy = api.duplicate_block(bank, user=author.user).block
    assert copy.settings["is_migrated_to_v2"] == "true"
    assert [author.link(key)["upstream_ref"] for key in copy.children] == [item("p1"), item("p2")]
    migrated.component("p1", title="New")
    migrated.publish()
    assert author.ready() == [str(children(bank)[0]), str(copy.children[0])]
    assert ready(author) == []


def test_a_pasted_converted_block_carries_children_and_links_to_another_course(author: Author, migrated: Shelf) -> None:
    other = make_course(api.course_key("course-v1:Org+Other+Run"))
    give_role(author.user, "course_staff", str(other))
    bank = add_legacy_block(UNIT, "bank", [P1, P2], max_count="1", capa_type="any")
    convert(author)
    copied = author.client.post("/api/content-staging/v1/clipboard/", {"usage_key": str(bank)}, format="json")
    assert copied.status_code == 200, copied.json()
    body = {"parent_locator": str(other.make_usage_key("vertical", "unit")), "staged_content": "clipboard"}
    pasted = block(UsageKey.from_string(author.client.post("/xblock/", body, format="json").json()["locator"]))
    assert pasted.settings == {**block(bank).settings, "copied_from_block": str(bank)}
    assert [author.link(key)["upstream_ref"] for key in pasted.children] == [item("p1"), item("p2")]
    migrated.component("p1", title="New")
    migrated.publish()
    assert author.ready(course_id=str(other)) == [str(pasted.children[0])]
    assert author.client.get(url(other)).json() == []


def test_an_undo_that_would_lose_a_sync_is_refused_and_names_the_block(author: Author, migrated: Shelf) -> None:
    first, second = children(add_legacy_block(UNIT, "bank", [P1, P2]))
    task = convert(author)
    migrated.component("p1", title="New")
    migrated.publish()
    author.sync(first)
    response = author.client.post(f"{OWN}{task['uuid']}/undos/")
    assert response.status_code == 400
    message = response.json()["developer_message"]
    assert (str(first) in message, str(second) in message) == (True, False)
    assert author.link(second)["upstream_ref"] == item("p2")


# Published states ------------------------------------------------------------------------------------------------


def test_only_the_draft_changes(author: Author, migrated: Shelf) -> None:
    bank = add_legacy_block(UNIT, "bank", [P1])
    api.publish_course(COURSE_KEY, user=OPERATOR)
    convert(author)
    published = api.get_block(bank, user=OPERATOR, published=True)
    assert ("is_migrated_to_v2" in published.settings, block(bank).state.has_unpublished_changes) == (False, True)


def test_published_blocks_are_published_again_where_that_is_asked_for(author: Author, migrated: Shelf) -> None:
    clean = add_legacy_block(UNIT, "clean", [P1])
    edited = add_legacy_block(UNIT, "edited", [("x", P1[1])])
    api.publish_course(COURSE_KEY, user=OPERATOR)
    new = add_legacy_block(UNIT, "new", [("y", P1[1])])
    edit(edited, max_count="2")
    call_command("convert_legacy_blocks", str(COURSE_KEY), "--publish")
    assert [block(key).state.has_unpublished_changes for key in (clean, *children(clean))] == [False, False]
    assert "is_migrated_to_v2" in api.get_block(clean, user=OPERATOR, published=True).settings
    assert [block(key).state.has_unpublished_changes for key in (edited, new, UNIT)] == [True, True, True]
    assert "is_migrated_to_v2" not in api.get_block(edited, user=OPERATOR, published=True).settings
    assert new not in api.get_structure(COURSE_KEY, user=OPERATOR, published=True).blocks


# One block, and many courses -------------------------------------------------------------------------------------


def test_one_block_converts_at_its_own_request(author: Author, migrated: Shelf) -> None:
    bank, other = add_legacy_block(UNIT, "bank", [P1]), add_legacy_block(UNIT, "other", [P2])
    assert upgrade(author, bank).status_code == 200
    assert author.link(children(bank)[0])["upstream_ref"] == item("p1")
    assert ready(author) == [str(other)]
    again = upgrade(author, bank)
    assert (again.status_code, "converted already" in str(again.json())) == (400, True)
    assert upgrade(author, UNIT).status_code == 400
    assert upgrade(author, bank.map_into_course(COURSE_KEY).replace(block_id="nothing")).status_code == 404


def test_what_is_kept_of_a_conversion_is_in_the_language_of_the_site(
    author: Author, migrated: Shelf, tmp_path: Path, settings: Any
) -> None:
    texts = {
        "%(block)s “%(title)s” is not linked: nothing in the legacy library is like it.": "%(title)s ist neu.",
        "“%(block)s” is converted already.": "“%(block)s” ist schon umgestellt.",
    }
    add_catalog(settings, tmp_path / "locale", "de", texts)
    author.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    bank = add_legacy_block(UNIT, "bank", [("a", "<problem><p>Unlike</p></problem>")])
    assert upgrade(author, bank).status_code == 200
    assert "nothing in the legacy library is like it" in LegacyConversion.objects.get().error
    assert "ist schon umgestellt" in str(upgrade(author, bank).json())


def test_nothing_is_taken_from_a_legacy_library_at_once(
    author: Author, migrated: Shelf, stranger: User, api_client: ClientFactory
) -> None:
    def update_all(key: UsageKey, client: APIClient = author.client) -> tuple[int, str]:
        response = client.post(f"/xblock/{quote(str(key))}/handler/upgrade_and_sync")
        return response.status_code, str(response.json())

    bank = add_legacy_block(UNIT, "bank", [P1])
    unknown = add_legacy_block(UNIT, "unknown", source_library_id="library-v1:O+Other")
    status, message = update_all(bank)
    assert (status, "Update its reference first" in message) == (400, True)
    convert(author)
    before = [block(key) for key in (bank, *children(bank))]
    status, message = update_all(bank)
    assert (status, "updated by itself" in message) == (400, True)
    assert [block(key) for key in (bank, *children(bank))] == before
    status, message = update_all(unknown)
    assert (status, "was not migrated" in message) == (400, True)
    assert update_all(UNIT)[0] == 400
    assert update_all(bank.replace(block_id="nothing"))[0] == 404
    assert update_all(bank, api_client(stranger))[0] == 403


def test_a_command_converts_named_or_all_courses(
    author: Author, migrated: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_course(api.course_key("course-v1:Org+Other+Run"))
    bank = add_legacy_block(UNIT, "bank", [P1, ("odd", "<problem><p>Odd</p></problem>")])
    add_legacy_block(other.make_usage_key("vertical", "unit"), "bank", [P1])
    call_command("convert_legacy_blocks", "--all", "--dry-run", "--json")
    planned = json.loads(capsys.readouterr().out)
    assert "is_migrated_to_v2" not in block(bank).settings
    call_command("convert_legacy_blocks", "--all", "--json")
    done = json.loads(capsys.readouterr().out)
    assert [course["blocks"] for course in done["courses"]] == [course["blocks"] for course in planned["courses"]]
    assert block(bank).settings["is_migrated_to_v2"] == "true"
    call_command("convert_legacy_blocks", str(COURSE_KEY), "--user", author.user.username)
    assert "0 blocks, 0 of 0 linked" in capsys.readouterr().out


def test_the_command_names_children_without_a_link_and_counts_the_rest(
    migrated: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = [(f"odd{number}", f"<problem><p>Odd {number}</p></problem>") for number in range(MOST_LINES + 2)]
    add_legacy_block(UNIT, "bank", [P1, *odd])
    call_command("convert_legacy_blocks", str(COURSE_KEY), "--dry-run")
    counts, *named, dry_run = capsys.readouterr().out.splitlines()
    assert counts == f"{COURSE_KEY}: 1 block, 1 of {len(odd) + 1} linked."
    assert (len(named), "nothing in the legacy library is like it" in named[0]) == (MOST_LINES + 1, True)
    assert (named[-1], dry_run) == ("… and 2 more; --json lists them.", "Nothing was written: this was a dry run.")


def test_a_course_that_is_not_there_fails_the_command_and_keeps_no_other_back(
    author: Author, migrated: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = add_legacy_block(UNIT, "bank", [P1])
    with pytest.raises(CommandError, match="1 of 2 courses failed"):
        call_command("convert_legacy_blocks", "course-v1:No+Such+Run", str(COURSE_KEY))
    assert "There is no course “course-v1:No+Such+Run”" in capsys.readouterr().out
    assert block(bank).settings["is_migrated_to_v2"] == "true"


# Jobs ------------------------------------------------------------------------------------------------------------


def test_a_second_click_cancels_the_first(author: Author, migrated: Shelf) -> None:
    add_legacy_block(UNIT, "bank", [P1])
    first, second = start(author), start(author)
    assert author.client.get(f"{url()}{first['uuid']}/").json()["state"] == "Canceled"
    assert second["state"] == "Pending"
    convert_legacy(first["uuid"])
    assert ready(author) != []
    convert_legacy(second["uuid"])
    assert ready(author) == []


def test_a_task_tells_which_block_it_is_at_and_is_its_owners(
    author: Author, migrated: Shelf, make_user: UserFactory, api_client: ClientFactory
) -> None:
    add_legacy_block(UNIT, "bank", [P1])
    task = convert(author)
    assert (task["completed_steps"], task["total_steps"]) == (2, 2)
    other = make_user("other")
    give_role(other, "course_staff", str(COURSE_KEY))
    assert api_client(other).get(f"{url()}{task['uuid']}/").status_code == 404
    assert author.client.get(f"{url()}{uuid4()}/").status_code == 404
    assert author.client.get(f"{url('course-v1:A+B+C')}{task['uuid']}/").status_code in {403, 404}


def test_nothing_to_do_is_no_error(author: Author) -> None:
    assert (ready(author), convert(author)["state"]) == ([], "Succeeded")


def test_who_may_not_edit_the_course_is_refused(
    author: Author, make_user: UserFactory, api_client: ClientFactory
) -> None:
    user = make_user("auditor")
    give_role(user, "course_auditor", str(COURSE_KEY))
    client = api_client(user)
    assert [client.get(url()).status_code, client.post(url()).status_code] == [403, 403]
    assert api_client().get(url()).status_code == 401


def test_who_loses_the_right_before_the_worker_comes_changes_nothing(author: Author, migrated: Shelf) -> None:
    bank = add_legacy_block(UNIT, "bank", [P1])
    task = start(author)
    author.user.is_active = False
    author.user.save()
    convert_legacy(task["uuid"])
    assert UserTaskStatus.objects.get(uuid=task["uuid"]).state == "Failed"
    assert UserTaskArtifact.objects.filter(status__uuid=task["uuid"], name="Error").exists()
    assert "is_migrated_to_v2" not in block(bank).settings


def test_a_message_that_is_delivered_twice_does_the_work_once(author: Author, migrated: Shelf) -> None:
    (child,) = children(add_legacy_block(UNIT, "bank", [P1]))
    task = convert(author)
    version = block(child).version_num
    convert_legacy(task["uuid"])
    assert block(child).version_num == version


def test_a_conversion_whose_worker_died_is_found(author: Author, migrated: Shelf) -> None:
    add_legacy_block(UNIT, "bank", [P1])
    task = start(author)
    rows = LegacyConversion.objects.filter(uuid=task["uuid"])
    rows.update(state=JobState.RUNNING, lease=uuid4(), heartbeat="2020-01-01T00:00:00Z", attempts=1)
    assert api.sweep_jobs() == 1
    convert_legacy(task["uuid"])
    assert ready(author) == []


# Real content ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_demo_course_is_linked_to_what_its_legacy_library_became(
    real_archive: Callable[[str], Path], api_client: ClientFactory, make_user: UserFactory
) -> None:
    call_command("load_course", str(real_archive("openedx-demo-course.tar.gz")))
    call_command("migrate_legacy_library", str(real_archive("openedx-demo-library.tar.gz")), "--one-each")
    course_key = api.course_key("course-v1:OpenedX+DemoX+DemoCourse")
    user = make_user("author")
    give_role(user, "course_staff", str(course_key))
    author = Author(api_client(user), user)
    (row,) = author.client.get(url(course_key)).json()
    bank = UsageKey.from_string(row["usage_key"])
    before = children(bank)
    contents = [body(key) for key in before]
    task = author.client.post(url(course_key)).json()
    convert_legacy(task["uuid"])
    assert author.client.get(f"{url(course_key)}{task['uuid']}/").json()["state"] == "Succeeded"
    assert (children(bank), [body(key) for key in before]) == (before, contents)
    links = [author.link(key) for key in before]
    assert [link["state"] for link in links] == ["ok"] * 6
    items = [api.get_item(api.component_key(link["upstream_ref"]), user=OPERATOR) for link in links]
    assert (items[1].display_name, items[5].display_name) == (
        "What is the primary function of the alveoli in the lungs?",
        "Numerical Input",
    )
    library = Shelf(api.get_library(api.library_key("lib:OpenedX:DemoRespiratoryQuestions")))
    key = api.component_key(links[5]["upstream_ref"])
    api.set_olx(key, user=OPERATOR, olx='<problem display_name="Breaths"><p>How many breaths?</p></problem>')
    library.publish()
    assert author.ready(course_id=str(course_key)) == [str(before[5])]
    author.sync(before[5])
    assert (titles([before[5]]), body(before[5])) == (["Breaths"], "<p>How many breaths?</p>")
