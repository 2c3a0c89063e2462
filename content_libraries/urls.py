"""The URLs of the app. Includes the URLs of the rooms, at the paths that existing clients know."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

LIBRARIES = "api/libraries/v2/"
ADDITIONAL = "api/content_library/v1/"
TAGGING = "api/content_tagging/v1/"
ASSETS = "library_assets/"
XBLOCKS = "api/xblock/v2/xblocks/"
EMBED = "xblocks/v2/"
STAGING = "api/content-staging/v1/"
MIGRATOR = "api/modulestore_migrator/v1/"
CONTENTSTORE = "api/contentstore/"
LEGACY_BLOCKS = "api/courses/v1/migrate_legacy_content_blocks/"
SEARCH_KEYS = "api/content_search/v2/"
ROLES = "api/authz/v1/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(LIBRARIES, include("content_libraries.content.rest.urls")),
    path(LIBRARIES, include("content_libraries.history.rest.urls")),
    path(LIBRARIES, include("content_libraries.clipboard.rest.library_urls")),
    path(LIBRARIES, include("content_libraries.backups.rest.urls")),
    # Takes any first segment: rooms with fixed names there, such as restore/, come before it.
    path(LIBRARIES, include("content_libraries.libraries.rest.urls")),
    path(ADDITIONAL, include("content_libraries.libraries.rest.additional_urls")),
    path(ADDITIONAL, include("content_libraries.content.rest.additional_urls")),
    path(ADDITIONAL, include("content_libraries.history.rest.additional_urls")),
    path(ROLES, include("content_libraries.libraries.authz.urls")),
    path(ADDITIONAL, include("content_libraries.search.rest.urls")),
    path(ADDITIONAL, include("content_libraries.courses.rest.urls")),
    path(ADDITIONAL, include("content_libraries.imports.rest.additional_urls")),
    path(ADDITIONAL, include("content_libraries.backups.rest.additional_urls")),
    path(MIGRATOR, include("content_libraries.imports.rest.urls")),
    path(SEARCH_KEYS, include("content_libraries.search.rest.key_urls")),
    path(TAGGING, include("content_libraries.tagging.rest.urls")),
    path(STAGING, include("content_libraries.clipboard.rest.urls")),
    path(ADDITIONAL, include("content_libraries.xblocks.rest.additional_urls")),
    path(XBLOCKS, include("content_libraries.xblocks.rest.urls")),
    path(EMBED, include("content_libraries.xblocks.rest.embed_urls")),
    path(ADDITIONAL, include("content_libraries.sync.rest.additional_urls")),
    path(CONTENTSTORE, include("content_libraries.sync.rest.urls")),
    path(LEGACY_BLOCKS, include("content_libraries.sync.rest.legacy_urls")),
    path("xblock/", include("content_libraries.sync.rest.block_urls")),
    path(ASSETS, include("content_libraries.content.rest.asset_urls")),
]
