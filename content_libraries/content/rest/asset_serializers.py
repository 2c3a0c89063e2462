"""Serializers of files of components (wire: components-files)."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from ..assets import Asset


class AssetSerializer(serializers.Serializer[Asset]):
    """A file of a component's draft. The context has the ``request``, for absolute URLs."""

    path = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="Absolute. It names this version of the file for ever.")
    size = serializers.IntegerField(help_text="In bytes.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, asset: Asset) -> str:
        place = {"version_uuid": asset.version_uuid, "path": asset.path}
        return reverse("library-version-file", kwargs=place, request=self.context["request"])


class AssetListSerializer(serializers.Serializer[dict[str, object]]):
    """The files of a component's draft."""

    files = AssetSerializer(many=True)


class AssetUploadSerializer(serializers.Serializer[dict[str, object]]):
    """A form that uploads a file."""

    content = serializers.FileField(allow_empty_file=True)
