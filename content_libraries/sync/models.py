"""Links between course blocks and library items, and runs that sync many of them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.django.models import CourseKeyField, UsageKeyField
from openedx_django_lib.fields import case_sensitive_char_field

from ..jobs.models import Job
from .data import LinkState

FAULTS = (LinkState.MALFORMED, LinkState.TYPE_MISMATCH)


class CourseLink(models.Model):
    """
    A course block that is linked to a library item.

    1. A row repeats the link settings in the draft of the block (ADR 0021). If they differ, the block is right. Each
       change of a course changes its rows in the same transaction, and ``rebuild_links`` makes them anew.
    2. A row names both sides by keys. Whether the library item exists and is published is looked up when it is needed.
       So a link can break and heal without a change of the row.
    3. ``library_key``, ``upstream_ref`` and ``container_type`` are the names of the item in Learning Core; they are
       blank when ``upstream_key`` is not a valid key. ``fault`` is an error that can be seen from the keys alone.
    4. ``top_level_parent_key`` is the key of the outermost linked block that contains this block. It is set while this
       block names the outermost block in its settings, and counts only while the outermost block has a row.

    .. no_pii:
    """

    uuid = models.UUIDField(_("ID"), default=uuid4, unique=True, editable=False)
    course_key = CourseKeyField(_("course"), max_length=255, case_sensitive=True, db_index=True)
    downstream_key = UsageKeyField(_("course block"), max_length=255, case_sensitive=True, unique=True)
    upstream_key = case_sensitive_char_field(verbose_name=_("library item"), max_length=255, db_index=True)
    is_container = models.BooleanField(
        _("container"), help_text=_("Whether the library item is a section, a subsection or a unit.")
    )
    library_key = case_sensitive_char_field(verbose_name=_("library"), max_length=255, db_index=True, blank=True)
    upstream_ref = case_sensitive_char_field(max_length=500, blank=True)
    container_type = case_sensitive_char_field(max_length=100, blank=True)
    fault = models.CharField(max_length=20, blank=True, choices=[(state.value, state.value) for state in FAULTS])
    top_level_parent_key = UsageKeyField(
        _("outermost linked block"), max_length=255, case_sensitive=True, null=True, blank=True, db_index=True
    )
    version_synced = models.PositiveIntegerField(_("synced version"), null=True, blank=True)
    version_declined = models.PositiveIntegerField(_("declined version"), null=True, blank=True)
    deletion_declined = models.BooleanField(_("deletion declined"), default=False)
    children_declined = models.CharField(
        max_length=64, blank=True, help_text=_("Names the list of published children that an author declined.")
    )
    block_children = models.JSONField(
        default=list, blank=True, help_text=_("Usage keys of what is in the block, if the item is a container.")
    )
    downstream_customized = models.JSONField(_("fields changed in the course"), default=list, blank=True)
    downstream_edited = models.BooleanField(
        default=False, help_text=_("Whether the course changed what the next sync takes back.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), help_text=_("When something that it says really changed."))

    class Meta:
        verbose_name = _("link to a library")
        verbose_name_plural = _("links to libraries")

    def __str__(self) -> str:
        return f"{self.downstream_key} → {self.upstream_key}"


class SyncRun(Job):
    """
    One request to sync whole courses. A worker syncs course by course.

    The courses are chosen when the run is created. Each course is synced in one transaction, which also marks it as
    done.

    .. no_pii: a user is only referred to.
    """

    library_key = models.CharField(
        _("library"), max_length=255, blank=True, help_text=_("Only links to this library; all if blank.")
    )
    left_out = models.PositiveIntegerField(
        _("courses left out"),
        default=0,
        help_text=_("How many courses use the library and are not the user's to sync."),
    )

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")

    def __str__(self) -> str:
        return f"{self.uuid}: {self.library_key or 'all libraries'}"


class SyncRunCourse(models.Model):
    """
    A course of a run. It is waiting or under way until ``finished`` is set; ``is_failed`` is set at the same time.

    .. no_pii:
    """

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="courses")
    course_key = CourseKeyField(_("course"), max_length=255, case_sensitive=True)
    finished = models.DateTimeField(null=True, blank=True)
    is_failed = models.BooleanField(_("failed"), default=False)
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Of the preview that is to be done; whatever is ready if blank.")
    )
    error = models.TextField(blank=True, help_text=_("Why it failed, for its author."))
    report = models.JSONField(default=dict, help_text=_("What was done, as course_report tells it."))

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "course_key"], name="cl_sync_run_course"),)

    def __str__(self) -> str:
        return f"{self.course_key} in {self.run_id}"


class LegacyConversion(Job):
    """
    One conversion of the blocks of a course that use a legacy library, in one change set of the course.

    1. A worker does the conversion. For a single block and for operators, the call itself does it, and the row is
       finished at once.
    2. ``changes`` holds the old and the new attributes of each block, for an undo. It is written in the transaction
       that changes the course.

    .. no_pii: a user is only referred to.
    """

    course_key = CourseKeyField(_("course"), max_length=255, case_sensitive=True, db_index=True)
    publish = models.BooleanField(
        _("publish"),
        default=False,
        help_text=_("Publish what is converted, where nothing else was waiting to be published."),
    )
    change_set = models.CharField(max_length=255, blank=True, help_text=_("Of the course; blank if nothing changed."))
    report = models.JSONField(_("report"), default=list, help_text=_("What was done, as conversion_report tells it."))
    changes = models.JSONField(default=list, help_text=_("Attributes of blocks, before and after."))
    undone = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("legacy conversion")
        verbose_name_plural = _("legacy conversions")

    def __str__(self) -> str:
        return f"{self.uuid}: {self.course_key}"
