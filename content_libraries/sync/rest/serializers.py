"""Shapes of links on the wire (wire: sync-endpoints, sync-list)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from ...content.api import frontend_url
from ...rest.bodies import KeyListField
from ..data import Attention, FileNotices, LinkDetail, LinkState, SyncOutcome, SyncPlan
from ..link.readiness import Standing
from ..read.links import LinkTimes, ReadyPart
from .base import flag

OUTCOMES = [outcome.value for outcome in SyncOutcome]


class LinkRequestSerializer(serializers.Serializer[dict[str, object]]):
    """The library item to link a block to."""

    upstream_ref = serializers.CharField(help_text="Key of a library component or container.")
    sync = serializers.JSONField(required=False, help_text="True or false, or their texts: take its content, too.")
    fingerprint = serializers.CharField(
        required=False, help_text="Of what a 409 has shown: delete these blocks. Not on the platform."
    )

    def validate_sync(self, value: object) -> bool:
        return flag(value, field="sync")


class UpdateDecisionSerializer(serializers.Serializer[dict[str, object]]):
    """The author's decision about an update: in the form of the platform, or by the name of the outcome."""

    override_customizations = serializers.BooleanField(
        default=False, help_text="Take the library's values also for local changes. Only for a component."
    )
    keep_custom_fields = KeyListField(
        child=serializers.CharField(), default=list, help_text="Fields whose local changes stay all the same."
    )
    outcome = serializers.ChoiceField(
        choices=OUTCOMES,
        required=False,
        help_text="Instead of `override_customizations`: take the update and keep local changes, take it and give them"
        " up, or decline it. Not on the platform.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "outcome" in attrs and "override_customizations" in self.initial_data:
            raise serializers.ValidationError({"outcome": _("Name an outcome or override_customizations, not both.")})
        return attrs


class SyncRequestSerializer(UpdateDecisionSerializer):
    """The options of a sync."""

    fingerprint = serializers.CharField(
        required=False,
        help_text="Of a preview. The sync is refused if it would do something else. Not on the platform.",
    )


class CreateRequestSerializer(serializers.Serializer[dict[str, object]]):
    """A new block of a course: from a library, as the duplicate of another block, or from the clipboard."""

    parent_locator = serializers.CharField(help_text="Usage key of the block that it goes into.")
    library_content_key = serializers.CharField(required=False, help_text="Key of a library component or container.")
    duplicate_source_locator = serializers.CharField(
        required=False, help_text="Usage key of a block of the same course that is duplicated, with its links."
    )
    staged_content = serializers.ChoiceField(
        choices=["clipboard"], required=False, help_text="What the caller has copied: of a library, or of a course."
    )
    category = serializers.CharField(required=False, help_text="Type of the course block.")
    index = serializers.IntegerField(
        required=False, min_value=0, help_text="Place; the end if left out. Not for a duplicate."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"library_content_key", "duplicate_source_locator", "staged_content"}) != 1:
            raise serializers.ValidationError(
                {
                    "library_content_key": _(
                        "Name a library item, or a block to duplicate, or the clipboard: one of them."
                    )
                }
            )
        return attrs


class ReadyPartSerializer(serializers.Serializer[dict[str, object]]):
    """A linked block that is ready by itself, inside of another linked block."""

    name = serializers.CharField()
    upstream = serializers.CharField()
    block_type = serializers.CharField()
    downstream_customized = serializers.ListField(child=serializers.CharField())
    id = serializers.CharField()


class LinkSerializer(serializers.Serializer[dict[str, object]]):
    """The link of one block."""

    upstream_ref = serializers.CharField(allow_null=True)
    upstream_name = serializers.CharField(allow_null=True)
    downstream_key = serializers.CharField()
    version_synced = serializers.IntegerField(allow_null=True)
    version_available = serializers.IntegerField(allow_null=True)
    version_declined = serializers.IntegerField(allow_null=True)
    error_message = serializers.CharField(allow_null=True)
    downstream_customized = serializers.ListField(child=serializers.CharField())
    top_level_parent_key = serializers.CharField(allow_null=True)
    ready_to_sync = serializers.BooleanField()
    is_ready_to_sync_individually = serializers.BooleanField()
    upstream_link = serializers.CharField(allow_null=True)
    state = serializers.CharField(help_text="Named state of the link. Not on the platform.")
    reuse_problem = serializers.CharField(
        allow_null=True, help_text="What stands against reusing the item once more. Not on the platform."
    )
    ready_to_sync_children = ReadyPartSerializer(many=True, required=False)


