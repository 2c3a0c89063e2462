"""Rows that name Learning Core's logs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ChangeSetName(models.Model):
    """
    What kind of user action wrote a draft change log or a publish log, and where its content came from (ADR 0045).

    The log says everything else. A log without such a row is a plain edit, or a plain publish.

    .. no_pii:
    """

    # The deletion of a learning package finds rows by keys that are never null.
    learning_package = models.ForeignKey(
        "openedx_content.LearningPackage",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("learning package"),
    )
    draft_change_log = models.OneToOneField(
        "openedx_content.DraftChangeLog",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="change_set_name",
        verbose_name=_("draft change log"),
    )
    publish_log = models.OneToOneField(
        "openedx_content.PublishLog",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="change_set_name",
        verbose_name=_("publish log"),
    )
    kind = models.CharField(_("kind"), max_length=20, help_text=_("One of ChangeKind."))
    source_key = models.CharField(
        _("source"), max_length=500, blank=True, help_text=_("Key of the course, library or item it came from.")
    )
    job_uuid = models.UUIDField(_("job"), null=True, blank=True, help_text=_("The job that did it."))
    undoes = models.UUIDField(
        _("undoes"), null=True, blank=True, db_index=True, help_text=_("ID of the change set that it undoes.")
    )

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(draft_change_log__isnull=False, publish_log__isnull=True)
                | Q(draft_change_log__isnull=True, publish_log__isnull=False),
                name="content_libraries_change_set_names_one_log",
            )
        ]

    def __str__(self) -> str:
        return self.kind


class ChangeSetEffect(models.Model):
    """
    What a change set changed besides versions: members of a collection, tags of an object, and so on (ADR 0046).

    1. The function that makes the change writes the row, in the same transaction, if it runs in a named action.
    2. An undo takes the change back, as far as it is still there, and records the reversal as effects of its own.
    3. Rows are deleted with their log.

    .. no_pii:
    """

    # The deletion of a learning package finds rows by keys that are never null.
    learning_package = models.ForeignKey(
        "openedx_content.LearningPackage",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("learning package"),
    )
    draft_change_log = models.ForeignKey(
        "openedx_content.DraftChangeLog",
        on_delete=models.CASCADE,
        related_name="change_set_effects",
        verbose_name=_("draft change log"),
    )
    kind = models.CharField(_("kind"), max_length=20, help_text=_("One of EffectKind."))
    object_key = models.CharField(_("object"), max_length=500, help_text=_("Key or code of what was changed."))
    removed = models.JSONField(_("removed"), default=list, help_text=_("What was there before."))
    added = models.JSONField(_("added"), default=list, help_text=_("What is there since."))

    class Meta:
        verbose_name = _("effect of a change set")
        verbose_name_plural = _("effects of change sets")

    def __str__(self) -> str:
        return f"{self.kind} of {self.object_key}"
