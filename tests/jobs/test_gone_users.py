"""Jobs whose user was deleted: nobody else may be taken for the user, so they fail, whatever their kind."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.history.models import BulkEditJob
from content_libraries.imports.models import ImportJob
from content_libraries.jobs.api import Job, JobState, run_job
from content_libraries.jobs.kinds import kind_of
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import LegacyConversion, SyncRun
from tests.conftest import UserFactory

from .conftest import StartBackup, reread, work

pytestmark = pytest.mark.django_db

COURSE = api.course_key("course-v1:O+C+1")
JOBS = [
    BackupJob(library_key="lib:CL-TEST:lib1"),
    RestoreJob(),
    BulkEditJob(context_key="lib:CL-TEST:lib1", request={}),
    ImportJob(target_key="lib:CL-TEST:lib1", publish=False),
    SyncRun(),
    LegacyConversion(course_key=COURSE),
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: type(job).__name__)
def test_a_job_without_a_user_fails_at_its_first_attempt(job: Job, library: ContentLibrary) -> None:
    job.pk = None
    job.save()
    run_job(kind_of(type(job)), job.uuid)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.error.startswith("The user who started this does not exist any more. ")


def test_whoever_looks_at_it_reads_how_to_start_it_anew(
    start: StartBackup, staff: User, make_user: UserFactory, client: Client
) -> None:
    job = start()
    staff.delete()
    assert work(job).state == JobState.FAILED
    client.force_login(make_user("other", is_staff=True, is_superuser=True))
    page = client.get(f"/admin/content_libraries/backupjob/{job.pk}/change/").content.decode()
    assert "does not exist any more" in page
    assert "To start it anew" in reread(job).error
