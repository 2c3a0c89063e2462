"""Bodies of the views of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ...content.rest.serializers import ChangeSetMarkSerializer
from ...rest.base_versions import BaseVersionSerializer
from ...rest.bodies import KeyListField, StrictSerializer
from ..data import Block
from ..placing import last_change_sets


class CourseBlockSerializer(serializers.Serializer[object]):
    """A block of a course."""

    usage_key = serializers.CharField()
    block_type = serializers.CharField(source="usage_key.block_type")
    title = serializers.CharField(help_text="Display name, or the block's id where it has none.")
    version_num = serializers.IntegerField(help_text="Grows with each change of the block or of its children's order.")
    olx = serializers.CharField(help_text="The OLX element, without the blocks in it.")
    settings = serializers.DictField(child=serializers.CharField(), help_text="The attributes of the OLX, as strings.")
    children = serializers.ListField(child=serializers.CharField(), help_text="Usage keys, in order.")
    holds_blocks = serializers.BooleanField(source="state.holds_blocks", help_text="Whether it can have children.")
    has_unpublished_changes = serializers.BooleanField(
        source="state.has_unpublished_changes", help_text="Whether the draft of the block itself is not published."
    )
    last_change_set = serializers.SerializerMethodField(
        help_text="What changed the draft last, or something below it; null where the site does not know."
    )

    @extend_schema_field(ChangeSetMarkSerializer(allow_null=True))
    def get_last_change_set(self, block: Block) -> dict[str, Any] | None:
        """Return the change set that the view has read; see ``shown_blocks``."""
        mark = self.context["change_sets"].get(block.usage_key)
        return None if mark is None else dict(ChangeSetMarkSerializer(mark).data)


def shown_blocks(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks of a course, and what changed them last, for an answer."""
    marks = last_change_sets([block.usage_key for block in blocks])
    return [dict(CourseBlockSerializer(block, context={"change_sets": marks}).data) for block in blocks]


def shown_block(block: Block) -> dict[str, Any]:
    """Return a block of a course for an answer; see ``shown_blocks``."""
    return shown_blocks([block])[0]


class _ContentSerializer(StrictSerializer):
    olx = serializers.CharField(
        required=False, trim_whitespace=False, help_text="An OLX element, without the blocks in it."
    )
    settings = serializers.DictField(
        child=serializers.JSONField(),
        required=False,
        help_text="Attributes that replace attributes of the OLX; values other than strings are stored as JSON.",
    )


class CourseBlockCreateSerializer(_ContentSerializer):
    """A new block."""

    parent = serializers.CharField(  # type: ignore[assignment]  # the base class has an attribute of that name
        help_text="Usage key of the block that holds the new one."
    )
    block_type = serializers.CharField()
    block_id = serializers.CharField(
        required=False, help_text="Unique among blocks of the type; a random one if left out."
    )
    index = serializers.IntegerField(
        required=False, min_value=0, help_text="Place among the children; the end if left out."
    )


class CourseBlockUpdateSerializer(BaseVersionSerializer, _ContentSerializer):
    """A change of a block."""

    settings = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="Attributes to set; null removes one, and those that are not named stay.",
    )
    version_num = serializers.IntegerField(required=False, min_value=1, help_text="Older name of base_version.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not {"olx", "settings"} & attrs.keys():
            raise serializers.ValidationError({"settings": [_("Name settings or OLX.")]})
        return attrs


class ChildOrderSerializer(BaseVersionSerializer, StrictSerializer):
    """The order of the children of a block."""

    children = KeyListField(child=serializers.CharField(), help_text="The usage key of each child, once.")


class PlaceSerializer(StrictSerializer):
    """The place that a block is moved or copied to."""

    parent = serializers.CharField(  # type: ignore[assignment]  # the base class has an attribute of that name
        help_text="Usage key of a block."
    )
    index = serializers.IntegerField(
        required=False, min_value=0, help_text="Place among the children; the end if left out."
    )


class BlockCopiedSerializer(serializers.Serializer[dict[str, object]]):
    """A copy of a block."""

    block = CourseBlockSerializer()
    keys = serializers.DictField(child=serializers.CharField(), help_text="Usage key of a block: key of its copy.")
    new_files = serializers.ListField(child=serializers.CharField(), help_text="Paths of files that came along.")
    conflicting_files = serializers.ListField(
        child=serializers.CharField(), help_text="Paths of files that stayed away: the course has others of that name."
    )


class BlocksDeletedSerializer(serializers.Serializer[dict[str, object]]):
    """The blocks that a deletion took."""

    deleted = serializers.ListField(
        child=serializers.CharField(), help_text="Usage keys: the block, and those in it that stand nowhere else."
    )


class BlockPublishedSerializer(serializers.Serializer[dict[str, object]]):
    """The result of publishing a block."""

    published = serializers.BooleanField(help_text="Whether anything had changed.")
