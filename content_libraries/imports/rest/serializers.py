"""Shapes of imports on the wire (wire: imports-start)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from opaque_keys.edx.locator import CourseLocator, LibraryLocator
from rest_framework import serializers

from ... import keys
from ...errors import MalformedKeyError
from ...jobs.rest import TaskStatusSerializer
from ...rest.bodies import KeyListField, StrictSerializer
from ..data import ImportOptions, Level, OnRepeat
from ..models import ModulestoreMigration, SourceUpload
from ..results import BlockResult, CourseImport, Preview
from ..wording import error_in_words


def source_key(text: str) -> keys.CourseKey:
    """Parse the key of a course or a legacy library. Raises MalformedKeyError for other keys."""
    key = keys.course_key(text)
    if not isinstance(key, (CourseLocator, LibraryLocator)):
        raise MalformedKeyError(_("“%(key)s” is neither a course nor a legacy library.") % {"key": text})
    return key


class SourceKeyField(serializers.CharField):
    """Key of a course or a legacy library."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return source_key(text)
        except MalformedKeyError as error:
            raise serializers.ValidationError(_("Invalid source key: %(key)s") % {"key": text}) from error


class TargetKeyField(serializers.CharField):
    """Key of a library."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return keys.library_key(text)
        except MalformedKeyError as error:
            raise serializers.ValidationError(_("Invalid target library key: %(key)s") % {"key": text}) from error


class OptionsSerializer(serializers.Serializer[object]):
    """Fields that all requests for imports have in common."""

    target = TargetKeyField(help_text="Key of the library.")
    composition_level = serializers.ChoiceField(choices=list(Level), default=Level.COMPONENT)
    repeat_handling_strategy = serializers.ChoiceField(choices=list(OnRepeat), default=OnRepeat.SKIP)
    preserve_url_slugs = serializers.BooleanField(default=False)
    forward_source_to_target = serializers.BooleanField(
        allow_null=True, default=None, help_text="Null forwards a legacy library at its first migration."
    )
    only = KeyListField(
        child=serializers.CharField(max_length=255),
        default=list,
        help_text="Usage keys: only these blocks and what is in them. Not on the platform.",
    )

    keep_unused_files = serializers.BooleanField(
        default=False, help_text="Bring files that nothing refers to, in a Text that links them. Not on the platform."
    )

    confirm_repeat = serializers.BooleanField(
        default=False,
        help_text="The source is the course that was imported before, though most of it differs. Not on the platform.",
    )

    def options(self, *, collection_code: str | None, make_collection: bool) -> ImportOptions:
        """Return the options of one source from the validated body."""
        body = self.validated_data
        return ImportOptions(
            level=Level(body["composition_level"]),
            on_repeat=OnRepeat(body["repeat_handling_strategy"]),
            preserve_url_slugs=body["preserve_url_slugs"],
            with_drafts=body.get("with_drafts", True),
            only=tuple(body["only"]),
            collection_code=collection_code or "",
            make_collection=make_collection and not collection_code,
            forward=body["forward_source_to_target"],
            keep_unused_files=body["keep_unused_files"],
            confirm_repeat=body["confirm_repeat"],
        )


class MigrationRequestSerializer(OptionsSerializer):
    """A request for one source."""

    source = SourceKeyField(help_text="Key of a course or a legacy library.")  # type: ignore[assignment]
    target_collection_slug = serializers.CharField(allow_null=True, default=None)
    create_collection = serializers.BooleanField(default=False)
    publish = serializers.BooleanField(default=True, help_text="Publish what is written. Not on the platform.")


class BulkMigrationRequestSerializer(OptionsSerializer):
    """A request for many sources."""

    sources = KeyListField(child=SourceKeyField(), allow_empty=False)
    target_collection_slug_list = KeyListField(child=serializers.CharField(), allow_null=True, default=None)
    create_collections = serializers.BooleanField(default=False)
    publish = serializers.BooleanField(default=True, help_text="Publish what is written. Not on the platform.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        codes = attrs["target_collection_slug_list"]
        if codes is not None and len(codes) != len(attrs["sources"]):
            raise serializers.ValidationError(
                {"target_collection_slug_list": [_("Give one collection for each source, in the same order.")]}
            )
        return attrs


class LabelSerializer(serializers.Serializer[object]):
    """A collection."""

    key = serializers.CharField()
    title = serializers.CharField()


class ErrorField(serializers.CharField):
    """The reason why a source was not imported."""

    def to_representation(self, value: str) -> str:
        return error_in_words(value)


class ParameterSerializer(serializers.Serializer[ModulestoreMigration]):
    """One source of a task."""

    id = serializers.IntegerField(source="pk")
    source = serializers.CharField(source="source.key")  # type: ignore[assignment]
    target = serializers.CharField(source="target.package_ref")
    composition_level = serializers.ChoiceField(choices=list(Level))
    repeat_handling_strategy = serializers.ChoiceField(choices=list(OnRepeat))
    preserve_url_slugs = serializers.BooleanField()
    forward_source_to_target = serializers.SerializerMethodField(help_text="Whether the source leads here now.")
    is_failed = serializers.BooleanField()
    target_collection_slug = serializers.SerializerMethodField()
    create_collection = serializers.SerializerMethodField()
    target_collection = serializers.SerializerMethodField()
    error = ErrorField(help_text="Why it failed. Not on the platform.")

    def get_forward_source_to_target(self, migration: ModulestoreMigration) -> bool:
        return migration.source.forwarded_id == migration.pk

    def get_target_collection_slug(self, migration: ModulestoreMigration) -> str | None:
        return migration.options.get("collection_code") or None

    def get_create_collection(self, migration: ModulestoreMigration) -> bool:
        return bool(migration.options.get("make_collection"))

    @extend_schema_field(LabelSerializer(allow_null=True))
    def get_target_collection(self, migration: ModulestoreMigration) -> dict[str, str] | None:
        collection = migration.live_collection
        return {"key": collection.code, "title": collection.title} if collection else None


class TaskSerializer(TaskStatusSerializer):
    """The task object of an import."""

    parameters = ParameterSerializer(source="migrations", many=True)


class MigrationInfoSerializer(serializers.Serializer[ModulestoreMigration]):
    """The library and collection that a source was imported into."""

    source_key = serializers.CharField(source="source.key")
    target_key = serializers.CharField(source="target.package_ref")
    target_title = serializers.CharField(source="target.title")
    target_collection_key = serializers.CharField(source="live_collection.code", allow_null=True, default=None)
    target_collection_title = serializers.CharField(source="live_collection.title", allow_null=True, default=None)


class SourceLabelSerializer(serializers.Serializer[CourseImport]):
    """A course."""

    key = serializers.CharField(source="source_key")
    display_name = serializers.CharField(allow_null=True)


class CourseImportSerializer(serializers.Serializer[CourseImport]):
    """One import of a course."""

    task_uuid = serializers.UUIDField()
    source = SourceLabelSerializer(source="*")  # type: ignore[assignment]
    target_collection = serializers.SerializerMethodField()
    state = serializers.CharField(help_text="Succeeded, Partial, Failed or In Progress.")
    progress = serializers.FloatField(help_text="0 to 1.")

    @extend_schema_field(LabelSerializer(allow_null=True))
    def get_target_collection(self, row: CourseImport) -> dict[str, str] | None:
        return {"key": row.collection.code, "title": row.collection.title} if row.collection else None


class PreviewSerializer(serializers.Serializer[Preview]):
    """The report of a plan of an import."""

    state = serializers.ChoiceField(choices=("success", "partial", "block_limit_reached"))
    unsupported_blocks = serializers.IntegerField()
    unsupported_percentage = serializers.FloatField()
    blocks_limit = serializers.IntegerField(source="limit")
    total_blocks = serializers.IntegerField()
    total_components = serializers.IntegerField()
    sections = serializers.IntegerField()
    subsections = serializers.IntegerField()
    units = serializers.IntegerField()


class BlockResultSerializer(serializers.Serializer[BlockResult]):
    """The result of an import for a block."""

    source_key = serializers.CharField()
    target_key = serializers.CharField(allow_null=True)
    unsupported_reason = serializers.CharField(allow_null=True)


class UploadRequestSerializer(StrictSerializer):
    """An archive to be imported."""

    library = TargetKeyField(help_text="Key of a library that it is meant for.")
    file = serializers.FileField(
        help_text="In a format that the site reads. The error for another file names the formats."
    )
    source_key = SourceKeyField(required=False, help_text="Import it under this key instead of its own.")


class UploadSerializer(serializers.Serializer[SourceUpload]):
    """An archive that was uploaded."""

    uuid = serializers.UUIDField()
    key = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    file_name = serializers.CharField()
    created = serializers.DateTimeField()


class PlanRequestSerializer(StrictSerializer, OptionsSerializer):
    """A request for a plan."""

    source = SourceKeyField()  # type: ignore[assignment]
    upload = serializers.UUIDField(
        default=None, help_text="Read this uploaded archive, also where the site has a course with the same key."
    )
    with_drafts = serializers.BooleanField(default=True, help_text="Read drafts over published blocks.")
    collection = serializers.CharField(default="", allow_blank=True, help_text="Code of the collection to fill.")
    make_collection = serializers.BooleanField(default=False)


class PlanSerializer(serializers.Serializer[object]):
    """A plan that can be applied exactly as previewed."""

    uuid = serializers.UUIDField()
    created = serializers.DateTimeField()
    report = serializers.JSONField(
        help_text="Counts, reasons and collisions. With a question, it is only applied with confirm_repeat."
    )
    blocks = serializers.ListField(
        child=serializers.DictField(), help_text="Block by block: usage_key, type, title, action, code, reason."
    )


class ImportRequestSerializer(StrictSerializer):
    """A request to apply a plan."""

    plan = serializers.UUIDField()
    publish = serializers.BooleanField(default=False)
    confirm_repeat = serializers.BooleanField(
        default=False, help_text="Answers the question of a report: the source is the course that was imported before."
    )
