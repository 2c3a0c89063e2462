"""An import over the brokers that sites use: its end is that of an undisturbed run, also when a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection, Queue

from .importing_site import ImportingSite

pytestmark = [pytest.mark.slow, pytest.mark.services]

BROKERS = {
    "RabbitMQ": os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "Redis": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9"),
}


@pytest.fixture(params=BROKERS)
def site(request: pytest.FixtureRequest, empty_site: ImportingSite) -> Iterator[ImportingSite]:
    """A site that sends its messages over a real broker, into a queue of its own, and has started an import."""
    url, queue = BROKERS[request.param], f"content-libraries-{uuid4()}"
    variables = {
        "CELERY_BROKER_URL": url,
        "BROKER_QUEUE": queue,
        "DJANGO_SETTINGS_MODULE": "tests.journeys.broker_settings",
    }
    site = ImportingSite(empty_site.copy(queue).folder, variables)
    site.start_import()
    yield site
    with Connection(url) as connection:
        Queue(queue, channel=connection.channel()).delete()


def test_a_job_is_done(site: ImportingSite, undisturbed: dict[str, Any]) -> None:
    finished = site.work(0)
    assert finished.returncode == 0, finished.stderr
    assert site.rows() == undisturbed


def test_a_job_whose_worker_is_killed_is_done_once(site: ImportingSite, undisturbed: dict[str, Any]) -> None:
    """The broker delivers the message again, at once or later, and the sweeper sends another one."""
    killed = site.work(30)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert site.sweep() == 1
    finished = site.work(0)
    assert finished.returncode == 0, finished.stderr
    assert site.rows() == undisturbed
