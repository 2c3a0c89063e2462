"""
Taxonomies, tags, and tags of objects in libraries (wire: tagging).

The views extend the views of openedx-tagging with the parts that the package leaves to its host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from openedx_tagging.api import TagDoesNotExist
from openedx_tagging.data import TagDataQuerySet
from openedx_tagging.import_export.api import export_tags
from openedx_tagging.import_export.parsers import ParserFormat
from openedx_tagging.models import ObjectTag, Taxonomy
from openedx_tagging.rest_api.v1 import views as base
from openedx_tagging.rest_api.v1.serializers import (
    TaxonomyExportQueryParamsSerializer,
    TaxonomyTagCreateBodySerializer,
    TaxonomyTagUpdateBodySerializer,
)
from openedx_tagging.rest_api.v1.views_import import TemplateView as BaseTemplateView
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import APIView

from ...keys import LibraryLocatorV2
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.bodies import require_few
from ...rest.views import ErrorsMixin, LibraryAPIView
from .. import api
from . import descriptions
from .serializers import (
    ObjectTagsByTaxonomySerializer,
    ObjectTagSerializer,
    ObjectTagsUpdateSerializer,
    TagSerializer,
    TaxonomyFileSerializer,
    TaxonomyListQuerySerializer,
    TaxonomyOrganizationsSerializer,
    TaxonomySerializer,
)

_LONGEST_PK: Final = 19
"""How many characters a number in the database has at most. Python refuses to read much longer ones."""


_IMPORTS: Final = frozenset({"create_import", "update_import", "plan_update_import"})
"""Actions that read a file of tags."""

_MEDIA_TYPES: Final = {ParserFormat.CSV: "text/csv; charset=utf-8", ParserFormat.JSON: "application/json"}


class TaggingView(ErrorsMixin):
    """Base of the views. Uses the host's authentication instead of the authentication of openedx-tagging."""

    authentication_classes = APIView.authentication_classes


