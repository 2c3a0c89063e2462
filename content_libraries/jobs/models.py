"""Models of jobs, and of the turns that periodic tasks take."""

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
       is still its own. So a message that is delivered twice does the work once. Finished parts are never repeated.
    2. Each lease is an attempt, and is counted when it is taken. A job whose heartbeat is too old is given to another
       worker (``sweep``); after ``JOB_ATTEMPTS`` attempts it fails.
    3. ``sent`` is set when a worker is told of the job, and cleared when one takes it.
    4. Clients poll ``task_status``. It may be purged; the job stays.

    .. no_pii: a user is only referred to.
    """

    uuid = models.UUIDField(
        _("ID"), default=uuid4, unique=True, editable=False, help_text=_("Also that of the task status.")
    )
    # SET_NULL: results stay known after their author retires. A job without a user is not started.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("user")
    )
    # SET_NULL: old task statuses are purged.
    task_status = models.OneToOneField(
        "user_tasks.UserTaskStatus",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="%(class)s",
        verbose_name=_("task status"),
    )
    state = models.CharField(_("state"), max_length=20, choices=JobState, default=JobState.WAITING, db_index=True)
    cancel_requested = models.BooleanField(_("cancellation requested"), default=False)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    heartbeat = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    sent = models.DateTimeField(
        _("told to a worker"),
        null=True,
        blank=True,
        help_text=_("When a worker was told of it; empty after one has taken it."),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True, help_text=_("Why the last attempt broke off."))
    error = models.TextField(_("error"), blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        abstract = True


class PeriodicTurn(models.Model):
    """
    The turn to do a periodic task: the process that has it, and the time when other processes may take it.

    .. no_pii:
    """

    task_name = models.CharField(max_length=150, unique=True)
    owner = models.UUIDField(null=True, blank=True)
    owned_until = models.DateTimeField(help_text=_("When others may take the turn, because its owner is dead."))

    class Meta:
        verbose_name = _("turn of a periodic task")
        verbose_name_plural = _("turns of periodic tasks")

    def __str__(self) -> str:
        return self.task_name
