"""
Models of imports. They have the names of the platform's models, so that data and reports can be compared.

A source (a course or a legacy library) is imported in migrations. A migration has a row for each block that it wrote,
and for each block that it left out, with the reason. The newest row of a source block that has a target names the
item of the library that the block became.
"""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.django.models import LearningContextKeyField, UsageKeyField

from ..jobs.models import Job, JobState
from ..keys import CourseKey, course_key
from ..learning_core.api import CollectionLabel
from .data import Level, OnRepeat

MAX_FILE_NAME: Final = 255


class SourceKind(models.TextChoices):
    """Kinds of archives, by their content."""

    COURSE = "course", _("Course")
    LIBRARY = "library", _("Legacy library")
    CARTRIDGE = "cartridge", _("Common Cartridge")
    MOODLE = "moodle", _("Backup of a Moodle course")
    QTI = "qti", _("Package of QTI")
    QUESTIONS = "questions", _("Questions")


class SourceUpload(models.Model):
    """
    An uploaded archive, which can be imported under its key (ADR 0016).

    1. For a user, a key stands for the newest upload of this key that the user may read. The file of an upload never
       changes, so a plan and the job that applies it read the same bytes.
    2. The file is deleted some days after the upload, but not before the last job or plan that uses it has expired
       too; the row stays, for its title.

    .. no_pii: a user is only referred to.
    """

    uuid = models.UUIDField(_("ID"), default=uuid4, unique=True, editable=False)
    key = LearningContextKeyField(_("key"), max_length=255, case_sensitive=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind)
    title = models.CharField(_("title"), max_length=500)
    file = models.FileField(upload_to="content_libraries/uploads/%Y/%m/", blank=True)
    file_name = models.CharField(_("file name"), max_length=255, help_text=_("What its owner called it."))
    digest = models.CharField(max_length=40, help_text=_("Digest of what was read from it."))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    # SET_NULL: staff can use the uploads of a retired user.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("user")
    )

    class Meta:
        verbose_name = _("uploaded archive")
        verbose_name_plural = _("uploaded archives")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.key})"


