"""Creates the rows of container types after migrations."""

from __future__ import annotations

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from openedx_content import api as content_api
from openedx_content.models_api import Container

from ..keys import CONTAINER_TYPES


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
