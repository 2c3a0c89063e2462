"""Background tasks that compile courses."""

from __future__ import annotations

from celery import shared_task

from ..jobs.api import MINUTE, periodic_task
from .compiling import compile_publish_log, uncompiled_publish_logs


@shared_task(name="content_libraries.courses.compile", acks_late=False)  # the sweep finds work of dead workers
def compile_published(publish_log_pk: int) -> bool:
    """Compile a course in the state that a publish left. Running the task twice, late or out of order does no harm."""
    return compile_publish_log(publish_log_pk)


@periodic_task("content_libraries.courses.sweep", seconds=MINUTE)
def sweep_compiled() -> int:
    """
    Compile the courses whose newest publish is not compiled, for any reason.

    A task that no worker has begun before the next sweep expires; that sweep sends it again.

    Returns: how many courses were found.
    """
    logs = uncompiled_publish_logs()
    for publish_log_pk in logs:
        compile_published.apply_async((publish_log_pk,), expires=MINUTE)
    return len(logs)
