"""Background jobs of the clipboard."""

from __future__ import annotations

from celery import shared_task

from .models import StagedContent, StagedStatus


@shared_task(name="content_libraries.content.clean_up_staged_content")
def clean_up_staged_content() -> None:
    """Delete the expired staged content of all users. The next run deletes content that expires during this run."""
    StagedContent.objects.filter(status=StagedStatus.EXPIRED).delete()
