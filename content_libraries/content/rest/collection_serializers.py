"""Serializers of collections (wire: collections)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from rest_framework import ISO_8601, serializers

from ...learning_core.api import MAX_TITLE
from ...rest.base_versions import BaseVersionSerializer
from ...rest.bodies import KeyListField
from ..collections import MAX_DESCRIPTION
from ..data import CollectionSummary


class CollectionSerializer(serializers.Serializer[CollectionSummary]):
    """A collection."""

    id = serializers.IntegerField(source="pk")
    key = serializers.CharField(source="code", help_text="The local slug, not the lib-collection: key.")
    title = serializers.CharField()
    description = serializers.CharField()
    enabled = serializers.BooleanField(help_text="False when it is deleted.")
    created = serializers.DateTimeField(format=ISO_8601, default_timezone=UTC)
    modified = serializers.DateTimeField(format=ISO_8601, default_timezone=UTC)
    learning_package = serializers.IntegerField(source="learning_package_pk")
    created_by = serializers.IntegerField(source="created_by_pk", allow_null=True, help_text="Id of a user.")
    entities = serializers.ListField(
        source="entity_pks", child=serializers.IntegerField(), help_text="Internal ids of its items."
    )


class CollectionCreateSerializer(serializers.Serializer[dict[str, Any]]):
    """Body that creates a collection. Unknown fields are ignored, and so is a key."""

    title = serializers.CharField(max_length=MAX_TITLE)
    description = serializers.CharField(max_length=MAX_DESCRIPTION, allow_blank=True)


class CollectionUpdateSerializer(BaseVersionSerializer, CollectionCreateSerializer):
    """Body that changes a collection."""


class CollectionKeysSerializer(BaseVersionSerializer):
    """Body that names collections."""

    collection_keys = KeyListField(
        child=serializers.CharField(allow_blank=True), help_text="Local slugs; unknown ones are ignored."
    )


class CountSerializer(serializers.Serializer[dict[str, int]]):
    """The number of keys that were sent."""

    count = serializers.IntegerField()
