"""Bulk edits of libraries over HTTP and by command (wire: own-bulk-edits)."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import DraftChangeLog

from content_libraries import api
from content_libraries.errors import PlanOutdatedError
from content_libraries.history import api as history
from content_libraries.history.bulk_edits.applying import write_plan
from content_libraries.learning_core import api as learning_core
from content_libraries.search import api as search
from tests.conftest import ClientFactory, LibraryFactory
from tests.content.client import LibraryClient
from tests.content.conftest import ActingAs

from .client import HistoryClient
from .test_change_sets import sets, told

PREVIEWS = "/api/content_library/v1/bulk_edit_previews/"
EDITS = "/api/content_library/v1/bulk_edits/"

OLX = {
    "problem:p1": '<problem display_name="About example.org" max_attempts="1"><p>See example.org</p></problem>',
    "problem:p2": '<problem display_name="Other"><p>No link</p></problem>',
    "html:t1": '<html display_name="Text"><![CDATA[<p><a href="https://example.org/a">example.org</a></p>]]></html>',
}
LINKS: dict[str, Any] = {"find": "example.org", "replace": "example.com"}


@pytest.fixture(scope="module", autouse=True)
def shared_world(shared_lib: LibraryClient) -> None:
    """Two problems and a text; a problem and the text are in a unit in a subsection."""
    bob = HistoryClient.of(shared_lib)
    for name, olx in OLX.items():
        bob.create(name)
        bob.set_olx(name, olx)
    bob.create("unit:u1", title="Unit about example.org", children=["problem:p1", "html:t1"])
    bob.create("subsection:s1", title="Subsection", children=["unit:u1"])


@pytest.fixture
def world(bob: HistoryClient) -> HistoryClient:
    """What Bob does in the library of all tests of this module."""
    return bob


def preview(client: HistoryClient, *, page: str = "", **body: Any) -> Any:
    return client.ok(client.http.post(PREVIEWS + page, {"library_key": client.lib_key, **body}, format="json"))


def edit(client: HistoryClient, **body: Any) -> Any:
    return client.ok(client.http.post(EDITS, {"library_key": client.lib_key, **body}, format="json"), 201)


def refusal(client: HistoryClient, status: int = 400, url: str = PREVIEWS, **body: Any) -> Any:
    body = body if "course_key" in body else {"library_key": client.lib_key, **body}
    return client.ok(client.http.post(url, body, format="json"), status)


def olx(client: HistoryClient, name: str) -> str:
    return str(client.get(name, "olx/")["olx"])


def names(entries: list[Any]) -> list[str]:
    return [entry["item_key"].split(":", maxsplit=3)[3] for entry in entries]


def test_a_preview_shows_what_changes_and_writes_nothing(world: HistoryClient) -> None:
    logs = DraftChangeLog.objects.count()
    shown = preview(world, **LINKS)
    assert DraftChangeLog.objects.count() == logs
    assert (shown["looked_at"], shown["changed_count"], shown["left_alone_count"]) == (5, 3, 0)
    assert shown["fields_changed"] == [
        {"name": "data", "items": 2, "changes": 3},
        {"name": "display_name", "items": 2, "changes": 2},
    ]
    assert names(shown["items"]) == ["problem:p1", "html:t1", "unit:u1"]
    problem = shown["items"][0]
    assert problem["difference"] == {
        "settings": [{"name": "display_name", "before": "About example.org", "after": "About example.com"}],
        "text": {
            "changed": True,
            "lines": ["--- before", "+++ after", "@@ -1 +1 @@", "-<p>See example.org</p>", "+<p>See example.com</p>"],
            "cut": False,
        },
    }
    assert problem["excerpts"][1] == {"field": "data", "before": "See example.org", "after": "See example.com"}


def test_an_edit_is_one_change_set_and_touches_nothing_else(world: HistoryClient) -> None:
    shown = preview(world, **LINKS)
    done = edit(world, **LINKS, fingerprint=shown["fingerprint"])
    for name, before in OLX.items():
        assert olx(world, name) == before.replace("example.org", "example.com")
    assert world.get("problem:p1")["display_name"] == "About example.com"
    assert world.get("unit:u1")["display_name"] == "Unit about example.com"
    assert world.children("unit:u1") == ["problem:p1", "html:t1"]
    entry = sets(world)[0]
    assert told([entry]) == ["bulk_edit: Edited 3 items in bulk"]
    assert (entry["uuid"], entry["user"], entry["changes"]) == (done["change_set"], "Bob", 3)
    assert preview(world, **LINKS)["changed_count"] == 0


def test_an_edit_without_effect_makes_no_change_set(world: HistoryClient) -> None:
    logs = DraftChangeLog.objects.count()
    done = edit(world, find="nowhere", replace="x")
    assert (done["change_set"], done["changed_count"], DraftChangeLog.objects.count()) == (None, 0, logs)


def test_files_and_collections_stay(world: HistoryClient) -> None:
    key = api.component_key(world.key("html:t1"))
    api.set_asset(key, user=User.objects.get(username="Bob"), path="static/a.txt", file=ContentFile(b"A"))
    world.create_collection("My col", "html:t1", "unit:u1")
    edit(world, **LINKS)
    assert [file["path"] for file in world.get("html:t1", "assets/")["files"]] == ["static/a.txt"]
    assert world.collections_of("html:t1") == ["my-col"]


def test_settings_are_changed_reset_and_validated(world: HistoryClient) -> None:
    shown = preview(world, settings={"max_attempts": 3, "weight": 2}, block_types=["problem"])
    assert shown["fields_changed"] == [
        {"name": "max_attempts", "items": 2, "changes": 2},
        {"name": "weight", "items": 2, "changes": 2},
    ]
    edit(world, settings={"max_attempts": 3, "weight": 2}, block_types=["problem"])
    assert olx(world, "problem:p1") == OLX["problem:p1"].replace('max_attempts="1"', 'max_attempts="3" weight="2.0"')
    edit(world, settings={"max_attempts": None, "weight": None}, block_types=["problem"])
    assert olx(world, "problem:p1") == OLX["problem:p1"].replace(' max_attempts="1"', "")
    assert olx(world, "problem:p2") == OLX["problem:p2"]


def test_a_title_follows_its_setting(world: HistoryClient) -> None:
    edit(world, settings={"display_name": "All the same"}, block_types=["problem"])
    assert {world.get(name)["display_name"] for name in ("problem:p1", "problem:p2")} == {"All the same"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"max_attempts": "many"}, "max_attempts"),
        ({"showanswer": "sometimes"}, "showanswer: it has to be one of"),
        ({"max_attempts": -1}, "max_attempts: -1 is out of its range"),
        ({"no_such": 1}, "“problem” has no setting “no_such”."),
        ({"data": "x"}, "“problem” has no setting “data”."),
        ({"upstream": "x"}, "“problem” has no setting “upstream”."),
        ({}, "Name a setting."),
    ],
)
def test_settings_and_values_that_cannot_be_are_refused(
    world: HistoryClient, settings: dict[str, Any], told: str
) -> None:
    assert told in refusal(world, settings=settings, block_types=["problem"])["settings"]


def test_an_item_without_a_setting_is_listed_and_left_alone(world: HistoryClient) -> None:
    done = edit(world, settings={"max_attempts": 5})
    assert (done["looked_at"], done["changed_count"], names(done["left_alone"])) == (3, 2, ["html:t1"])
    assert done["left_alone"][0]["problem"] == "no_setting"
    assert olx(world, "html:t1") == OLX["html:t1"]


def test_an_item_that_would_break_is_listed_and_left_alone(world: HistoryClient) -> None:
    broken = "<problem><![CDATA[a]]x>]]></problem>"
    world.set_olx("problem:p2", broken)
    world.create("drag-and-drop-v2:d")
    world.set_olx("problem:p1", '<problem display_name="x" matlab_api_key="x"/>')
    shown = preview(world, find="x", replace="")
    assert names(shown["left_alone"]) == ["problem:p2"]
    assert shown["left_alone"][0]["problem"] == "refused"
    edit(world, find="x", replace="")
    assert olx(world, "problem:p2") == broken
    assert olx(world, "problem:p1") == '<problem display_name="" matlab_api_key=""/>'


def test_a_value_that_its_field_cannot_read_is_refused(world: HistoryClient) -> None:
    before = '<problem use_latex_compiler="yes and no" display_name="A"/>'
    world.set_olx("problem:p1", '<problem attempts_before_showanswer_button="[1]" display_name="yes"/>')
    world.set_olx("problem:p2", before)
    shown = preview(world, find="yes", replace="no", item_keys=[world.key("problem:p1")])
    assert shown["changed_count"] == 1


def test_titles_have_to_fit(world: HistoryClient) -> None:
    world.rename("unit:u1", "x" * 400)
    shown = preview(world, find="x", replace="yy", block_types=["unit"])
    assert [(each["problem"], each["reason"]) for each in shown["left_alone"]] == [
        ("invalid_title", "Its title would have more than 500 characters.")
    ]
    shown = preview(world, find="x+", replace="", regex=True, block_types=["unit"])
    assert shown["left_alone"][0]["reason"] == "It would have no title."


def test_items_are_chosen_by_place_collection_and_type(world: HistoryClient) -> None:
    anything: dict[str, Any] = {"find": ".", "replace": "-", "regex": True}

    def chosen(**selection: Any) -> list[str]:
        return names(preview(world, **anything, **selection)["items"])

    world.create_collection("My col", "unit:u1", "problem:p2")
    assert chosen() == ["problem:p1", "problem:p2", "html:t1", "unit:u1", "subsection:s1"]
    assert chosen(item_keys=[world.key("subsection:s1")]) == ["problem:p1", "html:t1", "unit:u1", "subsection:s1"]
    assert chosen(item_keys=[world.key("unit:u1")], block_types=["problem"]) == ["problem:p1"]
    assert chosen(collection="my-col") == ["problem:p1", "problem:p2", "html:t1", "unit:u1"]
    assert chosen(collection="my-col", item_keys=[world.key("problem:p2")]) == ["problem:p2"]
    world.delete("problem:p2")
    assert chosen(collection="my-col", block_types=["problem"]) == ["problem:p1"]


def test_items_are_chosen_by_a_search(world: HistoryClient) -> None:
    search.rebuild()
    assert names(preview(world, find="a", replace="b", query="link")["items"]) == []
    assert names(preview(world, find="No", replace="A", query="link")["items"]) == ["problem:p2"]


def test_pages_show_parts_of_the_plan_with_the_same_fingerprint(world: HistoryClient) -> None:
    pages = [preview(world, **LINKS, page=f"?page={page}&page_size=2") for page in (1, 2, 3)]
    assert [names(page["items"]) for page in pages] == [["problem:p1", "html:t1"], ["unit:u1"], []]
    assert {page["num_pages"] for page in pages} == {2}
    assert len({page["fingerprint"] for page in pages}) == 1
    assert refusal(world, url=PREVIEWS + "?page_size=101", **LINKS)["page_size"]


def test_an_outdated_preview_is_refused_and_nothing_is_written(world: HistoryClient) -> None:
    shown = preview(world, **LINKS)
    world.set_olx("html:t1", '<html display_name="Text">example.org</html>')
    logs = DraftChangeLog.objects.count()
    [message] = refusal(world, 409, url=EDITS, **LINKS, fingerprint=shown["fingerprint"])
    assert "changed since the preview" in message
    assert DraftChangeLog.objects.count() == logs


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "find"),
        ({"find": "x"}, "replace"),
        ({"find": "x", "replace": "y", "settings": {"weight": 1}}, "find"),
        ({"settings": {"weight": 1}, "regex": True}, "regex"),
        ({"find": "(", "replace": "", "regex": True}, "find"),
        ({"find": "a", "replace": r"\2", "regex": True}, "replace"),
        ({"find": "", "replace": "x"}, "find"),
        ({"find": "x", "replace": "\x01"}, "replace"),
        ({**LINKS, "course_key": "course-v1:a+b+c", "library_key": "lib:CL-TEST:lib1"}, "library_key"),
        ({**LINKS, "item_keys": ["block-v1:a+b+c+type@html+block@x"]}, "item_keys"),
        ({**LINKS, "item_keys": ["lb:CL-TEST:other:html:x"]}, "item_keys"),
        ({**LINKS, "everything": True}, "everything"),
        ({**LINKS, "block_types": "problem"}, "block_types"),
    ],
)
def test_bad_input_is_refused_by_field(world: HistoryClient, body: dict[str, Any], field: str) -> None:
    for url in (PREVIEWS, EDITS):
        assert field in refusal(world, url=url, **body)


def test_unknown_items_collections_and_libraries_are_not_found(world: HistoryClient) -> None:
    refusal(world, 404, **LINKS, item_keys=[world.key("problem:gone")])
    refusal(world, 404, **LINKS, collection="gone")
    refusal(world, 404, **LINKS, library_key="lib:CL-TEST:gone")
    refusal(world, 404, **LINKS, course_key="course-v1:no+such+course")


def test_who_may_not_edit_is_refused(
    world: HistoryClient, acting_as: ActingAs, reader: User, contributor: User, stranger: User
) -> None:
    for user in (reader, stranger):
        for url in (PREVIEWS, EDITS):
            refusal(HistoryClient.of(acting_as(user)), 403, url=url, **LINKS)
    done = edit(HistoryClient.of(acting_as(contributor)), **LINKS)
    assert (done["changed_count"], sets(world)[0]["user"]) == (3, "library_contributor")


def test_selections_have_bounds(world: HistoryClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_ITEMS = 4
    assert refusal(world, **LINKS) == ["These are 5 items, and one edit may have 4. Choose fewer items."]
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_ITEMS = 5
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_CHARACTERS = 10
    assert refusal(world, **LINKS) == ["The OLX of these items has more than 10 characters. Choose fewer items."]


def test_results_have_bounds(world: HistoryClient, settings: Any) -> None:
    """10,000 items that gain a million characters each would be ten gigabytes."""
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_CHARACTERS = 2_000
    told = ["The OLX of these items would have more than 2,000 characters. Choose fewer items."]
    for body in ({"find": "example.org", "replace": "x" * 700}, {"settings": {"display_name": "x" * 900}}):
        for url in (PREVIEWS, EDITS):
            assert refusal(world, url=url, **body) == told


def test_an_edit_that_takes_too_long_is_refused(world: HistoryClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_SECONDS = -1
    assert refusal(world, **LINKS) == ["This takes too long. Choose fewer items, or a simpler pattern."]


def test_a_slow_block_is_left_alone_and_the_others_change(world: HistoryClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BLOCK_MESSAGE_BYTES = 40_000
    world.set_olx("problem:p2", f"<problem><p>example.org {'x' * 39_900}</p></problem>")
    shown = preview(world, **LINKS)
    assert [(each["problem"], each["title"]) for each in shown["left_alone"]] == [("stopped", "Blank Problem")]
    assert shown["changed_count"] == 3


def test_pinned_children_keep_their_versions(world: HistoryClient) -> None:
    package_pk = world.library.learning_package_id
    assert package_pk is not None
    pks = learning_core.entity_pks_of(package_pk, ["u1"])
    pin_children(pks["u1"])
    shown = preview(world, **LINKS, block_types=["unit"])
    assert shown["left_alone"][0]["problem"] == "pinned_children"


def pin_children(container_pk: int) -> None:
    """Pin the children of a container to their present versions, as other code than ours may."""
    from openedx_content.models_api import Draft, EntityListRow

    version_pk = Draft.objects.get(entity_id=container_pk).version_id
    rows = EntityListRow.objects.filter(entity_list__container_versions__publishable_entity_version=version_pk)
    for row in rows:
        EntityListRow.objects.filter(pk=row.pk).update(entity_version_id=row.entity.draft.version_id)


@pytest.mark.parametrize("edited", [{"settings": {"weight": 3}}, {"find": "Body", "replace": "Text"}])
def test_queries_do_not_depend_on_the_number_of_items(
    staff: User, make_library: LibraryFactory, api_client: ClientFactory, edited: dict[str, Any]
) -> None:
    counts = []
    for size in (10, 100):
        library = make_library(f"of{size}", user=staff)
        assert library.learning_package_id is not None
        writes = [
            learning_core.ComponentWrite("problem", f"p{number}", "P", "<problem><p>Body</p></problem>")
            for number in range(size)
        ]
        learning_core.write_drafts(library.learning_package_id, components=writes, author_pk=None)
        client = HistoryClient(library, api_client(staff))
        preview(client, **edited)
        for act in (preview, edit):
            with CaptureQueriesContext(connection) as queries:
                assert act(client, **edited)["changed_count"] == size
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 20


def run_command(*arguments: str) -> Any:
    out = StringIO()
    call_command("bulk_edit", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_command_previews_and_edits(world: HistoryClient) -> None:
    texts = ["--find", "EXAMPLE.org", "--replace", "example.com", "--ignore-case"]
    logs = DraftChangeLog.objects.count()
    shown = run_command(world.lib_key, *texts, "--dry-run")
    assert (len(shown["items"]), shown["change_set"], DraftChangeLog.objects.count()) == (3, None, logs)
    done = run_command(world.lib_key, *texts, "--user", "Bob", "--item", world.key("problem:p1"))
    assert done["items"] == [
        {"item_key": world.key("problem:p1"), "title": "About example.org", "fields": {"display_name": 1, "data": 1}}
    ]
    assert sets(world)[0]["uuid"] == done["change_set"]
    done = run_command(world.lib_key, "--set", "weight=3", "--set", "showanswer=never", "--type", "problem")
    assert done["fields"] == {"showanswer": {"items": 2, "changes": 2}, "weight": {"items": 2, "changes": 2}}
    out = StringIO()
    call_command("bulk_edit", world.lib_key, "--set", "weight=4", "--dry-run", stdout=out)
    assert "2 of 3 items change, 1 are left alone." in out.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [[], ["--find", "x"], ["--set", "weight"], ["--set", "weight=1", "--find", "x"], ["--find", "(", "--replace", "x"]],
)
def test_the_command_refuses_bad_arguments(world: HistoryClient, arguments: list[str]) -> None:
    regex = ["--regex"] if "(" in arguments else []
    with pytest.raises(CommandError):
        call_command("bulk_edit", world.lib_key, *arguments, *regex)


def test_the_command_acts_with_the_permissions_of_its_user(world: HistoryClient, reader: User) -> None:
    with pytest.raises(CommandError, match="library_user"):
        call_command("bulk_edit", world.lib_key, "--set", "weight=1", "--user", reader.username)


def test_an_edit_between_plan_and_write_is_not_overwritten(world: HistoryClient, staff: User) -> None:
    selection = history.Selection(world.library.library_key)
    plan = history.preview_bulk_edit(selection, history.Replacing("example.org", "example.com"), user=staff)
    newer = OLX["problem:p1"].replace("See", "Look at")
    world.set_olx("problem:p1", newer)
    logs = DraftChangeLog.objects.count()
    with pytest.raises(PlanOutdatedError):
        write_plan(plan, user=staff)
    assert (olx(world, "problem:p1"), DraftChangeLog.objects.count()) == (newer, logs)
