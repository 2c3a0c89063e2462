"""Serializers of the tagging endpoints: serializers of openedx-tagging, with organizations and library roles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sized
from typing import Any, Final, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from openedx_tagging.data import TagData
from openedx_tagging.models import ObjectTag, Tag, Taxonomy
from openedx_tagging.rest_api.v1 import serializers as base
from organizations.models import Organization
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from ... import conf
from ...errors import OversizedValueError
from ...rest.bodies import KeyListField, require_few
from ...values import ValueBudget, look_through_json
from ..models import TaxonomyAvailability

_NUL: Final = re.compile(r"\0|(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in JSON, also as an escape. PostgreSQL refuses to store it, MariaDB stores it."""


class TaxonomySerializer(base.TaxonomySerializer):
    """A taxonomy that the user may see."""

    # The field of openedx-tagging checks neither the length nor that the id is unique.
    export_id = serializers.CharField(
        required=False, max_length=255, validators=[UniqueValidator(Taxonomy.objects.all())]
    )
    orgs = serializers.SerializerMethodField()
    all_orgs = serializers.SerializerMethodField()

    class Meta(base.TaxonomySerializer.Meta):
        fields = [*base.TaxonomySerializer.Meta.fields, "orgs", "all_orgs"]  # noqa: RUF012 - a list there too

    @extend_schema_field(int)
    def get_tags_count(self, instance: Taxonomy) -> int:
        count: int = super().get_tags_count(instance)  # type: ignore[no-untyped-call]
        return count

    def get_can_tag_object(self, instance: Taxonomy) -> bool:
        return instance.enabled

    def get_orgs(self, instance: Taxonomy) -> list[str]:
        availability = _availability(instance)
        return sorted(org.short_name for org in availability.orgs.all()) if availability else []

    def get_all_orgs(self, instance: Taxonomy) -> bool:
        availability = _availability(instance)
        return availability is not None and availability.all_orgs


class TagSerializer(base.TagDataSerializer):
    """A tag of a taxonomy."""

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_sub_tags_url(self, obj: TagData | Tag) -> str | None:
        url: str | None = super().get_sub_tags_url(obj)
        return url


class TaxonomyListQuerySerializer(serializers.Serializer[dict[str, object]]):
    """The taxonomies to list."""

    org = serializers.SlugRelatedField(
        slug_field="short_name", queryset=Organization.objects.all(), required=False, help_text="For this one."
    )
    unassigned = serializers.BooleanField(required=False, help_text="Only those that are for no organization.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "org" in attrs and "unassigned" in attrs:
            raise serializers.ValidationError(_("Give either “org” or “unassigned”, not both."))
        return attrs


class TaxonomyFileSerializer(serializers.Serializer[dict[str, object]]):
    """
    A file of tags, before openedx-tagging reads it.

    It reads the file whole and then takes several queries for each tag, all within one request.
    """

    file = serializers.FileField()

    def validate_file(self, file: UploadedFile[bytes]) -> UploadedFile[bytes]:
        data: bytes = file.read()
        file.seek(0)
        if str(file.name).lower().endswith(".json"):
            text = data.decode(json.detect_encoding(data), "replace")
            try:
                look_through_json(text, ValueBudget(nodes=conf.REQUEST_MAX_VALUES.value))
            except OversizedValueError as error:
                raise serializers.ValidationError(error.message) from error
            has_nul = _NUL.search(text) is not None
            tags = text.count("{") - 1
        else:
            has_nul = b"\0" in data
            tags = max(data.count(b"\n"), data.count(b"\r")) - 1  # the first line names the columns
        if has_nul:
            raise serializers.ValidationError(ProhibitNullCharactersValidator.message)
        require_few(tags, most=conf.TAXONOMY_IMPORT_MAX_TAGS)
        return file


class TaxonomyOrganizationsSerializer(serializers.Serializer[dict[str, object]]):
    """The organizations that a taxonomy is for: a list, or all."""

    orgs = serializers.SlugRelatedField(
        slug_field="short_name", queryset=Organization.objects.all(), many=True, required=False
    )
    all_orgs = serializers.BooleanField(required=False, default=False)

    def to_internal_value(self, data: object) -> dict[str, Any]:
        orgs = data.get("orgs") if isinstance(data, Mapping) else None
        require_few(len(orgs) if isinstance(orgs, Sized) else 0, field="orgs")  # each name takes a query of its own
        values: dict[str, Any] = super().to_internal_value(data)
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["all_orgs"] == ("orgs" in attrs):
            raise serializers.ValidationError(_("Give either “orgs” or “all_orgs”."))
        return attrs


class TagsOfTaxonomySerializer(base.ObjectTagUpdateByTaxonomySerializer):
    """All tags of one taxonomy that an object will have."""

    tags = KeyListField(child=serializers.CharField())


class ObjectTagsUpdateSerializer(serializers.Serializer[dict[str, object]]):
    """Tags that replace the tags of an object, by taxonomy."""

    tagsData = KeyListField(child=TagsOfTaxonomySerializer())  # noqa: N815 - as clients send it

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        require_few(sum(1 + len(entry["tags"]) for entry in attrs["tagsData"]), field="tagsData")
        return attrs


class ObjectTagSerializer(base.ObjectTagMinimalSerializer):
    """One tag of an object. The context says whether the user ``may_tag``."""

    class Meta(base.ObjectTagMinimalSerializer.Meta):
        fields = [*base.ObjectTagMinimalSerializer.Meta.fields, "is_copied"]  # noqa: RUF012 - a list there too

    def can_delete_object_tag(self, instance: ObjectTag) -> bool:
        return bool(self.context["may_tag"]) and not instance.is_copied


class TagOfObject(Protocol):
    """A tag of an object, and whether its taxonomy is available there."""

    is_available: bool


class ObjectTagsByTaxonomySerializer(base.ObjectTagsByTaxonomySerializer):
    """The tags of an object. Rows tell whether their taxonomy ``is_available`` to the object's organization."""

    def can_tag_object(self, obj_tag: TagOfObject) -> bool:
        return bool(self.context["may_tag"] and obj_tag.is_available)


def _availability(taxonomy: Taxonomy) -> TaxonomyAvailability | None:
    return getattr(taxonomy, "availability", None)
