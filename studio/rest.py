"""What the host's own REST views share."""

from __future__ import annotations

from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.response import Response
from rest_framework.views import APIView

from content_libraries.errors import NotAllowedError, NotFoundError


class StudioAPIView(APIView):
    """A view that calls the api of the app, and says over HTTP what its errors mean."""

    def handle_exception(self, exc: Exception) -> Response:
        match exc:
            case NotFoundError():
                exc = NotFound()
            case NotAllowedError():
                exc = PermissionDenied()
        return super().handle_exception(exc)
