"""Serves data about the caller's account to frontends: profile, preferences, notifications."""

from __future__ import annotations

import re
from typing import Any, Final

from django.conf import global_settings, settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.utils.translation import get_language, gettext
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from content_libraries.rest.parsers import TextJSONParser

from ..rest import StudioAPIView

_LANGUAGE: Final = "pref-lang"
_CODE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"
_SAME_SITE: Final = "Lax"
_YEAR_SECONDS: Final = 365 * 24 * 3600


class AccountView(APIView):
    """The profile of the caller; staff may read other profiles."""

    def get(self, request: Request, username: str) -> Response:
        user = _account(request, username)
        picture = profile_image_url(request)
        return Response(
            {
                "username": user.username,
                "name": user.get_full_name(),
                "email": user.email,
                "is_active": user.is_active,
                "date_joined": user.date_joined,
                "profile_image": {
                    "has_image": False,
                    **{f"image_url_{size}": picture for size in ("full", "large", "medium", "small")},
                },
            }
        )


class PreferencesSerializer(serializers.Serializer[dict[str, Any]]):
    """The only preference that this host knows."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {_LANGUAGE: serializers.RegexField(_CODE, validators=[_check], required=False, allow_null=True)}


class MergePatchParser(TextJSONParser):
    """JSON under the media type with which frontends send changes of preferences."""

    media_type = "application/merge-patch+json"


class PreferencesView(StudioAPIView):
    """
    The language that the caller wants to read, kept in Django's language cookie.

    The cookie is for frontends, too, which speak more languages than this host.
    """

    parser_classes = (JSONParser, MergePatchParser)

    def get(self, request: Request, username: str) -> Response:
        _account(request, username)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return Response({_LANGUAGE: chosen if _is_known(chosen) else get_language()})

    def patch(self, request: Request, username: str) -> Response:
        _account(request, username)
        body = PreferencesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        response = Response(status=status.HTTP_204_NO_CONTENT)
        if language := body.validated_data.get(_LANGUAGE):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=_YEAR_SECONDS,
                domain=settings.LANGUAGE_COOKIE_DOMAIN,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite=_SAME_SITE,
            )
        elif _LANGUAGE in body.validated_data:
            response.delete_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                domain=settings.LANGUAGE_COOKIE_DOMAIN,
                samesite=_SAME_SITE,
            )
        return response


class NotificationCountView(APIView):
    """The bell in the header. This host sends no notifications; it says so, and the bell stays hidden."""

    def get(self, request: Request) -> Response:
        return Response({"show_notifications_tray": False, "count": 0, "count_by_app_name": {}})


def profile_image_url(request: HttpRequest | Request) -> str:
    """Return the same picture for all users, because accounts of this host have no pictures."""
    return request.build_absolute_uri(static("content_libraries/profile.svg"))


def _is_known(code: str) -> bool:
    """Return whether this is the code of a language that Django knows, or of a variant of one."""
    languages = {known.partition("-")[0] for known, _name in global_settings.LANGUAGES}
    return re.match(_CODE, code) is not None and code.partition("-")[0].lower() in languages


def _check(code: str) -> None:
    if not _is_known(code):
        raise serializers.ValidationError(gettext("This site does not know this language."))


def _account(request: Request, username: str) -> User:
    if request.user.username != username and not request.user.is_staff:
        raise PermissionDenied
    return get_object_or_404(User, username=username)
