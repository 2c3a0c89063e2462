"""Views that undo change sets (wire: own-undo)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import ConflictError, ContentLibrariesError
from ...rest.bodies import StrictSerializer, refuse_fields, request_body
from ...rest.dates import SecondsDateTimeField
from ...rest.views import LibraryAPIView
from .. import api
from .change_set_views import ChangeSetSerializer

LISTED: Final = 1000
"""How many items, and conflicts, an answer lists. The counts tell of all."""


class UndoRequestSerializer(StrictSerializer):
    """Says whether an undo leaves out items that were changed since."""

    on_conflict = serializers.ChoiceField(
        choices=list(api.OnConflict),
        default=api.OnConflict.REFUSE.value,
        help_text="Refuse the undo, or skip the items that were changed since.",
    )


class UndoStepSerializer(serializers.Serializer[api.UndoStep]):
    """Shows the change of one item in an undo."""

    item_key = serializers.CharField(source="key", allow_null=True, help_text="Null for a file of a course.")
    item_type = serializers.CharField(help_text="Type of the XBlock or container, or file.")
    title = serializers.CharField()
    action = serializers.ChoiceField(choices=[action.value for action in api.UndoAction])
    from_version = serializers.IntegerField(allow_null=True, help_text="Version now; null if it is not there.")
    to_version = serializers.IntegerField(allow_null=True, help_text="Version that comes back; null for none.")


class UndoConflictSerializer(serializers.Serializer[api.UndoConflict]):
    """An item that cannot be undone."""

    item_key = serializers.CharField(source="key", allow_null=True, help_text="Null for a file of a course.")
    item_type = serializers.CharField(help_text="Type of the XBlock or container, or file.")
    title = serializers.CharField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in api.ConflictReason])
    user = serializers.CharField(allow_null=True, help_text="Who changed it since.")
    changed_at = SecondsDateTimeField(allow_null=True)
    change_set = serializers.UUIDField(allow_null=True, help_text="The change set that changed it since.")
    message = serializers.CharField(help_text="The reason and what to do, in the language of the request.")


class UndoPreviewSerializer(serializers.Serializer[object]):
    """Shows the plan of an undo."""

    change_count = serializers.IntegerField(help_text="Number of items that come back.")
    conflict_count = serializers.IntegerField(help_text="Number of items that cannot be undone.")
    changes = UndoStepSerializer(many=True, help_text=f"The first {LISTED} items that come back.")
    conflicts = UndoConflictSerializer(many=True, help_text=f"The first {LISTED} items that cannot be undone.")
    collections = serializers.ListField(
        child=serializers.CharField(), help_text="Collections whose members come back or go, or that do so themselves."
    )
    tagged_count = serializers.IntegerField(help_text="Number of items whose tags come back or go.")
    forwards = serializers.ListField(
        child=serializers.CharField(), help_text="Imported courses and libraries that are forwarded as before again."
    )


class UndoConflictsSerializer(UndoPreviewSerializer):
    """Says why nothing was undone, with the plan."""

    detail = serializers.CharField()


class UndoneSerializer(UndoPreviewSerializer):
    """Shows an undo that was made, with its change set."""

    change_set = ChangeSetSerializer(help_text="The new change set, which can be undone too.")


def _plan_data(plan: api.UndoPlan) -> dict[str, Any]:
    return UndoPreviewSerializer(
        {
            "change_count": len(plan.steps),
            "conflict_count": len(plan.conflicts),
            "changes": plan.steps[:LISTED],
            "conflicts": plan.conflicts[:LISTED],
            "collections": plan.collections,
            "tagged_count": len(plan.tagged),
            "forwards": plan.forwards,
        }
    ).data


class UndoView(LibraryAPIView):
    """Base of the views: a conflict is a 409 with the plan."""

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        shown = super().api_exception(error)
        if isinstance(error, ConflictError):
            shown.status_code = HTTPStatus.CONFLICT
        return shown

    def error_body(self, error: Exception, data: object) -> object:
        if isinstance(error, api.UndoConflictError | api.NothingToUndoError):
            return {"detail": error.message, **_plan_data(error.plan)}
        return data


class UndoPreviewsView(UndoView):
    """The preview of an undo."""

    @extend_schema(
        operation_id="undo_preview",
        summary="Preview the undo of a change set",
        description="Writes nothing. Needs what the undo needs.",
        request=None,
        responses=UndoPreviewSerializer,
        tags=["history"],
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return Response(_plan_data(api.preview_undo(uuid, user=request.user)))


class UndosView(UndoView):
    """Undos of a change set."""

    @extend_schema(
        operation_id="undo_create",
        summary="Undo a change set",
        description="The versions before it come back in a new change set, whose undo is a redo. Needs EDIT of the"
        " library or course; PUBLISH for a publish.",
        request=UndoRequestSerializer,
        responses={201: UndoneSerializer, 409: UndoConflictsSerializer},
        tags=["history"],
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        body = UndoRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        undone = api.undo_change_set(
            uuid, user=request.user, on_conflict=api.OnConflict(body.validated_data["on_conflict"])
        )
        shown = {
            "change_set": ChangeSetSerializer(undone.change_set).data,
            **_plan_data(undone.plan),
        }
        return Response(shown, HTTPStatus.CREATED)
