"""Change sets over HTTP (wire: own-change-sets)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openedx_content import api as content_api
from openedx_content.models_api import Component, DraftChangeLog, PublishLog
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.backups import tasks as backup_tasks
from content_libraries.imports import tasks as import_tasks
from content_libraries.learning_core import api as learning_core
from content_libraries.learning_core.models import ChangeSetName
from content_libraries.sync.tasks import run_sync
from tests.conftest import ClientFactory
from tests.courses.building import COURSE_KEY, PROBLEM, UNIT, folder_of, make_course
from tests.imports.conftest import course_archive
from tests.sync.legacy import add_legacy_block, migrate_legacy_library

from .client import HistoryClient

URL = "/api/content_library/v1/change_sets/"


def sets(client: HistoryClient, **query: Any) -> list[Any]:
    """A page of change sets, by default of the library."""
    wanted = query if query.keys() & {"course_key", "item_key"} else {"library_key": client.lib_key, **query}
    results: list[Any] = client.ok(client.http.get(URL, wanted))["results"]
    return results


def told(entries: list[Any]) -> list[str]:
    return [f"{entry['kind']}: {entry['summary']}" for entry in entries]


def records(client: HistoryClient, entry: Mapping[str, Any]) -> list[Any]:
    results: list[Any] = client.ok(client.http.get(f"{URL}{entry['uuid']}/records/"))["results"]
    return results


def nested(bob: HistoryClient) -> None:
    """A problem in a unit in a subsection."""
    bob.create("problem:p", title="Problem")
    bob.create("unit:u", title="Unit", children=["problem:p"])
    bob.create("subsection:s", title="Subsection", children=["unit:u"])


def test_edits_publishes_discards_and_restores_are_told_newest_first(bob: HistoryClient) -> None:
    bob.create("problem:p", title="Old")
    bob.rename("problem:p", "New")
    bob.publish_all()
    bob.rename("problem:p", "Newer")
    bob.discard_all()
    bob.delete("problem:p")
    bob.restore("problem:p")
    assert told(sets(bob)[:6]) == [
        "restore: Restored “Newer”",
        "edit: Deleted “New”",
        "discard: Discarded the changes of 1 item",
        "edit: Edited “Newer”",
        "publish: Published “New”",
        "edit: Edited “New”",
    ]


def test_a_discard_of_one_item_is_a_discard(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.publish_all()
    bob.rename("problem:p", "New")
    bob.ok(bob.http.post(bob.url("problem:p", "discard/")), 200)
    assert sets(bob)[0]["kind"] == "discard"


def test_an_edit_says_who_when_and_how_much(bob: HistoryClient, ann: HistoryClient) -> None:
    nested(bob)
    ann.rename("problem:p", "New")
    entry = sets(bob)[0]
    log = DraftChangeLog.objects.latest("pk")
    assert entry == {
        "uuid": str(log.uuid),
        "kind": "edit",
        "summary": "Edited “New”",
        "user": "library_author",
        "created": log.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "context_key": bob.lib_key,
        "source_key": "",
        "job_uuid": None,
        "undoes": None,
        "undone_by": None,
        "changes": 1,
        "side_effects": 2,
    }
    assert bob.ok(bob.http.get(f"{URL}{entry['uuid']}/")) == entry


def test_side_effects_go_up_one_level_at_a_time_in_drafts_and_publishes(bob: HistoryClient) -> None:
    nested(bob)
    bob.publish_all()
    bob.rename("problem:p", "New")
    bob.publish("problem:p")
    publish, edit = sets(bob)[:2]
    problem, unit, subsection = (bob.key(name) for name in ("problem:p", "unit:u", "subsection:s"))
    for entry, direct in ((edit, [None, None, None]), (publish, [True, False, False])):
        found = records(bob, entry)
        assert [each["affects"] for each in found] == [[unit], [subsection], []]
        assert [each["item_key"] for each in found] == [problem, unit, subsection]
        assert [each["is_side_effect"] for each in found] == [False, True, True]
        assert [each["direct"] for each in found] == direct
        changed, *unchanged = [(each["old_version"], each["new_version"]) for each in found]
        assert changed[0] < changed[1]
        assert all(old == new for old, new in unchanged)
    assert [each["title"] for each in records(bob, edit)] == ["New", "Unit", "Subsection"]
    assert [each["item_type"] for each in records(bob, edit)] == ["problem", "unit", "subsection"]


def test_a_publish_of_a_container_is_about_the_container(bob: HistoryClient) -> None:
    nested(bob)
    bob.publish("unit:u")
    assert told(sets(bob, kind="publish")) == ["publish: Published “Unit”"]


def test_a_paste_names_the_item_that_was_copied(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.ok(bob.http.post("/api/content-staging/v1/clipboard/", {"usage_key": bob.key("problem:p")}, format="json"))
    bob.ok(bob.http.post(bob.library_url("paste_clipboard/"), {}, format="json"))
    entry = sets(bob)[0]
    assert (entry["kind"], entry["source_key"], entry["user"]) == ("paste", bob.key("problem:p"), "Bob")
    assert entry["summary"] == f"Pasted 1 item from {bob.key('problem:p')}"


def test_an_import_is_one_set_and_its_publish_another_of_the_same_job(
    bob: HistoryClient, staff: User, tmp_path: Path
) -> None:
    path = course_archive(tmp_path)
    upload = api.upload_source(bob.library.library_key, user=staff, file=ContentFile(path.read_bytes(), path.name))
    wanted = [api.SourceRequest(upload.key, api.ImportOptions(level=api.Level.SECTION))]
    job = api.start_imports(bob.library.library_key, user=staff, sources=wanted, publish=True)
    import_tasks.run_import.run(str(job.uuid))
    publish, imported = sets(bob)
    for entry in (publish, imported):
        assert (entry["source_key"], entry["job_uuid"], entry["user"]) == ("course-v1:O+C+1", str(job.uuid), "Bob")
    assert told([publish, imported]) == [
        "publish: Published 5 items",
        "import: Imported 5 items from course-v1:O+C+1",
    ]
    found = records(bob, imported)
    assert sorted(each["item_type"] for each in found) == ["html", "problem", "section", "subsection", "unit"]
    assert {(each["old_version"], each["new_version"]) for each in found} == {(None, 1)}


def test_a_sync_of_a_course_block_names_the_library_item(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p", title="Problem")
    bob.publish_all()
    make_course()
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=bob.key("problem:p"))
    bob.rename("problem:p", "New")
    bob.publish_all()
    bob.ok(bob.http.post(f"/api/contentstore/v2/downstreams/{block.usage_key}/sync", {}, format="json"))
    entry = sets(bob, course_key=str(COURSE_KEY))[0]
    assert told([entry]) == ["sync: Synced 1 block with the library"]
    assert (entry["user"], entry["source_key"], entry["context_key"]) == ("Bob", bob.key("problem:p"), str(COURSE_KEY))
    changed, unit = records(bob, entry)[:2]
    assert (changed["item_key"], changed["item_type"], changed["affects"]) == (
        str(block.usage_key),
        "problem",
        [str(UNIT)],
    )
    assert (unit["item_key"], unit["is_side_effect"]) == (str(UNIT), True)


def test_a_loaded_course_was_imported(bob: HistoryClient, tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        {
            "course.xml": '<course url_name="R" org="O" course="C"/>',
            "course/R.xml": '<course display_name="A course"/>',
            "static/a.txt": "A file",
        },
    )
    api.load_course(folder, user=OPERATOR)
    entry = sets(bob, course_key="course-v1:O+C+R", kind="import")[0]
    assert (entry["user"], entry["source_key"]) == (None, "course-v1:O+C+R")
    assert {(each["item_key"], each["item_type"]) for each in records(bob, entry)} == {
        ("block-v1:O+C+R+type@course+block@course", "course"),
        (None, "file"),
    }


def test_a_restored_archive_is_a_restore(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p")
    bob.publish_all()
    backup = api.start_backup(bob.library.library_key, user=staff, origin="example.com")
    backup_tasks.back_up(str(backup.uuid))
    backup.refresh_from_db()
    with backup.file.open() as file:
        job = api.start_restore(ContentFile(file.read(), "library.zip"), user=staff)
    backup_tasks.restore(str(job.uuid))
    job.refresh_from_db()
    api.create_library(user=staff, org="CL-TEST", slug="again", title="Again", learning_package=job.learning_package_pk)
    publish, restored = sets(bob, library_key="lib:CL-TEST:again")
    assert told([publish, restored]) == ["publish: Published 1 item", "restore: Restored 1 item"]
    assert {(entry["job_uuid"], entry["user"]) for entry in (publish, restored)} == {(str(job.uuid), "Bob")}


def test_copies_within_a_course_are_pastes(bob: HistoryClient, staff: User) -> None:
    make_course()
    api.duplicate_block(PROBLEM, user=staff)
    bob.ok(bob.http.post("/api/content-staging/v1/clipboard/", {"usage_key": str(PROBLEM)}, format="json"))
    api.paste_block(UNIT, user=staff)
    found = sets(bob, course_key=str(COURSE_KEY), kind="paste")
    assert [(entry["source_key"], entry["user"], entry["changes"]) for entry in found] == [(str(PROBLEM), "Bob", 2)] * 2


def test_a_sync_of_a_course_in_the_background_names_its_job(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p")
    bob.publish_all()
    make_course()
    api.create_linked_block(UNIT, user=staff, upstream=bob.key("problem:p"))
    bob.rename("problem:p", "New")
    bob.publish_all()
    run = api.start_run(user=staff, courses=[COURSE_KEY])
    run_sync(str(run.uuid))
    assert sets(bob, course_key=str(COURSE_KEY), kind="sync")[0]["job_uuid"] == str(run.uuid)


def test_the_undo_of_a_conversion_is_an_undo(bob: HistoryClient, staff: User, tmp_path: Path) -> None:
    migrate_legacy_library(tmp_path, '<problem url_name="p">1</problem>')
    make_course()
    block = add_legacy_block(UNIT, "legacy")
    conversion = api.convert_legacy_blocks(COURSE_KEY, user=staff, only=block)
    api.undo_conversion(conversion.uuid, user=staff)
    undo, convert = sets(bob, course_key=str(COURSE_KEY))[:2]
    assert told([undo, convert]) == [
        "undo: Undid 1 change",
        "convert: Converted blocks of a legacy library: 1 change",
    ]
    assert {entry["job_uuid"] for entry in (undo, convert)} == {str(conversion.uuid)}


def test_the_command_lists_them(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.publish_all()
    as_json, plain = StringIO(), StringIO()
    call_command("list_change_sets", bob.lib_key, "--kind", "edit", "--by", "Bob", "--json", stdout=as_json)
    result = json.loads(as_json.getvalue())
    listed = [(each["summary"], each["user"]) for each in result["change_sets"]]
    assert (listed, result["count"]) == ([("Created “Blank Problem”", "Bob")], 1)
    call_command("list_change_sets", bob.lib_key, "--limit", "1", stdout=plain)
    assert "Published “Blank Problem”" in plain.getvalue()
    assert f"{bob.lib_key}: 1 of 2 change sets." in plain.getvalue()
    with pytest.raises(CommandError, match="There is no library"):
        call_command("list_change_sets", "lib:CL-TEST:none")


def test_what_other_code_wrote_is_a_plain_edit(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p", title="Problem")
    component = Component.objects.get(component_code="p")
    content_api.create_next_component_version(
        component.id, {}, title="By others", created=datetime.now(UTC), created_by=staff.pk
    )
    content_api.publish_all_drafts(component.learning_package_id, published_by=staff.pk)
    assert told(sets(bob)[:2]) == ["publish: Published “By others”", "edit: Edited “By others”"]


def test_plain_edits_and_publishes_write_no_rows(bob: HistoryClient) -> None:
    nested(bob)
    bob.publish_all()
    bob.delete("problem:p")
    assert not ChangeSetName.objects.exists()


def test_of_nested_actions_the_outermost_names_the_log(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p")
    bob.delete("problem:p")
    with learning_core.named(learning_core.ChangeKind.UNDO):
        api.restore_item(api.item_key(bob.key("problem:p")), user=staff)
    bob.rename("problem:p", "New")
    assert [entry["kind"] for entry in sets(bob)[:2]] == ["edit", "undo"]


def test_names_go_with_the_library(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p")
    with learning_core.named(learning_core.ChangeKind.IMPORT):
        api.publish_all(bob.library.library_key, user=staff)
    bob.delete("problem:p")
    bob.restore("problem:p")
    assert [entry["kind"] for entry in sets(bob)] == ["restore", "edit", "publish", "edit"]
    api.delete_library(bob.library.library_key, user=staff)
    assert not ChangeSetName.objects.exists()


def test_a_name_has_one_log(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.publish_all()
    logs = {"draft_change_log": DraftChangeLog.objects.latest("pk"), "publish_log": PublishLog.objects.latest("pk")}
    for both in (logs, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeSetName.objects.create(learning_package_id=bob.library.learning_package_id, kind="edit", **both)


class TestLists:
    @pytest.fixture(autouse=True)
    def world(self, bob: HistoryClient, ann: HistoryClient) -> None:
        nested(bob)
        bob.publish_all()
        ann.create("html:h", title="Text")
        ann.rename("problem:p", "By Ann")
        bob.discard_all()

    def test_by_kind(self, bob: HistoryClient) -> None:
        assert {entry["kind"] for entry in sets(bob, kind="edit")} == {"edit"}
        assert len(sets(bob, kind="discard")) == len(sets(bob, kind="publish")) == 1
        assert sets(bob, kind="paste") == []

    def test_by_user(self, bob: HistoryClient) -> None:
        assert told(sets(bob, user="library_author")) == ["edit: Edited “By Ann”", "edit: Created “Text”"]
        assert sets(bob, user="nobody") == []

    def test_by_item_with_what_changed_below_it(self, bob: HistoryClient) -> None:
        assert told(sets(bob, item_key=bob.key("html:h"))) == [
            "discard: Discarded the changes of 2 items",
            "edit: Created “Text”",
        ]
        assert "edit: Edited “By Ann”" in told(sets(bob, item_key=bob.key("subsection:s")))

    def test_by_block_of_a_course(self, bob: HistoryClient, staff: User) -> None:
        make_course()
        api.edit_block(PROBLEM, user=staff, settings={"display_name": "New"})
        [edit, made] = sets(bob, item_key=str(PROBLEM))
        assert (edit["summary"], edit["context_key"], made["user"]) == ("Edited “New”", str(COURSE_KEY), None)

    def test_by_time(self, bob: HistoryClient) -> None:
        newest = DraftChangeLog.objects.latest("pk").changed_at
        assert told(sets(bob, since=newest.isoformat())) == ["discard: Discarded the changes of 2 items"]
        assert sets(bob, until=(newest - timedelta(days=1)).isoformat()) == []
        assert len(sets(bob, until=newest.isoformat(), page_size=100)) == len(sets(bob, page_size=100)) - 1

    def test_pages(self, bob: HistoryClient) -> None:
        whole = sets(bob, page_size=100)
        query: dict[str, Any] = {"library_key": bob.lib_key, "page_size": 2}
        first, second = (bob.ok(bob.http.get(URL, {**query, "page": page})) for page in (1, 2))
        assert first["count"] == len(whole)
        assert first["results"] + second["results"] == whole[:4]
        assert bob.http.get(URL, {**query, "page": 100}).status_code == 404
        two = bob.ok(bob.http.get(f"{URL}{whole[1]['uuid']}/records/", {"page_size": 2}))
        assert (two["count"], len(two["results"])) == (3, 2)

    def test_summaries_are_in_the_language_of_the_reader(self, bob: HistoryClient) -> None:
        query = {"library_key": bob.lib_key}
        spanish = bob.ok(bob.http.get(URL, query, headers={"accept-language": "es"}))["results"]
        assert spanish[0]["summary"] == "Se descartaron los cambios de 2 elementos"
        assert spanish[1]["summary"] == "Se editó “By Ann”"

    def test_only_who_may_view_the_library_or_the_course_reads(
        self, bob: HistoryClient, stranger: User, reader: User, api_client: ClientFactory
    ) -> None:
        make_course()
        of_library = sets(bob)[0]["uuid"]
        of_course = sets(bob, course_key=str(COURSE_KEY))[0]["uuid"]

        def statuses(http: APIClient) -> list[int]:
            lists = [{"library_key": bob.lib_key}, {"course_key": str(COURSE_KEY)}, {"item_key": bob.key("problem:p")}]
            found = [http.get(URL, query) for query in lists]
            found += [http.get(f"{URL}{uuid}/{end}") for uuid in (of_library, of_course) for end in ("", "records/")]
            return [answer.status_code for answer in found]

        assert statuses(api_client(stranger)) == [403] * 7
        assert statuses(api_client(reader)) == [200, 403, 200, 200, 200, 403, 403]
        assert statuses(APIClient()) == [401] * 7


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "library_key"),
        ({"library_key": "lib:A:B", "course_key": "course-v1:O+C+1"}, "library_key"),
        ({"library_key": "what"}, "library_key"),
        ({"course_key": "what"}, "course_key"),
        ({"item_key": "what"}, "item_key"),
        ({"library_key": "lib:CL-TEST:lib1", "kind": "what"}, "kind"),
        ({"library_key": "lib:CL-TEST:lib1", "since": "yesterday"}, "since"),
    ],
)
def test_bad_questions_are_named(bob: HistoryClient, query: dict[str, str], field: str) -> None:
    answer = bob.http.get(URL, query)
    assert (answer.status_code, field in answer.json()) == (400, True), answer.json()


@pytest.mark.parametrize(
    "query",
    [
        {"library_key": "lib:CL-TEST:none"},
        {"course_key": "course-v1:O+C+none"},
        {"item_key": "lb:CL-TEST:lib1:problem:none"},
        {"item_key": "block-v1:O+C+1+type@problem+block@none"},
    ],
)
def test_what_is_unknown_is_not_found(bob: HistoryClient, query: dict[str, str]) -> None:
    assert bob.http.get(URL, query).status_code == 404


def test_an_unknown_set_is_not_found(bob: HistoryClient) -> None:
    for suffix in ("", "records/"):
        assert bob.http.get(f"{URL}7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a/{suffix}").status_code == 404


@pytest.mark.parametrize("path", ["list", "read", "records"])
def test_queries_do_not_grow_with_the_number_of_sets_or_records(bob: HistoryClient, path: str) -> None:
    counts = []
    for size in (2, 30):
        for number in range(size):
            bob.create(f"problem:p{size}{number}")
        bob.create("unit:u" + str(size), children=[f"problem:p{size}{number}" for number in range(size)])
        bob.publish_all()
        uuid = sets(bob, kind="publish")[0]["uuid"]
        url = {
            "list": f"{URL}?library_key={bob.lib_key}&page_size=100",
            "read": f"{URL}{uuid}/",
            "records": f"{URL}{uuid}/records/?page_size=100",
        }[path]
        bob.http.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bob.ok(bob.http.get(url))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_items_say_which_set_changed_them_last(bob: HistoryClient, ann: HistoryClient) -> None:
    nested(bob)
    assert bob.get("problem:p")["last_change_set"]["uuid"] == sets(bob, item_key=bob.key("problem:p"))[0]["uuid"]
    ann.rename("problem:p", "New")
    entry = sets(bob)[0]
    expected = {name: entry[name] for name in ("uuid", "kind", "user", "created")}
    for name in ("problem:p", "unit:u", "subsection:s"):
        assert bob.get(name)["last_change_set"] == expected
    bob.publish_all()
    bob.delete("problem:p")
    bob.restore("problem:p")
    assert bob.get("problem:p")["last_change_set"]["kind"] == "restore"
    # Publishing changes no draft.
    bob.publish_all()
    assert bob.get("problem:p")["last_change_set"]["kind"] == "restore"


def test_course_blocks_say_which_set_changed_them_last(bob: HistoryClient, staff: User) -> None:
    make_course()
    url = f"/api/content_library/v1/course_blocks/{PROBLEM}/"
    answer = bob.ok(bob.http.patch(url, {"settings": {"display_name": "New"}}, format="json"))
    entry = sets(bob, course_key=str(COURSE_KEY))[0]
    expected = {name: entry[name] for name in ("uuid", "kind", "user", "created")}
    assert answer["last_change_set"] == bob.ok(bob.http.get(url))["last_change_set"] == expected
    children = bob.ok(bob.http.get(f"/api/content_library/v1/course_blocks/{UNIT}/children/"))["results"]
    assert [child["last_change_set"] for child in children if child["usage_key"] == str(PROBLEM)] == [expected]
