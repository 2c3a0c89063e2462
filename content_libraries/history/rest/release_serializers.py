"""Serializers of releases (wire: own-releases)."""

from __future__ import annotations

from rest_framework import serializers

from ...rest.bodies import KeyListField, StrictSerializer
from ...rest.dates import SecondsDateTimeField
from .. import api
from ..models import Release, ReleaseEvent

MAX_TEXT = 10_000
"""How many characters a description, a reason or a comment may have."""


class ReleaseSerializer(serializers.Serializer[Release]):
    """A release."""

    uuid = serializers.UUIDField()
    library_key = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    state = serializers.CharField(help_text=f"One of {', '.join(api.ReleaseState)}.")
    possible_actions = serializers.SerializerMethodField(
        help_text="What is possible in this state, for users with the permissions that it needs."
    )
    item_count = serializers.IntegerField()
    created = SecondsDateTimeField()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    requested_by = serializers.CharField(source="requested_by.username", allow_null=True, default=None)
    approved_by = serializers.CharField(source="approved_by.username", allow_null=True, default=None)
    fingerprint = serializers.CharField(allow_blank=True, help_text="Of the content that was approved.")
    publish_at = SecondsDateTimeField(allow_null=True)
    change_set_uuid = serializers.UUIDField(
        source="publish_log_uuid", allow_null=True, help_text="The change set that published it."
    )

    def get_possible_actions(self, release: Release) -> list[str]:
        return [action.value for action in api.possible_actions(release.current_state)]


class ReleaseItemSerializer(serializers.Serializer[api.ReleaseItemEntry]):
    """An item of a release."""

    item_key = serializers.CharField(source="key")
    item_type = serializers.CharField(help_text="Type of the XBlock or container.")
    title = serializers.CharField(allow_blank=True)
    as_deletion = serializers.BooleanField(help_text="Whether the deletion of the item is to be published.")


class ReleaseEventSerializer(serializers.Serializer[ReleaseEvent]):
    """A comment on a release, or a change of its state."""

    kind = serializers.CharField(help_text=f"One of {', '.join(api.ReleaseEventKind)}.")
    user = serializers.CharField(
        source="user.username", allow_null=True, default=None, help_text="Null for the site, or a user who is gone."
    )
    text = serializers.CharField(allow_blank=True)
    created = SecondsDateTimeField()


class ReleaseConflictSerializer(serializers.Serializer[object]):
    """Says why an action is not possible, and which actions are."""

    detail = serializers.CharField()
    code = serializers.CharField()
    state = serializers.CharField(help_text=f"One of {', '.join(api.ReleaseState)}.")
    possible_actions = serializers.ListField(child=serializers.CharField())


class ReleaseQuerySerializer(serializers.Serializer[object]):
    """Query parameters of a list of releases."""

    library_key = serializers.CharField(required=False, help_text="The library; all that you may view if left out.")
    state = serializers.ChoiceField(required=False, choices=list(api.ReleaseState))


class ReleaseCreateSerializer(StrictSerializer):
    """A new release."""

    library_key = serializers.CharField()
    title = serializers.CharField(max_length=255)
    description = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)
    item_keys = KeyListField(
        child=serializers.CharField(),
        required=False,
        allow_empty=False,
        help_text="Components and containers; deleted ones stand for their deletion. All unpublished changes of the"
        " moment if left out.",
    )


class ReleaseChangeSerializer(StrictSerializer):
    """New values for a release. What is left out stays."""

    title = serializers.CharField(required=False, max_length=255)
    description = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)
    item_keys = KeyListField(child=serializers.CharField(), required=False, allow_empty=False)


class ReasonSerializer(StrictSerializer):
    """A reason, for the team."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class OptionalReasonSerializer(StrictSerializer):
    """A reason, which may be left out."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)


class CommentSerializer(StrictSerializer):
    """A comment."""

    text = serializers.CharField(max_length=MAX_TEXT)


class ApprovalSerializer(StrictSerializer):
    """The approval of exactly the content that a preview has shown."""

    fingerprint = serializers.CharField(max_length=64, help_text="Of the preview that was looked at.")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=MAX_TEXT)


class RevertSerializer(StrictSerializer):
    """Says how to revert a release."""

    on_conflict = serializers.ChoiceField(
        choices=list(api.OnConflict),
        default=api.OnConflict.REFUSE.value,
        help_text="Refuse the revert, or skip the items that were published again since.",
    )


class ScheduleSerializer(StrictSerializer):
    """The time when a release is published."""

    publish_at = serializers.DateTimeField(help_text="A time in the future.")
