"""The configuration that a frontend reads about this site. It is public: nothing in it depends on the user."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from edx_rest_framework_extensions.auth.jwt.cookies import jwt_cookie_header_payload_name

from content_libraries import api

FRONTEND_PATH: Final = "/authoring"


def frontend_url() -> str:
    """
    Return the URL of the frontend, on this site or elsewhere; "" without a frontend.

    The URL has no slash at the end.
    """
    return str(settings.COURSE_AUTHORING_MICROFRONTEND_URL).rstrip("/")


def frontend_configuration(request: HttpRequest) -> dict[str, object]:
    """
    Return the configuration of frontends. This host plays both Studio and LMS.

    Settings of the host (``FRONTEND_CONFIG``) override it.
    """
    origin = request.build_absolute_uri("/").rstrip("/")

    def picture(name: str) -> str:
        return request.build_absolute_uri(static(f"studio/{name}.svg"))

    return {
        "STUDIO_BASE_URL": origin,
        "LMS_BASE_URL": origin,
        "LOGIN_URL": origin + reverse("login"),
        "LOGOUT_URL": origin + reverse("logout"),
        "REFRESH_ACCESS_TOKEN_ENDPOINT": origin + reverse("login-refresh"),
        "CSRF_TOKEN_API_PATH": reverse("csrf-token"),
        "ACCESS_TOKEN_COOKIE_NAME": jwt_cookie_header_payload_name(),
        "LANGUAGE_PREFERENCE_COOKIE_NAME": settings.LANGUAGE_COOKIE_NAME,
        "SITE_NAME": settings.PLATFORM_NAME,
        "STUDIO_SHORT_NAME": settings.STUDIO_SHORT_NAME,
        "SUPPORT_EMAIL": settings.SUPPORT_EMAIL,
        "MEILISEARCH_ENABLED": True,
        "ENABLE_COURSE_IMPORT_IN_LIBRARY": "true",
        "ENABLE_GRADING_METHOD_IN_PROBLEMS": "true",
        "ENABLE_HOME_PAGE_COURSE_API_V2": "true",
        "ENABLE_TAGGING_TAXONOMY_PAGES": "true",
        "ADMIN_CONSOLE_URL": "",
        "LIBRARY_UNSUPPORTED_BLOCKS": [name for name in settings.BASIC_BLOCKS if api.block_class(name) is None],
        "LOGO_URL": picture("logo"),
        "LOGO_WHITE_URL": picture("logo-white"),
        "LOGO_TRADEMARK_URL": picture("logo"),
        "FAVICON_URL": picture("icon"),
    } | settings.FRONTEND_CONFIG


@require_safe
@cache_control(public=True, max_age=60)
def configuration_view(request: HttpRequest) -> JsonResponse:
    """Return the configuration as JSON. ``?mfe=`` is ignored, because there is one frontend."""
    return JsonResponse(frontend_configuration(request))
