"""Views of change sets (wire: own-change-sets)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import InvalidInputError
from ...rest.dates import SecondsDateTimeField
from ...rest.named_keys import named_key
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.query import without_blanks
from ...rest.views import LibraryAPIView
from .. import api
from ..change_sets import AnyItemKey, ContextKey

_PLACES: Final[Mapping[str, Callable[[str], ContextKey | AnyItemKey]]] = {
    "library_key": keys.library_key,
    "course_key": keys.course_key,
    "item_key": keys.any_item_key,
}
_PAGE: Final = [
    OpenApiParameter("page", int),
    OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
]


class ChangeSetQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters of a list of change sets."""

    library_key = serializers.CharField(required=False, help_text="The library. Name one of library, course and item.")
    course_key = serializers.CharField(required=False, help_text="The course.")
    item_key = serializers.CharField(
        required=False, help_text="A component or container of a library, or a block of a course."
    )
    kind = serializers.ChoiceField(required=False, choices=list(api.ChangeKind), help_text="Only sets of this kind.")
    user = serializers.CharField(required=False, help_text="Only what this user did.")
    since = serializers.DateTimeField(required=False, help_text="Only sets of this time and later.")
    until = serializers.DateTimeField(required=False, help_text="Only sets of earlier times.")


class ChangeSetSerializer(serializers.Serializer[api.ChangeSet]):
    """A change set: one action of a user."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField(help_text=f"One of {', '.join(api.ChangeKind)}.")
    summary = serializers.CharField(help_text="One sentence, in the language of the request.")
    user = serializers.CharField(allow_null=True, help_text="Null for the site itself, or a user who is gone.")
    created = SecondsDateTimeField()
    context_key = serializers.CharField(help_text="Key of the library or course.")
    source_key = serializers.CharField(allow_blank=True, help_text="What the content came from.")
    job_uuid = serializers.UUIDField(allow_null=True, help_text="The job that did it.")
    undoes = serializers.UUIDField(allow_null=True, help_text="The change set that it undoes.")
    undone_by = serializers.UUIDField(allow_null=True, help_text="The newest change set that undoes it.")
    changes = serializers.IntegerField(help_text="Number of items that changed themselves.")
    side_effects = serializers.IntegerField(help_text="Number of other items below which something changed.")


class ChangeRecordSerializer(serializers.Serializer[api.ChangeRecord]):
    """A record of a change set: the change of one item."""

    item_key = serializers.CharField(source="key", allow_null=True, help_text="Null for a file of a course.")
    item_type = serializers.CharField(help_text="Type of the XBlock or container, or file.")
    title = serializers.CharField(help_text="Title of the item afterwards, or its last one.")
    old_version = serializers.IntegerField(allow_null=True, help_text="Null where the item was not there.")
    new_version = serializers.IntegerField(
        allow_null=True, help_text="Null where the item was deleted; the same where only something below it changed."
    )
    is_side_effect = serializers.BooleanField(help_text="Whether only something below the item changed.")
    direct = serializers.BooleanField(
        allow_null=True, help_text="Whether the user asked to publish the item itself; null for drafts."
    )
    affects = serializers.ListField(
        child=serializers.CharField(), help_text="Containers that the change affected, one level up."
    )


class ChangeSetsView(LibraryAPIView):
    """The change sets of a library, a course or an item."""

    @extend_schema(
        operation_id="change_set_list",
        summary="List what users did to a library, a course or an item",
        description="Newest first. Needs VIEW. Logs that other code has written are edits and publishes.",
        parameters=[ChangeSetQuerySerializer, *_PAGE],
        responses=page_serializer(ChangeSetSerializer),
        tags=["history"],
    )
    def get(self, request: Request) -> Response:
        query = ChangeSetQuerySerializer(data=without_blanks(request.query_params))
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        found = api.list_change_sets(
            _place(wanted),
            user=request.user,
            kind=api.ChangeKind(wanted["kind"]) if "kind" in wanted else None,
            username=wanted.get("user"),
            since=wanted.get("since"),
            until=wanted.get("until"),
        )
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(found, request, view=self)
        return pagination.get_paginated_response(ChangeSetSerializer(page, many=True).data)


class ChangeSetView(LibraryAPIView):
    """One change set."""

    @extend_schema(
        operation_id="change_set_read",
        summary="Read a change set",
        description="Needs VIEW of the library or course.",
        responses=ChangeSetSerializer,
        tags=["history"],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(ChangeSetSerializer(api.get_change_set(uuid, user=request.user)).data)


class ChangeSetRecordsView(LibraryAPIView):
    """The records of a change set."""

    @extend_schema(
        operation_id="change_set_records",
        summary="List what a change set did to each item",
        description="Items that changed themselves come first, then those below which something changed.",
        parameters=_PAGE,
        responses=page_serializer(ChangeRecordSerializer),
        tags=["history"],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(api.change_set_records(uuid, user=request.user), request, view=self)
        return pagination.get_paginated_response(ChangeRecordSerializer(page, many=True).data)


def _place(wanted: dict[str, Any]) -> ContextKey | AnyItemKey:
    """Return the key of what is asked about. Raises InvalidInputError unless exactly one is named."""
    named = [name for name in _PLACES if name in wanted]
    if len(named) != 1:
        field = next(iter(named or _PLACES))
        raise InvalidInputError(_("Name one of library_key, course_key and item_key."), field=field)
    [name] = named
    # A plus sign that a client has not encoded arrives as a space.
    return named_key(_PLACES[name], wanted[name].replace(" ", "+"), field=name)
