"""What this room does when Django signals something."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from openedx_content import api as content_api
from openedx_content.models_api import Container

from ..keys import CONTAINER_TYPES


@receiver(post_migrate, sender=apps.get_app_config("content_libraries"))
def make_container_types(**kwargs: Any) -> None:
    """
    Make the rows of the container types before anything uses them.

    Learning Core makes them at their first use and remembers them for the life of the process. If that first use is
    in a transaction that is rolled back, the process goes on to refer to rows that do not exist.
    """
    Container.reset_cache()
    for container_type in CONTAINER_TYPES:
        content_api.get_container_subclass(container_type).get_container_type()
