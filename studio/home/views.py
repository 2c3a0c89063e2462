"""Views of the frame: read the request, call one function, present the result."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from content_libraries import api

from ..rest import StudioAPIView
from .data import active_organizations, home_of, legacy_cards


class LegacyLibrariesQuerySerializer(serializers.Serializer[dict[str, bool | None]]):
    """Query parameters of the list of legacy libraries."""

    is_migrated = serializers.BooleanField(default=None, allow_null=True)


class HomeView(APIView):
    """The rights of the caller on this site. Every library page of a frontend waits for it."""

    def get(self, request: Request) -> Response:
        return Response(asdict(home_of(request.user)))


class LegacyLibrariesView(StudioAPIView):
    """
    The legacy libraries that the caller can migrate, and the legacy libraries that were migrated.

    Frontends may ask for one kind only, with ``is_migrated``.
    """

    def get(self, request: Request) -> Response:
        query = LegacyLibrariesQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data["is_migrated"]
        cards = [card for card in legacy_cards(request.user) if wanted is None or card.is_migrated is wanted]
        return Response({"libraries": [asdict(card) for card in cards]})


class ExportView(StudioAPIView):
    """
    The archive of a legacy library, or of a course that was uploaded.

    The page that migrates libraries links here.
    """

    def get(self, request: Request, source_key: api.CourseKey) -> FileResponse:
        found = api.find_source(source_key, user=request.user)
        if found.upload is None:
            raise NotFound(_("Only archives that were uploaded can be downloaded here."))
        return FileResponse(found.upload.file.open(), as_attachment=True, filename=found.upload.file_name)


class OrganizationsView(APIView):
    """Short names of all organizations."""

    def get(self, request: Request) -> Response:
        return Response(active_organizations())


class FlagsView(APIView):
    """The site's switches for frontends; they are the same for each course and library."""

    def get(self, request: Request, context_key: str = "") -> Response:
        return Response(settings.FRONTEND_FLAGS)


class HelpUrlsView(APIView):
    """The URLs of the documentation of each page."""

    def get(self, request: Request) -> Response:
        return Response(settings.HELP_URLS)
