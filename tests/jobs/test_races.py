"""Workers, sweeps and cancels that meet at one job: it is done once, or ended once, and never both."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from content_libraries.backups.models import BackupJob
from content_libraries.jobs.api import JobState, JobWorker, LeaseLostError
from content_libraries.jobs.tasks import sweep_all_jobs
from tests.brokers import Broker
from tests.racing import meetings, needs_locks

from .conftest import StartBackup, leave_behind, reread, work

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]


AT_ITS_START = 1
"""Messages that were sent when the job was committed."""


@pytest.fixture(autouse=True)
def _messages_in_a_folder(broker: Broker) -> None:
    """Workers are told over a broker of the test."""


def of_dead_worker(job: BackupJob, *, attempts: int) -> BackupJob:
    leave_behind(job, attempts=attempts)
    return job


def test_a_worker_takes_a_job_while_a_sweep_looks_at_it(start: StartBackup) -> None:
    for meeting in meetings(1):
        job = of_dead_worker(start(), attempts=2)
        meeting.of(api.sweep_jobs, lambda job=job: work(job))
        assert (reread(job).state, reread(job).attempts) == (JobState.SUCCEEDED, 3)


def test_a_sweep_looks_at_a_job_while_a_worker_takes_it(start: StartBackup) -> None:
    for meeting in meetings(8):
        job = of_dead_worker(start(), attempts=2)
        meeting.of(lambda job=job: work(job), api.sweep_jobs)
        assert (reread(job).state, reread(job).attempts) == (JobState.SUCCEEDED, 3)


def test_a_sweep_ends_a_job_while_a_message_asks_for_another_attempt(start: StartBackup) -> None:
    for meeting in meetings(1):
        job = of_dead_worker(start(), attempts=3)
        meeting.of(api.sweep_jobs, lambda job=job: work(job))
        ended = reread(job)
        assert (ended.state, ended.attempts) == (JobState.FAILED, 3)
        assert ended.task_status is not None
        assert ended.task_status.artifacts.count() == 1


def test_a_worker_that_was_taken_for_dead_speaks_up_while_a_sweep_ends_its_job(start: StartBackup) -> None:
    """Either it goes on and the job is not ended, or it hears that it has lost the job."""
    for meeting in meetings(1):
        job = of_dead_worker(start(), attempts=3)
        worker = JobWorker(reread(job))

        def speak_up(worker: JobWorker[BackupJob] = worker) -> bool:
            try:
                worker.step("still here", 1)
            except LeaseLostError:
                return False
            return True

        _ended, goes_on = meeting.of(api.sweep_jobs, speak_up)
        assert reread(job).state == (JobState.RUNNING if goes_on else JobState.FAILED)
        BackupJob.objects.all().delete()


def test_two_messages_for_a_job_arrive_at_once(start: StartBackup) -> None:
    for meeting in meetings(4):
        job = start()
        meeting.of(lambda job=job: work(job), lambda job=job: work(job))
        assert (reread(job).state, reread(job).attempts) == (JobState.SUCCEEDED, 1)


def test_somebody_cancels_a_dead_job_while_a_worker_takes_it(start: StartBackup, staff: User) -> None:
    for meeting in meetings(1):
        job = of_dead_worker(start(), attempts=1)
        meeting.of(lambda job=job: api.cancel_backup(job.uuid, user=staff), lambda job=job: work(job))
        assert reread(job).state in {JobState.CANCELED, JobState.SUCCEEDED}
        assert not (reread(job).state == JobState.CANCELED and reread(job).file)


def test_two_sweeps_at_once_send_a_job_once(start: StartBackup, broker: Broker) -> None:
    for meeting in meetings(1):
        job = of_dead_worker(start(), attempts=1)
        meeting.of(api.sweep_jobs, api.sweep_jobs)
        assert broker.sent(job.uuid) == AT_ITS_START + 1


def test_two_processes_want_the_turn_at_once(start: StartBackup, broker: Broker) -> None:
    for meeting in meetings(1):
        job = of_dead_worker(start(), attempts=1)
        meeting.of(sweep_all_jobs, sweep_all_jobs)
        assert broker.sent(job.uuid) == AT_ITS_START + 1
