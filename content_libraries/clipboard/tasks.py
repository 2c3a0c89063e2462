"""Background jobs of the clipboard."""

from __future__ import annotations

from celery import shared_task

from .models import StagedContent, StagedStatus


@shared_task(name="content_libraries.content.clean_up_staged_content")
def clean_up_staged_content() -> None:
    """Delete the staged content that has expired, of all users: what one run misses, the next one finds."""
    StagedContent.objects.filter(status=StagedStatus.EXPIRED).delete()
