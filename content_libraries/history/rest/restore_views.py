"""Views that restore earlier versions (wire: own-restores)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import ConflictError, ContentLibrariesError
from ...rest.bodies import StrictSerializer, request_body
from ...rest.named_keys import named_key
from ...rest.views import LibraryAPIView
from .. import api
from .change_set_views import ChangeSetSerializer
from .preview_pages import FIRST_PAGE, PreviewPage, PreviewPageSerializer, PreviewPagesSerializer, wanted_page

_OF_LIBRARY: Final = ("library_key", "publish_log")
_OF_ITEM: Final = ("item_key", "version_num", "with_children")
"""Fields that go together. The first two are needed."""


class RestoreRequestSerializer(StrictSerializer):
    """An item and its version, or a library and a publish log."""

    item_key = serializers.CharField(
        required=False, help_text="A component or container of a library, or a block of a course."
    )
    version_num = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="The version of the item to go back to."
    )
    with_children = serializers.BooleanField(
        required=False, help_text="Also restore what is in a container, as it was when the version was made."
    )
    library_key = serializers.CharField(required=False, help_text="A library, in place of an item.")
    publish_log = serializers.UUIDField(
        required=False, help_text="The change set of a publish: the draft goes back to what it published."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = _OF_LIBRARY if "library_key" in attrs else _OF_ITEM
        missing = [name for name in wanted[:2] if name not in attrs]
        unfit = sorted(attrs.keys() - set(wanted))
        if missing:
            text = _("Name item_key and version_num, or library_key and publish_log.")
            raise serializers.ValidationError({missing[0]: [text]})
        if unfit:
            text = _("This does not go together with the other fields.")
            raise serializers.ValidationError({name: [text] for name in unfit})
        return attrs


class RestoreStepSerializer(serializers.Serializer[api.RestoreStep]):
    """Shows the change of one item in a restore."""

    item_key = serializers.CharField(source="key", allow_null=True)
    item_type = serializers.CharField(help_text="Type of the XBlock or container.")
    title = serializers.CharField(help_text="Title of the version that comes back, or of the item that goes.")
    action = serializers.ChoiceField(choices=[action.value for action in api.RestoreAction])
    from_version = serializers.IntegerField(allow_null=True, help_text="Version now; null if it is deleted.")
    to_version = serializers.IntegerField(
        allow_null=True, help_text="Version whose content comes back, in a new version; null for none."
    )


class RestorePreviewSerializer(PreviewPagesSerializer):
    """Shows the plan of a restore."""

    change_count = serializers.IntegerField(help_text="Number of items that change.")
    changes = RestoreStepSerializer(many=True, help_text="A page of them.")


class RestoredVersionsSerializer(RestorePreviewSerializer):
    """Shows a restore that was made, with its change set."""

    change_set = ChangeSetSerializer(allow_null=True, help_text="The new change set; null if nothing had to change.")


def _plan_data(plan: api.RestorePlan, page: PreviewPage = FIRST_PAGE) -> dict[str, Any]:
    count = len(plan.steps)
    return RestorePreviewSerializer({**page.place(count), "change_count": count, "changes": page.of(plan.steps)}).data


class RestoreView(LibraryAPIView):
    """Base of the views: a conflict with another edit is a 409."""

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        shown = super().api_exception(error)
        if isinstance(error, ConflictError):
            shown.status_code = HTTPStatus.CONFLICT
        return shown


class RestorePreviewsView(RestoreView):
    """The preview of a restore."""

    @extend_schema(
        operation_id="version_restore_preview",
        summary="Preview the restore of an item, a block or a library",
        description="Writes nothing. Needs EDIT.",
        parameters=[PreviewPageSerializer],
        request=RestoreRequestSerializer,
        responses=RestorePreviewSerializer,
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        page = wanted_page(request)
        return Response(_plan_data(api.preview_restore(_target(request), user=request.user), page))


class RestoresView(RestoreView):
    """Restores of items and libraries."""

    @extend_schema(
        operation_id="version_restore_create",
        summary="Restore an item or a block to an earlier version, or the draft of a library to a publish",
        description="Each item gets a new version with the earlier content, all in one change set. A block of a course"
        " keeps its place, or comes back where it stood; links follow the settings of the version. Needs EDIT.",
        request=RestoreRequestSerializer,
        responses={201: RestoredVersionsSerializer},
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        restored = api.restore_versions(_target(request), user=request.user)
        change_set = None if restored.change_set is None else ChangeSetSerializer(restored.change_set).data
        shown = {"change_set": change_set, **_plan_data(restored.plan)}
        return Response(shown, HTTPStatus.CREATED)


def _target(request: Request) -> api.RestoreTarget:
    body = RestoreRequestSerializer(data=request_body(request))
    body.is_valid(raise_exception=True)
    wanted = body.validated_data
    name = "library_key" if "library_key" in wanted else "item_key"
    if name == "library_key":
        key = named_key(keys.library_key, wanted[name], field=name)
        return api.LibraryState(key, wanted["publish_log"])
    item = named_key(keys.any_run_item_key, wanted[name], field=name)
    return api.ItemVersion(item, wanted["version_num"], wanted.get("with_children", False))
