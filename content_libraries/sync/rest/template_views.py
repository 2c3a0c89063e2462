"""Views of unit templates (wire: own-templates)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...clipboard.api import copy_template
from ...content import api as content
from ...content.rest.serializers import ContainerSerializer
from ...errors import InvalidInputError
from ...keys import LibraryContainerLocator
from ...learning_core.api import MAX_TITLE
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.bodies import StrictSerializer, refuse_fields, request_body
from ...rest.named_keys import named_key
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.views import LibraryAPIView
from .. import api


class TemplateRequestSerializer(StrictSerializer):
    """The unit that becomes a template."""

    unit_key = serializers.CharField(help_text="Key of a unit of a library.")


class TemplateCopyRequestSerializer(StrictSerializer):
    """The place of a unit that is made from a template: a library, or a subsection of a course."""

    library_key = serializers.CharField(required=False, help_text="Name a library or a parent.")
    parent_key = serializers.CharField(required=False, help_text="Usage key of a subsection of a course.")
    index = serializers.IntegerField(
        required=False, min_value=0, help_text="Place among the children of the parent; the end by default."
    )
    title = serializers.CharField(
        required=False, max_length=MAX_TITLE, help_text="Title of the unit; the title of the template by default."
    )


class TemplateCopySerializer(serializers.Serializer[object]):
    """A unit that was made from a template."""

    key = serializers.CharField(help_text="Key of the unit, or usage key of the block.")
    title = serializers.CharField()


class TemplatesView(LibraryAPIView):
    """The templates of a library."""

    @extend_schema(
        operation_id="template_list",
        summary="List the unit templates of a library",
        description="Sorted by title. Needs VIEW.",
        parameters=[
            OpenApiParameter("library_key", str, required=True),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
        ],
        responses=page_serializer(ContainerSerializer),
        tags=["containers"],
    )
    def get(self, request: Request) -> Response:
        text = request.query_params.get("library_key", "")
        key = named_key(keys.library_key, text, field="library_key")
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(content.list_templates(key, user=request.user), request, view=self)
        return pagination.get_paginated_response(ContainerSerializer(page, many=True).data)

    @extend_schema(
        operation_id="template_mark",
        summary="Mark a unit as a template",
        description="Needs EDIT of its library. A template stays one when it is edited.",
        request=TemplateRequestSerializer,
        responses=ContainerSerializer,
        tags=["containers"],
    )
    def post(self, request: Request) -> Response:
        body = TemplateRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        key = named_key(keys.container_key, body.validated_data["unit_key"], field="unit_key")
        return Response(ContainerSerializer(content.mark_template(key, user=request.user)).data)


class UnitTemplateView(LibraryScopedView):
    """One template."""

    perms_map: ClassVar = {"DELETE": [Permission.EDIT]}

    @extend_schema(
        operation_id="template_unmark",
        summary="Make a template an ordinary unit again",
        description="The unit stays.",
        responses={204: OpenApiResponse(description="Nothing.")},
        tags=["containers"],
    )
    def delete(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        refuse_fields(request)
        content.unmark_template(container_key, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TemplateCopiesView(LibraryScopedView):
    """Units that are made from a template."""

    perms_map: ClassVar = {"POST": [Permission.VIEW]}

    @extend_schema(
        operation_id="template_copy",
        summary="Make a unit from a template",
        description="In a library, or in a course. Everything in it is new, and nothing is linked to the template."
        " Needs VIEW of the template, and EDIT of the library or course that gets the unit.",
        request=TemplateCopyRequestSerializer,
        responses=TemplateCopySerializer,
        tags=["containers"],
    )
    def post(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        body = TemplateCopyRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        made = _copy(container_key, body.validated_data, request)
        return Response(TemplateCopySerializer(made).data)


def _copy(key: LibraryContainerLocator, wanted: dict[str, Any], request: Request) -> dict[str, Any]:
    """Make the unit. Raises InvalidInputError unless exactly one place is named."""
    if ("library_key" in wanted) == ("parent_key" in wanted):
        raise InvalidInputError(_("Name either library_key or parent_key."), field="library_key")
    title = wanted.get("title")
    if "library_key" in wanted:
        library_key = named_key(keys.library_key, wanted["library_key"], field="library_key")
        if "index" in wanted:
            raise InvalidInputError(_("A library has no places."), field="index")
        unit = copy_template(key, library_key, user=request.user, title=title)
        return {"key": unit.key, "title": unit.display_name}
    parent_key = named_key(keys.block_key, wanted["parent_key"], field="parent_key")
    made = api.paste_template(key, parent_key, user=request.user, index=wanted.get("index"), title=title)
    return {"key": made.block.usage_key, "title": made.block.title}
