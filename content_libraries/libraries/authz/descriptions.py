"""Describes, for the OpenAPI schema, responses for which openedx-authz has no serializer."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import inline_serializer
from openedx_authz.rest_api.v1.admin_console.serializers import TeamMemberSerializer
from rest_framework import serializers


class UserWithRolesSerializer(TeamMemberSerializer):
    """A user, and some of the user's roles."""

    # The name differs from the one in openedx-authz, because our own API has a schema called TeamMember.


def page(item: type[serializers.BaseSerializer[object]]) -> serializers.Serializer[object]:
    """Describe one page of items. The serializer serializes nothing itself."""
    return inline_serializer(
        name=item.__name__.removesuffix("Serializer") + "RolesPage",
        fields={
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
        },
    )


def _change(name: str, outcome: str) -> serializers.Serializer[object]:
    return inline_serializer(
        name=name,
        fields={
            "user_identifier": serializers.CharField(),
            "scope": serializers.CharField(required=False),
            outcome: serializers.CharField(),
        },
        many=True,
    )


CHANGES: Final = inline_serializer(
    name="RoleChanges",
    fields={"completed": _change("RoleChange", "status"), "errors": _change("RefusedRoleChange", "error")},
)


def _overrides(name: str) -> serializers.Serializer[object]:
    return inline_serializer(
        name=name,
        fields={
            "on": serializers.ListField(child=serializers.CharField()),
            "off": serializers.ListField(child=serializers.CharField()),
        },
    )


FLAGS: Final = inline_serializer(
    name="AuthzFlags",
    fields={
        "global": serializers.BooleanField(),
        "org_overrides": _overrides("AuthzFlagsOfOrganizations"),
        "course_overrides": _overrides("AuthzFlagsOfCourses"),
    },
)
