"""What all jobs have."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """The life of a job."""

    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    PARTIAL = "partial", _("Some parts failed")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class Job(models.Model):
    """
    A request that a worker does, part by part, so that it can die at any point (ADR 0016).

    1. A worker holds the ``lease``. It renews ``heartbeat`` at every step, and finishes a part only while the lease
       is still its own; so a message that is delivered twice does the work once. What is finished is never done again.
    2. A job whose heartbeat is too old is given to another worker (``sweep``).
    3. ``task_status`` is what clients poll. It may be purged; the job stays.

    .. no_pii: a user is only referred to.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False, help_text=_("Also that of the task status."))
    # SET_NULL: what was done stays known after its author retires. A job without a user is not started.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    # SET_NULL: old task statuses are purged.
    task_status = models.OneToOneField(
        "user_tasks.UserTaskStatus", on_delete=models.SET_NULL, null=True, blank=True, related_name="%(class)s"
    )
    state = models.CharField(max_length=20, choices=JobState, default=JobState.WAITING, db_index=True)
    cancel_requested = models.BooleanField(default=False)
    lease = models.UUIDField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
