"""
The settings that the app needs of a host, for its settings module.

Open edX calls ``plugin_settings`` for every plugin; other projects call it at the end of their settings::

    import sys
    from content_libraries.plugin_settings import plugin_settings

    plugin_settings(sys.modules[__name__])

Settings of the host stay unchanged. This module runs while settings are read, so it imports no models.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from openedx_authz.settings import common as authz
from openedx_content.settings_api import openedx_content_backcompat_apps_to_install

_APPS: Final = (
    "rest_framework",
    "drf_spectacular",
    "rules.apps.AutodiscoverRulesConfig",
    "simple_history",
    "waffle",
    "organizations",
    "user_tasks",
    "openedx_events",
    "openedx_catalog",
    "openedx_tagging",
    "openedx_content",
    *openedx_content_backcompat_apps_to_install(),  # type: ignore[no-untyped-call]
    "openedx_authz",
    "content_libraries.xblocks.problem_templates.ProblemTemplates",
    "edxval",  # where video blocks look for their files
    "content_libraries",
)

_OF_WORKBENCH: Final = ("django_htmx",)
"""Apps whose static files the workbench uses. They come with the extra ``workbench``."""

_FIRST_MIDDLEWARE: Final = "edx_django_utils.cache.middleware.RequestCacheMiddleware"
"""Clears the cache of a request, such as grants, at its end."""

_LAST_MIDDLEWARE: Final = "crum.CurrentRequestUserMiddleware"
"""Tells the filters and the audit log of openedx-authz who sent the request."""


_SEGMENTS: Final = ("library_key", "component_key", "collection_code", "course_key", "block_key")
"""Converters in URLs that match any text, which needs no pattern in a description of the API."""


def _every(seconds: float, task: str) -> dict[str, object]:
    """
    Make an entry of the beat schedule.

    A message expires if no worker takes it before the next one is sent.
    """
    return {"task": f"content_libraries.{task}", "schedule": seconds, "options": {"expires": seconds}}


_PERIODIC: Final = {
    # Indexes missed changes: an engine or a broker was down, or a process died after its commit.
    "sweep-search": _every(60.0, "search.sweep"),
    "sweep-compiled-courses": _every(60.0, "courses.sweep"),
    # Finds imports, backups, syncs and other jobs whose worker died or whose message was lost.
    "sweep-jobs": _every(60.0, "jobs.sweep"),
    # Publishes releases at their time.
    "publish-releases": _every(60.0, "history.publish_releases"),
    # Deletes archives and plans that were kept long enough.
    "tidy-imports": _every(3600.0, "imports.tidy"),
    "tidy-backups": _every(3600.0, "backups.tidy"),
}

_FILTERS: Final = {
    "org.openedx.authz.permission_validation.requested.v1": "content_libraries.libraries.filters.LibraryPermissions",
    "org.openedx.authz.role_assignment.requested.v1": "content_libraries.libraries.filters.TeamPermissions",
    "org.openedx.authz.role_removal.requested.v1": "content_libraries.libraries.filters.TeamPermissions",
}

_LANGUAGES: Final = (("en", "English"), ("es", "Spanish"), ("fr", "French"), ("de", "German"), ("zh", "Chinese"))
_OF_VIDEO_BLOCKS: Final[dict[str, object]] = {
    "FEATURES": {},
    "ALL_LANGUAGES": list(_LANGUAGES),
    "LANGUAGE_DICT": dict(_LANGUAGES),
    "COMPLETION_VIDEO_COMPLETE_PERCENTAGE": 0.95,
    "LMS_ROOT_URL": "",
    "LMS_BASE": "localhost",
    "TRANSCRIPT_LANG_CACHE_TIMEOUT": 24 * 60 * 60,
    "AI_TRANSLATIONS_API_URL": "",
    "YOUTUBE_API_KEY": "",
    "YOUTUBE": {
        "API": "https://www.youtube.com/iframe_api",
        "TEST_TIMEOUT": 1500,
        "IMAGE_API": "https://img.youtube.com/vi/{youtube_id}/0.jpg",
        "METADATA_URL": "https://www.googleapis.com/youtube/v3/videos/",
    },
    # Where the store of videos keeps its files, below MEDIA_ROOT.
    "VIDEO_IMAGE_SETTINGS": {"DIRECTORY_PREFIX": "video-images/"},
    "VIDEO_TRANSCRIPTS_SETTINGS": {"DIRECTORY_PREFIX": "video-transcripts/"},
}


def plugin_settings(settings: Any) -> None:
    """
    Add the settings that the app needs and that the host has not set.

    Args:
        settings: the settings module, or the object that Open edX passes. It needs INSTALLED_APPS, MIDDLEWARE and,
            where nothing says where files go, BASE_DIR.
    """
    # openedx-authz keeps its scopes beside these two models, takes the app's answers about libraries, because older
    # levels and flags count too, and lets the app refuse changes of teams.
    _default(settings, "OPENEDX_AUTHZ_CONTENT_LIBRARY_MODEL", "content_libraries.ContentLibrary")
    _default(settings, "OPENEDX_AUTHZ_COURSE_OVERVIEW_MODEL", "content_libraries.Course")
    filters: dict[str, dict[str, Any]] = _default(settings, "OPEN_EDX_FILTERS_CONFIG", {})
    for name, step in _FILTERS.items():
        of_site = filters.setdefault(name, {})
        of_site["fail_silently"] = False  # an error in a step must not allow anything
        _extend(of_site, "pipeline", [step])

    optional = [name for name in _OF_WORKBENCH if find_spec(name)]
    settings.INSTALLED_APPS = _with(settings.INSTALLED_APPS, [*_APPS, *optional])
    authz.plugin_settings(settings)
    if _FIRST_MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [_FIRST_MIDDLEWARE, *settings.MIDDLEWARE]
    if _LAST_MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, _LAST_MIDDLEWARE]
    backends = _default(settings, "AUTHENTICATION_BACKENDS", ["django.contrib.auth.backends.ModelBackend"])
    # openedx-tagging checks permissions on taxonomies with it.
    settings.AUTHENTICATION_BACKENDS = _with(backends, ["rules.permissions.ObjectPermissionBackend"])

    _default(settings, "SIMPLE_HISTORY_DATE_INDEX", False)
    rest: dict[str, Any] = _default(settings, "REST_FRAMEWORK", {})
    rest.setdefault("DEFAULT_SCHEMA_CLASS", "drf_spectacular.openapi.AutoSchema")
    # This package brings these apps, so their host need not see warnings about descriptions of their views.
    description: dict[str, Any] = _default(settings, "SPECTACULAR_SETTINGS", {})
    description.setdefault("ENABLE_DJANGO_DEPLOY_CHECK", False)
    described: dict[str, Any] = description.setdefault("PATH_CONVERTER_OVERRIDES", {})
    for name in _SEGMENTS:
        described.setdefault(name, {"type": "string"})
    schedule: dict[str, Any] = _default(settings, "CELERY_BEAT_SCHEDULE", {})
    for name, entry in _PERIODIC.items():
        schedule.setdefault(name, entry)
    _keep_files(settings)
    for name, value in _OF_VIDEO_BLOCKS.items():
        _default(settings, name, value)


def _keep_files(settings: Any) -> None:
    """
    Store files below ``var/``, unless the host names another place.

    Learning Core's files are private: only views of this app serve them.
    """
    folder = Path(getattr(settings, "BASE_DIR", ".")) / "var"
    learning = _default(settings, "OPENEDX_LEARNING", {})
    if "MEDIA" not in learning:
        backend = "django.core.files.storage.FileSystemStorage"
        learning["MEDIA"] = {"BACKEND": backend, "OPTIONS": {"location": str(folder / "content")}}
    _default(settings, "CONTENT_LIBRARIES_SEARCH_INDEX_DIR", str(folder / "search"))


def _default[T](settings: Any, name: str, value: T) -> T:
    """Set a setting unless the host has set it, and return its value."""
    if not hasattr(settings, name):
        setattr(settings, name, value)
    current: T = getattr(settings, name)
    return current


def _with(present: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """
    Return the present items, followed by the missing ones.

    An app may be present by the name of its package or of its configuration class.
    """
    found = list(present)
    return [*found, *(name for name in wanted if not any(_same(name, other) for other in found))]


def _same(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.apps.") or other.startswith(f"{one}.apps.")


def _extend(holder: dict[str, Any], name: str, wanted: list[str]) -> None:
    holder[name] = _with(holder.get(name, []), wanted)