class FileNoticesSerializer(serializers.Serializer[dict[str, object]]):
    """The results of a sync for files."""

    new_files = serializers.ListField(child=serializers.CharField())
    conflicting_files = serializers.ListField(child=serializers.CharField())
    error_files = serializers.ListField(child=serializers.CharField())


class SyncedLinkSerializer(LinkSerializer):
    """The link of a block after a sync."""

    static_file_notices = FileNoticesSerializer()


class AttentionSerializer(serializers.Serializer[dict[str, object]]):
    """A setting that came along and may not fit the course."""

    usage_key = serializers.CharField()
    title = serializers.CharField()
    setting = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()


class CreatedSerializer(serializers.Serializer[dict[str, object]]):
    """A block that was created from a library."""

    locator = serializers.CharField()
    courseKey = serializers.CharField()  # noqa: N815 - the platform's spelling
    upstreamRef = serializers.CharField(required=False, help_text="The library item.")  # noqa: N815
    static_file_notices = FileNoticesSerializer()
    parent_locator = serializers.CharField()
    attention = AttentionSerializer(many=True, help_text="Settings to look at. Not on the platform.")


class RowSerializer(serializers.Serializer[dict[str, object]]):
    """A link in a list."""

    id = serializers.IntegerField()
    upstream_type = serializers.ChoiceField(choices=["component", "container"])
    upstream_key = serializers.CharField()
    upstream_context_key = serializers.CharField()
    upstream_context_title = serializers.CharField()
    upstream_version = serializers.IntegerField(allow_null=True)
    version_synced = serializers.IntegerField(allow_null=True)
    version_declined = serializers.IntegerField(allow_null=True)
    ready_to_sync = serializers.BooleanField()
    ready_to_sync_from_children = serializers.BooleanField()
    downstream_usage_key = serializers.CharField()
    downstream_context_key = serializers.CharField()
    top_level_parent_usage_key = serializers.CharField(allow_null=True)
    downstream_customized = serializers.ListField(child=serializers.CharField())
    downstream_is_modified = serializers.BooleanField()
    state = serializers.CharField(help_text="Named state of the link. Not on the platform.")
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField()


class SummarySerializer(serializers.Serializer[object]):
    """The links of a course to one library."""

    upstream_context_title = serializers.CharField()
    upstream_context_key = serializers.CharField()
    ready_to_sync_count = serializers.IntegerField()
    total_count = serializers.IntegerField()
    last_published_at = serializers.DateTimeField(allow_null=True)


class StepSerializer(serializers.Serializer[dict[str, object]]):
    """One step of a sync."""

    action = serializers.CharField()
    reason = serializers.CharField()
    usage_key = serializers.CharField(allow_null=True, help_text="Null for a block that is to be created.")
    block_type = serializers.CharField()
    title = serializers.CharField(help_text="In the course.")
    upstream = serializers.CharField(allow_blank=True)
    upstream_title = serializers.CharField(allow_blank=True, help_text="In the library, as published.")
    detail = serializers.DictField()


class SkippedSerializer(serializers.Serializer[dict[str, object]]):
    """A linked block that cannot be synced."""

    usage_key = serializers.CharField()
    state = serializers.CharField()
    message = serializers.CharField()


class ConflictSerializer(serializers.Serializer[dict[str, object]]):
    """A value that was changed in the course, and for which the library has another value."""

    usage_key = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    upstream = serializers.CharField()
    name = serializers.CharField(help_text="Of the setting; `data` for the body.")
    mine = serializers.CharField(allow_null=True)
    theirs = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES, help_text="What happens to the value.")
    choices = serializers.ListField(
        child=serializers.ChoiceField(choices=OUTCOMES),
        help_text="What can be chosen. Declining goes for the whole update.",
    )


class SyncPreviewSerializer(serializers.Serializer[dict[str, object]]):
    """The preview of a sync."""

    blocks = serializers.ListField(child=serializers.CharField(), help_text="Usage keys of what is synced.")
    skipped = SkippedSerializer(many=True)
    fingerprint = serializers.CharField(help_text="Send it with the sync, to get exactly this or a refusal.")
    steps = StepSerializer(many=True)
    conflicts = ConflictSerializer(many=True)
    static_file_notices = FileNoticesSerializer()
    attention = AttentionSerializer(many=True)