class StoredPlan(models.Model):
    """
    A plan that waits to be applied. It never changes.

    The plan and its file are deleted after the plan was applied, when it expires, or together with its library.

    .. no_pii: a user is only referred to.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    upload = models.ForeignKey(
        SourceUpload,
        on_delete=models.CASCADE,
        related_name="plans",
        null=True,
        blank=True,
        help_text=_("What was read; blank for a course of the course store."),
    )
    target = models.ForeignKey("openedx_content.LearningPackage", on_delete=models.CASCADE)
    file = models.FileField(upload_to="content_libraries/plans/%Y/%m/", help_text=_("The plan, as compressed JSON."))
    report = models.JSONField(help_text=_("What plan_report tells of it."))
    created = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def question(self) -> str:
        """Return the question that has to be answered before the plan is applied; "" for none."""
        return str(self.report.get("question", ""))

    @property
    def source_key(self) -> CourseKey:
        """Return the key of the course or legacy library that was planned."""
        return course_key(self.report["source"])


class ImportJob(Job):
    """
    One request to import sources into a library, done by a worker (ADR 0016).

    Each migration of the job is one of its sources, in the order of their pks. A finished migration is never repeated.

    .. no_pii: a user is only referred to.
    """

    target_key = models.CharField(
        _("library"), max_length=255, help_text=_("Key of the library, which may be deleted meanwhile.")
    )
    publish = models.BooleanField(_("publish"), help_text=_("Publish what is written, if the user may."))
    made_library = models.BooleanField(
        _("made the library"),
        default=False,
        help_text=_("The library was created for this job, and goes with it if nothing is imported."),
    )
    legacy_request = models.JSONField(
        _("request for a migration"),
        default=dict,
        blank=True,
        help_text=_("Of such a job: the archives, and where they were to go, so that it can be tried again."),
    )

    class Meta:
        verbose_name = _("import job")
        verbose_name_plural = _("import jobs")

    def __str__(self) -> str:
        return f"{self.uuid} → {self.target_key}"

    @property
    def makes_library_anew(self) -> bool:
        """Return whether a retry creates the library again that was created for the job and deleted at its end."""
        return bool(self.legacy_request) and self.state in {JobState.FAILED, JobState.CANCELED}


class ModulestoreSource(models.Model):
    """
    A course or legacy library that something was imported from.

    .. no_pii:
    """

    key = LearningContextKeyField(_("key"), max_length=255, unique=True, case_sensitive=True)
    # SET_NULL: a source is only imported, not migrated, when the migration that it forwards to is gone.
    forwarded = models.OneToOneField(
        "ModulestoreMigration",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="forwards",
        help_text=_("The migration that references to this source lead to."),
    )

    class Meta:
        verbose_name = _("import source")
        verbose_name_plural = _("import sources")

    def __str__(self) -> str:
        return str(self.key)


class MigrationManager(models.Manager["ModulestoreMigration"]):
    def done(self) -> models.QuerySet[ModulestoreMigration]:
        """Return the migrations that count as imported: finished, and neither failed nor canceled."""
        return self.filter(finished__isnull=False, is_failed=False)


class ModulestoreMigration(models.Model):
    """
    One import of one source into one library.

    1. The row of a job's source is written together with the job; it is waiting or under way until ``finished`` is
       set. The row of an import without a job is written when the import is done.
    2. ``finished`` is set, and the block rows are written, in the transaction that writes the content.
    3. ``is_failed`` is set together with ``finished``, also when the import was canceled. Only a migration that is
       finished and not failed counts as imported.
    4. The row is deleted together with the library.

    .. no_pii: a user is only referred to.
    """

    source = models.ForeignKey(
        ModulestoreSource, on_delete=models.CASCADE, related_name="migrations", verbose_name=_("source")
    )
    source_version = models.CharField(
        _("version of the source"), max_length=255, blank=True, help_text=_("Digest of what was read.")
    )
    composition_level = models.CharField(_("what is made"), max_length=20, choices=[(level, level) for level in Level])
    repeat_handling_strategy = models.CharField(
        _("what was imported before"), max_length=20, choices=[(repeat, repeat) for repeat in OnRepeat]
    )
    preserve_url_slugs = models.BooleanField(_("keeps the IDs of the source"))
    target = models.ForeignKey("openedx_content.LearningPackage", on_delete=models.CASCADE, verbose_name=_("target"))
    # SET_NULL: the collection can be deleted without losing the origins of items.
    target_collection = models.ForeignKey(
        "openedx_content.Collection", on_delete=models.SET_NULL, null=True, blank=True
    )
    # SET_NULL: logs may be pruned. Null also when the import changed nothing.
    change_log = models.ForeignKey("openedx_content.DraftChangeLog", on_delete=models.SET_NULL, null=True, blank=True)
    is_failed = models.BooleanField(_("failed"), default=False)
    finished = models.DateTimeField(
        _("finished"), null=True, blank=True, help_text=_("Blank while it is waiting or under way.")
    )
    error = models.TextField(_("error"), blank=True, help_text=_("Why it failed, for its author."))
    # SET_NULL: the origins of items are kept longer than the jobs that imported them.
    job = models.ForeignKey("ImportJob", on_delete=models.SET_NULL, null=True, blank=True, related_name="migrations")
    # Null for a course of the course store.
    upload = models.ForeignKey("SourceUpload", on_delete=models.SET_NULL, null=True, blank=True)
    plan = models.ForeignKey("StoredPlan", on_delete=models.SET_NULL, null=True, blank=True)
    file_name = models.CharField(
        _("file name"),
        max_length=MAX_FILE_NAME,
        blank=True,
        default="",
        help_text=_("Of what was read; for a course of this site, its key."),
    )
    is_plan_approved = models.BooleanField(
        default=False, help_text=_("Somebody asked for exactly this plan, so the job may not make another one.")
    )
    options = models.JSONField(default=dict, help_text=_("What was asked for, as ImportOptions."))
    report = models.JSONField(_("report"), default=dict, help_text=_("What was done, as result_report tells it."))
    fingerprints = models.JSONField(
        default=dict, help_text=_("Usage key to digest of each block, to tell what changes in the source later.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("created by")
    )

    objects: ClassVar[MigrationManager] = MigrationManager()

    class Meta:
        verbose_name = _("import of a source")
        verbose_name_plural = _("imports of sources")
        indexes = (models.Index(fields=["target", "-id"], name="cl_migration_target"),)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def live_collection(self) -> CollectionLabel | None:
        """Return the collection that was filled; None without a collection, or if it is deleted at the moment."""
        collection = self.target_collection
        if collection is None or not collection.enabled:
            return None
        return CollectionLabel(collection.collection_code, collection.title)


class ModulestoreBlockSource(models.Model):
    """
    A block of a source.

    .. no_pii:
    """

    overall_source = models.ForeignKey(ModulestoreSource, on_delete=models.CASCADE, related_name="blocks")
    key = UsageKeyField(max_length=255, unique=True, case_sensitive=True)
    forwarded = models.OneToOneField(
        "ModulestoreBlockMigration",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="forwards",
        help_text=_("The row that references to this block lead to."),
    )

    def __str__(self) -> str:
        return str(self.key)


class ModulestoreBlockMigration(models.Model):
    """
    The result of one migration for one block: either a target, or the reason why the block has no target.

    .. no_pii:
    """

    overall_migration = models.ForeignKey(
        ModulestoreMigration,
        on_delete=models.CASCADE,
        related_name="block_migrations",
        verbose_name=_("import of a source"),
    )
    source = models.ForeignKey(
        ModulestoreBlockSource, on_delete=models.CASCADE, related_name="block_migrations", verbose_name=_("source")
    )
    target = models.ForeignKey(
        "openedx_content.PublishableEntity", on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("target")
    )
    # SET_NULL: logs may be pruned.
    change_log_record = models.ForeignKey(
        "openedx_content.DraftChangeLogRecord", on_delete=models.SET_NULL, null=True, blank=True
    )
    unsupported_reason = models.TextField(_("reason"), null=True, blank=True)  # noqa: DJ001 - null means "nothing was wrong"

    class Meta:
        verbose_name = _("imported block")
        verbose_name_plural = _("imported blocks")
        constraints = (
            models.UniqueConstraint(fields=["overall_migration", "source"], name="cl_block_migration_source"),
            models.UniqueConstraint(fields=["overall_migration", "target"], name="cl_block_migration_target"),
        )

    def __str__(self) -> str:
        return f"{self.source} → {self.target or self.unsupported_reason}"
