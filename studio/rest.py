"""What the host's own REST views share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from content_libraries.rest import ErrorsMixin


class StudioAPIView(ErrorsMixin):
    """A view that calls the api of the app, and says over HTTP what its errors mean."""


class FromScript(BasePermission):
    """
    Lets requests through that only a script can send, as a token of CSRF does, for a GET that writes.

    Links and forms of other sites cannot set headers, and scripts of other sites are asked for their origin first.
    """

    message = _("Send the header USE-JWT-COOKIE: true with this request.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return "USE-JWT-COOKIE" in request.headers or "Authorization" in request.headers
