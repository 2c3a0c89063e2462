"""Serializers of requests and responses about archives (wire: backups)."""

from __future__ import annotations

from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.reverse import reverse

from ...jobs.rest import state_of
from ...rest.bodies import StrictSerializer
from ..legacy_archives import is_legacy_archive
from ..models import BackupJob, RestoreJob

_ZIP: Final = frozenset({"application/zip", "application/x-zip-compressed"})
"""Browsers on Windows send the second type."""


class TaskIdSerializer(serializers.Serializer[object]):
    """The id of the started task."""

    task_id = serializers.UUIDField(source="uuid")


class ArchiveSerializer(StrictSerializer):
    """The upload of an archive."""

    file = serializers.FileField()

    def validate_file(self, file: UploadedFile[bytes]) -> UploadedFile[bytes]:
        if is_legacy_archive(file):
            text = _(
                "This looks like the archive of a legacy library, which is migrated and not restored. Upload it to"
                " %(url)s, and import it."
            )
            raise serializers.ValidationError(text % {"url": reverse("import-sources")}, code="legacy_archive")
        if file.content_type not in _ZIP:
            raise serializers.ValidationError(_("Only ZIP files are allowed."))
        return file


class TaskQuerySerializer(serializers.Serializer[object]):
    """The id of a job."""

    task_id = serializers.UUIDField()


class BackupSerializer(serializers.Serializer[BackupJob]):
    """The state of a backup, and the URL of its archive."""

    state = serializers.SerializerMethodField(help_text="Pending, Exporting, Succeeded, Failed or Canceled.")
    url = serializers.SerializerMethodField(help_text="Where to download the archive, for cookies of a login too.")

    def get_state(self, job: BackupJob) -> str:
        return state_of(job)

    def get_url(self, job: BackupJob) -> str | None:
        if not job.file:
            return None
        arguments = {"lib_key": job.library_key, "uuid": job.uuid, "file_name": job.file_name}
        return str(reverse("library-backup-file", kwargs=arguments, request=self.context["request"]))


class OriginSerializer(serializers.Serializer[object]):
    """The user who made an archive."""

    username = serializers.CharField()
    email = serializers.EmailField(allow_null=True)


class RestoredSerializer(serializers.Serializer[object]):
    """The library that was read from an archive."""

    learning_package_id = serializers.IntegerField(help_text="To be sent with the creation of a library.")
    title = serializers.CharField()
    org = serializers.CharField()
    slug = serializers.CharField()
    key = serializers.CharField(help_text="Name of the content until a library has it.")
    archive_key = serializers.CharField(help_text="What the archive calls it.")
    containers = serializers.IntegerField()
    components = serializers.IntegerField()
    collections = serializers.IntegerField()
    sections = serializers.IntegerField()
    subsections = serializers.IntegerField()
    units = serializers.IntegerField()
    created_on_server = serializers.CharField(allow_null=True)
    created_at = serializers.CharField(allow_null=True)
    created_by = OriginSerializer(allow_null=True)


class RestoreSerializer(serializers.Serializer[RestoreJob]):
    """The state and the result of a restore."""

    state = serializers.SerializerMethodField(help_text="Pending, In Progress, Succeeded, Failed or Canceled.")
    result = RestoredSerializer(allow_null=True)
    error = serializers.SerializerMethodField()
    error_log = serializers.SerializerMethodField(help_text="Where to read what is wrong with the archive.")

    def get_state(self, job: RestoreJob) -> str:
        return state_of(job)

    def get_error(self, job: RestoreJob) -> str | None:
        return job.error or None

    def get_error_log(self, job: RestoreJob) -> str | None:
        if not job.error_log:
            return None
        return str(reverse("restore-log", kwargs={"uuid": job.uuid}, request=self.context["request"]))
