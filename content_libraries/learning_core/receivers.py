"""Creates the rows of container types after migrations, and names new logs."""

from __future__ import annotations

from django.apps import apps
from django.db.models.signals import post_migrate, post_save
from django.dispatch import receiver
from openedx_content import api as content_api
from openedx_content.models_api import Container, DraftChangeLog, PublishLog

from ..keys import CONTAINER_TYPES
from .effects import write_effects
from .naming import current_name, name_log


@receiver(post_migrate, sender=apps.get_app_config("content_libraries"))
def make_container_types(**kwargs: object) -> None:
    """
    Create the rows of the container types before anything uses them.

    Learning Core creates a row at the type's first use, and remembers it for the life of the process. If the first use
    is in a transaction that is rolled back, the process goes on to refer to a row that does not exist.
    """
    Container.reset_cache()
    for container_type in CONTAINER_TYPES:
        content_api.get_container_subclass(container_type).get_container_type()


@receiver(post_save, sender=DraftChangeLog)
@receiver(post_save, sender=PublishLog)
def name_new_log(instance: DraftChangeLog | PublishLog, *, created: bool, raw: bool, **kwargs: object) -> None:
    """
    Name a new log after the user action that it is written in.

    A receiver also sees the logs that functions of Learning Core write, for example when they restore an archive.
    """
    if created and not raw:
        name_log(instance)
        name = current_name()
        if name is not None and name.pending and isinstance(instance, DraftChangeLog):
            write_effects(instance, name.pending)
            name.pending = []
