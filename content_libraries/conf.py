"""
Every setting of the app: its name, its default, its meaning.

A host sets them in its Django settings. Code reads them here, at the time of use, so that tests and plugins can
override them: ``conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Setting[T]:
    """One setting. ``value`` is the value that the host has set, or the default."""

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

IMPORT_MAX_BLOCKS = Setting(
    "CONTENT_LIBRARIES_IMPORT_MAX_BLOCKS",
    50_000,
    "How many blocks a course or archive may have to be imported. Larger ones are refused before all is read.",
)

JOB_LEASE_SECONDS = Setting(
    "CONTENT_LIBRARIES_JOB_LEASE_SECONDS",
    300,
    "How long a job may say nothing before its worker counts as dead. It has to exceed the longest single step.",
)

JOB_ATTEMPTS = Setting(
    "CONTENT_LIBRARIES_JOB_ATTEMPTS",
    3,
    "How often a job is begun: if so many workers have died over it, or met an unexpected error, it fails.",
)

JOB_RESEND_SECONDS = Setting(
    "CONTENT_LIBRARIES_JOB_RESEND_SECONDS",
    300,
    "After how long a job that no worker has taken is sent again, because its message may be lost.",
)

IMPORT_UPLOAD_DAYS = Setting(
    "CONTENT_LIBRARIES_IMPORT_UPLOAD_DAYS",
    7,
    "How long uploaded archives and plans that nobody imports are kept.",
)

BACKUP_DAYS = Setting(
    "CONTENT_LIBRARIES_BACKUP_DAYS",
    7,
    "How long archives of libraries, and restored content that nobody makes a library of, are kept.",
)

REQUEST_MAX_VALUES = Setting(
    "CONTENT_LIBRARIES_REQUEST_MAX_VALUES",
    100_000,
    "How many values (members of lists and objects) the JSON of one request may hold. Deeper than 50 nothing nests.",
)

REQUEST_MAX_ITEMS = Setting(
    "CONTENT_LIBRARIES_REQUEST_MAX_ITEMS",
    2_000,
    "How many keys, names or tags one list of a request may hold.",
)

TAXONOMY_IMPORT_MAX_TAGS = Setting(
    "CONTENT_LIBRARIES_TAXONOMY_IMPORT_MAX_TAGS",
    5_000,
    "How many tags a file may hold that is imported into a taxonomy. Each takes about 30 milliseconds of the request.",
)

CONTAINER_MAX_CHILDREN = Setting(
    "CONTENT_LIBRARIES_CONTAINER_MAX_CHILDREN",
    10_000,
    "How many children authors may give a container, and name in one request for its children.",
)

BULK_EDIT_MAX_ITEMS = Setting(
    "CONTENT_LIBRARIES_BULK_EDIT_MAX_ITEMS",
    10_000,
    "How many items one bulk edit may look at. Larger selections are refused.",
)

BULK_EDIT_MAX_AT_ONCE = Setting(
    "CONTENT_LIBRARIES_BULK_EDIT_MAX_AT_ONCE",
    500,
    "How many items a bulk edit may look at within a request. A worker makes larger ones.",
)

BULK_EDIT_MAX_CHARACTERS = Setting(
    "CONTENT_LIBRARIES_BULK_EDIT_MAX_CHARACTERS",
    100_000_000,
    "How many characters the OLX of all items of one bulk edit may have. All of them are in memory.",
)

BULK_EDIT_SECONDS = Setting(
    "CONTENT_LIBRARIES_BULK_EDIT_SECONDS",
    120,
    "How long a bulk edit may compute its changes. It is refused after that, and changes nothing.",
)

LICENSES = Setting(
    "CONTENT_LIBRARIES_LICENSES",
    (
        "all-rights-reserved",
        *(
            f"CC:{version}:{elements}"
            for version in ("4.0", "3.0", "2.5", "2.0", "1.0")
            for elements in ("BY", "BY:SA", "BY:NC", "BY:NC:SA", "BY:ND", "BY:NC:ND")
        ),
        "CC0:1.0",
        "public-domain",
        "other",
    ),
    "Codes of the licenses that authors may choose for components and containers. Imports keep other licenses, too.",
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

ROLES_MAX_ITEMS = Setting(
    "CONTENT_LIBRARIES_ROLES_MAX_ITEMS",
    1_000,
    "How many permissions can be asked, users looked up, or roles given or taken in one request below api/authz/.",
)

COURSE_STORE = Setting(
    "CONTENT_LIBRARIES_COURSE_STORE",
    "content_libraries.courses.learning_core_store.LearningCoreStore",
    "Dotted path of the class that reads courses and applies plans to them.",
)

COMPILED_COURSES_KEPT = Setting(
    "CONTENT_LIBRARIES_COMPILED_COURSES_KEPT",
    3,
    "How many compiled states of a course are kept; readers use the newest, and finish with the one they began with.",
)

COURSE_PERMISSION_BACKEND = Setting(
    "CONTENT_LIBRARIES_COURSE_PERMISSION_BACKEND",
    "content_libraries.courses.permissions.CourseRoleBackend",
    'Dotted path of the class that answers every "may this user" about courses.',
)

COURSE_SETTINGS_OF_BLOCKS: Setting[Mapping[str, Sequence[str]]] = Setting(
    "CONTENT_LIBRARIES_COURSE_SETTINGS_OF_BLOCKS",
    {},
    "Type of a component -> more of its settings that are the course's, besides attempts, due dates and the like: they"
    " come along when a library component is reused, and no sync touches them.",
)

COURSE_DISABLED_BLOCKS: Setting[Sequence[str]] = Setting(
    "CONTENT_LIBRARIES_COURSE_DISABLED_BLOCKS",
    (),
    "Types of components that courses do not get from libraries, though the site has them. What is linked stays.",
)

PROFILE_IMAGE_URL = Setting(
    "CONTENT_LIBRARIES_PROFILE_IMAGE_URL",
    "content_libraries/profile.svg",
    "Picture of people in histories: a URL, or a path below STATIC_URL. “{size}” in it becomes full, large, medium or"
    " small.",
)

SEARCH_ENGINE = Setting(
    "CONTENT_LIBRARIES_SEARCH_ENGINE",
    "",
    "Dotted path of the search engine class. Blank for Meilisearch where MEILISEARCH_ENABLED is set, and otherwise the"
    " embedded engine; “off” for none.",
)

SEARCH_MAX_CONDITIONS = Setting(
    "CONTENT_LIBRARIES_SEARCH_MAX_CONDITIONS",
    2_000,
    "How many conditions the filters of all queries of one request may have together.",
)

SEARCH_ANSWER_BYTES = Setting(
    "CONTENT_LIBRARIES_SEARCH_ANSWER_BYTES",
    10 * 1024 * 1024,
    "How long the hits of one request for a search are together. Long texts and lists of hits are cut to fit. Browsers"
    " that ask a Meilisearch server are not limited by this.",
)

SEARCH_INDEX_DIR = Setting(
    "CONTENT_LIBRARIES_SEARCH_INDEX_DIR",
    "var/search",
    "Folder of the embedded search engine's index.",
)

SEARCH_INDEX_PREFIX = Setting(
    "CONTENT_LIBRARIES_SEARCH_INDEX_PREFIX",
    "",
    "What the name of the index begins with, where several sites share one search server. Blank for"
    " MEILISEARCH_INDEX_PREFIX, which platforms set.",
)

MEILISEARCH_ENABLED = Setting(
    "MEILISEARCH_ENABLED",
    False,
    "Whether the site searches with Meilisearch.",
)

MEILISEARCH_URL = Setting(
    "MEILISEARCH_URL",
    "http://localhost:7700",
    "Address of Meilisearch for this site's processes.",
)

MEILISEARCH_PUBLIC_URL = Setting(
    "MEILISEARCH_PUBLIC_URL",
    "",
    "Address of Meilisearch for browsers; blank if it is MEILISEARCH_URL.",
)

MEILISEARCH_API_KEY = Setting(
    "MEILISEARCH_API_KEY",
    "",
    "The master key, or a key that may search, create, fill, configure, swap and delete the indexes, and get keys.",
)

MEILISEARCH_INDEX_PREFIX = Setting(
    "MEILISEARCH_INDEX_PREFIX",
    "",
    "What CONTENT_LIBRARIES_SEARCH_INDEX_PREFIX is called on platforms that search with Meilisearch.",
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


def frontend_origins() -> list[str]:
    """List the origins of the site's frontends, from both settings that name them."""
    return list(dict.fromkeys([*CORS_ALLOWED_ORIGINS.value, *CORS_ORIGIN_WHITELIST.value]))


