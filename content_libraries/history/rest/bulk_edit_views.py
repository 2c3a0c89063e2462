"""Views of bulk edits (wire: own-bulk-edits)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import InvalidInputError, MalformedKeyError
from ...rest.bodies import KeyListField, StrictSerializer, request_body
from ...rest.query import without_blanks
from ...rest.views import LibraryAPIView
from .. import api

_TEXT_FIELDS: Final = ("find", "replace", "whole_words", "regex", "match_case")


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

    fingerprint = serializers.CharField(
        required=False, help_text="Of the preview. The edit is refused if it would do something else."
    )


class BulkEditPageSerializer(serializers.Serializer[Any]):
    """Query parameters of a preview."""

    page = serializers.IntegerField(default=1, min_value=1)
    page_size = serializers.IntegerField(default=10, min_value=1, max_value=100)


class SettingChangeSerializer(serializers.Serializer[Any]):
    """A setting before and after an edit, as in the OLX."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="Null if it was not set.")
    after = serializers.CharField(allow_null=True)


class TextChangeSerializer(serializers.Serializer[Any]):
    """The body of an item before and after an edit."""

    changed = serializers.BooleanField()
    lines = serializers.ListField(child=serializers.CharField(), help_text="A unified difference.")
    cut = serializers.BooleanField(help_text="Whether lines are left out.")


class BulkEditDifferenceSerializer(serializers.Serializer[Any]):
    """What changes in an item."""

    settings = SettingChangeSerializer(many=True)
    text = TextChangeSerializer()


class ExcerptSerializer(serializers.Serializer[Any]):
    """A replaced text, with some of the text around it."""

    field = serializers.CharField(help_text="Name of a setting, or data for the body.")
    before = serializers.CharField()
    after = serializers.CharField()


class BulkEditItemSerializer(serializers.Serializer[Any]):
    """An item that changes."""

    item_key = serializers.CharField(source="item.key")
    item_type = serializers.CharField(source="item.item_type")
    title = serializers.CharField(source="item.title", help_text="The title before the edit.")
    fields_changed = serializers.DictField(
        source="counts", child=serializers.IntegerField(), help_text="Field to number of changed values."
    )
    difference = BulkEditDifferenceSerializer()
    excerpts = ExcerptSerializer(many=True, help_text="The first replaced texts.")


class LeftAloneSerializer(serializers.Serializer[Any]):
    """An item that cannot be changed as wanted, and is left alone."""

    item_key = serializers.CharField(source="item.key")
    item_type = serializers.CharField(source="item.item_type")
    title = serializers.CharField(source="item.title")
    problem = serializers.CharField(help_text="A code, such as no_setting, refused or downstream_is_linked_structure.")
    reason = serializers.CharField()


class FieldCountSerializer(serializers.Serializer[Any]):
    """The changes of a field in all items together."""

    name = serializers.CharField(help_text="Name of a setting, or data for the body.")
    items = serializers.IntegerField(help_text="Number of items.")
    changes = serializers.IntegerField(help_text="Number of values.")


class BulkEditCountsSerializer(serializers.Serializer[Any]):
    """How much a bulk edit changes."""

    looked_at = serializers.IntegerField(help_text="Number of chosen items.")
    changed_count = serializers.IntegerField(help_text="Number of items that change.")
    left_alone_count = serializers.IntegerField(help_text="Number of items that cannot be changed as wanted.")
    fields_changed = FieldCountSerializer(many=True)


class BulkEditPreviewSerializer(BulkEditCountsSerializer):
    """A preview. Both lists show the same page."""

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
    left_alone = LeftAloneSerializer(many=True, help_text="The first 100.")


