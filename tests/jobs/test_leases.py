"""Attempts: counted when a worker takes a job, and kept to, whatever the broker delivers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils.timezone import now
from user_tasks.models import UserTaskStatus

from content_libraries import api
from content_libraries.backups.models import BackupJob
from content_libraries.jobs.api import JobState

from .conftest import OutOfOrderError, StartBackup, before_it_packs, break_down, leave_behind, reread, work

pytestmark = pytest.mark.django_db


def test_a_message_does_not_begin_a_job_more_often_than_is_allowed(start: StartBackup) -> None:
    """Brokers deliver messages of dead workers again, and messages that waited: the sweep does not see them."""
    job = start()
    for _message in range(7):
        with before_it_packs(lambda: leave_behind(job, attempts=reread(job).attempts)):
            work(job)
    ended = reread(job)
    assert (ended.state, ended.attempts, ended.file.name) == (JobState.FAILED, 3, "")
    assert UserTaskStatus.objects.get(uuid=job.uuid).state == "Failed"


def test_a_job_that_was_given_up_stays_given_up(start: StartBackup) -> None:
    job = start()
    leave_behind(job, attempts=3)
    text = work(job).error
    assert "broke off 3 times" in text
    for _message in range(3):
        assert (work(job).state, reread(job).error, reread(job).attempts) == (JobState.FAILED, text, 3)
    assert api.sweep_jobs() == 0
    assert UserTaskStatus.objects.get(uuid=job.uuid).artifacts.count() == 1


def test_it_says_why_and_how_to_start_it_anew(start: StartBackup) -> None:
    job = start()
    for _attempt in range(3):
        with pytest.raises(OutOfOrderError), before_it_packs(break_down):
            work(job)
    job = reread(job)
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert "The last reason: OutOfOrderError: the spring is broken." in job.error
    assert "ask for another backup of lib:CL-TEST:lib1" in job.error
    told = UserTaskStatus.objects.get(uuid=job.uuid)
    assert (told.state, told.artifacts.get().text) == ("Failed", job.error)


def test_an_attempt_that_breaks_off_is_counted_and_its_reason_is_kept(
    start: StartBackup, caplog: pytest.LogCaptureFixture
) -> None:
    job = start()
    with pytest.raises(OutOfOrderError), before_it_packs(break_down):
        work(job)
    job = reread(job)
    assert (job.state, job.attempts, job.lease) == (JobState.WAITING, 1, None)
    assert job.last_error == "OutOfOrderError: the spring is broken"
    assert "the spring is broken" in caplog.text
    job = work(job)
    assert (job.state, job.attempts, job.last_error) == (JobState.SUCCEEDED, 2, "OutOfOrderError: the spring is broken")


def test_names_of_files_of_the_server_stay_on_the_server(start: StartBackup) -> None:
    def lose_a_file() -> None:
        raise FileNotFoundError(2, "No such file or directory", "/srv/secret/place")

    job = start()
    with pytest.raises(FileNotFoundError), before_it_packs(lose_a_file):
        work(job)
    assert reread(job).last_error == "FileNotFoundError: No such file or directory"


def test_a_job_whose_worker_was_killed_says_so(start: StartBackup, settings: Any) -> None:
    job = start()
    leave_behind(job, attempts=3)
    api.sweep_jobs()
    assert "its worker was killed, or said nothing for 300 seconds" in reread(job).error


def test_a_worker_that_was_killed_before_its_first_step_is_followed_by_another(start: StartBackup) -> None:
    job = start()
    leave_behind(job)
    job = work(job)
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)


def test_a_message_for_a_job_that_is_at_work_does_nothing(start: StartBackup) -> None:
    """Redis delivers a message again after an hour, whether the worker is alive or not."""
    job = start()
    files = set()

    def deliver_again() -> None:
        files.add(work(job).file.name)

    with before_it_packs(deliver_again):
        done = work(job)
    assert (done.state, done.attempts, files) == (JobState.SUCCEEDED, 1, {""})


def test_a_worker_that_was_taken_for_dead_finishes_nothing(start: StartBackup) -> None:
    job = start()

    def another_one_has_it() -> None:
        BackupJob.objects.filter(pk=job.pk).update(lease=job.uuid, heartbeat=now())

    with before_it_packs(another_one_has_it):
        left = work(job)
    assert (left.state, left.lease, left.file.name) == (JobState.RUNNING, job.uuid, "")


def test_canceling_a_job_whose_worker_is_dead_ends_it_at_once(start: StartBackup, staff: User) -> None:
    job = start()
    leave_behind(job)
    assert api.cancel_backup(job.uuid, user=staff).state == JobState.CANCELED
    assert UserTaskStatus.objects.get(uuid=job.uuid).state == "Canceled"
    assert work(job).state == JobState.CANCELED


@pytest.mark.parametrize("finder", ["message", "sweep"])
def test_a_job_that_dies_while_it_is_canceled_is_not_begun_again(start: StartBackup, staff: User, finder: str) -> None:
    job = start()
    BackupJob.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease=job.uuid, attempts=1, heartbeat=now())
    assert api.cancel_backup(job.uuid, user=staff).state == JobState.RUNNING
    BackupJob.objects.filter(pk=job.pk).update(heartbeat=now() - timedelta(hours=1))
    if finder == "message":
        work(job)
    else:
        assert api.sweep_jobs() == 1
    assert (reread(job).state, reread(job).attempts) == (JobState.CANCELED, 1)
