"""What happens to a release at the same time: what was approved is published once, or nothing is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import PublishableEntity, PublishLog

from content_libraries import api
from content_libraries.errors import ContentLibrariesError
from content_libraries.history import api as history
from content_libraries.history.models import Release
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import LibraryFactory, UserFactory
from tests.racing import meetings, needs_locks

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]


class Offer:
    """An approved release of one new problem of the library, which is due."""

    rounds = count()

    def __init__(self, library: ContentLibrary, user: User, *, approve: bool = True) -> None:
        self.user = user
        self.library_key = library.library_key
        code = f"p{next(self.rounds)}"
        api.create_component(self.library_key, user=user, block_type="problem", component_code=code)
        self.key = api.component_key(f"lb:{self.library_key.org}:{self.library_key.slug}:problem:{code}")
        self.uuid: UUID = history.create_release(self.library_key, user=user, title=code, item_keys=[self.key]).uuid
        history.request_release(self.uuid, user=user, reason="Race")
        self.fingerprint = history.preview_release(self.uuid, user=user).fingerprint
        if approve:
            self.approve()
            later = datetime.now(UTC) + timedelta(hours=1)
            history.schedule_release(self.uuid, user=user, publish_at=later)
            self.rows.update(publish_at=datetime.now(UTC) - timedelta(minutes=1))
        self.logs_before = PublishLog.objects.count()

    @property
    def rows(self) -> Any:
        return Release.objects.filter(uuid=self.uuid)

    def approve(self) -> Release:
        return history.approve_release(self.uuid, user=self.user, fingerprint=self.fingerprint)

    def edit(self) -> Any:
        return api.set_olx(self.key, user=self.user, olx='<problem display_name="Edited"/>')

    def run(self) -> bool:
        return history.publish_due_release(self.uuid)

    def cancel(self) -> Release:
        return history.cancel_release(self.uuid, user=self.user)

    @property
    def state(self) -> str:
        return str(self.rows.get().state)

    @property
    def published_num(self) -> int | None:
        """Number of the published version of the problem."""
        ref = f"xblock.v1:problem:{self.key.usage_id}"
        entity = PublishableEntity.objects.select_related("published__version").get(entity_ref=ref)
        published = getattr(entity, "published", None)
        return None if published is None or published.version is None else published.version.version_num

    @property
    def publishes(self) -> int:
        return PublishLog.objects.count() - self.logs_before


@pytest.fixture
def user(make_user: UserFactory) -> User:
    return make_user("Bob", is_staff=True)


@pytest.fixture
def staff(user: User) -> User:
    return user


@pytest.fixture
def library(make_library: LibraryFactory) -> ContentLibrary:
    return make_library()


def test_a_release_that_is_published_meets_an_edit(library: ContentLibrary, user: User) -> None:
    """The edit is published only if it was approved, which it was not."""
    for meeting in meetings():
        offer = Offer(library, user)
        published, edited = meeting.of(offer.run, offer.edit)
        assert not isinstance(edited, ContentLibrariesError), edited
        expected = (True, "published", 1, 1) if published else (False, "held", None, 0)
        assert (published, offer.state, offer.published_num, offer.publishes) == expected


def test_an_edit_meets_a_release_that_is_published(library: ContentLibrary, user: User) -> None:
    for meeting in meetings():
        offer = Offer(library, user)
        _edited, published = meeting.of(offer.edit, offer.run)
        expected = (True, "published", 1, 1) if published else (False, "held", None, 0)
        assert (published, offer.state, offer.published_num, offer.publishes) == expected


def test_a_release_is_published_once(library: ContentLibrary, user: User) -> None:
    for meeting in meetings():
        offer = Offer(library, user)
        assert sorted(meeting.of(offer.run, offer.run)) == [False, True]
        assert (offer.state, offer.publishes) == ("published", 1)


def test_a_release_that_is_published_meets_its_cancellation(library: ContentLibrary, user: User) -> None:
    for meeting in meetings():
        offer = Offer(library, user)
        published, canceled = meeting.of(offer.run, offer.cancel)
        assert published != isinstance(canceled, Release)
        expected = ("published", 1) if published else ("canceled", 0)
        assert (offer.state, offer.publishes) == expected


def test_an_approval_meets_an_edit(library: ContentLibrary, user: User) -> None:
    """Either way nothing but what was seen can be published."""
    for meeting in meetings():
        offer = Offer(library, user, approve=False)
        approved, _edited = meeting.of(offer.approve, offer.edit)
        if isinstance(approved, Release):
            assert (offer.state, approved.fingerprint) == ("approved", offer.fingerprint)
            with pytest.raises(history.ContentChangedError):
                history.publish_release(offer.uuid, user=user)
        else:
            assert isinstance(approved, history.ContentChangedError)
            assert offer.state == "requested"
        assert offer.publishes == 0


def test_two_approvals_are_one_after_the_other(library: ContentLibrary, user: User) -> None:
    for meeting in meetings():
        offer = Offer(library, user, approve=False)
        both = meeting.of(offer.approve, offer.approve)
        assert all(isinstance(each, Release) for each in both), both
        assert offer.state == "approved"
        assert history.publish_release(offer.uuid, user=user).state == "published"
