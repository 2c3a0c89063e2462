"""
Jobs that kill their workers, and messages that pile up while workers are busy.

As it was made: archives that make the worker run out of memory were restored four and seven times, because brokers
deliver messages again that the sweep does not know of; and 643 messages waited after ten minutes of a busy worker.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from uuid import uuid4

import pytest
from kombu import Connection, Queue

from tests.journeys.importing_site import ImportingSite

pytestmark = pytest.mark.slow

IN_THE_MIDDLE = 20
"""The writing query at which the worker is killed."""

BROKERS = {
    "RabbitMQ": os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "Redis": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9"),
}

DELIVER_AGAIN = """
from datetime import timedelta
from django.utils.timezone import now
from content_libraries.imports.models import ImportJob
from content_libraries.imports.tasks import run_import
for _message in range(3):
    run_import.delay(str(ImportJob.objects.get().uuid))
ImportJob.objects.update(heartbeat=now() - timedelta(hours=1))
"""

LOOK = """
import json
from content_libraries import api
from content_libraries.imports.models import ImportJob
from openedx_content.models_api import PublishableEntity
job = ImportJob.objects.get()
is_told = "broke off 3 times" in job.error
items = PublishableEntity.objects.count()
print(json.dumps([job.state, job.attempts, is_told, job.task_status.state, items, api.sweep_jobs()]))
"""

SWEEPS_OF_TEN_MINUTES = """
from datetime import timedelta
from django.utils.timezone import now
from content_libraries.jobs.tasks import sweep_all_jobs
for minute in range(10):
    sweep_all_jobs.apply_async(expires=now() - timedelta(minutes=minute + 1))
sweep_all_jobs.delay()
"""


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> ImportingSite:
    """A site with an empty library."""
    site = ImportingSite(tmp_path_factory.mktemp("site") / "empty")
    site.prepare()
    return site


def over_a_broker(empty_site: ImportingSite, url: str) -> Iterator[ImportingSite]:
    queue = f"content-libraries-{uuid4()}"
    variables = {
        "CELERY_BROKER_URL": url,
        "BROKER_QUEUE": queue,
        "DJANGO_SETTINGS_MODULE": "tests.journeys.broker_settings",
    }
    yield ImportingSite(empty_site.copy(queue).folder, variables)
    with Connection(url) as connection:
        Queue(queue, channel=connection.channel()).delete()


@pytest.fixture
def site(request: pytest.FixtureRequest, empty_site: ImportingSite) -> Iterator[ImportingSite]:
    if request.param == "files":
        yield empty_site.copy(f"files-{uuid4()}")
    else:
        yield from over_a_broker(empty_site, BROKERS[request.param])


@pytest.mark.parametrize(
    "site",
    ["files", *(pytest.param(name, marks=pytest.mark.services) for name in BROKERS)],
    indirect=True,
)
def test_a_job_that_kills_its_workers_is_begun_three_times_whatever_the_broker_delivers(site: ImportingSite) -> None:
    site.start_import()
    for _attempt in range(3):
        killed = site.work(IN_THE_MIDDLE)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        site.script(DELIVER_AGAIN)
    for _message in range(2):
        finished = site.work(0)
        assert finished.returncode == 0, finished.stderr
    assert json.loads(site.script(LOOK)) == ["failed", 3, True, "Failed", 0, 0]


def test_sweeps_that_come_too_late_are_not_done(empty_site: ImportingSite) -> None:
    site = empty_site.copy("late-sweeps")
    site.script(SWEEPS_OF_TEN_MINUTES)
    finished = site.run("-m", "tests.journeys.killed_worker", "content_libraries.jobs.sweep", "0")
    assert finished.returncode == 0, finished.stderr
    assert list((site.folder / "broker").glob("*.msg")) == []
