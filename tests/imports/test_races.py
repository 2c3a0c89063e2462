"""What happens at the same time as an import: nothing comes twice, nothing is lost, nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from openedx_content.models_api import PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import NotFoundError
from content_libraries.imports.models import ImportJob, ModulestoreBlockSource, ModulestoreMigration, SourceUpload
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import UserFactory
from tests.racing import meetings, needs_locks

from .conftest import OUTLINE, Start, Upload, legacy_archive, work

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]

STEP = 12


# Transactions are real here, so that nothing can be shared with other tests.
@pytest.fixture
def staff(make_user: UserFactory) -> User:
    return make_user("Bob", is_staff=True)


@pytest.fixture
def library(staff: User) -> ContentLibrary:
    return api.create_library(user=OPERATOR, org="O", slug="lib", title="Library")


def state(job: ImportJob) -> str:
    return ImportJob.objects.get(pk=job.pk).state


def test_two_users_import_and_forward_one_source_at_once(
    upload: Upload, start: Start, staff: User, make_user: UserFactory
) -> None:
    """Each import has its record, the course comes once, and all its blocks lead to the same record."""
    other = make_user("other", is_staff=True)
    for count, meeting in enumerate(meetings(STEP), start=1):
        course = upload(run=f"r{meeting.query}")
        jobs = [start(course, user=user, forward=True) for user in (staff, other)]
        meeting.of(*[lambda uuid=job.uuid: work(uuid) for job in jobs])
        assert [state(job) for job in jobs] == ["succeeded", "succeeded"]
        assert PublishableEntity.objects.count() == 5 * count
        forwarding = api.get_forwarding(course.key)
        assert forwarding is not None
        leads = ModulestoreBlockSource.objects.filter(overall_source__key=course.key)
        assert set(leads.values_list("forwarded__overall_migration", flat=True)) == {forwarding.pk}


def test_a_job_that_is_delivered_to_two_workers_at_once_is_done_once(upload: Upload, start: Start) -> None:
    for count, meeting in enumerate(meetings(STEP), start=1):
        job = start(upload(run=f"r{meeting.query}"), on_repeat=api.OnRepeat.FORK)
        meeting.of(*[lambda uuid=job.uuid: work(uuid)] * 2)
        assert (state(job), PublishableEntity.objects.count()) == ("succeeded", 5 * count)


def test_an_edit_that_meets_the_import_of_a_plan_is_never_lost(
    upload: Upload, start: Start, staff: User, library: ContentLibrary
) -> None:
    work(start(upload()).uuid)
    text = api.component_key("lb:O:lib:html:h1")
    options = api.ImportOptions(level=api.Level.SECTION, on_repeat=api.OnRepeat.UPDATE)
    for meeting in meetings(STEP):
        course = upload(outline=OUTLINE.replace('"h1"/>', f'"h1">{meeting.query}</html>').replace("First", "Renamed"))
        plan = api.plan_source(library.library_key, user=staff, source_key=course.key, options=options)[1]
        job = api.start_plans([plan], user=staff)
        mine = f"<html>Mine, {meeting.query}</html>"
        meeting.of(lambda uuid=job.uuid: work(uuid), lambda olx=mine: api.set_olx(text, user=OPERATOR, olx=olx))
        assert state(job) in {"succeeded", "failed"}
        assert api.get_olx(text, user=OPERATOR) == mine


def test_a_deletion_of_the_library_meets_an_import(upload: Upload, start: Start, staff: User) -> None:
    for meeting in meetings(STEP * 2):
        target = api.create_library(user=OPERATOR, org="O", slug=f"gone{meeting.query}", title="Gone")
        course = SourceUpload.objects.first() or upload()
        request = api.SourceRequest(course.key, api.ImportOptions(level=api.Level.SECTION, forward=True))
        job = api.start_imports(target.library_key, user=staff, sources=[request])
        meeting.of(
            lambda uuid=job.uuid: work(uuid), lambda key=target.library_key: api.delete_library(key, user=OPERATOR)
        )
        assert state(job) in {"succeeded", "failed"}
        assert not PublishableEntity.objects.exists()
        assert not ModulestoreMigration.objects.exists()
        connection.check_constraints()


def test_a_deletion_of_the_library_meets_a_click(upload: Upload, staff: User) -> None:
    course = upload()
    for meeting in meetings(STEP // 2):
        target = api.create_library(user=OPERATOR, org="O", slug=f"gone{meeting.query}", title="Gone")
        request = api.SourceRequest(course.key)
        started, _gone = meeting.of(
            lambda key=target.library_key, request=request: api.start_imports(key, user=staff, sources=[request]),
            lambda key=target.library_key: api.delete_library(key, user=OPERATOR),
        )
        assert isinstance(started, (ImportJob, NotFoundError)), started
        assert not ModulestoreMigration.objects.exists()


def migrate(source: SourceUpload, user: User) -> ImportJob:
    """Click on the button that migrates a legacy library into a library of its own."""
    (job,) = api.start_legacy_migrations([source], user=user, into=api.Destination.ONE_EACH)
    return job


@pytest.fixture
def legacy(upload: Upload, tmp_path: Path) -> SourceUpload:
    return upload(legacy_archive(tmp_path, '<problem url_name="p1">One</problem>'))


def test_a_second_click_meets_a_cancel_of_the_first(legacy: SourceUpload, staff: User) -> None:
    """Both end the first job; its new library stays with the second one, unless it was gone before that."""
    for meeting in meetings(STEP // 2):
        first = migrate(legacy, staff)
        meeting.of(lambda: migrate(legacy, staff), lambda uuid=first.uuid: api.cancel_job(uuid, user=staff))
        assert state(first) == "canceled"
        for waiting in ImportJob.objects.filter(state="waiting"):
            api.cancel_job(waiting.uuid, user=staff)
        assert not ContentLibrary.objects.filter(slug="L1").exists()


def test_of_clicks_that_meet_the_last_one_counts(legacy: SourceUpload, staff: User) -> None:
    for meeting in meetings(STEP):
        first = migrate(legacy, staff)
        second, third = meeting.of(*[lambda: migrate(legacy, staff)] * 2)
        assert state(first) == "canceled"
        assert sorted([state(second), state(third)]) == ["canceled", "waiting"]
        last = ImportJob.objects.get(state="waiting")
        assert last.target_key == first.target_key
        api.cancel_job(last.uuid, user=staff)


def test_a_second_click_meets_the_worker_of_the_first(upload: Upload, start: Start) -> None:
    for meeting in meetings(STEP):
        course = upload(run=f"r{meeting.query}")
        first = start(course)
        _done, second = meeting.of(lambda uuid=first.uuid: work(uuid), lambda course=course: start(course))
        assert (state(first) in {"succeeded", "canceled"}, state(second)) == (True, "waiting")


def test_a_deletion_of_the_library_meets_a_cancel(legacy: SourceUpload, staff: User) -> None:
    for meeting in meetings(STEP // 2):
        job = migrate(legacy, staff)
        library_key = api.library_key(job.target_key)
        meeting.of(
            lambda uuid=job.uuid: api.cancel_job(uuid, user=staff),
            lambda key=library_key: api.delete_library(key, user=OPERATOR),
        )
        assert state(job) == "canceled"
        assert not ContentLibrary.objects.filter(slug="L1").exists()
