"""The jobs that write and read archives."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..jobs.models import Job


class BackupJob(Job):
    """
    One archive of a library. ``file`` is blank until the job has succeeded, and again when it was kept long enough.

    .. no_pii: a user is only referred to.
    """

    library_key = models.CharField(_("library"), max_length=255)
    file = models.FileField(upload_to="content_libraries/backups/%Y/%m/%d/", blank=True)
    file_name = models.CharField(
        _("file name"), max_length=255, help_text=_("What the archive is called when it is downloaded.")
    )
    origin = models.CharField(_("site"), max_length=255, help_text=_("Host of the site, to be named in the archive."))

    class Meta:
        verbose_name = _("backup")

    def __str__(self) -> str:
        return f"{self.library_key} ({self.uuid})"


class RestoreJob(Job):
    """
    One archive that is read into a learning package.

    .. no_pii: a user is only referred to.
    """

    file = models.FileField(upload_to="content_libraries/restores/%Y/%m/%d/", blank=True)
    file_name = models.CharField(
        _("file name"), max_length=255, blank=True, help_text=_("What its user calls the archive.")
    )
    learning_package_pk = models.PositiveBigIntegerField(
        _("learning package"),
        null=True,
        blank=True,
        help_text=_("What became of it, until it expires. It may have a library by now."),
    )
    result = models.JSONField(_("result"), null=True, blank=True, help_text=_("What became of it, as clients read it."))
    error_log = models.TextField(
        _("error log"), blank=True, help_text=_("What is wrong with the archive, file by file.")
    )

    class Meta:
        verbose_name = _("restore")

    def __str__(self) -> str:
        return str(self.uuid)
