"""
A Celery worker that is killed in the middle of a job.

``python -m tests.journeys.killed_worker TASK COUNT [SIGNAL]`` takes one message from the broker and does its work, as
``celery worker`` does, but sends itself SIGKILL at the COUNTth writing query of the task, as an out-of-memory killer
would. With COUNT 0 it lives until the task is done. With SIGSTOP it stands still there until it gets SIGCONT.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django

django.setup()

from celery import signals  # noqa: E402 - Django has to be set up first
from django.db import connection  # noqa: E402

from studio.celery import app  # noqa: E402

from .dying import DyingAt  # noqa: E402


def main(name: str, die_at: int, by: signal.Signals) -> None:
    dying = DyingAt(die_at, by)

    @signals.task_prerun.connect(weak=False)
    def watch(task: Any, **_kwargs: Any) -> None:
        if task.name == name:
            connection.execute_wrappers.append(dying)

    @signals.task_postrun.connect(weak=False)
    def stop(task: Any, **_kwargs: Any) -> None:
        if task.name == name:
            connection.execute_wrappers.clear()
            os.write(1, f"{dying.writes}\n".encode())  # Celery takes sys.stdout for its log
            os.kill(os.getpid(), signal.SIGTERM)  # a warm shutdown: what has begun is done

    app.worker_main(["worker", "--pool", "solo", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), signal.Signals[sys.argv[3]] if len(sys.argv) > 3 else signal.SIGKILL)
