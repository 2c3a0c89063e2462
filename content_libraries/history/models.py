"""Models of releases, and of bulk edits that workers make."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from openedx_django_lib.fields import case_sensitive_char_field

from ..jobs.models import Job
from ..keys import LibraryLocatorV2, library_key
from .release_data import ReleaseEventKind, ReleaseState

_STATES = [
    (ReleaseState.DRAFT.value, _("Draft")),
    (ReleaseState.REQUESTED.value, _("Requested")),
    (ReleaseState.APPROVED.value, _("Approved")),
    (ReleaseState.SCHEDULED.value, _("Scheduled")),
    (ReleaseState.PUBLISHED.value, _("Published")),
    (ReleaseState.DECLINED.value, _("Declined")),
    (ReleaseState.CANCELED.value, _("Canceled")),
    (ReleaseState.HELD.value, _("Held")),
    (ReleaseState.REVERTED.value, _("Reverted")),
]
_EVENTS = [
    (ReleaseEventKind.CREATED.value, _("Created")),
    (ReleaseEventKind.CHANGED.value, _("Changed")),
    (ReleaseEventKind.REQUESTED.value, _("Requested")),
    (ReleaseEventKind.COMMENTED.value, _("Commented")),
    (ReleaseEventKind.APPROVED.value, _("Approved")),
    (ReleaseEventKind.DECLINED.value, _("Declined")),
    (ReleaseEventKind.SCHEDULED.value, _("Scheduled")),
    (ReleaseEventKind.PUBLISHED.value, _("Published")),
    (ReleaseEventKind.CANCELED.value, _("Canceled")),
    (ReleaseEventKind.HELD.value, _("Held")),
    (ReleaseEventKind.REVERTED.value, _("Reverted")),
]


class Release(models.Model):
    """
    A named selection of items of a library that is published together (ADR 0048).

    1. ``fingerprint`` names the content that was approved: the draft versions of all items and of everything in them.
       Nothing else is published.
    2. A release outlives its library. ``learning_package`` is null then, and says for a new library with the same key
       that the release is not of it.
    3. ``publish_log_uuid`` is the change set that published it.

    .. no_pii: users are only referred to.
    """

    uuid = models.UUIDField(_("ID"), default=uuid4, unique=True, editable=False)
    library_key = case_sensitive_char_field(verbose_name=_("library"), max_length=255)
    learning_package = models.ForeignKey(
        "openedx_content.LearningPackage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("learning package"),
    )
    title = models.CharField(_("title"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=_STATES, default=ReleaseState.DRAFT.value)
    # SET_NULL: what was released stays known after its users retire.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Names the content that was approved; blank before.")
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    publish_log_uuid = models.UUIDField(
        _("change set"), null=True, blank=True, help_text=_("The change set that published it.")
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How often a worker has begun to publish it since it was scheduled.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        indexes = (models.Index(fields=["state", "publish_at"], name="cl_release_due"),)

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> LibraryLocatorV2:
        """Return the key of the library."""
        return library_key(self.library_key)

    @property
    def is_orphan(self) -> bool:
        """Return whether the library is gone."""
        return self.learning_package_id is None

    @property
    def current_state(self) -> ReleaseState:
        """Return the state as a member of its enumeration."""
        return ReleaseState(self.state)


class ReleaseItem(models.Model):
    """
    An item of a release. It names the item by its key, too, because the content may be deleted with its library.

    .. no_pii:
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items", verbose_name=_("release"))
    item_key = case_sensitive_char_field(verbose_name=_("item"), max_length=255)
    entity_pk = models.PositiveBigIntegerField(help_text=_("The publishable entity in Learning Core."))
    as_deletion = models.BooleanField(
        _("as a deletion"), default=False, help_text=_("Whether the item was deleted when it was chosen.")
    )

    class Meta:
        verbose_name = _("item of a release")
        verbose_name_plural = _("items of releases")
        constraints = (models.UniqueConstraint(fields=["release", "entity_pk"], name="cl_release_item_once"),)

    def __str__(self) -> str:
        return str(self.item_key)


class ReleaseEvent(models.Model):
    """
    A comment on a release, or a change of its state. Rows are only ever added.

    .. pii: users write the text, and may name themselves in it. It is kept with the release.
    .. pii_types: other
    .. pii_retirement: retained
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="events", verbose_name=_("release"))
    kind = models.CharField(_("kind"), max_length=20, choices=_EVENTS)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Empty for the site itself, and for a user who is gone."),
    )
    text = models.TextField(_("text"), blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("event of a release")
        verbose_name_plural = _("events of releases")

    def __str__(self) -> str:
        return f"{self.release_id}: {self.kind}"


class BulkEditJob(Job):
    """
    One bulk edit that a worker makes, in one change set.

    The change set, the result, and the end of the job are one transaction (ADR 0049).

    .. no_pii: a user is only referred to.
    """

    context_key = models.CharField(_("library or course"), max_length=255)
    request = models.JSONField(_("request"), help_text=_("The chosen items, and what to change in them."))
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Of the preview that is to be done; whatever the edit does if blank.")
    )
    change_set = models.UUIDField(_("change set"), null=True, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True, help_text=_("What was done, as clients read it."))

    class Meta:
        verbose_name = _("bulk edit")
        verbose_name_plural = _("bulk edits")

    def __str__(self) -> str:
        return f"{self.uuid}: {self.context_key}"
