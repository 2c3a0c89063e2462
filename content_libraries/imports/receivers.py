"""What this room does when something is deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from ..libraries.models import ContentLibrary
from .models import StoredPlan


@receiver(pre_delete, sender=ContentLibrary, dispatch_uid="content_libraries.imports.library_deleted")
def delete_plans(*, instance: ContentLibrary, **kwargs: Any) -> None:
    """Plans go with their library, one by one: Learning Core deletes in bulk, and nobody would hear of it."""
    StoredPlan.objects.filter(target_id=instance.learning_package_id).delete()


@receiver(post_delete, sender=StoredPlan, dispatch_uid="content_libraries.imports.plan_deleted")
def delete_file(*, instance: StoredPlan, **kwargs: Any) -> None:
    """A plan takes its file along. What the storage does not delete then is logged, and keeps nobody else back."""

    def delete() -> None:  # no partial: Django asks what is robust for its name, when it logs an error
        instance.file.delete(save=False)

    transaction.on_commit(delete, robust=True)
