"""Views of collections, and of the collections of an item."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ...keys import (
    ItemKey,
    LibraryCollectionLocator,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
)
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.base_versions import IF_MATCH, base_version, tagged
from ...rest.bodies import refuse_fields, request_body
from ...rest.errors import VersionConflictSerializer
from ...rest.pages import LibraryPagination, page_serializer
from .. import api
from ..data import CollectionSummary
from .collection_serializers import (
    CollectionCreateSerializer,
    CollectionKeysSerializer,
    CollectionSerializer,
    CollectionUpdateSerializer,
    CountSerializer,
)
from .serializers import ItemKeysSerializer

_COUNTED = {200: CountSerializer, 409: VersionConflictSerializer}
_NOTHING = OpenApiResponse(description="Nothing.")


class CollectionsView(LibraryScopedView):
    """The collections of a library."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "POST": [Permission.EDIT, Permission.CREATE_COLLECTION]}

    @extend_schema(
        operation_id="libraries_v2_collections_list",
        summary="List the collections of a library",
        description="Without deleted ones, in the order of their creation.",
        parameters=[
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
        ],
        responses=page_serializer(CollectionSerializer),
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        collections = api.list_collections(lib_key, user=request.user)
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(collections, request, view=self)
        return pagination.get_paginated_response(CollectionSerializer(page, many=True).data)

    @extend_schema(
        summary="Create a collection in a library",
        description="Its key is made of its title.",
        request=CollectionCreateSerializer,
        responses=CollectionSerializer,
    )
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        body = CollectionCreateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        collection = api.create_collection(
            lib_key, user=request.user, title=wanted["title"], description=wanted["description"]
        )
        return Response(CollectionSerializer(collection).data)


class CollectionView(LibraryScopedView):
    """One collection."""

    perms_map: ClassVar = {
        "GET": [Permission.VIEW],
        "PATCH": [Permission.EDIT, Permission.EDIT_COLLECTION],
        "DELETE": [Permission.EDIT, Permission.DELETE_COLLECTION],
    }

    @extend_schema(summary="Read a collection", responses=CollectionSerializer)
    def get(self, request: Request, lib_key: LibraryLocatorV2, collection_code: str) -> Response:
        collection = api.get_collection(LibraryCollectionLocator(lib_key, collection_code), user=request.user)
        return _tagged(request, collection)

    @extend_schema(
        summary="Change a collection",
        description="The version of a collection is the number in its ETag.",
        parameters=[IF_MATCH],
        request=CollectionUpdateSerializer(partial=True),
        responses={200: CollectionSerializer, 409: VersionConflictSerializer},
    )
    def patch(self, request: Request, lib_key: LibraryLocatorV2, collection_code: str) -> Response:
        key = LibraryCollectionLocator(lib_key, collection_code)
        body = CollectionUpdateSerializer(data=request_body(request), partial=True)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        collection = api.update_collection(
            key,
            user=request.user,
            title=wanted.get("title"),
            description=wanted.get("description"),
            expected_version=base_version(request, wanted),
        )
        return _tagged(request, collection)

    @extend_schema(
        summary="Delete a collection",
        description="Softly: it can be restored. Its items are not deleted.",
        parameters=[IF_MATCH],
        responses={204: _NOTHING, 409: VersionConflictSerializer},
    )
    def delete(self, request: Request, lib_key: LibraryLocatorV2, collection_code: str) -> Response:
        key = LibraryCollectionLocator(lib_key, collection_code)
        api.delete_collection(key, user=request.user, expected_version=base_version(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RestoreView(LibraryScopedView):
    """A deleted collection."""

    perms_map: ClassVar = {"POST": [Permission.EDIT, Permission.EDIT_COLLECTION]}

    @extend_schema(summary="Restore a collection", request=None, responses={204: _NOTHING})
    def post(self, request: Request, lib_key: LibraryLocatorV2, collection_code: str) -> Response:
        key = LibraryCollectionLocator(lib_key, collection_code)
        refuse_fields(request)
        api.restore_collection(key, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ItemsView(LibraryScopedView):
    """The items of a collection."""

    perms_map: ClassVar = {
        "PATCH": [Permission.EDIT, Permission.EDIT_COLLECTION],
        "DELETE": [Permission.EDIT, Permission.EDIT_COLLECTION],
    }

    @extend_schema(
        summary="Add items to a collection", parameters=[IF_MATCH], request=ItemKeysSerializer, responses=_COUNTED
    )
    def patch(self, request: Request, lib_key: LibraryLocatorV2, collection_code: str) -> Response:
        item_keys, expected = _item_keys(request)
        api.add_to_collection(
            LibraryCollectionLocator(lib_key, collection_code),
            user=request.user,
            item_keys=item_keys,
            expected_version=expected,
        )
        return _count(item_keys)

    @extend_schema(
        summary="Remove items from a collection",
        description="The request has a body. What is not in the collection is ignored.",
        parameters=[IF_MATCH],
        request=ItemKeysSerializer,
        responses=_COUNTED,
    )
    def delete(self, request: Request, lib_key: LibraryLocatorV2, collection_code: str) -> Response:
        item_keys, expected = _item_keys(request)
        api.remove_from_collection(
            LibraryCollectionLocator(lib_key, collection_code),
            user=request.user,
            item_keys=item_keys,
            expected_version=expected,
        )
        return _count(item_keys)


def _tagged(request: Request, collection: CollectionSummary) -> Response:
    return tagged(request, Response(CollectionSerializer(collection).data), api.collection_version(collection))


def _item_keys(request: Request) -> tuple[list[ItemKey], int | None]:
    """Return the items that a body names, and the version that the edit started from. Raises ValidationError."""
    body = ItemKeysSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return body.validated_data["usage_keys"], base_version(request, body.validated_data)


class ComponentCollectionsView(LibraryScopedView):
    """The collections of a component."""

    perms_map: ClassVar = {"PATCH": [Permission.EDIT]}

    @extend_schema(
        summary="Replace the collections of a component",
        parameters=[IF_MATCH],
        request=CollectionKeysSerializer,
        responses=_COUNTED,
    )
    def patch(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        return _set_collections(request, usage_key)


class ContainerCollectionsView(LibraryScopedView):
    """The collections of a container."""

    perms_map: ClassVar = {"PATCH": [Permission.EDIT]}

    @extend_schema(
        summary="Replace the collections of a container",
        parameters=[IF_MATCH],
        request=CollectionKeysSerializer,
        responses=_COUNTED,
    )
    def patch(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return _set_collections(request, container_key)


def _set_collections(request: Request, key: ItemKey) -> Response:
    body = CollectionKeysSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    codes = body.validated_data["collection_keys"]
    expected = base_version(request, body.validated_data)
    api.set_collections(key, user=request.user, collection_codes=codes, expected_version=expected)
    return _count(codes)


def _count(sent: list[Any]) -> Response:
    """Answer with the number of keys that were sent, not of items that changed (wire: collections)."""
    return Response({"count": len(sent)})
