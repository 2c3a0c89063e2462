"""Compiling in the background."""

from __future__ import annotations

from celery import shared_task

from ..jobs.api import MINUTE, periodic_task
from .compiling import compile_publish_log, uncompiled_publish_logs


@shared_task(name="content_libraries.courses.compile", acks_late=False)  # the sweep finds what a dead worker has left
def compile_published(publish_log_pk: int) -> bool:
    """Compile a course as a publish log left it. Running it twice, at any time and in any order, does no harm."""
    return compile_publish_log(publish_log_pk)


@periodic_task("content_libraries.courses.sweep", seconds=MINUTE)
def sweep_compiled() -> int:
    """
    Find the courses whose newest publish is not compiled, whatever the reason, and compile it.

    What no worker has begun before the next sweep, that one finds again. Returns: how many there were.
    """
    logs = uncompiled_publish_logs()
    for publish_log_pk in logs:
        compile_published.apply_async((publish_log_pk,), expires=MINUTE)
    return len(logs)
