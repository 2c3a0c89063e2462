"""A view that explains why a user may, or may not, do something in a library (wire: own-permissions)."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import MalformedKeyError
from ...rest.views import LibraryAPIView
from .. import api
from ..data import Explanation, GrantKind, Permission


class ExplainQuerySerializer(serializers.Serializer[dict[str, object]]):
    """Query parameters: the user, the library and the permissions to explain."""

    library = serializers.CharField(help_text="Key of a library.")
    permission = serializers.ChoiceField(
        choices=[permission.value for permission in Permission], required=False, help_text="All if left out."
    )
    user = serializers.CharField(required=False, help_text="Another user; only for callers who may manage the team.")

    def validate_library(self, value: str) -> keys.LibraryLocatorV2:
        try:
            return keys.library_key(value)
        except MalformedKeyError as error:
            raise serializers.ValidationError(error.message) from error


class GrantSerializer(serializers.Serializer[dict[str, object]]):
    """One reason why a user has permissions."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in GrantKind])
    name = serializers.CharField(allow_blank=True, help_text="A role, a level, or a flag of the library.")
    scope = serializers.CharField(allow_blank=True, help_text="Where it was given, or the name of a group.")


class ExplanationSerializer(serializers.Serializer[Explanation]):
    """One permission."""

    permission = serializers.ChoiceField(choices=[permission.value for permission in Permission])
    allowed = serializers.BooleanField()
    allowing = GrantSerializer(many=True)
    other = GrantSerializer(many=True, help_text="Grants of the user that do not give the permission.")


class ExplanationsSerializer(serializers.Serializer[dict[str, object]]):
    """The permissions of a user in a library, with reasons."""

    library = serializers.CharField()
    user = serializers.CharField()
    active = serializers.BooleanField(help_text="False for an account that is switched off, to which no role applies.")
    permissions = ExplanationSerializer(many=True)


@extend_schema(tags=["libraries"])
class ExplainView(LibraryAPIView):
    """The permissions of users, with reasons."""

    @extend_schema(
        operation_id="permissions_explain",
        summary="Explain what a user may do in a library",
        description="About oneself, or with EDIT_TEAM about anybody.",
        parameters=[ExplainQuerySerializer, OpenApiParameter("library", str, required=True)],
        responses=ExplanationsSerializer,
    )
    def get(self, request: Request) -> Response:
        query = ExplainQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        library = api.get_library(wanted["library"])
        user = request.user
        if wanted.get("user", user.get_username()) != user.get_username():
            api.require(user, library, Permission.EDIT_TEAM)
            model = get_user_model()
            user = get_object_or_404(model, **{model.USERNAME_FIELD: wanted["user"]})
        asked = [Permission(wanted["permission"])] if "permission" in wanted else list(Permission)
        answer = {
            "library": library.library_key,
            "user": user.get_username(),
            "active": user.is_active,
            "permissions": [api.explain(user, library, permission) for permission in asked],
        }
        return Response(ExplanationsSerializer(answer).data)
