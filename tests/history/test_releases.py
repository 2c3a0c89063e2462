"""Releases over HTTP (wire: own-releases)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import PublishLog

from content_libraries import conf
from content_libraries.errors import NotFoundError
from content_libraries.history import api as history
from content_libraries.history import signals, tasks
from content_libraries.history.models import Release, ReleaseEvent
from content_libraries.history.releases.acting import MAX_EVENTS
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory

from .client import HistoryClient

URL = "/api/content_library/v1/releases/"
SETS = "/api/content_library/v1/change_sets/"


class Releasing:
    """What one user does with releases."""

    def __init__(self, client: HistoryClient) -> None:
        self.client = client
        self.http = client.http

    def make(self, *names: str, **values: Any) -> str:
        body = {"library_key": self.client.lib_key, "title": "Week one", **values}
        if names:
            body["item_keys"] = [self.client.key(name) for name in names]
        uuid: str = self.client.ok(self.http.post(URL, body, format="json"), 201)["uuid"]
        return uuid

    def answer(self, uuid: str, action: str, **body: Any) -> Any:
        return self.http.post(f"{URL}{uuid}/{action}/", body, format="json")

    def do(self, uuid: str, action: str, **body: Any) -> Any:
        return self.client.ok(self.answer(uuid, action, **body))

    def get(self, uuid: str, part: str = "") -> Any:
        return self.client.ok(self.http.get(f"{URL}{uuid}/{part}"))

    def change(self, uuid: str, **body: Any) -> Any:
        return self.http.patch(f"{URL}{uuid}/", body, format="json")

    def approve(self, uuid: str) -> Any:
        return self.do(uuid, "approvals", fingerprint=self.get(uuid, "preview/")["fingerprint"])

    def schedule(self, uuid: str) -> None:
        """Schedule a release, and let its time come."""
        soon = datetime.now(UTC) + timedelta(hours=1)
        assert self.do(uuid, "schedules", publish_at=soon.isoformat())["state"] == "scheduled"
        Release.objects.filter(uuid=uuid).update(publish_at=datetime.now(UTC) - timedelta(minutes=1))

    def events(self, uuid: str) -> list[tuple[str, str | None, str]]:
        return [(event["kind"], event["user"], event["text"]) for event in self.get(uuid, "events/")["results"]]


@pytest.fixture
def carl(library: ContentLibrary, contributor: User, api_client: ClientFactory) -> Releasing:
    """A contributor, who may edit, but not publish."""
    return Releasing(HistoryClient(library, api_client(contributor)))


@pytest.fixture
def anna(library: ContentLibrary, author: User, api_client: ClientFactory) -> Releasing:
    """An author, who may publish."""
    return Releasing(HistoryClient(library, api_client(author)))


@pytest.fixture
def rita(library: ContentLibrary, reader: User, api_client: ClientFactory) -> Releasing:
    """A reader."""
    return Releasing(HistoryClient(library, api_client(reader)))


@pytest.fixture
def content(carl: Releasing) -> None:
    """Two new problems, of which one is in a unit."""
    carl.client.create("problem:a")
    carl.client.create("problem:b")
    carl.client.create("unit:u", children=["problem:a"])


@pytest.fixture
def requested(carl: Releasing, content: None) -> str:
    """A release of the unit, which the contributor has requested."""
    uuid = carl.make("unit:u")
    carl.do(uuid, "requests", reason="It is done.")
    return uuid


def publishes(library: ContentLibrary) -> int:
    return PublishLog.objects.filter(learning_package_id=library.learning_package_id).count()


def test_a_release_goes_from_draft_to_published(
    carl: Releasing, anna: Releasing, rita: Releasing, content: None, library: ContentLibrary
) -> None:
    uuid = carl.make("unit:u", description="The first unit.")
    assert carl.get(uuid) == {
        "uuid": uuid,
        "library_key": carl.client.lib_key,
        "title": "Week one",
        "description": "The first unit.",
        "state": "draft",
        "possible_actions": ["change", "request", "comment", "cancel"],
        "item_count": 1,
        "created": carl.get(uuid)["created"],
        "created_by": "library_contributor",
        "requested_by": None,
        "approved_by": None,
        "fingerprint": "",
        "publish_at": None,
        "change_set_uuid": None,
    }
    assert carl.do(uuid, "requests", reason="It is done.")["state"] == "requested"
    anna.do(uuid, "comments", text="Nice.")
    assert anna.approve(uuid)["state"] == "approved"
    found = anna.do(uuid, "publications")
    assert (found["state"], found["approved_by"], found["requested_by"]) == (
        "published",
        "library_author",
        "library_contributor",
    )
    assert found["possible_actions"] == ["comment", "revert"]
    assert rita.events(uuid) == [
        ("created", "library_contributor", ""),
        ("requested", "library_contributor", "It is done."),
        ("commented", "library_author", "Nice."),
        ("approved", "library_author", ""),
        ("published", "library_author", ""),
    ]
    entry = carl.client.ok(carl.http.get(f"{SETS}{found['change_set_uuid']}/"))
    assert (entry["kind"], entry["source_key"], entry["user"]) == ("publish", f"release:{uuid}", "library_author")
    assert publishes(library) == 1
    assert [carl.client.get(name)["last_published"] is None for name in ("problem:a", "problem:b")] == [False, True]


def test_items_of_a_release_have_titles(carl: Releasing, content: None) -> None:
    carl.client.rename("unit:u", "Acids")
    carl.client.rename("problem:b", "Bases")
    uuid = carl.make("unit:u", "problem:b")
    titles = {item["item_type"]: item["title"] for item in carl.get(uuid, "items/")["results"]}
    assert titles == {"unit": "Acids", "problem": "Bases"}


def test_without_items_it_has_all_unpublished_changes_of_the_moment(
    carl: Releasing, anna: Releasing, content: None
) -> None:
    anna.client.publish("problem:b")
    anna.client.delete("problem:b")
    uuid = carl.make()
    items = {item["item_key"]: item["as_deletion"] for item in carl.get(uuid, "items/")["results"]}
    key = carl.client.key
    assert items == {key("problem:a"): False, key("problem:b"): True, key("unit:u"): False}
    carl.client.create("problem:later")
    assert carl.get(uuid)["item_count"] == 3


def test_deletions_are_published_where_they_were_chosen(carl: Releasing, anna: Releasing, content: None) -> None:
    anna.client.publish_all()
    carl.client.delete("unit:u")
    uuid = carl.make("unit:u")
    carl.do(uuid, "requests", reason="Outdated.")
    anna.approve(uuid)
    assert anna.get(uuid, "preview/")["counts"]["deleted"] == 1
    anna.do(uuid, "publications")
    assert anna.client.http.get(anna.client.url("unit:u") + "?published=true").status_code == 404
    assert anna.get(uuid)["state"] == "published"


def test_readers_see_releases_and_do_nothing(rita: Releasing, requested: str) -> None:
    assert rita.get(requested)["state"] == "requested"
    assert rita.get(requested, "preview/")["item_count"] == 2
    assert [entry["uuid"] for entry in rita.client.ok(rita.http.get(URL))["results"]] == [requested]
    bodies = {"comments": {"text": "Hm"}, "requests": {"reason": "Me"}, "declines": {"reason": "No"}}
    for action in ("comments", "requests", "approvals", "declines", "schedules", "publications", "cancellations"):
        assert rita.answer(requested, action, **bodies.get(action, {})).status_code == 403
    assert rita.change(requested, title="Mine").status_code == 403
    assert rita.http.post(URL, {"library_key": rita.client.lib_key, "title": "T"}, format="json").status_code == 403


def test_contributors_decide_nothing(carl: Releasing, requested: str, library: ContentLibrary) -> None:
    fingerprint = carl.get(requested, "preview/")["fingerprint"]
    assert carl.answer(requested, "approvals", fingerprint=fingerprint).status_code == 403
    assert carl.answer(requested, "declines", reason="No").status_code == 403
    assert carl.answer(requested, "publications").status_code == 403
    Release.objects.filter(uuid=requested).update(state="approved", fingerprint=fingerprint)
    assert carl.answer(requested, "publications").status_code == 403
    assert publishes(library) == 0


def test_publishers_approve_what_they_have_requested(anna: Releasing, content: None) -> None:
    uuid = anna.make("unit:u")
    anna.do(uuid, "requests", reason="Mine")
    assert anna.approve(uuid)["state"] == "approved"


def test_strangers_see_no_releases(requested: str, stranger: User, api_client: ClientFactory) -> None:
    client = api_client(stranger)
    assert client.get(f"{URL}{requested}/").status_code == 403
    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{UUID(int=1)}/").status_code == 404


def test_others_cancel_only_what_they_may_publish(
    carl: Releasing, anna: Releasing, requested: str, content: None
) -> None:
    of_anna = anna.make("problem:b")
    assert carl.answer(of_anna, "cancellations").status_code == 403
    assert carl.do(requested, "cancellations", reason="Later")["state"] == "canceled"
    assert anna.do(of_anna, "cancellations")["state"] == "canceled"
    assert carl.events(requested)[-1] == ("canceled", "library_contributor", "Later")


def test_what_was_declined_is_changed_and_requested_again(carl: Releasing, anna: Releasing, requested: str) -> None:
    assert anna.do(requested, "declines", reason="Not yet.")["state"] == "declined"
    found = carl.client.ok(
        carl.change(requested, title="Week two", item_keys=[carl.client.key("problem:b"), carl.client.key("unit:u")])
    )
    assert (found["state"], found["title"], found["item_count"]) == ("draft", "Week two", 2)
    assert carl.do(requested, "requests", reason="Now")["state"] == "requested"


WRONG = [
    ("approvals", {"fingerprint": "x"}),
    ("declines", {"reason": "x"}),
    ("schedules", {"publish_at": "2999-01-01T00:00:00Z"}),
    ("publications", {}),
]


@pytest.mark.parametrize(("action", "body"), WRONG)
def test_an_action_in_the_wrong_state_is_refused_with_what_is_possible(
    anna: Releasing, content: None, action: str, body: dict[str, str]
) -> None:
    uuid = anna.make("unit:u")
    refusal = anna.client.ok(anna.answer(uuid, action, **body), 409)
    assert refusal["code"] == "release_wrong_state"
    assert refusal["state"] == "draft"
    assert refusal["possible_actions"] == ["change", "request", "comment", "cancel"]
    assert anna.get(uuid)["state"] == "draft"
    assert anna.events(uuid) == [("created", "library_author", "")]


def test_what_is_requested_is_not_changed(carl: Releasing, requested: str) -> None:
    assert carl.change(requested, title="Other").status_code == 409


def test_an_approval_is_of_what_the_user_has_seen(carl: Releasing, anna: Releasing, requested: str) -> None:
    seen = anna.get(requested, "preview/")["fingerprint"]
    carl.client.rename("problem:a", "Sneaked in")
    refusal = anna.client.ok(anna.answer(requested, "approvals", fingerprint=seen), 409)
    assert refusal["code"] == "release_content_changed"
    assert anna.get(requested)["state"] == "requested"


def test_what_was_edited_after_the_approval_is_not_published(
    carl: Releasing, anna: Releasing, requested: str, library: ContentLibrary
) -> None:
    anna.approve(requested)
    carl.client.rename("problem:a", "Sneaked in")
    assert anna.client.ok(anna.answer(requested, "publications"), 409)["code"] == "release_content_changed"
    assert (publishes(library), anna.get(requested)["state"]) == (0, "approved")
    anna.approve(requested)
    assert anna.do(requested, "publications")["state"] == "published"


def test_edits_elsewhere_and_publishes_of_others_do_not_matter(
    carl: Releasing, anna: Releasing, requested: str
) -> None:
    anna.approve(requested)
    carl.client.rename("problem:b", "Elsewhere")
    anna.client.publish("problem:a")
    assert anna.do(requested, "publications")["state"] == "published"


def test_items_that_were_deleted_since_are_named(carl: Releasing, anna: Releasing, requested: str) -> None:
    carl.client.delete("unit:u")
    for answer in (
        anna.http.get(f"{URL}{requested}/preview/"),
        anna.answer(requested, "approvals", fingerprint="x"),
    ):
        refusal = anna.client.ok(answer, 409)
        assert refusal["code"] == "release_items_deleted"
        assert carl.client.key("unit:u") in refusal["detail"]
    carl.client.restore("unit:u")
    assert anna.approve(requested)["state"] == "approved"


def test_nothing_to_publish_is_told(carl: Releasing, anna: Releasing, requested: str) -> None:
    anna.client.publish_all()
    assert anna.answer(requested, "approvals", fingerprint="x").json()["code"] == "release_nothing_to_publish"
    uuid = carl.make("unit:u")
    assert carl.answer(uuid, "requests", reason="x").json()["code"] == "release_nothing_to_publish"


def test_bad_input_is_told_by_field(
    carl: Releasing, anna: Releasing, content: None, make_library: LibraryFactory
) -> None:
    other = str(make_library("other").library_key)
    key = carl.client.key

    def refused(**body: Any) -> Any:
        full = {"library_key": carl.client.lib_key, "title": "T", **body}
        return carl.client.ok(carl.http.post(URL, full, format="json"), 400)

    assert "title" in refused(title="")
    assert "title" in refused(title="x" * 256)
    assert "item_keys" in refused(item_keys=[])
    assert "item_keys" in refused(item_keys=[key("problem:never")])
    assert "item_keys" in refused(item_keys=["lb:CL-TEST:other:problem:a"])
    assert "library_key" in refused(library_key="nonsense")
    assert "color" in refused(color="red")
    carl.client.delete("problem:b")
    assert "item_keys" in refused(item_keys=[key("problem:b")])
    anna.client.publish_all()
    assert "item_keys" in refused()
    assert "state" in carl.client.ok(carl.http.get(URL, {"state": "odd"}), 400)
    assert carl.http.get(URL, {"library_key": other}).status_code == 403


def test_a_time_in_the_past_is_refused(anna: Releasing, requested: str) -> None:
    anna.approve(requested)
    assert "publish_at" in anna.client.ok(anna.answer(requested, "schedules", publish_at="2001-01-01T00:00:00Z"), 400)
    assert "publish_at" in anna.client.ok(anna.answer(requested, "schedules", publish_at="tomorrow"), 400)
    assert anna.get(requested)["state"] == "approved"


def test_a_scheduled_release_is_published_when_it_is_due(
    anna: Releasing, requested: str, library: ContentLibrary
) -> None:
    anna.approve(requested)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert anna.do(requested, "schedules", publish_at=later.isoformat())["publish_at"] is not None
    assert tasks.publish_due() == 0
    assert history.publish_due_release(UUID(requested)) is False
    anna.schedule(requested)
    assert tasks.publish_due() == 1
    assert anna.get(requested)["state"] == "published"
    assert anna.events(requested)[-1] == ("published", "library_author", "")
    log = PublishLog.objects.get(learning_package_id=library.learning_package_id)
    assert log.published_by is not None
    assert (log.published_by.username, log.message) == ("library_author", "Week one")
    assert tasks.publish_due() == 0
    assert history.publish_due_release(UUID(requested)) is False


def test_a_release_is_held_when_its_content_was_edited(carl: Releasing, anna: Releasing, requested: str) -> None:
    anna.approve(requested)
    anna.schedule(requested)
    carl.client.rename("problem:a", "Sneaked in")
    assert history.publish_due_release(UUID(requested)) is False
    kind, user, text = anna.events(requested)[-1]
    assert (anna.get(requested)["state"], kind, user) == ("held", "held", None)
    assert "has changed since it was approved" in text
    anna.approve(requested)
    assert anna.do(requested, "publications")["state"] == "published"


def test_a_release_is_held_when_its_items_were_deleted(carl: Releasing, anna: Releasing, requested: str) -> None:
    anna.approve(requested)
    anna.schedule(requested)
    carl.client.delete("unit:u")
    assert history.publish_due_release(UUID(requested)) is False
    assert carl.client.key("unit:u") in anna.events(requested)[-1][2]


def test_a_release_is_held_when_its_approver_lost_the_right(
    anna: Releasing, carl: Releasing, requested: str, library: ContentLibrary, author: User, staff: User
) -> None:
    anna.approve(requested)
    anna.schedule(requested)
    libraries.take_role(library.library_key, user=staff, member=author, role=libraries.Role.AUTHOR)
    assert history.publish_due_release(UUID(requested)) is False
    assert carl.get(requested)["state"] == "held"
    assert "library_author" in carl.events(requested)[-1][2]
    assert publishes(library) == 0


def test_a_release_is_held_when_its_approver_is_gone(
    anna: Releasing, carl: Releasing, requested: str, author: User
) -> None:
    anna.approve(requested)
    anna.schedule(requested)
    author.delete()
    assert history.publish_due_release(UUID(requested)) is False
    assert carl.get(requested)["state"] == "held"


def test_a_release_of_a_deleted_library_is_canceled(
    anna: Releasing, requested: str, library: ContentLibrary, staff: User, make_library: LibraryFactory
) -> None:
    anna.approve(requested)
    anna.schedule(requested)
    libraries.delete_library(library.library_key, user=staff)
    make_library()
    assert history.publish_due_release(UUID(requested)) is False
    release = Release.objects.get(uuid=requested)
    assert release.state == "canceled"
    assert "deleted" in release.events.latest("pk").text
    with pytest.raises(NotFoundError):
        history.get_release(UUID(requested), user=staff)


def test_a_release_that_breaks_off_too_often_is_held(anna: Releasing, requested: str) -> None:
    anna.approve(requested)
    anna.schedule(requested)
    Release.objects.filter(uuid=requested).update(attempts=conf.JOB_ATTEMPTS.value)
    assert history.publish_due_release(UUID(requested)) is False
    assert anna.get(requested)["state"] == "held"


@pytest.fixture
def published(carl: Releasing, anna: Releasing, requested: str) -> str:
    """A published release of the unit, whose problem had been published before with another title."""
    carl.client.rename("problem:a", "Before")
    anna.client.publish("problem:a")
    carl.client.rename("problem:a", "Released")
    anna.approve(requested)
    anna.do(requested, "publications")
    return requested


def published_title(client: HistoryClient, name: str) -> str | None:
    title: str | None = client.get(name)["published_display_name"]
    return title


def test_a_release_is_reverted_as_one_set(
    carl: Releasing, anna: Releasing, published: str, library: ContentLibrary
) -> None:
    assert published_title(anna.client, "problem:a") == "Released"
    before = publishes(library)
    assert carl.answer(published, "reverts").status_code == 403
    assert anna.do(published, "reverts")["state"] == "reverted"
    assert publishes(library) == before + 1
    assert published_title(anna.client, "problem:a") == "Before"
    assert anna.client.get("unit:u")["published_display_name"] is None
    assert anna.client.get("problem:a")["display_name"] == "Released"
    assert anna.events(published)[-1] == ("reverted", "library_author", "")
    assert anna.answer(published, "reverts").json()["code"] == "release_wrong_state"


def test_the_undo_of_its_change_set_reverts_a_release_and_the_redo_publishes_it_again(
    anna: Releasing, published: str, django_capture_on_commit_callbacks: Any
) -> None:
    def undo(change_set: str) -> str:
        answer = anna.client.http.post(f"/api/content_library/v1/change_sets/{change_set}/undos/", {}, format="json")
        return str(anna.client.ok(answer, 201)["change_set"]["uuid"])

    heard: list[str] = []

    def hear(*, release: Any, **_: Any) -> None:
        heard.append(release.state)

    signals.RELEASE_REVERTED.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            undone = undo(anna.get(published)["change_set_uuid"])
    finally:
        signals.RELEASE_REVERTED.disconnect(hear)
    assert heard == ["reverted"]
    release = anna.get(published)
    assert (release["state"], release["possible_actions"]) == ("reverted", ["comment"])
    assert anna.events(published)[-1][:2] == ("reverted", "library_author")
    redone = undo(undone)
    release = anna.get(published)
    assert (release["state"], release["change_set_uuid"]) == ("published", redone)
    assert anna.do(published, "reverts")["state"] == "reverted"
    assert published_title(anna.client, "problem:a") == "Before"


def test_a_release_takes_a_bounded_number_of_comments_and_can_be_ended_then(carl: Releasing, requested: str) -> None:
    release = Release.objects.get(uuid=requested)
    ReleaseEvent.objects.bulk_create(ReleaseEvent(release=release, kind="commented") for _number in range(MAX_EVENTS))
    answer = carl.answer(requested, "comments", text="One more")
    assert (answer.status_code, answer.json()["code"]) == (409, "release_too_many_events")
    assert carl.do(requested, "cancellations")["state"] == "canceled"


def test_what_was_published_again_since_is_not_reverted(carl: Releasing, anna: Releasing, published: str) -> None:
    carl.client.rename("problem:a", "Newest")
    anna.client.publish("problem:a")
    assert anna.client.ok(anna.answer(published, "reverts"), 409)["code"] == "release_not_revertible"
    assert anna.get(published)["state"] == "published"
    assert anna.do(published, "reverts", on_conflict="skip")["state"] == "reverted"
    assert published_title(anna.client, "problem:a") == "Newest"


def test_what_happens_is_announced_after_the_commit(
    carl: Releasing, anna: Releasing, content: None, run_on_commit: CommitRunner
) -> None:
    heard: list[tuple[str, signals.ReleaseData]] = []

    def hear(*, signal: Any, release: signals.ReleaseData, **_: Any) -> None:
        heard.append((signal.event_type.split(".")[-2], release))

    for signal in signals.SIGNALS.values():
        signal.connect(hear)
    try:
        with run_on_commit():
            uuid = carl.make("unit:u")
            carl.do(uuid, "requests", reason="It is done.")
            assert heard == []
        with run_on_commit():
            anna.do(uuid, "comments", text="Hm.")
            anna.do(uuid, "declines", reason="No.")
            carl.do(uuid, "requests", reason="Please.")
            anna.approve(uuid)
            anna.schedule(uuid)
        with run_on_commit():
            carl.client.rename("problem:a", "Sneaked in")
            history.publish_due_release(UUID(uuid))
            anna.approve(uuid)
            anna.do(uuid, "publications")
    finally:
        for signal in signals.SIGNALS.values():
            signal.disconnect(hear)
    assert [name for name, _release in heard] == [
        "requested",
        "commented",
        "declined",
        "requested",
        "approved",
        "scheduled",
        "held",
        "approved",
        "published",
    ]
    first = heard[0][1]
    assert (first.release_uuid, first.state, first.username, first.text) == (
        uuid,
        "requested",
        "library_contributor",
        "It is done.",
    )
    assert heard[-1][1].approved_by == "library_author"


def test_a_release_takes_the_same_queries_for_any_number_of_items(
    anna: Releasing, library: ContentLibrary, run_on_commit: CommitRunner
) -> None:
    package_pk = library.learning_package_id
    assert package_pk is not None
    counts = []
    for size in (10, 100):
        names = [f"p{size}-{number}" for number in range(size)]
        components = [learning_core.ComponentWrite("problem", name, name, "<problem/>") for name in names]
        learning_core.write_drafts(package_pk, components=components, author_pk=None)
        with CaptureQueriesContext(connection) as queries:
            uuid = anna.make(*(f"problem:{name}" for name in names))
            anna.do(uuid, "requests", reason="x")
            anna.approve(uuid)
            found = anna.do(uuid, "publications")
        assert anna.client.ok(anna.http.get(f"{SETS}{found['change_set_uuid']}/"))["changes"] == size
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


def test_lists_take_the_same_queries_for_any_number_of_releases(anna: Releasing, content: None) -> None:
    counts = []
    for size in (2, 6):
        for _number in range(size):
            uuid = anna.make("unit:u", "problem:b")
            anna.do(uuid, "comments", text="Hm")
        with CaptureQueriesContext(connection) as queries:
            anna.client.ok(anna.http.get(URL, {"library_key": anna.client.lib_key, "page_size": "100"}))
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


@pytest.mark.slow
def test_ten_thousand_items_are_published_in_one_log(
    anna: Releasing, author: User, library: ContentLibrary, rita: Releasing
) -> None:
    package_pk, size = library.learning_package_id, 10_000
    assert package_pk is not None
    components = [learning_core.ComponentWrite("problem", f"p{number}", "P", "<problem/>") for number in range(size)]
    learning_core.write_drafts(package_pk, components=components, author_pk=None)
    uuid = anna.make()
    anna.do(uuid, "requests", reason="The whole library.")
    preview = rita.get(uuid, "preview/")
    assert (preview["item_count"], len(preview["items"])) == (size, 1_000)
    anna.do(uuid, "approvals", fingerprint=preview["fingerprint"])
    with CaptureQueriesContext(connection) as queries:
        assert anna.do(uuid, "publications")["state"] == "published"
    assert len(queries) < size / 50  # rows are written in batches
    assert publishes(library) == 1
    assert rita.http.get(f"{SETS}{anna.get(uuid)['change_set_uuid']}/").json()["changes"] == size
