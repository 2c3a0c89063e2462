"""Base classes of the host's own REST views."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from content_libraries.rest.views import ErrorsMixin


class StudioAPIView(ErrorsMixin):
    """Base of views that call the api of the app. It turns errors of the app into HTTP errors."""


class FromScript(BasePermission):
    """
    Allows only requests that a script has sent, as a CSRF token does, for a GET that writes.

    Links and forms of other sites cannot set headers, and scripts of other sites are stopped by CORS.
    """

    message = _("Send the header USE-JWT-COOKIE: true with this request.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return "USE-JWT-COOKIE" in request.headers or "Authorization" in request.headers