def frame_ancestors() -> str:
    """Return the directive of a Content-Security-Policy that lets the site's frontends show an answer in a frame."""
    return f"frame-ancestors {' '.join(["'self'", *frontend_origins()])}"


AUTHORING_FRONTEND_URL = Setting(
    "COURSE_AUTHORING_MICROFRONTEND_URL",
    "",
    "Where the authoring frontend is, for links to library items; blank if it is at the root of this site.",
)

BLOCK_PROCESSES = Setting(
    "CONTENT_LIBRARIES_BLOCK_PROCESSES",
    2,
    "How many processes each web or worker process has for the code of blocks. One user never has all of them. With 0"
    " blocks run in the process itself, and nothing can be stopped: only for debugging.",
)

BLOCK_SECONDS = Setting(
    "CONTENT_LIBRARIES_BLOCK_SECONDS",
    10,
    "How long a block may take to be shown, to answer, or to be read or saved. Then its process is killed.",
)

BLOCK_MEMORY_MIB = Setting(
    "CONTENT_LIBRARIES_BLOCK_MEMORY_MIB",
    512,
    "How much more memory a block may take than its process has when it begins. Kept on Linux only.",
)

BLOCK_QUEUE = Setting(
    "CONTENT_LIBRARIES_BLOCK_QUEUE",
    5,
    "How many requests of one web process may wait for processes of blocks; others are told to try again. Together with"
    " BLOCK_PROCESSES it should be less than the threads of a web process.",
)

BLOCK_MESSAGE_BYTES = Setting(
    "CONTENT_LIBRARIES_BLOCK_MESSAGE_BYTES",
    32 * 1024 * 1024,
    "How long what a block answers may be: a view, the answer of a handler, fields; and a request to it, or a file that"
    " it reads.",
)

STUDENT_STATE_BYTES = Setting(
    "CONTENT_LIBRARIES_STUDENT_STATE_BYTES",
    1024 * 1024,
    "How long what a user did in one component may be, as JSON.",
)

PREVIEW_SCRIPTS: Setting[Sequence[str]] = Setting(
    "CONTENT_LIBRARIES_PREVIEW_SCRIPTS",
    ("admin/js/vendor/jquery/jquery.min.js",),
    "Scripts that previews of components load first: URLs, or paths below STATIC_URL. Blocks need jQuery; a site can"
    " add MathJax, Underscore and what its blocks expect besides.",
)
