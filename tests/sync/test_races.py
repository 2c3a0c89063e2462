"""What happens at the same time as a sync: nothing is lost, nothing is half done, and nobody gets an error of ours."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import ConflictError
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import CourseLink
from content_libraries.sync.tasks import convert_legacy, run_sync
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.courses.building import key as course_block
from tests.courses.building import make_course
from tests.racing import meetings, needs_locks

from .building import COURSE_KEY, SUBSECTION, UNIT, Author, Shelf, block, body, children, edit, titles
from .legacy import TARGET, add_legacy_block, migrate_legacy_library

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]

OK, GONE, REFUSED = 200, 404, 400
BEFORE_OR_AFTER = ((2, {"update", "ok"}), (3, {"ok"}))
"""The version that the course has, and how its links stand, when a third one is published."""


# Transactions are real here, so that nothing can be shared with other tests.
@pytest.fixture
def staff(make_user: UserFactory) -> User:
    return make_user("Bob", is_staff=True)


@pytest.fixture
def library(make_library: LibraryFactory) -> ContentLibrary:
    return make_library()


@pytest.fixture
def shelf(library: ContentLibrary) -> Shelf:
    shelf = Shelf(library)
    shelf.fill()
    return shelf


@pytest.fixture
def course(db: None) -> None:
    make_course()


@pytest.fixture
def author(course: None, library: ContentLibrary, make_user: UserFactory, api_client: ClientFactory) -> Author:
    """What a server fails at is an answer here, as it is for people."""
    user = make_user("author")
    give_role(user, "course_staff", str(COURSE_KEY))
    give_role(user, "library_user", str(library.library_key))
    author = Author(api_client(user), user)
    author.client.raise_request_exception = False
    return author


class Offer:
    """A unit of the course that is linked, and a newer version of it and of everything in it; alone in the course."""

    rounds = count()

    def __init__(self, author: Author, shelf: Shelf) -> None:
        self.author = author
        self.shelf = shelf
        self.round = next(self.rounds)
        self.version = 0
        for old in children(SUBSECTION):
            api.delete_block(old, user=OPERATOR)
        self.renew()
        self.unit = author.create(shelf.key("unit1"), SUBSECTION)
        self.text, self.problem = children(self.unit)[:2]
        self.renew()

    def renew(self, *, publish: bool = True) -> None:
        """The next version; it has a text of its own in place of that of the last one."""
        self.version += 1
        extra = f"t{self.round}{self.version}0"
        names = ("t1", "p1", extra)
        olx = {name: f"<{self.shelf.kind(name)}>{self.title}</{self.shelf.kind(name)}>" for name in names}
        components = [
            learning_core.ComponentWrite(self.shelf.kind(name), name, self.title, olx[name]) for name in names
        ]
        unit = learning_core.ContainerWrite("unit", "unit1", self.title, tuple(map(self.shelf.ref, names)))
        learning_core.write_drafts(self.shelf.pk, components=components, containers=[unit], author_pk=None)
        if publish:
            self.shelf.publish()

    @property
    def title(self) -> str:
        return f"Round {self.round}, version {self.version}"

    def taken(self) -> int:
        """Number of the version that the course has. It has one as a whole, and in the same blocks."""
        assert children(self.unit)[:2] == [self.text, self.problem]
        found = titles([self.unit, *children(self.unit)])
        assert (len(found), len(set(found))) == (4, 1), found
        return int(found[0].rpartition(" ")[2])

    def states(self) -> set[str]:
        """How the links of the unit and of what is in it stand."""
        return {row["state"] for row in self.author.links()}

    def version_nums(self) -> dict[UsageKey, int]:
        return {key: block(key).version_num for key in (self.unit, self.text, self.problem)}


def assert_links_say_what_blocks_say() -> None:
    assert api.check_links(None, repair=False) == []


def test_a_sync_meets_a_publish_of_what_it_takes(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        offer.renew(publish=False)
        synced, _log = meeting.of(
            lambda unit=offer.unit: author.try_sync(unit),
            lambda: api.publish_all(shelf.library.library_key, user=OPERATOR),
        )
        assert synced.status_code == OK, synced.content
        assert (offer.taken(), offer.states()) in BEFORE_OR_AFTER
        assert_links_say_what_blocks_say()


def test_a_publish_meets_a_sync_of_what_it_publishes(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        offer.renew(publish=False)
        _log, synced = meeting.of(
            lambda: api.publish_all(shelf.library.library_key, user=OPERATOR),
            lambda unit=offer.unit: author.try_sync(unit),
        )
        assert synced.status_code == OK, synced.content
        assert (offer.taken(), offer.states()) in BEFORE_OR_AFTER


def test_two_syncs_of_one_block_take_the_update_once(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        versions = offer.version_nums()
        both = meeting.of(*[lambda unit=offer.unit: author.try_sync(unit)] * 2)
        assert [answer.status_code for answer in both] == [OK, OK]
        assert (offer.taken(), offer.states()) == (2, {"ok"})
        assert offer.version_nums() == {key: number + 1 for key, number in versions.items()}
        assert_links_say_what_blocks_say()


def test_a_sync_that_was_shown_first_meets_another_one(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        shown = author.preview(offer.unit)["fingerprint"]
        first, second = meeting.of(*[lambda unit=offer.unit, shown=shown: author.try_sync(unit, fingerprint=shown)] * 2)
        assert sorted([first.status_code, second.status_code]) == [OK, REFUSED]
        refused = first if first.status_code == REFUSED else second
        assert refused.json()["error_code"] == "preview_outdated"
        assert offer.taken() == 2


def test_a_sync_meets_an_edit_of_a_text_that_it_takes(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        synced, edited = meeting.of(
            lambda unit=offer.unit: author.try_sync(unit), lambda text=offer.text: edit(text, text="<p>Mine</p>")
        )
        assert_an_edit_is_kept_or_refused(author, offer, synced, edited)


def test_an_edit_of_a_text_meets_a_sync_that_takes_it(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        edited, synced = meeting.of(
            lambda text=offer.text: edit(text, text="<p>Mine</p>"), lambda unit=offer.unit: author.try_sync(unit)
        )
        assert_an_edit_is_kept_or_refused(author, offer, synced, edited)


def assert_an_edit_is_kept_or_refused(author: Author, offer: Offer, synced: Any, edited: Any) -> None:
    link = author.link(offer.text)
    assert (synced.status_code, offer.taken(), link["state"]) == (OK, 2, "ok"), synced.content
    if edited is None:
        assert (body(offer.text), link["downstream_customized"]) == ("<p>Mine</p>", ["data"])
    else:
        assert isinstance(edited, ConflictError)
        assert (body(offer.text), link["downstream_customized"]) == (offer.title, [])
    assert_links_say_what_blocks_say()


def test_looking_at_a_structure_meets_a_sync_that_adds_and_removes_blocks(author: Author, shelf: Shelf) -> None:
    for meeting in meetings(step=4):
        offer = Offer(author, shelf)
        shown, synced = meeting.of(
            lambda unit=offer.unit: author.client.get(f"/api/contentstore/v2/downstreams/{unit}"),
            lambda unit=offer.unit: author.try_sync(unit),
        )
        assert (shown.status_code, synced.status_code) == (OK, OK)


def test_a_sync_meets_a_deletion_of_the_block(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        synced, _deleted = meeting.of(
            lambda unit=offer.unit: author.try_sync(unit), lambda unit=offer.unit: api.delete_block(unit, user=OPERATOR)
        )
        assert synced.status_code in {OK, GONE}, synced.content
        assert not CourseLink.objects.filter(course_key=COURSE_KEY).exists()
        assert_links_say_what_blocks_say()


def test_declining_meets_a_sync_of_the_same_version(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        declined, synced = meeting.of(
            lambda unit=offer.unit: author.try_decline(unit), lambda unit=offer.unit: author.try_sync(unit)
        )
        assert (declined.status_code, synced.status_code) == (204, OK)
        assert (offer.taken(), offer.states()) == (2, {"ok"})
        link = author.link(offer.unit)
        assert link["version_declined"] == link["version_synced"] == link["version_available"]
        assert_links_say_what_blocks_say()


def test_declining_meets_a_publish_of_a_newer_version(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        offer.renew(publish=False)
        declined, _log = meeting.of(
            lambda unit=offer.unit: author.try_decline(unit),
            lambda: api.publish_all(shelf.library.library_key, user=OPERATOR),
        )
        assert declined.status_code == 204
        links = [author.link(key) for key in (offer.unit, offer.text, offer.problem)]
        missed = {link["version_available"] - link["version_declined"] for link in links}
        assert (len(missed), offer.taken()) == (1, 1)
        assert links[0]["ready_to_sync"] is (missed == {1})


def test_unlinking_meets_a_sync(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        unlinked, synced = meeting.of(
            lambda unit=offer.unit: author.try_unlink(unit), lambda unit=offer.unit: author.try_sync(unit)
        )
        assert (unlinked.status_code, synced.status_code) in {(204, OK), (204, REFUSED)}
        assert offer.taken() == (2 if synced.status_code == OK else 1)
        assert author.link(offer.unit)["upstream_ref"] is None
        parts = [author.link(key) for key in children(offer.unit)]
        assert {(part["top_level_parent_key"], part["upstream_ref"] is None) for part in parts} == {(None, False)}
        assert_links_say_what_blocks_say()


def test_a_new_linked_block_meets_another_one_in_the_same_place(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        before = children(UNIT)
        both = meeting.of(*[lambda: author.try_create(shelf.key("t1"), UNIT)] * 2)
        assert [answer.status_code for answer in both] == [OK, OK]
        assert sorted(map(str, children(UNIT)[len(before) :])) == sorted(answer.json()["locator"] for answer in both)
        assert_links_say_what_blocks_say()


class Reuse:
    """A course of its own with a text that is linked, and a newer version of that."""

    def __init__(self, author: Author, shelf: Shelf, name: str) -> None:
        self.course_key = make_course(api.course_key(f"course-v1:Org+{name}+Run"))
        give_role(author.user, "course_staff", str(self.course_key))
        self.text = author.create(shelf.key("t2"), course_block("vertical", "unit", self.course_key))
        shelf.component("t2", title=name)
        shelf.publish()


def test_a_sync_meets_the_deletion_of_its_course(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        reuse = Reuse(author, shelf, f"Course{meeting.query}")
        synced, _deleted = meeting.of(
            lambda text=reuse.text: author.try_sync(text),
            lambda key=reuse.course_key: api.delete_course(key, user=OPERATOR),
        )
        assert synced.status_code in {OK, GONE}, synced.content
        assert not CourseLink.objects.exists()


def test_the_deletion_of_a_course_meets_a_sync(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        reuse = Reuse(author, shelf, f"Course{meeting.query}")
        _deleted, synced = meeting.of(
            lambda key=reuse.course_key: api.delete_course(key, user=OPERATOR),
            lambda text=reuse.text: author.try_sync(text),
        )
        assert synced.status_code in {OK, GONE}, synced.content
        assert not CourseLink.objects.exists()


def test_two_workers_sync_two_courses_with_the_same_library(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        reuses = [Reuse(author, shelf, f"{name}{meeting.query}") for name in ("First", "Second")]
        runs = [api.start_run(user=author.user, courses=[reuse.course_key]) for reuse in reuses]
        meeting.of(*[lambda uuid=run.uuid: run_sync(str(uuid)) for run in runs])
        assert [api.find_run(run.uuid, user=OPERATOR).state for run in runs] == ["succeeded", "succeeded"]
        assert titles([reuse.text for reuse in reuses]) == [f"Second{meeting.query}"] * 2
        assert_links_say_what_blocks_say()


def test_a_run_that_is_delivered_to_two_workers_at_once_is_done_once(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        reuse = Reuse(author, shelf, f"Course{meeting.query}")
        version = block(reuse.text).version_num
        run = api.start_run(user=author.user, courses=[reuse.course_key])
        meeting.of(*[lambda uuid=run.uuid: run_sync(str(uuid))] * 2)
        assert api.find_run(run.uuid, user=OPERATOR).state == "succeeded"
        assert (block(reuse.text).title, block(reuse.text).version_num) == (f"Course{meeting.query}", version + 1)


def test_a_run_of_a_course_meets_a_sync_of_a_block_in_it(author: Author, shelf: Shelf) -> None:
    for meeting in meetings():
        offer = Offer(author, shelf)
        versions = offer.version_nums()
        run = api.start_run(user=author.user, courses=[COURSE_KEY])
        _done, synced = meeting.of(
            lambda uuid=run.uuid: run_sync(str(uuid)), lambda unit=offer.unit: author.try_sync(unit)
        )
        assert (api.find_run(run.uuid, user=OPERATOR).state, synced.status_code) == ("succeeded", OK)
        assert (offer.taken(), offer.states()) == (2, {"ok"})
        assert offer.version_nums() == {key: number + 1 for key, number in versions.items()}


# Blocks that use a legacy library --------------------------------------------------------------------------------


@pytest.fixture
def migrated(author: Author, tmp_path: Path) -> Shelf:
    """What a legacy library became, with a newer version of its problem."""
    migrate_legacy_library(tmp_path, '<problem url_name="p1" display_name="One"><p>One</p></problem>')
    shelf = Shelf(api.get_library(TARGET))
    shelf.component("p1", title="Newer")
    shelf.publish()
    return shelf


class Bank:
    """A block of the course with the problem of the legacy library; alone in the course."""

    rounds = count()

    def __init__(self, author: Author) -> None:
        self.author = author
        for old in children(UNIT):
            api.delete_block(old, user=OPERATOR)
        name = f"bank{next(self.rounds)}"
        self.key = add_legacy_block(UNIT, name, [(f"{name}p", '<problem display_name="One"><p>One</p></problem>')])
        (self.problem,) = children(self.key)
        self.version_num = block(self.problem).version_num

    def try_convert(self) -> Any:
        return self.author.client.post(f"/xblock/{quote(str(self.key))}/handler/upgrade_to_v2_library")

    def upstream(self) -> str | None:
        """What the problem is linked to, which is the same that the block and the rows say."""
        upstream: str | None = self.author.link(self.problem)["upstream_ref"]
        assert (upstream is not None) is ("is_migrated_to_v2" in block(self.key).settings)
        assert_links_say_what_blocks_say()
        return upstream


def assert_converted_and_edited(author: Author, bank: Bank, converted: Any, edited: Any) -> None:
    assert (converted.status_code, bank.upstream()) == (OK, "lb:CL-TEST:migrated:problem:p1"), converted.content
    is_kept = edited is None
    assert is_kept or isinstance(edited, ConflictError)
    shown = (block(bank.problem).title, author.link(bank.problem)["downstream_customized"])
    assert shown == (("Mine", ["display_name"]) if is_kept else ("One", []))


def test_a_conversion_meets_an_edit_of_what_it_links(author: Author, migrated: Shelf) -> None:
    for meeting in meetings():
        bank = Bank(author)
        met = meeting.of(bank.try_convert, lambda key=bank.problem: edit(key, display_name="Mine"))
        assert_converted_and_edited(author, bank, *met)


def test_an_edit_meets_a_conversion_of_what_it_changes(author: Author, migrated: Shelf) -> None:
    for meeting in meetings():
        bank = Bank(author)
        edited, converted = meeting.of(lambda key=bank.problem: edit(key, display_name="Mine"), bank.try_convert)
        assert_converted_and_edited(author, bank, converted, edited)


def test_a_conversion_meets_a_sync_of_what_it_links(author: Author, migrated: Shelf) -> None:
    for meeting in meetings():
        bank = Bank(author)
        converted, synced = meeting.of(bank.try_convert, lambda key=bank.problem: author.try_sync(key))
        assert (converted.status_code, bank.upstream() is not None) == (OK, True), converted.content
        assert synced.status_code in {OK, REFUSED}, synced.content
        assert block(bank.problem).title == ("Newer" if synced.status_code == OK else "One")
        assert author.link(bank.problem)["ready_to_sync"] is (synced.status_code == REFUSED)


def test_two_conversions_of_one_block_are_one(author: Author, migrated: Shelf) -> None:
    for meeting in meetings():
        bank = Bank(author)
        both = meeting.of(bank.try_convert, bank.try_convert)
        assert sorted(answer.status_code for answer in both) == [OK, REFUSED]
        assert (bank.upstream() is not None, block(bank.problem).version_num) == (True, bank.version_num + 1)


def test_a_conversion_that_is_delivered_to_two_workers_at_once_is_done_once(author: Author, migrated: Shelf) -> None:
    for meeting in meetings():
        bank = Bank(author)
        task = api.start_conversion(COURSE_KEY, user=author.user)
        meeting.of(*[lambda uuid=task.uuid: convert_legacy(str(uuid))] * 2)
        assert api.find_conversion(task.uuid, user=author.user).state == "succeeded"
        assert (bank.upstream() is not None, block(bank.problem).version_num) == (True, bank.version_num + 1)


def test_an_undo_of_a_conversion_meets_a_sync(author: Author, migrated: Shelf) -> None:
    for meeting in meetings():
        bank = Bank(author)
        conversion = api.convert_legacy_blocks(COURSE_KEY, user=author.user)
        undone, synced = meeting.of(
            lambda uuid=conversion.uuid: api.undo_conversion(uuid, user=author.user),
            lambda key=bank.problem: author.try_sync(key),
        )
        is_undone = not isinstance(undone, ConflictError)
        assert synced.status_code == (REFUSED if is_undone else OK), synced.content
        assert (bank.upstream() is None, block(bank.problem).title) == (is_undone, "One" if is_undone else "Newer")
