"""Views of bulk edits (wire: own-bulk-edits)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import ConflictError, ContentLibrariesError, InvalidInputError
from ...keys import CourseKey, LibraryLocatorV2
from ...rest.bodies import refuse_fields, request_body
from ...rest.named_keys import named_key
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.query import without_blanks
from ...rest.views import LibraryAPIView
from .. import api
from ..bulk_edits.jobs import MOST_LEFT_ALONE
from ..models import BulkEditJob
from .bulk_edit_serializers import (
    BulkEditApplySerializer,
    BulkEditJobSerializer,
    BulkEditPageSerializer,
    BulkEditPreviewSerializer,
    BulkEditRequestSerializer,
    BulkEditSerializer,
)

_TEXT_FIELDS: Final = ("find", "replace", "whole_words", "regex", "match_case")


class BulkEditPreviewsView(LibraryAPIView):
    """Previews of bulk edits."""

    @extend_schema(
        operation_id="bulk_edit_preview",
        summary="Preview a change of settings or texts in many items",
        description="Writes nothing. A preview looks at as many items as are edited at once, and at larger selections"
        " in parts. Needs EDIT of the library or course.",
        parameters=[
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
            OpenApiParameter("part", int, description="Which part of a large selection is looked at; 1 by default."),
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
        part = query.validated_data["part"]
        plan = api.preview_bulk_edit(
            _selection(body.validated_data), _edit(body.validated_data), user=request.user, part=part
        )
        lists = (plan.items, plan.left_alone)
        preview = {
            **_counts(plan),
            "chosen_count": len(plan.chosen),
            "part": part,
            "num_parts": plan.parts,
            "fingerprint": plan.basis.fingerprint,
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


class OutdatedView(LibraryAPIView):
    """Base of views that edit. An edit that would differ from its preview is refused with a 409."""

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        shown = super().api_exception(error)
        if isinstance(error, ConflictError):
            shown.status_code = HTTPStatus.CONFLICT
        return shown


class BulkEditsView(OutdatedView):
    """Bulk edits, at once or in the background."""

    @extend_schema(
        operation_id="bulk_edit_list",
        summary="List your bulk edits in the background",
        responses=page_serializer(BulkEditJobSerializer),
        tags=["history"],
    )
    def get(self, request: Request) -> Response:
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(api.list_bulk_edits(user=request.user), request, view=self)
        return pagination.get_paginated_response([BulkEditJobSerializer(job).data for job in page or ()])

    @extend_schema(
        operation_id="bulk_edit",
        summary="Change settings or texts in many items",
        description="All items change in one change set. Items that cannot be changed as wanted are left alone. An edit"
        " of few items is made at once. A worker makes an edit of more items, or with background; watch it until it is"
        " done. Needs EDIT of the library or course.",
        request=BulkEditApplySerializer,
        responses={
            201: BulkEditSerializer,
            202: BulkEditJobSerializer,
            409: OpenApiResponse(description="Not what the preview showed."),
        },
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        body = BulkEditApplySerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        made = api.make_bulk_edit(
            _selection(body.validated_data),
            _edit(body.validated_data),
            user=request.user,
            fingerprint=body.validated_data.get("fingerprint"),
            background=body.validated_data["background"],
        )
        if isinstance(made, BulkEditJob):
            return Response(_job_data(request, made.uuid), HTTPStatus.ACCEPTED)
        done = {
            **_counts(made.plan),
            "change_set": made.change_set,
            "left_alone": made.plan.left_alone[:MOST_LEFT_ALONE],
        }
        return Response(BulkEditSerializer(done).data, HTTPStatus.CREATED)


class BulkEditView(LibraryAPIView):
    """One bulk edit in the background."""

    @extend_schema(
        operation_id="bulk_edit_read",
        summary="Watch a bulk edit",
        responses=BulkEditJobSerializer,
        tags=["history"],
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(_job_data(request, uuid))

    @extend_schema(
        operation_id="bulk_edit_cancel",
        summary="Cancel a bulk edit",
        description="It changes nothing then. Does nothing to one that is finished.",
        responses={200: BulkEditJobSerializer},
        tags=["history"],
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return Response(BulkEditJobSerializer(api.cancel_bulk_edit(uuid, user=request.user)).data)


class BulkEditRetriesView(OutdatedView):
    """Retries of bulk edits."""

    @extend_schema(
        operation_id="bulk_edit_retry",
        summary="Try a bulk edit again that failed or was canceled",
        request=None,
        responses={202: BulkEditJobSerializer},
        tags=["history"],
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return Response(_job_data(request, api.retry_bulk_edit(uuid, user=request.user).uuid), HTTPStatus.ACCEPTED)


def _job_data(request: Request, uuid: UUID) -> Mapping[str, Any]:
    return BulkEditJobSerializer(api.find_bulk_edit(uuid, user=request.user)).data


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
    in_library = "library_key" in wanted
    name = "library_key" if in_library else "course_key"
    parse: Callable[[str], LibraryLocatorV2 | CourseKey] = keys.library_key if in_library else keys.course_key
    return api.Selection(
        context_key=named_key(parse, wanted[name], field=name),
        block_types=tuple(wanted["block_types"]),
        item_keys=_item_keys(wanted["item_keys"], in_library=in_library),
        collection=wanted.get("collection", ""),
        query=wanted.get("query", ""),
    )


def _item_keys(texts: Sequence[str], *, in_library: bool) -> tuple[api.EditableKey, ...]:
    parse: Callable[[str], api.EditableKey] = keys.item_key if in_library else keys.block_key
    return tuple(named_key(parse, text, field="item_keys") for text in texts)


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