class BulkEditPreviewsView(LibraryAPIView):
    """Previews of bulk edits."""

    @extend_schema(
        operation_id="bulk_edit_preview",
        summary="Preview a change of settings or texts in many items",
        description="Writes nothing. Needs EDIT of the library or course.",
        parameters=[
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
        ],
        request=BulkEditRequestSerializer,
        responses=BulkEditPreviewSerializer,
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        query = BulkEditPageSerializer(data=without_blanks(request.query_params))
        query.is_valid(raise_exception=True)
        page, size = query.validated_data["page"], query.validated_data["page_size"]
        body = BulkEditRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        plan = api.preview_bulk_edit(_selection(body.validated_data), _edit(body.validated_data), user=request.user)
        lists = (plan.items, plan.left_alone)
        preview = {
            **_counts(plan),
            "fingerprint": plan.fingerprint,
            "page": page,
            "num_pages": max(Paginator(items, size).num_pages for items in lists),
            "items": [
                {
                    "item": planned.item,
                    "counts": planned.counts,
                    "difference": planned.difference(),
                    "excerpts": planned.excerpts,
                }
                for planned in plan.items[(page - 1) * size : page * size]
            ],
            "left_alone": plan.left_alone[(page - 1) * size : page * size],
        }
        return Response(BulkEditPreviewSerializer(preview).data)


class BulkEditsView(LibraryAPIView):
    """Bulk edits."""

    @extend_schema(
        operation_id="bulk_edit",
        summary="Change settings or texts in many items",
        description="All items change in one change set. Items that cannot be changed as wanted are left alone. Needs"
        " EDIT of the library or course.",
        request=BulkEditApplySerializer,
        responses=BulkEditSerializer,
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        body = BulkEditApplySerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        result = api.apply_bulk_edit(
            _selection(body.validated_data),
            _edit(body.validated_data),
            user=request.user,
            fingerprint=body.validated_data.get("fingerprint"),
        )
        done = {
            **_counts(result.plan),
            "change_set": result.change_set,
            "left_alone": result.plan.left_alone[:100],
        }
        return Response(BulkEditSerializer(done).data)


def _counts(plan: api.BulkEditPlan) -> dict[str, Any]:
    return {
        "looked_at": plan.looked_at,
        "changed_count": len(plan.items),
        "left_alone_count": len(plan.left_alone),
        "fields_changed": plan.fields,
    }


def _selection(wanted: dict[str, Any]) -> api.Selection:
    """Return the selection of a body. Raises InvalidInputError."""
    if ("library_key" in wanted) == ("course_key" in wanted):
        raise InvalidInputError(_("Name either library_key or course_key."), field="library_key")
    name = "library_key" if "library_key" in wanted else "course_key"
    try:
        context = keys.library_key(wanted[name]) if name == "library_key" else keys.course_key(wanted[name])
    except MalformedKeyError as error:
        raise InvalidInputError(error.message, field=name) from error
    return api.Selection(
        context_key=context,
        block_types=tuple(wanted["block_types"]),
        item_keys=_item_keys(wanted["item_keys"], in_library=name == "library_key"),
        collection=wanted.get("collection", ""),
        query=wanted.get("query", ""),
    )


def _item_keys(texts: Sequence[str], *, in_library: bool) -> tuple[api.EditableKey, ...]:
    try:
        return tuple(keys.item_key(text) if in_library else keys.block_key(text) for text in texts)
    except MalformedKeyError as error:
        raise InvalidInputError(error.message, field="item_keys") from error


def _edit(wanted: dict[str, Any]) -> api.BlockEdit:
    """Return what a body wants to change. Raises InvalidInputError."""
    named = [name for name in _TEXT_FIELDS if name in wanted]
    if "settings" in wanted:
        if named:
            raise InvalidInputError(_("Send either settings, or find and replace."), field=named[0])
        return api.SettingsEdit(wanted["settings"])
    for name in ("find", "replace"):
        if name not in wanted:
            raise InvalidInputError(_("Send either settings, or find and replace."), field=name)
    return api.Replacing(
        find=wanted["find"],
        replace=wanted["replace"],
        whole_words=wanted.get("whole_words", False),
        regex=wanted.get("regex", False),
        match_case=wanted.get("match_case", True),
    )
