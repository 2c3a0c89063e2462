"""The view of comparisons (wire: own-comparisons)."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...learning_core.api import VersionStatus
from ...rest.bodies import StrictSerializer, request_body
from ...rest.dates import SecondsDateTimeField
from ...rest.differences import DifferenceSerializer
from ...rest.named_keys import named_key
from ...rest.views import LibraryAPIView
from .. import api
from ..change_sets import AnyItemKey, item_type_of_key

_BRANCHES: Final = ("draft", "published")
_MAX_VERSION: Final = 2**31 - 1
"""The largest version number that every database stores."""
_MOMENTS: Final = ("version", "publish_log", "before_change_set", "after_change_set")


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "enum": list(_BRANCHES)}]})
class VersionField(serializers.Field):  # type: ignore[type-arg]  # it is generic in the stubs only
    """The number of a version, or ``draft`` or ``published``."""

    def to_internal_value(self, data: object) -> int | str:
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data <= _MAX_VERSION:
            return data
        if data in _BRANCHES:
            return str(data)
        raise serializers.ValidationError(_("This is neither a version number, nor draft or published."))

    def to_representation(self, value: int | str) -> int | str:
        return value


class StateSerializer(StrictSerializer):
    """A state of an item: the item, and one of version, publish_log, before_change_set and after_change_set."""

    item_key = serializers.CharField(required=False, help_text="The item, if it is not the item_key beside.")
    version = VersionField(required=False, help_text="Number of a version, draft or published.")
    publish_log = serializers.UUIDField(required=False, help_text="What was published right after this publish.")
    before_change_set = serializers.UUIDField(required=False, help_text="Right before this change set.")
    after_change_set = serializers.UUIDField(required=False, help_text="Right after this change set.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {*_MOMENTS}) != 1:
            message = _("Name one of %(names)s.") % {"names": ", ".join(_MOMENTS)}
            raise serializers.ValidationError({"version": [message]})
        return attrs


class ComparisonRequestSerializer(StrictSerializer):
    """Names the two states to compare: before and after, or the states around a change set."""

    item_key = serializers.CharField(
        required=False, help_text="A component or container of a library, or a block of a course."
    )
    before = StateSerializer(required=False)
    after = StateSerializer(required=False)
    change_set = serializers.UUIDField(
        required=False, help_text="In place of before and after: compare before and after this change set."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys() - {"item_key"} not in ({"before", "after"}, {"change_set"}):
            message = _("Name before and after, or change_set alone.")
            raise serializers.ValidationError({"before": [message]})
        for name, state in self._states(attrs):
            if "item_key" not in state and "item_key" not in attrs:
                raise serializers.ValidationError({name: [_("Name the item_key.")]})
        return attrs

    @staticmethod
    def _states(attrs: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        if "change_set" in attrs:
            return [("item_key", {})]
        return [(name, attrs[name]) for name in ("before", "after")]


class ComparedStateSerializer(serializers.Serializer[object]):
    """A state that was compared."""

    item_key = serializers.CharField()
    item_type = serializers.CharField(help_text="Type of the XBlock or container.")
    version = serializers.IntegerField(allow_null=True, help_text="Null where the item did not exist, or was deleted.")
    title = serializers.CharField(allow_null=True)
    created = SecondsDateTimeField(allow_null=True)
    created_by = serializers.CharField(allow_null=True, help_text="Who made the version; null for the site itself.")


class ComparisonSerializer(serializers.Serializer[object]):
    """The difference between two states."""

    before = ComparedStateSerializer()
    after = ComparedStateSerializer()
    difference = DifferenceSerializer()


class ComparisonsView(LibraryAPIView):
    """Comparisons of two states."""

    @extend_schema(
        operation_id="comparison_create",
        summary="Compare two states of a component, a container or a block",
        description="Writes nothing. Needs VIEW for both sides, which may be in different libraries and courses. The"
        " difference has the format that previews of syncs have in their steps.",
        request=ComparisonRequestSerializer,
        responses=ComparisonSerializer,
        examples=[
            OpenApiExample(
                "Two versions",
                request_only=True,
                value={
                    "item_key": "lb:CL-TEST:lib1:problem:p1",
                    "before": {"version": 3},
                    "after": {"version": "draft"},
                },
            ),
            OpenApiExample(
                "Around a change set",
                request_only=True,
                value={
                    "item_key": "lct:CL-TEST:lib1:unit:u1",
                    "change_set": "7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a",
                },
            ),
        ],
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        body = ComparisonRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        before, after = _states(body.validated_data)
        found = api.compare(before, after, user=request.user)
        shown = {
            "before": _shown(found.before, found.before_version),
            "after": _shown(found.after, found.after_version),
            "difference": found.difference,
        }
        return Response(shown)


def _states(wanted: dict[str, Any]) -> tuple[api.StateName, api.StateName]:
    if "change_set" in wanted:
        key = _key(wanted["item_key"], "item_key")
        uuid: UUID = wanted["change_set"]
        before, after = (api.AroundChangeSet(uuid, before=is_before) for is_before in (True, False))
        return api.StateName(key, before), api.StateName(key, after)
    old, new = (
        api.StateName(_key(state.get("item_key") or wanted["item_key"], name), _moment(state))
        for name, state in (("before", wanted["before"]), ("after", wanted["after"]))
    )
    return old, new


def _key(text: str, field: str) -> AnyItemKey:
    return named_key(keys.any_item_key, text, field=field, as_list=True)


def _moment(state: dict[str, Any]) -> api.Moment:
    [name] = state.keys() & {*_MOMENTS}
    match name:
        case "version":
            return cast(api.Moment, state[name])
        case "publish_log":
            return api.AfterPublish(state[name])
        case _:
            return api.AroundChangeSet(state[name], before=name == "before_change_set")


def _shown(name: api.StateName, version: VersionStatus | None) -> dict[str, Any]:
    values = {
        "item_key": name.key,
        "item_type": item_type_of_key(name.key),
        "version": version and version.version_num,
        "title": version and version.title,
        "created": version and version.created,
        "created_by": version and version.created_by,
    }
    return dict(ComparedStateSerializer(values).data)
