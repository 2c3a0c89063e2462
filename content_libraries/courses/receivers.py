"""Receivers of the room: a committed publish of a course is compiled."""

from __future__ import annotations

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from ..learning_core import api as learning_core
from ..learning_core.api import LearningPackageEventData, PublishLogEventData
from ..tagging.api import register_tag_holder
from .models import Course
from .tagging import holder_of_block, holder_of_course
from .tasks import compile_published

logger = logging.getLogger(__name__)

register_tag_holder("block-v1", holder_of_block)
register_tag_holder("course-v1", holder_of_course)


@receiver(learning_core.ENTITIES_PUBLISHED, dispatch_uid="content_libraries.courses.published")
def compile_later(
    *, learning_package: LearningPackageEventData, change_log: PublishLogEventData, **kwargs: object
) -> None:
    """Let a worker compile a published course. If the broker does not answer, the sweep finds the publish later."""
    if not Course.objects.filter(learning_package_id=learning_package.id).exists():
        return
    try:
        compile_published.apply_async((change_log.publish_log_id,), retry=False)
    except (OperationalError, OSError):
        logger.warning("No worker can be told to compile publish log %s.", change_log.publish_log_id, exc_info=True)
