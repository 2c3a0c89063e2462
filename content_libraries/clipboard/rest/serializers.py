"""Shapes of the clipboard on the wire (wire: clipboard)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from opaque_keys.edx.keys import UsageKey
from rest_framework import serializers

from ... import conf
from ...content.api import type_name
from ..models import StagedContent, StagedStatus


class StagedContentSerializer(serializers.Serializer[StagedContent]):
    """The content of the clipboard. Needs the request in its context."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    created = serializers.DateTimeField()
    purpose = serializers.CharField()
    status = serializers.ChoiceField(choices=StagedStatus.choices)
    block_type = serializers.CharField(help_text="chapter, sequential, vertical, or an XBlock type.")
    block_type_display = serializers.SerializerMethodField()
    olx_url = serializers.SerializerMethodField()
    display_name = serializers.CharField()

    def get_block_type_display(self, staged: StagedContent) -> str:
        return type_name(staged.block_type) or staged.block_type

    def get_olx_url(self, staged: StagedContent) -> str:
        url: str = self.context["request"].build_absolute_uri(reverse("staged-content-olx", args=[staged.pk]))
        return url


class ClipboardSerializer(serializers.Serializer[dict[str, object]]):
    """The clipboard of a user; ``content`` is null when it is empty."""

    content = StagedContentSerializer(allow_null=True)
    source_usage_key = serializers.CharField(allow_blank=True)
    source_context_title = serializers.CharField(
        allow_blank=True, help_text="Title of the course, or key of the library."
    )
    source_edit_url = serializers.CharField(
        allow_blank=True, help_text="Page of the frontend about the unit of a course; blank for what is from a library."
    )

    @classmethod
    def of(cls, staged: StagedContent | None, context: dict[str, Any]) -> ClipboardSerializer:
        """Shape the clipboard of a user, or an empty one for None."""
        clipboard: dict[str, object] = {
            "content": staged,
            "source_usage_key": "" if staged is None else staged.source_key,
            "source_context_title": "" if staged is None else staged.context_title,
            "source_edit_url": _edit_url(staged.unit_key) if staged is not None and staged.unit_key else "",
        }
        return cls(clipboard, context=context)


def _edit_url(unit_key: str) -> str:
    """Return the URL of a unit of a course in the authoring frontend."""
    course_key = UsageKey.from_string(unit_key).course_key
    return f"{conf.AUTHORING_FRONTEND_URL.value.rstrip('/')}/course/{course_key}/container/{unit_key}"


class CopySerializer(serializers.Serializer[dict[str, Any]]):
    """Body that names the item or block to copy."""

    usage_key = serializers.CharField(
        trim_whitespace=False, help_text="lb:ORG:SLUG:TYPE:ID, or the key of a block of a course."
    )
