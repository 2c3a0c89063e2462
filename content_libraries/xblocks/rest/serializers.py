"""Serializers of the XBlock API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ...rest.base_versions import BaseVersionSerializer
from ..data import DeclaredField, DeclaredFields, FieldValues, Metadata, RenderedView


class MetadataSerializer(serializers.Serializer[Metadata]):
    """The key, type and title of a component."""

    block_id = serializers.CharField(source="key")
    block_type = serializers.CharField(source="key.block_type")
    display_name = serializers.CharField()

    def to_representation(self, instance: Metadata) -> dict[str, Any]:
        return {**super().to_representation(instance), **instance.extra}


class FieldsSerializer(serializers.Serializer[FieldValues]):
    """Fields of a component; ``data`` only where its type has that field."""

    display_name = serializers.CharField()
    metadata = serializers.JSONField()
    data = serializers.JSONField(required=False)  # type: ignore[assignment]

    def to_representation(self, instance: FieldValues) -> dict[str, Any]:
        values = {"display_name": instance.display_name, "metadata": dict(instance.metadata)}
        return values if instance.data is None else {**values, "data": instance.data}


class SavedFieldsSerializer(FieldsSerializer):
    """Fields of a component after a save, with its key, which clients put into containers and collections."""

    id = serializers.CharField()

    def to_representation(self, instance: FieldValues) -> dict[str, Any]:
        return {"id": str(instance.key), **super().to_representation(instance)}


class FieldsUpdateSerializer(BaseVersionSerializer):
    """Fields to save. Keys that are not known are ignored, for clients send some."""

    data = serializers.JSONField(  # type: ignore[assignment]
        required=False, allow_null=True, help_text="A text for most types; an object for some, such as drag and drop."
    )
    metadata = serializers.DictField(required=False, allow_null=True)


class ChoiceField(serializers.JSONField):
    """The choices that a block type declares."""

    def to_representation(self, value: object) -> object:  # type: ignore[override]  # stubs say str
        return value if isinstance(value, (list, tuple, dict)) else None


class DeclaredFieldSerializer(serializers.Serializer[DeclaredField]):
    """A field that a type declares."""

    name = serializers.CharField()
    display_name = serializers.CharField()
    help = serializers.CharField()
    scope = serializers.CharField()
    type = serializers.CharField()
    default = serializers.JSONField()
    value = serializers.JSONField()
    is_set = serializers.BooleanField()
    choices = ChoiceField(allow_null=True)


class DeclaredFieldsSerializer(serializers.Serializer[DeclaredFields]):
    """All authored fields, and attributes that the type does not know. ``preserved`` is read-only."""

    preserved = serializers.DictField(child=serializers.CharField())
    notice = serializers.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """
        Add the field called ``fields``, which cannot be declared because serializers have an attribute of that name.
        """
        return {"fields": DeclaredFieldSerializer(many=True), **super().get_fields()}


class BlockOlxSerializer(serializers.Serializer[dict[str, object]]):
    """The stored text of a version."""

    olx = serializers.CharField()


class ResourceSerializer(serializers.Serializer[dict[str, object]]):
    """A script or style."""

    kind = serializers.CharField()
    data = serializers.CharField()  # type: ignore[assignment]
    mimetype = serializers.CharField()
    placement = serializers.CharField()


class RenderedViewSerializer(serializers.Serializer[RenderedView]):
    """A rendered view."""

    block_id = serializers.CharField(source="block.key")
    block_type = serializers.CharField(source="block.key.block_type")
    display_name = serializers.CharField()
    content = serializers.CharField()
    resources = ResourceSerializer(many=True)
    js_init_fn = serializers.CharField(allow_null=True)
    js_init_version = serializers.IntegerField(allow_null=True)
    json_init_args = serializers.JSONField(allow_null=True)


class HandlerUrlSerializer(serializers.Serializer[dict[str, object]]):
    """The URL of a handler."""

    handler_url = serializers.URLField()
