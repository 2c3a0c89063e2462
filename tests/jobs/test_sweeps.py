"""Sweeps: each job has one message at a time, and what cannot be done keeps nothing else back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery.beat import Scheduler
from django.db.models.signals import pre_save
from django.utils.timezone import now
from user_tasks.models import UserTaskStatus

from content_libraries import api
from content_libraries.backups.models import BackupJob
from content_libraries.jobs.api import JobState
from content_libraries.jobs.models import PeriodicTurn
from content_libraries.jobs.tasks import sweep_all_jobs
from studio.celery import app
from tests.brokers import Broker
from tests.conftest import CommitRunner

from .conftest import StartBackup, leave_behind, reread

pytestmark = pytest.mark.django_db

OURS = "content_libraries."


def later(minutes: int) -> None:
    """Let time pass: what was, was longer ago."""
    for job in BackupJob.objects.all():
        ago = timedelta(minutes=minutes)
        BackupJob.objects.filter(pk=job.pk).update(
            created=job.created - ago,
            sent=job.sent and job.sent - ago,
            heartbeat=job.heartbeat and job.heartbeat - ago,
        )


def test_a_new_job_is_sent_once_and_waits_for_its_worker(
    start: StartBackup, broker: Broker, run_on_commit: CommitRunner
) -> None:
    with run_on_commit():
        job = start()
    for _minute in range(4):
        later(1)
        assert api.sweep_jobs() == 0
    assert broker.sent(job.uuid) == 1


def test_workers_that_are_busy_for_hours_find_one_valid_message_for_each_job(
    start: StartBackup, broker: Broker, run_on_commit: CommitRunner
) -> None:
    """Sweeps come every minute; a job is sent again every five, and what was sent before has expired by then."""
    with run_on_commit():
        job = start()
    for _minute in range(60):
        later(1)
        api.sweep_jobs()
    first, *again = broker.messages()
    assert first.expires is None
    assert len(again) == 12
    assert all(message.expires for message in again)
    assert reread(job).state == JobState.WAITING


def test_a_dead_job_is_sent_again_once_in_a_while_and_not_at_every_sweep(start: StartBackup, broker: Broker) -> None:
    job = start()
    leave_behind(job)
    assert [api.sweep_jobs() for _minute in range(5)] == [1, 0, 0, 0, 0]
    assert broker.sent(job.uuid) == 1
    later(6)
    assert api.sweep_jobs() == 1
    assert broker.sent(job.uuid) == 2


def test_a_job_whose_message_the_broker_did_not_take_is_sent_by_the_next_sweep(
    start: StartBackup, broker: Broker, run_on_commit: CommitRunner
) -> None:
    broker.folder.rmdir()
    with run_on_commit():
        job = start()
    assert reread(job).sent is None
    broker.folder.mkdir()
    later(2)
    assert api.sweep_jobs() == 1
    assert broker.sent(job.uuid) == 1


def test_a_job_that_cannot_be_ended_keeps_no_other_one_from_its_end(
    start: StartBackup, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = start(), start()
    for job in (stuck, other):
        leave_behind(job, attempts=3)

    def refuse(instance: UserTaskStatus, **_kwargs: object) -> None:
        if instance.uuid == stuck.uuid:
            raise RuntimeError("this one cannot be written")

    pre_save.connect(refuse, sender=UserTaskStatus)
    try:
        assert api.sweep_jobs() == 1
    finally:
        pre_save.disconnect(refuse, sender=UserTaskStatus)
    assert [reread(job).state for job in (stuck, other)] == [JobState.RUNNING, JobState.FAILED]
    assert "this one cannot be written" in caplog.text
    assert api.sweep_jobs() == 1
    assert reread(stuck).state == JobState.FAILED


def test_one_sweep_runs_at_a_time(start: StartBackup, broker: Broker) -> None:
    job = start()
    leave_behind(job, attempts=3)
    found_meanwhile: list[int] = []

    def sweep_again(instance: UserTaskStatus, **_kwargs: object) -> None:
        found_meanwhile.append(sweep_all_jobs())

    other = start()
    leave_behind(other)
    pre_save.connect(sweep_again, sender=UserTaskStatus)
    try:
        assert sweep_all_jobs() == 2
    finally:
        pre_save.disconnect(sweep_again, sender=UserTaskStatus)
    assert found_meanwhile == [0]
    assert broker.sent(other.uuid) == 1
    assert sweep_all_jobs() == 0


def test_a_sweep_whose_process_was_killed_is_followed_by_another_in_a_while(start: StartBackup, broker: Broker) -> None:
    leave_behind(start())
    sweep_all_jobs()
    BackupJob.objects.update(sent=None)
    turn = PeriodicTurn.objects.filter(task_name="content_libraries.jobs.sweep")
    turn.update(owned_until=now() + timedelta(minutes=4))  # as a killed process leaves it
    assert sweep_all_jobs() == 0
    turn.update(owned_until=now())
    assert sweep_all_jobs() == 1


def test_a_sweep_that_breaks_off_gives_its_turn_back(start: StartBackup, broker: Broker, settings: Any) -> None:
    leave_behind(start())
    settings.CONTENT_LIBRARIES_JOB_ATTEMPTS = "three"
    with pytest.raises(ValueError, match="three"):
        sweep_all_jobs()
    del settings.CONTENT_LIBRARIES_JOB_ATTEMPTS
    assert sweep_all_jobs() == 1


def test_every_periodic_message_expires_before_or_when_the_next_one_comes(broker: Broker, settings: Any) -> None:
    scheduler = Scheduler(app, lazy=False)
    entries: list[Any] = [entry for entry in scheduler.schedule.values() if str(entry.task).startswith(OURS)]
    assert {entry.task for entry in entries} == {
        name for name in app.tasks if name.startswith(OURS) and name.endswith((".sweep", ".tidy", ".publish_releases"))
    }
    for entry in entries:
        scheduler.apply_async(entry, advance=False)
    assert len(broker.messages()) == len(entries) == 6
    assert all(message.expires for message in broker.messages())
    for entry in entries:
        assert entry.options["expires"] <= entry.schedule.run_every.total_seconds()
        assert app.tasks[entry.task].expires == entry.options["expires"]
