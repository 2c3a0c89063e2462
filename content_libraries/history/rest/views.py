"""Views of the history of items."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import InvalidInputError, MalformedKeyError, NotFoundError
from ...keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from .. import api
from .serializers import HistoryEntrySerializer, PublishGroupSerializer

_ENTRIES = HistoryEntrySerializer(many=True)
_GROUPS = PublishGroupSerializer(many=True)


class HistoryView(LibraryScopedView):
    """Base of the views: translates results of the api."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    def draft_history(self, request: Request, key: ItemKey) -> Response:
        return self._entries(request, api.draft_history(key, user=request.user))

    def publish_history(self, request: Request, key: ItemKey) -> Response:
        groups = api.publish_history(key, user=request.user)
        return Response(PublishGroupSerializer(groups, many=True, context={"request": request}).data)

    def publish_entries(self, request: Request, key: ItemKey, publish_log_uuid: UUID) -> Response:
        return self._entries(request, api.publish_entries(key, publish_log_uuid, user=request.user))

    def creation_entry(self, request: Request, key: ItemKey) -> Response:
        entry = api.creation_entry(key, user=request.user)
        if entry is None:
            return Response(None)
        return Response(HistoryEntrySerializer(entry, context={"request": request}).data)

    def _entries(self, request: Request, entries: list[api.HistoryEntry]) -> Response:
        return Response(HistoryEntrySerializer(entries, many=True, context={"request": request}).data)


class ComponentDraftHistoryView(HistoryView):
    """Unpublished changes of a component."""

    @extend_schema(summary="List the unpublished changes of a component", responses=_ENTRIES)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        return self.draft_history(request, usage_key)


class ComponentPublishHistoryView(HistoryView):
    """Publish operations of a component."""

    @extend_schema(summary="List the publish operations of a component", responses=_GROUPS)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        return self.publish_history(request, usage_key)


class ComponentPublishEntriesView(HistoryView):
    """The older path of ``PublishEntriesView``, for components only."""

    @extend_schema(
        summary="List what went into a publish operation (older path)",
        description="As publish_history_entries of the library.",
        responses=_ENTRIES,
    )
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2, publish_log_uuid: UUID) -> Response:
        return self.publish_entries(request, usage_key, publish_log_uuid)


class ComponentCreationEntryView(HistoryView):
    """The creation of a component."""

    @extend_schema(summary="Read how a component was created", responses=HistoryEntrySerializer)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        return self.creation_entry(request, usage_key)


class ContainerDraftHistoryView(HistoryView):
    """Unpublished changes of a container and of the components below it."""

    @extend_schema(summary="List the unpublished changes of a container", responses=_ENTRIES)
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return self.draft_history(request, container_key)


class ContainerPublishHistoryView(HistoryView):
    """Publish operations of a container and of the components below it."""

    @extend_schema(summary="List the publish operations of a container", responses=_GROUPS)
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return self.publish_history(request, container_key)


class ContainerCreationEntryView(HistoryView):
    """The creation of a container."""

    @extend_schema(summary="Read how a container was created", responses=HistoryEntrySerializer)
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return self.creation_entry(request, container_key)


class PublishEntriesView(HistoryView):
    """The changes in a publish operation."""

    @extend_schema(
        summary="List what went into a publish operation",
        parameters=[
            OpenApiParameter("scope_entity_key", str, required=True, description="A component or container."),
            OpenApiParameter("publish_log_uuid", str, required=True),
        ],
        responses=_ENTRIES,
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        scope_key, publish_log_uuid = _publish_entries_query(request)
        if keys.library_key_of(scope_key) != lib_key:
            raise NotFoundError(
                _("“%(scope_key)s” is not in %(library)s.") % {"scope_key": scope_key, "library": lib_key}
            )
        return self.publish_entries(request, scope_key, publish_log_uuid)


def _publish_entries_query(request: Request) -> tuple[ItemKey, UUID]:
    """Parse the query. Raises InvalidInputError with the messages that clients know (wire: history)."""
    scope_key = request.query_params.get("scope_entity_key")
    publish_log_uuid = request.query_params.get("publish_log_uuid")
    if not scope_key or not publish_log_uuid:
        raise InvalidInputError(_("scope_entity_key and publish_log_uuid are required."), field="error")
    try:
        parsed_uuid = UUID(publish_log_uuid)
    except ValueError:
        raise InvalidInputError(
            _("Invalid publish_log_uuid: '%(publish_log_uuid)s'") % {"publish_log_uuid": publish_log_uuid},
            field="error",
        ) from None
    try:
        return keys.item_key(scope_key), parsed_uuid
    except MalformedKeyError:
        raise InvalidInputError(
            _("Invalid scope_entity_key: '%(scope_key)s'") % {"scope_key": scope_key}, field="error"
        ) from None
