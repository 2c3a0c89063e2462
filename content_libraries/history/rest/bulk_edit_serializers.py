"""Serializers of bulk edits."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ...jobs.api import JobState
from ...rest.bodies import KeyListField, StrictSerializer
from ..bulk_edits.jobs import MOST_LEFT_ALONE
from ..models import BulkEditJob


class BulkEditRequestSerializer(StrictSerializer):
    """The items of a bulk edit, and what to change in them: either settings, or texts."""

    library_key = serializers.CharField(required=False, help_text="The library. Name a library or a course.")
    course_key = serializers.CharField(required=False, help_text="The course.")
    block_types = KeyListField(
        child=serializers.CharField(), default=list, help_text="Types of XBlocks and containers; all if empty."
    )
    item_keys = KeyListField(
        child=serializers.CharField(), default=list, help_text="These items, and everything below them; all if empty."
    )
    collection = serializers.CharField(
        required=False, help_text="Code of a collection: its items, and everything below them."
    )
    query = serializers.CharField(required=False, help_text="Words: only items that the search finds.")
    settings = serializers.DictField(
        required=False, help_text="Name of a setting to its new value; null sets it back to its default."
    )
    find = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="A text, or a regular expression of RE2. It is found in texts, settings and links, not in markup.",
    )
    replace = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text=r"The text in its place. For regular expressions, \1 and \g<name> stand for groups.",
    )
    whole_words = serializers.BooleanField(required=False, help_text="Leave out parts of words.")
    regex = serializers.BooleanField(required=False, help_text="Whether find is a regular expression.")
    match_case = serializers.BooleanField(
        required=False, help_text="Whether upper and lower case differ; true by default."
    )


class BulkEditApplySerializer(BulkEditRequestSerializer):
    """A bulk edit to make."""

    background = serializers.BooleanField(
        default=False,
        help_text="Let a worker make the edit, however small it is. A worker makes large ones anyway.",
    )
    fingerprint = serializers.CharField(
        required=False, help_text="Of the preview. The edit is refused if it would do something else."
    )


class BulkEditPageSerializer(serializers.Serializer[object]):
    """Query parameters of a preview."""

    page = serializers.IntegerField(default=1, min_value=1)
    page_size = serializers.IntegerField(default=10, min_value=1, max_value=100)
    part = serializers.IntegerField(default=1, min_value=1)


class SettingChangeSerializer(serializers.Serializer[object]):
    """A setting before and after an edit, as in the OLX."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="Null if it was not set.")
    after = serializers.CharField(allow_null=True)


class TextChangeSerializer(serializers.Serializer[object]):
    """The body of an item before and after an edit."""

    changed = serializers.BooleanField()
    lines = serializers.ListField(child=serializers.CharField(), help_text="A unified difference.")
    cut = serializers.BooleanField(help_text="Whether lines are left out.")


class BulkEditDifferenceSerializer(serializers.Serializer[object]):
    """Shows the changes of one item."""

    settings = SettingChangeSerializer(many=True)
    text = TextChangeSerializer()


class ExcerptSerializer(serializers.Serializer[object]):
    """A replaced text, with some of the text around it."""

    field = serializers.CharField(help_text="Name of a setting, or data for the body.")
    before = serializers.CharField()
    after = serializers.CharField()


class BulkEditItemSerializer(serializers.Serializer[object]):
    """An item that changes."""

    item_key = serializers.CharField(source="item.key")
    item_type = serializers.CharField(source="item.item_type")
    title = serializers.CharField(source="item.title", help_text="The title before the edit.")
    fields_changed = serializers.DictField(
        source="counts", child=serializers.IntegerField(), help_text="Field to number of changed values."
    )
    difference = BulkEditDifferenceSerializer()
    excerpts = ExcerptSerializer(many=True, help_text="The first replaced texts.")


class LeftAloneSerializer(serializers.Serializer[object]):
    """An item that cannot be changed as wanted, and is left alone."""

    item_key = serializers.CharField(source="item.key")
    item_type = serializers.CharField(source="item.item_type")
    title = serializers.CharField(source="item.title")
    problem = serializers.CharField(help_text="A code, such as no_setting, refused or downstream_is_linked_structure.")
    reason = serializers.CharField()


class FieldCountSerializer(serializers.Serializer[object]):
    """The changes of a field in all items together."""

    name = serializers.CharField(help_text="Name of a setting, or data for the body.")
    items = serializers.IntegerField(help_text="Number of items.")
    changes = serializers.IntegerField(help_text="Number of values.")


class BulkEditCountsSerializer(serializers.Serializer[object]):
    """Counts the changes of a bulk edit."""

    looked_at = serializers.IntegerField(help_text="Number of items that were looked at.")
    changed_count = serializers.IntegerField(help_text="Number of items that change.")
    left_alone_count = serializers.IntegerField(help_text="Number of items that cannot be changed as wanted.")
    fields_changed = FieldCountSerializer(many=True)


class BulkEditPreviewSerializer(BulkEditCountsSerializer):
    """A preview of one part of the chosen items. Both lists show the same page; the counts are of the part."""

    chosen_count = serializers.IntegerField(help_text="Number of chosen items in all parts.")
    part = serializers.IntegerField()
    num_parts = serializers.IntegerField(help_text="1 unless more items are chosen than are edited at once.")
    fingerprint = serializers.CharField(help_text="Send it with the edit to get exactly this, or a refusal.")
    page = serializers.IntegerField()
    num_pages = serializers.IntegerField()
    items = BulkEditItemSerializer(many=True)
    left_alone = LeftAloneSerializer(many=True)


class BulkEditSerializer(BulkEditCountsSerializer):
    """A bulk edit that was made."""

    change_set = serializers.UUIDField(
        allow_null=True, help_text="Null if there was nothing to change, or if the course is kept elsewhere."
    )
    left_alone = LeftAloneSerializer(many=True, help_text=f"The first {MOST_LEFT_ALONE}.")


class StoredLeftAloneSerializer(serializers.Serializer[object]):
    """An item that a worker left alone."""

    item_key = serializers.CharField()
    item_type = serializers.CharField()
    title = serializers.CharField()
    problem = serializers.CharField(help_text="A code, as in the answer of a small edit.")
    reason = serializers.CharField(help_text="In the language of the site.")


class BulkEditResultSerializer(BulkEditCountsSerializer):
    """Shows the result of a bulk edit that a worker made."""

    left_alone = StoredLeftAloneSerializer(many=True, help_text=f"The first {MOST_LEFT_ALONE}.")


class BulkEditJobSerializer(serializers.Serializer[BulkEditJob]):
    """A bulk edit that a worker makes."""

    uuid = serializers.UUIDField()
    state = serializers.CharField(help_text=f"One of {', '.join(JobState)}.")
    state_text = serializers.CharField(source="task_status.state_text", default="", help_text="What it does now.")
    progress = serializers.SerializerMethodField(help_text="From 0 to 1.")
    context_key = serializers.CharField(help_text="The library or course.")
    created = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    change_set = serializers.UUIDField(
        allow_null=True,
        help_text="Null until it is done, if there was nothing to change, or if the course is kept elsewhere.",
    )
    result = BulkEditResultSerializer(allow_null=True, help_text="Null until it is done.")

    def get_progress(self, job: BulkEditJob) -> float:
        status: Any = job.task_status
        if job.state == JobState.SUCCEEDED:
            return 1.0
        return min(1.0, status.completed_steps / max(1, status.total_steps)) if status else 0.0
