"""Bodies of the REST API of courses."""

from __future__ import annotations

from rest_framework import serializers


class StructureBlockSerializer(serializers.Serializer[dict[str, object]]):
    """A block in the structure of a course."""

    type = serializers.CharField(help_text="Block type.")
    title = serializers.CharField(help_text="Display name, or the block's id where it has none.")
    children = serializers.ListField(child=serializers.CharField(), help_text="Usage keys, in order.")


class StructureSerializer(serializers.Serializer[dict[str, object]]):
    """The published structure of a course."""

    course = serializers.CharField()
    publish_log = serializers.UUIDField(help_text="Names the state of the course; it is the ETag too.")
    root = serializers.CharField(  # type: ignore[assignment]  # the base class has a property of that name
        allow_null=True, help_text="Usage key; null when nothing is published."
    )
    blocks = serializers.DictField(child=StructureBlockSerializer(), help_text="By usage key.")
