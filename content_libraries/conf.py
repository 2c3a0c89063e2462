"""
Every setting of the app: its name, its default, its meaning.

A host sets them in its Django settings. Code reads them here, at the time of use, so that tests and plugins can
override them: ``conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Setting[T]:
    """One setting. ``value`` is what the host set, or the default."""

    name: str
    default: T
    meaning: str

    @property
    def value(self) -> T:
        return cast(T, getattr(settings, self.name, self.default))


MAX_BLOCKS_PER_CONTENT_LIBRARY = Setting(
    "MAX_BLOCKS_PER_CONTENT_LIBRARY",
    100_000,
    "How many live items (components and containers together) a library may hold.",
)

LIBRARY_ENABLED_BLOCKS = Setting(
    "LIBRARY_ENABLED_BLOCKS",
    (
        "problem",
        "video",
        "html",
        "drag-and-drop-v2",
        "openassessment",
        "conditional",
        "done",
        "edx_sga",
        "freetextresponse",
        "google-calendar",
        "google-document",
        "invideoquiz",
        "lti",
        "lti_consumer",
        "pdf",
        "poll",
        "survey",
        "word_cloud",
    ),
    "Block types that authors are offered, where they are installed. Other types can still be created.",
)

ORGANIZATIONS_AUTOCREATE = Setting(
    "ORGANIZATIONS_AUTOCREATE",
    True,
    "Whether an organization that does not exist yet is created with its first library.",
)

ENABLE_CREATOR_GROUP = Setting(
    "CONTENT_LIBRARIES_ENABLE_CREATOR_GROUP",
    False,
    "Whether members of the group of course creators may create libraries, besides global staff.",
)

CREATOR_GROUP_NAME = Setting(
    "CONTENT_LIBRARIES_CREATOR_GROUP_NAME",
    "course_creators",
    "Name of the Django group that holds the course creators.",
)

PERMISSION_BACKEND = Setting(
    "CONTENT_LIBRARIES_PERMISSION_BACKEND",
    "content_libraries.libraries.permissions.RoleBackend",
    'Dotted path of the class that answers every "may this user".',
)

PROFILE_IMAGE_URL = Setting(
    "CONTENT_LIBRARIES_PROFILE_IMAGE_URL",
    "content_libraries/profile.svg",
    "Picture of people in histories: a URL, or a path below STATIC_URL. “{size}” in it becomes full, large, medium or"
    " small.",
)

SEARCH_ENGINE = Setting(
    "CONTENT_LIBRARIES_SEARCH_ENGINE",
    "content_libraries.search.embedded.EmbeddedEngine",
    "Dotted path of the search engine class. Blank: there is no search.",
)

SEARCH_INDEX_PREFIX = Setting(
    "MEILISEARCH_INDEX_PREFIX",
    "",
    "What the name of the search index begins with, where several sites share a search server.",
)

SEARCH_INDEX_DIR = Setting(
    "CONTENT_LIBRARIES_SEARCH_INDEX_DIR",
    "var/search",
    "Folder of the embedded search engine's index.",
)

CORS_ALLOWED_ORIGINS: Setting[Sequence[str]] = Setting(
    "CORS_ALLOWED_ORIGINS",
    (),
    "Origins of the site's frontends, for example https://apps.example.com. They may show our pages in frames.",
)

CORS_ORIGIN_WHITELIST: Setting[Sequence[str]] = Setting(
    "CORS_ORIGIN_WHITELIST",
    (),
    "Older name of CORS_ALLOWED_ORIGINS; what both name is allowed.",
)
