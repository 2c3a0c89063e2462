"""Serializers of backups with a choice, verified archives, and restores into libraries (wire: own-archives)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ... import keys
from ...errors import MalformedKeyError
from ...jobs.rest import state_of
from ...rest.bodies import KeyListField, StrictSerializer
from .. import api
from ..models import RestoreJob
from .serializers import ArchiveSerializer, BackupSerializer


class LibraryKeyField(serializers.CharField):
    """Key of a library."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return keys.library_key(super().to_internal_value(data))
        except MalformedKeyError as error:
            raise serializers.ValidationError(error.message) from error


class ItemKeyField(serializers.CharField):
    """Key of a component or of a container."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return keys.item_key(super().to_internal_value(data))
        except MalformedKeyError as error:
            raise serializers.ValidationError(error.message) from error


class _ChoiceSerializer(StrictSerializer):
    items = KeyListField(
        child=ItemKeyField(max_length=500), default=list, help_text="Only these items, and what they need."
    )
    collections = KeyListField(
        child=serializers.CharField(max_length=255), default=list, help_text="Only these collections, with their items."
    )

    def chosen_items(self) -> tuple[str, ...]:
        """Return the names of the chosen items in an archive."""
        return tuple(api.ref_of(key) for key in self.validated_data["items"])


class BackupRequestSerializer(_ChoiceSerializer):
    """Names the library, and the parts of it, that a backup takes."""

    library = LibraryKeyField(help_text="Key of the library.")
    deleted = serializers.BooleanField(default=False, help_text="Also deleted items and collections.")
    history = serializers.BooleanField(default=False, help_text="Also all versions.")

    def options(self) -> api.BackupOptions:
        """Return the options from the validated body."""
        body = self.validated_data
        return api.BackupOptions(
            items=self.chosen_items(),
            collections=tuple(body["collections"]),
            deleted=body["deleted"],
            history=body["history"],
        )


class OwnBackupSerializer(BackupSerializer):
    """A backup, and the URL of its archive."""

    uuid = serializers.UUIDField()
    library = serializers.CharField(source="library_key")
    error = serializers.CharField(allow_blank=True, help_text="Why it failed.")


class UploadedArchiveSerializer(ArchiveSerializer):
    """An archive to verify."""

    library = LibraryKeyField(
        required=False, help_text="A library that it may be restored into; needs EDIT. Otherwise needs CREATE."
    )


class ProblemSerializer(serializers.Serializer[object]):
    """A problem of an archive."""

    code = serializers.CharField()
    member = serializers.CharField(allow_blank=True, help_text="The member of the archive; blank for all of it.")
    message = serializers.CharField()


class ArchivedLibrarySerializer(serializers.Serializer[object]):
    """The library of an archive."""

    key = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    license = serializers.CharField(allow_blank=True)
    origin = serializers.CharField(allow_blank=True)
    created_at = serializers.CharField(allow_null=True)
    created_by = serializers.CharField(allow_blank=True)
    is_partial = serializers.BooleanField(help_text="Whether it has only a part of the library.")
    has_deleted = serializers.BooleanField(help_text="Whether it has deleted items.")
    has_history = serializers.BooleanField(help_text="Whether it has all versions.")


class ArchiveReportSerializer(serializers.Serializer[object]):
    """Shows the state of an uploaded archive, and its contents once it is verified."""

    whole = serializers.BooleanField(help_text="Whether it can be restored.")
    problems = ProblemSerializer(many=True)
    library = ArchivedLibrarySerializer(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="What it holds, by kind.")
    manifest = serializers.BooleanField(help_text="Whether it has a manifest, and matches it.")
    notes = serializers.ListField(child=serializers.CharField())


class VerifiedArchiveSerializer(serializers.Serializer[RestoreJob]):
    """An uploaded archive, and what is known of it."""

    uuid = serializers.UUIDField()
    state = serializers.SerializerMethodField(help_text="Pending, In Progress, Succeeded, Failed or Canceled.")
    error = serializers.CharField(allow_blank=True)
    report = ArchiveReportSerializer(source="result", allow_null=True)

    def get_state(self, job: RestoreJob) -> str:
        return state_of(job)


class RestorePlanRequestSerializer(_ChoiceSerializer):
    """Names an archive, the library to restore it into, and the mode."""

    archive = serializers.UUIDField(help_text="A verified archive of the caller.")
    library = LibraryKeyField(help_text="Key of the library; of a new one for the mode `new`.")
    mode = serializers.ChoiceField(choices=list(api.RestoreMode))
    collision = serializers.ChoiceField(
        choices=list(api.Collision),
        default=api.Collision.SKIP,
        help_text="What the mode `add` does with items that the library has with other content.",
    )

    drafts_only = serializers.BooleanField(
        default=False,
        help_text="Leave published versions as they are. Otherwise the modes that replace restore these, too, which"
        " needs PUBLISH.",
    )

    def options(self) -> api.RestoreOptions:
        """Return the options from the validated body."""
        body = self.validated_data
        return api.RestoreOptions(
            mode=api.RestoreMode(body["mode"]),
            collision=api.Collision(body["collision"]),
            items=self.chosen_items(),
            collections=tuple(body["collections"]),
            drafts_only=body["drafts_only"],
        )


class RestoreApplicationSerializer(StrictSerializer):
    """Says how a plan is applied."""

    confirm = serializers.CharField(
        required=False, default="", help_text="Key of the library, which the mode `replace-all` needs."
    )
    move_links = serializers.BooleanField(
        default=False, help_text="Also link courses of the archived library to this library."
    )


class PlannedRestoreItemSerializer(serializers.Serializer[object]):
    """Shows the change of one item in a restore."""

    key = serializers.CharField(help_text="Name of the item in the archive.")
    action = serializers.CharField(help_text="create, rename, update, restore, skip or delete.")
    target = serializers.CharField(help_text="Name of the item in the library.")
    item_type = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    version_num = serializers.IntegerField(allow_null=True, help_text="Number of its draft afterwards.")


class PlannedRestoreCollectionSerializer(serializers.Serializer[object]):
    """Shows the change of one collection in a restore."""

    code = serializers.CharField()
    action = serializers.CharField()
    target = serializers.CharField()
    title = serializers.CharField()


class RestoredLinksSerializer(serializers.Serializer[object]):
    """The links of a course to the library of the archive."""

    course_key = serializers.CharField()
    blocks = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Links that stay, because the items are not published.")
    error = serializers.CharField(allow_blank=True)


class RestoreReportSerializer(serializers.Serializer[object]):
    """Shows the plan of a restore, and its result once it is applied."""

    library = serializers.CharField()
    fingerprint = serializers.CharField(allow_blank=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Number of items by action.")
    items = PlannedRestoreItemSerializer(many=True, help_text="Items that change, 1,000 at most.")
    items_not_listed = serializers.IntegerField()
    publications = serializers.IntegerField(
        default=0, help_text="How many items get another published version, or lose theirs."
    )
    collections = PlannedRestoreCollectionSerializer(many=True)
    links = RestoredLinksSerializer(many=True)
    backup = serializers.CharField(
        default="", help_text="Id of the backup that was taken before everything was replaced; blank in other modes."
    )


class LibraryRestoreSerializer(serializers.Serializer[RestoreJob]):
    """A plan of a restore, or a restore."""

    uuid = serializers.UUIDField()
    purpose = serializers.CharField(help_text="plan or apply.")
    state = serializers.SerializerMethodField(help_text="Pending, In Progress, Succeeded, Failed or Canceled.")
    error = serializers.CharField(allow_blank=True)
    library = serializers.CharField(source="library_key")
    mode = serializers.CharField(source="options.mode")
    archive = serializers.UUIDField(source="source.uuid")
    report = RestoreReportSerializer(source="result", allow_null=True)

    def get_state(self, job: RestoreJob) -> str:
        return state_of(job)