class TaxonomyErrorsMixin(TaggingView):
    """Treats input that models refuse, and numbers that are too long, like other bad input."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if len(str(kwargs.get("pk", ""))) > _LONGEST_PK:
            raise NotFound

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, DjangoValidationError):
            exc = ValidationError(as_serializer_error(exc))
        return super().handle_exception(exc)


class TaxonomyView(TaxonomyErrorsMixin, base.TaxonomyView):
    """Taxonomies of the organizations in which the user works."""

    serializer_class = TaxonomySerializer

    def get_queryset(self) -> QuerySet[Taxonomy]:
        query = TaxonomyListQuerySerializer(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        taxonomies = super().get_queryset().filter(pk__in=api.visible_taxonomies(self.request.user).values("pk"))
        if org := query.validated_data.get("org"):
            taxonomies = taxonomies.filter(pk__in=api.taxonomies_for([org.pk]).values("pk"))
        if query.validated_data.get("unassigned"):
            taxonomies = taxonomies.filter(pk__in=api.unassigned_taxonomies().values("pk"))
        return taxonomies.prefetch_related("availability__orgs")

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if self.action in _IMPORTS:
            TaxonomyFileSerializer(data=request.data).is_valid(raise_exception=True)

    @action(detail=True, methods=["get"])
    def export(self, request: Request, **_kwargs: object) -> HttpResponse:  # type: ignore[override]  # of another class
        """Export a taxonomy."""
        query = TaxonomyExportQueryParamsSerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        kind = ParserFormat[query.validated_data["output_format"].upper()]
        taxonomy = self.get_object()
        headers = {}
        if query.validated_data["download"]:  # names of taxonomies may have several lines
            name = "".join(letter if letter.isprintable() else " " for letter in taxonomy.name)
            headers["Content-Disposition"] = content_disposition_header(True, f"{name}{kind.value}") or "attachment"
        return HttpResponse(export_tags(taxonomy, kind), content_type=_MEDIA_TYPES[kind], headers=headers)

    @extend_schema(
        summary="Set the organizations of a taxonomy",
        request=TaxonomyOrganizationsSerializer,
        responses=TaxonomySerializer,
    )
    @action(detail=True, methods=["put"])
    def orgs(self, request: Request, **_kwargs: object) -> Response:
        taxonomy = self.get_object()
        body = TaxonomyOrganizationsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        api.set_organizations(taxonomy, wanted.get("orgs", ()), all_orgs=wanted["all_orgs"])
        return Response(self.get_serializer(self.get_object()).data)


@extend_schema_view(
    get=extend_schema(summary="List the tags of a taxonomy", parameters=descriptions.LIST_OF_TAGS),
    post=extend_schema(
        summary="Add a tag to a taxonomy", request=TaxonomyTagCreateBodySerializer, responses={201: TagSerializer}
    ),
    patch=extend_schema(
        summary="Rename a tag of a taxonomy", request=TaxonomyTagUpdateBodySerializer, responses=TagSerializer
    ),
    delete=extend_schema(
        summary="Delete tags of a taxonomy",
        description="The request has a body: `tags`, and `with_subtags` to delete what is below them too.",
        responses={200: OpenApiResponse(description="Nothing.")},
    ),
)
class TaxonomyTagsView(TaxonomyErrorsMixin, base.TaxonomyTagsView):
    """Tags of a taxonomy."""

    serializer_class = TagSerializer
    parameters_without_value = frozenset({"include_counts"})
    http_method_names = ("get", "post", "patch", "delete", "head", "options")

    def get_queryset(self) -> TagDataQuerySet:
        try:
            return super().get_queryset()
        except TagDoesNotExist as error:
            raise NotFound from error
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def delete(self, request: Request, *args: object, **kwargs: object) -> Response:
        tags = request.data.get("tags") if isinstance(request.data, Mapping) else None
        require_few(len(tags) if isinstance(tags, Sized) else 0, field="tags")
        response: Response = super().delete(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response


@extend_schema_view(
    retrieve=extend_schema(
        summary="Read the tags of an object",
        parameters=descriptions.TAGS_OF_TAXONOMY,
        responses={200: descriptions.TAGS_OF_OBJECT},
    ),
    update=extend_schema(
        summary="Replace the tags of an object",
        description="Those of each taxonomy that is named; others stay.",
        request=ObjectTagsUpdateSerializer,
        responses={200: descriptions.TAGS_OF_OBJECT},
    ),
)
@method_decorator(transaction.non_atomic_requests, name="dispatch")  # events are sent before the response
class ObjectTagView(TaggingView, base.ObjectTagView):
    """The tags of an object in a library or course. Roles in the library or course decide."""

    object_tags_serializer_class = ObjectTagsByTaxonomySerializer
    minimal_serializer_class = ObjectTagSerializer

    @cached_property
    def holder(self) -> api.TagHolder:
        object_id: str = self.kwargs["object_id"]
        if "*" in object_id or "," in object_id:
            raise ValidationError(_("Give the key of one object."))
        return api.holder_of(object_id)

    def get_queryset(self) -> QuerySet[ObjectTag]:
        self.holder.require_view(self.request.user)
        visible = api.visible_taxonomies(self.request.user).values("pk")
        available = api.taxonomies_for(self.holder.organization_pks).filter(enabled=True)
        tags: QuerySet[ObjectTag] = super().get_queryset()
        tags = tags.filter(Q(taxonomy__in=visible) | Q(taxonomy__in=available.values("pk")))
        return tags.annotate(is_available=Exists(available.filter(pk=OuterRef("taxonomy"))))

    def ensure_has_view_object_tag_permission(self, user: object, taxonomy: Taxonomy | None, object_id: str) -> None:
        """Allow every user, because tags of taxonomies that the user may not see are filtered out."""

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "may_tag": self.holder.may_tag(self.request.user)}

    def update(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Replace the tags of each taxonomy that is named."""
        self.holder.require_may_tag(request.user)
        body = ObjectTagsUpdateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        tags = [(entry["taxonomy"], entry["tags"]) for entry in body.validated_data["tagsData"]]
        api.set_object_tags(self.kwargs["object_id"], tags, user=request.user)
        return self.retrieve(request)


@extend_schema_view(
    retrieve=extend_schema(
        summary="Count the tags of objects",
        description="Keys separated by commas, or the beginning of keys with a `*` at the end.",
        parameters=descriptions.COUNTS,
        responses={200: descriptions.COUNTS_OF_OBJECTS},
    )
)
class ObjectTagCountsView(TaggingView, LibraryAPIView, base.ObjectTagCountsView):
    """Numbers of tags of objects. These numbers are no secret, so any logged-in user may read them."""

    parameters_without_value = frozenset({"count_implicit"})

    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response:
        require_few(self.kwargs["object_id_pattern"].count(",") + 1)
        response: Response = super().retrieve(request, *args, **kwargs)
        return response


class ObjectTagExportView(LibraryScopedView):
    """The tags of a library and of everything in it."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        summary="Export the tags of a library and its content",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, object_id: LibraryLocatorV2) -> StreamingHttpResponse:
        lines = api.export_tags(object_id, user=request.user)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{object_id}_tags.csv"'
        return response


@extend_schema_view(
    get=extend_schema(
        summary="Download a template for importing a taxonomy",
        responses=descriptions.TEMPLATES,
        examples=[descriptions.TEMPLATE],
    )
)
class TemplateView(BaseTemplateView):
    """The file that shows how a taxonomy is imported, as CSV or JSON."""
