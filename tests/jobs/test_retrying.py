"""Starting jobs anew: by command and in the admin, whatever their kind."""

from __future__ import annotations

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import restore
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import CommitRunner, MemberFactory, UserFactory

from .conftest import OutOfOrderError, StartBackup, before, break_down, leave_behind, reread, work

pytestmark = pytest.mark.django_db

NEW_PACKAGE = "INSERT INTO openedx_content_learningpackage "


def give_up(job: BackupJob) -> BackupJob:
    leave_behind(job, attempts=3)
    return work(job)


def retry(*arguments: str) -> str:
    output = StringIO()
    call_command("retry_job", *arguments, "--json", stdout=output)
    return str(json.loads(output.getvalue())["job"])


def test_the_command_starts_a_job_anew_as_its_author(start: StartBackup, staff: User) -> None:
    job = give_up(start())
    again = BackupJob.objects.get(uuid=retry(str(job.uuid)))
    assert (again.user, again.attempts, again.library_key) == (staff, 0, job.library_key)
    assert work(again).state == JobState.SUCCEEDED
    assert reread(job).state == JobState.FAILED


def test_only_who_may_start_a_job_may_start_it_anew(
    start: StartBackup, library: ContentLibrary, make_member: MemberFactory, make_user: UserFactory
) -> None:
    author = make_member(library, "library_author")
    job = give_up(api.start_backup(library.library_key, user=author, origin="localhost"))
    make_user("other")
    with pytest.raises(CommandError, match="There is no job"):
        retry(str(job.uuid), "--user", "other")
    retry(str(job.uuid), "--user", author.username)
    author.is_active = False
    author.save()
    with pytest.raises(CommandError, match="permission"):
        retry(str(job.uuid))


def test_what_cannot_be_started_anew(start: StartBackup, library: ContentLibrary, staff: User) -> None:
    with pytest.raises(CommandError, match="There is no job"):
        retry(str(uuid4()))
    waiting = start()
    with pytest.raises(CommandError, match="not finished"):
        retry(str(waiting.uuid))
    job = give_up(start())
    BackupJob.objects.filter(pk=job.pk).update(user=None)
    with pytest.raises(CommandError, match="does not exist any more"):
        retry(str(job.uuid))
    assert retry(str(job.uuid), "--user", staff.username)


def test_a_restore_that_broke_off_is_started_anew_with_the_same_archive(
    staff: User, start: StartBackup, run_on_commit: CommitRunner
) -> None:
    archive = work(start()).file.read()
    job = api.start_restore(SimpleUploadedFile("a.zip", archive, "application/zip"), user=staff)
    for _attempt in range(3):
        with pytest.raises(OutOfOrderError), run_on_commit(), before(NEW_PACKAGE, break_down):
            restore.run(str(job.uuid))
    job.refresh_from_db()
    assert (job.state, "upload the archive again" in job.error) == (JobState.FAILED, True)
    again = RestoreJob.objects.get(uuid=retry(str(job.uuid)))
    with run_on_commit():
        restore.run(str(again.uuid))
    again.refresh_from_db()
    assert (again.state, again.file.name) == (JobState.SUCCEEDED, "")
    with pytest.raises(CommandError, match="was deleted"):
        retry(str(job.uuid))


@pytest.mark.parametrize("action", ["retry_selected", "cancel_selected"])
def test_staff_do_it_in_the_admin(start: StartBackup, staff: User, client: Client, action: str) -> None:
    job = give_up(start()) if action == "retry_selected" else start()
    client.force_login(staff)
    page = client.post(
        "/admin/content_libraries/backupjob/", {"action": action, "_selected_action": [job.pk]}, follow=True
    )
    assert f"Job {job.library_key} (" in page.content.decode()
    states = list(BackupJob.objects.order_by("pk").values_list("state", flat=True))
    assert states == (["failed", "waiting"] if action == "retry_selected" else ["canceled"])
