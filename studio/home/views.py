"""Views of the frame: read the request, ask, present."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .data import active_organizations, home_of


class HomeView(APIView):
    """What the caller may do on this site. Every library page of a frontend waits for it."""

    def get(self, request: Request) -> Response:
        return Response(asdict(home_of(request.user)))


class OrganizationsView(APIView):
    """Short names of all organizations."""

    def get(self, request: Request) -> Response:
        return Response(active_organizations())


class FlagsView(APIView):
    """The site's switches for frontends; they are the same for each course and library."""

    def get(self, request: Request, context_key: str = "") -> Response:
        return Response(settings.FRONTEND_FLAGS)


class HelpUrlsView(APIView):
    """Where the documentation of each page is."""

    def get(self, request: Request) -> Response:
        return Response(settings.HELP_URLS)
