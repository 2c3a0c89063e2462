"""Compiling in the background."""

from __future__ import annotations

from celery import shared_task

from .compiling import compile_publish_log, uncompiled_publish_logs


@shared_task(name="content_libraries.courses.compile")
def compile_published(publish_log_pk: int) -> bool:
    """Compile a course as a publish log left it. Running it twice, at any time and in any order, does no harm."""
    return compile_publish_log(publish_log_pk)


@shared_task(name="content_libraries.courses.sweep")
def sweep_compiled() -> int:
    """
    Find the courses whose newest publish is not compiled, whatever the reason, and compile it.

    To be called periodically. Returns: how many there were.
    """
    logs = uncompiled_publish_logs()
    for publish_log_pk in logs:
        compile_published.delay(publish_log_pk)
    return len(logs)
