"""
What was imported from where. The names are those of the platform's records, so that data and reports compare.

A source (a course or a legacy library) is imported in migrations. A migration has a row for each block that it wrote
or had a reason not to write. The newest row with a target tells which item of the library a source block is.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.django.models import LearningContextKeyField, UsageKeyField

from .data import Level, OnRepeat


class ModulestoreSource(models.Model):
    """
    A course or legacy library that something was imported from.

    .. no_pii:
    """

    key = LearningContextKeyField(max_length=255, unique=True, case_sensitive=True)
    # SET_NULL: a source is only imported, not migrated, when the migration that it forwards to is gone.
    forwarded = models.OneToOneField(
        "ModulestoreMigration",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="forwards",
        help_text=_("The migration that references to this source lead to."),
    )

    def __str__(self) -> str:
        return str(self.key)


class ModulestoreMigration(models.Model):
    """
    One import of one source into one library.

    1. It is written in the same transaction as the content that it describes.
    2. It goes away with the library.

    .. no_pii: a user is only referred to.
    """

    source = models.ForeignKey(ModulestoreSource, on_delete=models.CASCADE, related_name="migrations")
    source_version = models.CharField(max_length=255, blank=True, help_text=_("Digest of what was read."))
    composition_level = models.CharField(max_length=20, choices=[(level, level) for level in Level])
    repeat_handling_strategy = models.CharField(max_length=20, choices=[(repeat, repeat) for repeat in OnRepeat])
    preserve_url_slugs = models.BooleanField()
    target = models.ForeignKey("openedx_content.LearningPackage", on_delete=models.CASCADE)
    # SET_NULL: the collection can be deleted without losing what came from where.
    target_collection = models.ForeignKey(
        "openedx_content.Collection", on_delete=models.SET_NULL, null=True, blank=True
    )
    # SET_NULL: logs may be pruned. Null also when the import changed nothing.
    change_log = models.ForeignKey("openedx_content.DraftChangeLog", on_delete=models.SET_NULL, null=True, blank=True)
    is_failed = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["target", "-id"], name="cl_migration_target"),)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


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
    What one migration did with one block: it has a target, or a reason why not.

    .. no_pii:
    """

    overall_migration = models.ForeignKey(
        ModulestoreMigration, on_delete=models.CASCADE, related_name="block_migrations"
    )
    source = models.ForeignKey(ModulestoreBlockSource, on_delete=models.CASCADE, related_name="block_migrations")
    target = models.ForeignKey("openedx_content.PublishableEntity", on_delete=models.CASCADE, null=True, blank=True)
    # SET_NULL: logs may be pruned.
    change_log_record = models.ForeignKey(
        "openedx_content.DraftChangeLogRecord", on_delete=models.SET_NULL, null=True, blank=True
    )
    unsupported_reason = models.TextField(null=True, blank=True)  # noqa: DJ001 - null means "nothing was wrong"

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["overall_migration", "source"], name="cl_block_migration_source"),
            models.UniqueConstraint(fields=["overall_migration", "target"], name="cl_block_migration_target"),
        )

    def __str__(self) -> str:
        return f"{self.source} → {self.target or self.unsupported_reason}"
