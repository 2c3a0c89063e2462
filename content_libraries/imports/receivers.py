"""Receivers of the room: they delete plans and their files."""

from __future__ import annotations

from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from ..libraries.api import ContentLibrary
from .models import StoredPlan


@receiver(pre_delete, sender=ContentLibrary, dispatch_uid="content_libraries.imports.library_deleted")
def delete_plans(*, instance: ContentLibrary, **kwargs: object) -> None:
    """Delete the plans of a library that is deleted, with signals: Learning Core would delete the rows without them."""
    StoredPlan.objects.filter(target_id=instance.learning_package_id).delete()


@receiver(post_delete, sender=StoredPlan, dispatch_uid="content_libraries.imports.plan_deleted")
def delete_file(*, instance: StoredPlan, **kwargs: object) -> None:
    """Delete the file of a deleted plan after the commit. An error of the storage is logged and not raised."""

    def delete() -> None:  # a function and no partial: Django logs its __qualname__ when it fails
        instance.file.delete(save=False)

    transaction.on_commit(delete, robust=True)
