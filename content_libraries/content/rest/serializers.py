"""Serializers of components and containers (wire: libraries-block-types, components, containers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ... import conf
from ...errors import MalformedKeyError
from ...keys import ItemKey, item_key
from ...learning_core.api import MAX_TITLE
from ...rest.base_versions import BaseVersionSerializer
from ...rest.bodies import KeyListField
from ...rest.dates import SecondsDateTimeField
from ..data import (
    ChangeSetMark,
    CollectionLabel,
    Hierarchy,
    HierarchyMember,
    ItemSummary,
    SavedOlx,
)
from .license_serializers import LicensedSerializer, LicenseFieldsSerializer, license_change


class BlockTypeSerializer(serializers.Serializer[object]):
    """An XBlock type that authors are offered."""

    block_type = serializers.CharField()
    display_name = serializers.CharField()


class CollectionLabelSerializer(serializers.Serializer[CollectionLabel]):
    """A collection as its items show it."""

    key = serializers.CharField(source="code", help_text="The local slug, not the lib-collection: key.")
    title = serializers.CharField()


class ChangeSetMarkSerializer(serializers.Serializer[ChangeSetMark]):
    """A change set as items show it."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField()
    user = serializers.CharField(allow_null=True)
    created = SecondsDateTimeField()


class ItemSerializer(serializers.Serializer[object]):
    """Fields that components and containers have in common."""

    id = serializers.CharField(source="key", help_text="lb:ORG:SLUG:TYPE:ID or lct:ORG:SLUG:TYPE:ID.")
    display_name = serializers.CharField()
    published_display_name = serializers.CharField(allow_null=True)
    tags_count = serializers.IntegerField()
    last_published = SecondsDateTimeField(allow_null=True)
    published_by = serializers.CharField(allow_null=True)
    last_draft_created = SecondsDateTimeField(allow_null=True)
    has_unpublished_changes = serializers.BooleanField()
    created = SecondsDateTimeField()
    created_by = serializers.CharField(allow_null=True)
    modified = SecondsDateTimeField()
    version_num = serializers.IntegerField(help_text="Number of the version that is shown.")
    last_change_set = ChangeSetMarkSerializer(
        allow_null=True, help_text="What changed the draft last, or something below it."
    )
    collections = CollectionLabelSerializer(many=True, help_text="Only filled where one item is read.")


class ComponentSerializer(ItemSerializer):
    """A component."""

    last_draft_created_by = serializers.CharField(allow_null=True)
    can_stand_alone = serializers.BooleanField(help_text="False when it was made inside a container.")
    block_type = serializers.CharField(source="item_type")


class ContainerSerializer(ItemSerializer):
    """A section, subsection or unit."""

    last_draft_created_by = serializers.SerializerMethodField()
    can_stand_alone = serializers.SerializerMethodField()
    container_type_code = serializers.CharField(source="item_type", help_text="unit, subsection or section.")
    container_type = serializers.CharField(source="item_type", help_text="Older name of container_type_code.")

    def get_last_draft_created_by(self, summary: ItemSummary) -> str:
        return summary.last_draft_created_by or ""

    def get_can_stand_alone(self, summary: ItemSummary) -> bool:
        """Return True, because every container can stand alone (wire: containers-object)."""
        return True


class ComponentDetailSerializer(LicensedSerializer, ComponentSerializer):
    """A component with its license."""


class ContainerDetailSerializer(LicensedSerializer, ContainerSerializer):
    """A section, subsection or unit with its license."""


class HierarchyMemberSerializer(serializers.Serializer[HierarchyMember]):
    """An item in a hierarchy."""

    id = serializers.CharField(source="key")
    display_name = serializers.CharField()
    has_unpublished_changes = serializers.BooleanField()


class HierarchySerializer(serializers.Serializer[Hierarchy]):
    """The ancestors and descendants of an item."""

    object_key = serializers.CharField(source="key")
    sections = HierarchyMemberSerializer(many=True)
    subsections = HierarchyMemberSerializer(many=True)
    units = HierarchyMemberSerializer(many=True)
    components = HierarchyMemberSerializer(many=True)


class ComponentListQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters of the list of components."""

    text_search = serializers.CharField(default="", allow_blank=True, help_text="Part of a title or slug, in any case.")
    block_type = KeyListField(child=serializers.CharField(allow_blank=True), default=list, help_text="May be repeated.")


class ComponentCreateSerializer(serializers.Serializer[dict[str, Any]]):
    """Body that creates a component. Unknown fields are ignored."""

    block_type = serializers.CharField()
    definition_id = serializers.CharField(help_text="The local slug.")
    can_stand_alone = serializers.BooleanField(default=True, help_text="False when it is made inside a container.")


class OlxSerializer(serializers.Serializer[dict[str, Any]]):
    """OLX of a component."""

    olx = serializers.CharField()


class OlxUpdateSerializer(BaseVersionSerializer, OlxSerializer):
    """OLX to save."""


class SavedOlxSerializer(serializers.Serializer[SavedOlx]):
    """OLX as it was sent, and the number of the version that it made."""

    olx = serializers.CharField()
    version_num = serializers.IntegerField()


class ContainerTitleSerializer(serializers.Serializer[dict[str, Any]]):
    """The title of a container."""

    display_name = serializers.CharField(max_length=MAX_TITLE)


class ContainerUpdateSerializer(BaseVersionSerializer, LicenseFieldsSerializer):
    """Body that gives a container a title, a license, or both."""

    display_name = serializers.CharField(
        max_length=MAX_TITLE, required=False, help_text="Needed unless the license is changed."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "display_name" not in attrs and license_change(attrs).is_empty:
            raise serializers.ValidationError({"display_name": [_("This field is required.")]})
        return attrs


class ContainerSettingsSerializer(serializers.Serializer[dict[str, Any]]):
    """Settings that a container has kept from the course that it came from. They cannot be edited in a library."""

    settings = serializers.DictField(help_text="Name -> value, as the course had them.")
    license = serializers.CharField(allow_blank=True, help_text="As the course spelled it, or a code.")
    is_template = serializers.BooleanField(help_text="Whether new units are made from it.")


class ContainerCreateSerializer(ContainerTitleSerializer):
    """Body that creates a container; one of the two names of its type is needed."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        """Refuse a license: a new container has none, and gets one by an edit."""
        if isinstance(data, Mapping) and "license" in data:
            text = _("A container gets a license after it was created.")
            raise serializers.ValidationError({"license": [text]})
        values: dict[str, Any] = super().to_internal_value(data)
        return values

    container_type_code = serializers.CharField(required=False)
    container_type = serializers.CharField(required=False, help_text="Older name of container_type_code.")
    slug = serializers.CharField(required=False, help_text="The local slug; made from the title if absent.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        container_type = attrs.get("container_type_code") or attrs.get("container_type")
        if container_type is None:
            raise serializers.ValidationError({"container_type_code": [_("This field may not be null.")]})
        return {**attrs, "container_type": container_type}


@extend_schema_field(OpenApiTypes.STR)
class ItemKeyField(serializers.Field[ItemKey, str, str, Any]):
    """Key of a component or container."""

    default_error_messages = {"invalid": gettext_lazy("Invalid input.")}  # noqa: RUF012 - as the framework declares it

    def to_internal_value(self, data: object) -> ItemKey:
        try:
            return item_key(data if isinstance(data, str) else "")
        except MalformedKeyError:
            self.fail("invalid")

    def to_representation(self, value: ItemKey) -> str:
        return str(value)


class ItemKeysSerializer(BaseVersionSerializer):
    """Body that names components or containers."""

    usage_keys = KeyListField(child=ItemKeyField(), allow_empty=False)


class ChildKeysSerializer(BaseVersionSerializer):
    """Body that names children of a container."""

    usage_keys = KeyListField(child=ItemKeyField(), allow_empty=False, most=conf.CONTAINER_MAX_CHILDREN)