def link_data(link: LinkDetail, parts: Iterable[ReadyPart] | None = None) -> dict[str, Any]:
    """
    Return the link object of a block (wire: sync-endpoints).

    ``ready_to_sync_children`` is included if ``parts`` are given and the block is linked to a container.
    """
    data: dict[str, Any] = {
        "upstream_ref": link.upstream,
        "upstream_name": link.upstream_title,
        "downstream_key": str(link.usage_key),
        "version_synced": link.version_synced,
        "version_available": link.version_available,
        "version_declined": link.version_declined,
        "error_message": link.error or None,
        "downstream_customized": list(link.customized),
        "top_level_parent_key": str(link.top_level) if link.top_level else None,
        "ready_to_sync": link.ready,
        "is_ready_to_sync_individually": link.ready_itself,
        "upstream_link": _frontend_url(link),
        "state": link.state,
        "reuse_problem": link.reuse_problem,
    }
    if parts is not None and (link.upstream or "").startswith("lct:"):
        data["ready_to_sync_children"] = parts_data(parts)
    return data


def parts_data(parts: Iterable[ReadyPart]) -> list[dict[str, Any]]:
    """Return the ``ready_to_sync_children`` of a link object (wire: sync-endpoints)."""
    return [
        {
            "name": part.title,
            "upstream": part.upstream,
            "block_type": part.usage_key.block_type,
            "downstream_customized": list(part.customized),
            "id": str(part.usage_key),
        }
        for part in parts
    ]


def notices_data(notices: FileNotices) -> dict[str, list[str]]:
    """Return the ``static_file_notices`` of a sync (wire: sync-files)."""
    return {
        "new_files": list(notices.new_files),
        "conflicting_files": list(notices.conflicting_files),
        "error_files": list(notices.error_files),
    }


def attention_data(found: Iterable[Attention]) -> list[dict[str, str]]:
    """Return settings that an author should check, ready for JSON."""
    return [
        {
            "usage_key": str(one.usage_key),
            "title": one.title,
            "setting": one.setting,
            "value": one.value,
            "message": one.message,
        }
        for one in found
    ]


def row_data(link: Standing, titles: Mapping[str, str], times: LinkTimes) -> dict[str, Any]:
    """Return a link as a row of the list of links (wire: sync-list)."""
    row = link.row
    customized = row.customized
    return {
        "id": row.pk,
        "upstream_type": "container" if row.is_container else "component",
        "upstream_key": row.upstream_key,
        "upstream_context_key": row.library_key,
        "upstream_context_title": titles.get(row.library_key, ""),
        "upstream_version": link.available,
        "version_synced": row.version_synced,
        "version_declined": row.version_declined,
        "ready_to_sync": link.state == LinkState.UPDATE,
        "ready_to_sync_from_children": link.has_ready_parts,
        "downstream_usage_key": row.downstream_key,
        "downstream_context_key": row.course_key,
        "top_level_parent_usage_key": link.top_level,
        "downstream_customized": customized,
        "downstream_is_modified": bool(customized) or row.downstream_edited,
        "state": link.state,
        "created": serializers.DateTimeField().to_representation(times.created),
        "updated": serializers.DateTimeField().to_representation(times.updated),
    }


def preview_data(plan: SyncPlan) -> dict[str, Any]:
    """Return a sync plan as the body of a preview."""
    return {
        "blocks": [str(key) for key in plan.tops],
        "skipped": [
            {"usage_key": str(one.usage_key), "state": one.state, "message": one.message} for one in plan.skipped
        ],
        "fingerprint": plan.fingerprint,
        "steps": steps_data(plan),
        "conflicts": conflicts_data(plan),
        "static_file_notices": notices_data(plan.notices),
        "attention": attention_data(plan.attention),
    }


def conflicts_data(plan: SyncPlan) -> list[dict[str, Any]]:
    """Return the conflicts of a sync plan, ready for JSON."""
    return [
        {
            "usage_key": str(conflict.usage_key),
            "title": conflict.title,
            "upstream": conflict.upstream,
            "name": conflict.name,
            "mine": conflict.mine,
            "theirs": conflict.theirs,
            "outcome": conflict.outcome,
            "choices": list(conflict.choices),
        }
        for conflict in plan.conflicts
    ]


def steps_data(plan: SyncPlan, *, made: bool = False) -> list[dict[str, Any]]:
    """Return the steps of a sync plan, ready for JSON. New blocks have keys only after the sync (``made``)."""
    return [
        {
            "action": step.action,
            "reason": step.reason,
            "usage_key": str(step.usage_key) if made or step.usage_key not in plan.created else None,
            "block_type": step.usage_key.block_type,
            "title": step.title,
            "upstream": step.upstream,
            "upstream_title": step.upstream_title,
            "detail": dict(step.detail),
        }
        for step in plan.steps
    ]


def _frontend_url(link: LinkDetail) -> str | None:
    """Return the URL of the library item in the frontend; None if the link is broken."""
    return None if link.version_available is None or link.item is None else frontend_url(link.item)
