"""Extends drf-spectacular, so that it can describe the API of the app on this host."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

OUR_PATHS = (
    "/api/authz/",
    "/api/libraries/",
    "/api/content_library/",
    "/api/content-staging/",
    "/api/content_tagging/",
    "/api/contentstore/v1/container/",
    "/api/contentstore/v1/container_handler/",
    "/api/contentstore/v1/course_index/",
    "/api/contentstore/v2/downstreams",
    "/api/courses/v1/migrate_legacy_content_blocks/",
    "/api/modulestore_migrator/",
    "/api/xblock/",
    "/library_assets/",
    "/xblock/",
)


class JwtScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A JSON web token in the ``Authorization`` header."""

    target_class = "studio.tokens.TokenAuthentication"
    name = "jwt"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "JWT <token>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie of a browser."""

    target_class = "edx_rest_framework_extensions.auth.session.authentication.SessionAuthenticationAllowInactiveUser"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def only_ours(endpoints: list[tuple[str, ...]], **_kwargs: object) -> list[tuple[str, ...]]:
    """
    Leave only the endpoints of the app in the description.

    Endpoints of other packages that the host mounts (user_tasks, edxval) have descriptions of their own and change with
    their releases. Endpoints of the host serve one frontend.
    """
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(OUR_PATHS)]
