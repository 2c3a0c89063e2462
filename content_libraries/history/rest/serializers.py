"""Serializers of the history (wire: history)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ... import conf
from ...rest.dates import SecondsDateTimeField
from ..data import Contributor, PublishedEntity

PROFILE_IMAGE_SIZES: Final = ("full", "large", "medium", "small")


class ProfileImageUrlsSerializer(serializers.Serializer[object]):
    """URLs of one picture in several sizes."""

    full = serializers.URLField()
    large = serializers.URLField()
    medium = serializers.URLField()
    small = serializers.URLField()


class ContributorSerializer(serializers.Serializer[Contributor]):
    """A user, with a picture."""

    username = serializers.CharField()
    profile_image_urls = serializers.SerializerMethodField()

    @extend_schema_field(ProfileImageUrlsSerializer)
    def get_profile_image_urls(self, _contributor: Contributor) -> dict[str, str]:
        """Return absolute URLs of the picture in all sizes. Frontends may have another origin."""
        request = self.context["request"]
        url = urljoin(settings.STATIC_URL, conf.PROFILE_IMAGE_URL.value)
        return {size: request.build_absolute_uri(url.replace("{size}", size)) for size in PROFILE_IMAGE_SIZES}


class HistoryEntrySerializer(serializers.Serializer[object]):
    """One change of one item."""

    contributor = ContributorSerializer(allow_null=True)
    changed_by = ContributorSerializer(source="contributor", allow_null=True, help_text="Older name of contributor.")
    changed_at = SecondsDateTimeField()
    title = serializers.CharField(help_text="Title of the item afterwards, or its last one.")
    item_type = serializers.CharField(help_text="XBlock type, or unit, subsection or section.")
    action = serializers.CharField(help_text="created, deleted, renamed or edited.")
    old_version = serializers.IntegerField(help_text="0 where the item was not there.")
    new_version = serializers.IntegerField(allow_null=True, help_text="null where the item was deleted.")


class PublishedEntitySerializer(serializers.Serializer[PublishedEntity]):
    """An item that a user asked to publish."""

    entity_key = serializers.CharField(source="key")
    entity_type = serializers.CharField(help_text="XBlock type, or unit, subsection or section.")
    title = serializers.CharField()


class PublishGroupSerializer(serializers.Serializer[object]):
    """One publish operation."""

    publish_log_uuid = serializers.UUIDField()
    published_by = serializers.CharField(allow_null=True)
    published_at = SecondsDateTimeField()
    contributors = ContributorSerializer(many=True)
    contributors_count = serializers.IntegerField()
    direct_published_entities = PublishedEntitySerializer(many=True)
    scope_entity_key = serializers.CharField(
        allow_null=True, help_text="The item to ask for entries of; null for the container itself."
    )
