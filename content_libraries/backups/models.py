"""The jobs that write and read archives."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..jobs.models import Job


class BackupJob(Job):
    """
    The job that writes an archive of a library. ``file`` is blank until the job has succeeded, and again after the
    archive was kept long enough.

    .. no_pii: a user is only referred to.
    """

    library_key = models.CharField(_("library"), max_length=255)
    file = models.FileField(upload_to="content_libraries/backups/%Y/%m/%d/", blank=True)
    file_name = models.CharField(
        _("file name"), max_length=255, help_text=_("What the archive is called when it is downloaded.")
    )
    origin = models.CharField(_("site"), max_length=255, help_text=_("Host of the site, to be named in the archive."))
    options = models.JSONField(
        _("options"), default=dict, blank=True, help_text=_("What goes in, if it is not all that is not deleted.")
    )

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self) -> str:
        return f"{self.library_key} ({self.uuid})"


class RestorePurpose(models.TextChoices):
    """Names the work that a job does with an archive."""

    STAGE = "stage", _("Read for a new library")
    VERIFY = "verify", _("Verify")
    PLAN = "plan", _("Plan a restore")
    APPLY = "apply", _("Restore")


class RestoreJob(Job):
    """
    The job that reads an archive: into a learning package, to verify it, or to restore it into a library.

    1. STAGE reads the archive into a learning package, of which its user then makes a library.
    2. VERIFY keeps the archive. A PLAN and an APPLY use the archive of a VERIFY, which is their ``source``.
    3. APPLY does exactly what its PLAN says, or nothing.

    .. no_pii: a user is only referred to.
    """

    purpose = models.CharField(
        _("purpose"), max_length=10, choices=RestorePurpose, default=RestorePurpose.STAGE, editable=False
    )
    # CASCADE: without the archive, the job cannot be done again.
    source = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("archive")
    )
    file = models.FileField(upload_to="content_libraries/restores/%Y/%m/%d/", blank=True)
    file_name = models.CharField(
        _("file name"), max_length=255, blank=True, help_text=_("What its user calls the archive.")
    )
    library_key = models.CharField(
        _("library"), max_length=255, blank=True, help_text=_("The library that the archive is restored into.")
    )
    options = models.JSONField(_("options"), default=dict, blank=True, help_text=_("What is restored, and how."))
    learning_package_pk = models.PositiveBigIntegerField(
        _("learning package"),
        null=True,
        blank=True,
        help_text=_("What became of it, until it expires. It may have a library by now."),
    )
    result = models.JSONField(_("result"), null=True, blank=True, help_text=_("What became of it, as clients read it."))
    tags = models.JSONField(
        _("tags"), null=True, blank=True, help_text=_("Given to the content when it becomes a library.")
    )
    error_log = models.TextField(
        _("error log"), blank=True, help_text=_("What is wrong with the archive, file by file.")
    )

    class Meta:
        verbose_name = _("restore")
        verbose_name_plural = _("restores")

    def __str__(self) -> str:
        return str(self.uuid)
