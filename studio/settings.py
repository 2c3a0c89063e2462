"""
Settings of the host project.

Everything that differs between sites comes from the environment; without settings, the host runs on SQLite, a
file-system broker and the embedded search engine, and writes only below ``STUDIO_DATA_DIR``.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from content_libraries.plugin_settings import plugin_settings
from studio.api_introduction import API_INTRODUCTION
from studio.database import database
from studio.operations.logs import logging_settings
from studio.secret_keys import stored_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

OPENEDX_TELEMETRY: list[str] = []  # by default edx-django-utils looks for New Relic, and complains without it


def _flag(name: str, *, default: bool) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


def _names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _data_dir() -> Path:
    folder = Path(os.environ.get("STUDIO_DATA_DIR") or BASE_DIR / "var").resolve()
    for name in ("media", "content", "search", "broker", "static"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


DATA_DIR = _data_dir()
DEBUG = _flag("DEBUG", default=False)


SECRET_KEY = os.environ.get("SECRET_KEY") or stored_secret_key(DATA_DIR)
ALLOWED_HOSTS = _names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "studio.accounts.apps.StudioAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "csp",
    "django_structlog",
    "drf_spectacular_sidecar",
    "studio",
    # Open Responses need these besides their class. This site has no submissions, so their tables stay empty.
    "submissions",
    "openassessment",
    "openassessment.assessment",
    "openassessment.fileupload",
    "openassessment.staffgrader",
    "openassessment.workflow",
    "openassessment.xblock",
]
HOTJAR_SITE_ID = ""  # Open Responses would have browsers load a script of hotjar.com

MIDDLEWARE = [
    "django_structlog.middlewares.RequestMiddleware",
    "studio.charsets.CharsetMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "studio.frontend.pages.FilesMiddleware",
    "edx_django_utils.cache.middleware.RequestCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "edx_rest_framework_extensions.auth.jwt.middleware.JwtAuthCookieMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crum.CurrentRequestUserMiddleware",
    "axes.middleware.AxesMiddleware",
    "studio.operations.requests.CountingMiddleware",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.pages.context.site_names",
            ],
        },
    },
]

DATABASES = {"default": database(DATA_DIR)}
# As on the platform: apps that do not choose for themselves have migrations made for AutoField.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

# The language of texts that are stored for all readers, and of responses to readers of unsupported languages.
LANGUAGE_CODE = os.environ.get("LANGUAGE_CODE", "en")
# Only languages with a catalog, so that a page has the language that it declares. Regions (es-419) get the language.
LANGUAGES = [("en", "English"), ("es", "Spanish")]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
# Builds of frontends, and our manifest, put a digest into the names of files, so these files never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-f]{12,32}\..+$"
# Besides files: authors paste pictures into texts.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"

# Inactive users may log in and are then refused by permissions (wire: authentication).
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # limits failed logins before a password is checked
    "django.contrib.auth.backends.AllowAllUsersModelBackend",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
# Failed logins are counted (studio/accounts/brake.py). One process, as with "make run", may count in its own memory;
# several have to share a cache.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}}
SILENCED_SYSTEM_CHECKS = ["axes.W001"]  # warns that memory is not shared
AXES_HANDLER = "studio.accounts.brake.Brake"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address", "username"]
LOGIN_FAILURES = (5, 50, 100)  # the limit of each of these
AXES_FAILURE_LIMIT = LOGIN_FAILURES[0]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "studio.accounts.brake.client_address"
AXES_USERNAME_CALLABLE = "studio.accounts.brake.account_name"
AXES_LOCKOUT_CALLABLE = "studio.accounts.brake.locked_out"
AXES_VERBOSE = AXES_ENABLE_ADMIN = False
# How many proxies in front append an address to X-Forwarded-For. 0: the header is ignored.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))

# ``make run`` sets it: visitors from the same machine log in as the users of the demo with one click.
DEMO = _flag("DEMO", default=False)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"

# Names that people see, and where they find help.
PLATFORM_NAME = os.environ.get("PLATFORM_NAME", "Content libraries")
STUDIO_NAME = os.environ.get("STUDIO_NAME", "Studio")
STUDIO_SHORT_NAME = STUDIO_NAME
SUPPORT_EMAIL = os.environ.get("SUPPORT_EMAIL", "")
HELP_URLS = {
    "default": "https://docs.openedx.org/en/latest/educators/",
    "home": "https://docs.openedx.org/en/latest/educators/",
    "libraries": "https://docs.openedx.org/en/latest/educators/",
}

# A built authoring frontend to serve below /authoring/; empty without a frontend, or if it runs elsewhere.
MFE_DIST = os.environ.get("MFE_DIST", "")
# Copies of builds with compressed files, which are served. A process makes one at its start if the build is new.
FRONTEND_COPIES = DATA_DIR / "frontend"
# URL of a picture on another site, which would see each visitor -> static file that replaces it.
FRONTEND_PICTURES = {"https://logos.openedx.org/open-edx-logo-tag.png": "studio/powered-by.svg"}
# The URL of the frontend, for links to its pages. Blank without a frontend, or if it is at the root of this site.
COURSE_AUTHORING_MICROFRONTEND_URL = os.environ.get("FRONTEND_URL", "/authoring" if MFE_DIST else "")
# Types of components that frontends always offer. Missing ones are reported to them as unsupported.
BASIC_BLOCKS = ["html", "problem", "openassessment", "drag-and-drop-v2", "video"]
# Overrides values in the response of /api/mfe_config/v1.
FRONTEND_CONFIG: dict[str, object] = {}
# Switches that frontends ask for. The reference lists them (wire: host-flags).
FRONTEND_FLAGS = {
    "enable_authz_course_authoring": False,
    "enable_course_optimizer": False,
    "enable_course_optimizer_check_prev_run_links": False,
    "enable_notifications": False,
    "use_new_pdf_editor": True,
    "use_new_video_uploads_page": True,
    "use_react_markdown_editor": True,
    "use_video_gallery_flow": False,
}

# URL that returns the transcript of a YouTube video as SRT, with {video} and {language} in it. Blank: the video
# editor offers no import, and the site fetches nothing.
TRANSCRIPT_SOURCE = os.environ.get("TRANSCRIPT_SOURCE", "")

# Frontends of other origins, for example https://apps.example.com. They may call the API with the user's cookies,
# show our pages in frames, and be returned to after login.
FRONTEND_ORIGINS = _names("FRONTEND_ORIGINS")
CORS_ALLOWED_ORIGINS = CSRF_TRUSTED_ORIGINS = FRONTEND_ORIGINS
CORS_ALLOW_CREDENTIALS = True
# Handlers of blocks set their own CORS headers: pages without an origin call them, and without cookies.
CORS_URLS_REGEX = r"^/(?!(?:api/xblock/v2/xblocks|xblocks/v2)/[^/]+/handler/)"
# Headers that frontends send besides the usual ones: for authentication, and for the search engine.
CORS_ALLOW_HEADERS = (*default_headers, "if-match", "if-none-match", "use-jwt-cookie", "x-meilisearch-client")
CORS_EXPOSE_HEADERS = ("content-disposition", "etag", "x-request-id")

# Learning Core keeps files of components here. It is private: only views that check permissions serve it.
OPENEDX_LEARNING = {
    "MEDIA": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "content")},
    }
}

# Pages of this site may load its own files. They have no inline scripts or styles, and no frame around them.
# Pages that need more set a policy: previews of blocks, files of authors, the API description, the frontend.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *FRONTEND_ORIGINS],  # after login and logout, forms lead back there
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    # People try the API at /api-docs/. Pages made of responses would have styles inside.
    "DEFAULT_RENDERER_CLASSES": ["content_libraries.rest.renderers.TextJSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "studio.tokens.TokenAuthentication",
        "edx_rest_framework_extensions.auth.session.authentication.SessionAuthenticationAllowInactiveUser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # The views of other packages read bodies within the same bounds as ours.
    "DEFAULT_PARSER_CLASSES": [
        "content_libraries.rest.parsers.TextJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "edx_rest_framework_extensions.paginators.DefaultPagination",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Content libraries",
    "DESCRIPTION": API_INTRODUCTION,
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["studio.schema.only_ours"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "content_libraries.openapi.hooks.add_examples",
        "content_libraries.openapi.groups.group_operations",
    ],
    # The outcomes of an update are the same in requests and in previews.
    "ENUM_NAME_OVERRIDES": {"OutcomeEnum": ["keep_local", "take_upstream", "decline"]},
    # Everything the pages of the description need comes from this site.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

JWT_AUTH = {
    "JWT_ALGORITHM": "HS256",
    "JWT_DECODE_HANDLER": "studio.upstream.edx_drf_extensions.read_token",
    "JWT_ISSUERS": [{"ISSUER": "studio", "SECRET_KEY": SECRET_KEY, "AUDIENCE": "studio"}],
    "JWT_VERIFY_AUDIENCE": True,
    "JWT_AUTH_HEADER_PREFIX": "JWT",
    "JWT_AUTH_COOKIE": "edx-jwt-cookie",
    "JWT_AUTH_COOKIE_HEADER_PAYLOAD": "edx-jwt-cookie-header-payload",
    "JWT_AUTH_COOKIE_SIGNATURE": "edx-jwt-cookie-signature",
}

EDX_DRF_EXTENSIONS: dict[str, dict[str, str]] = {"JWT_PAYLOAD_USER_ATTRIBUTE_MAPPING": {}}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://localhost//")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object]
if urlsplit(CELERY_BROKER_URL).scheme == "filesystem":
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker"),
        "data_folder_out": str(DATA_DIR / "broker"),
        "control_folder": str(DATA_DIR / "broker"),
        "polling_interval": 0.2,
    }
else:
    # A broker that is down must not keep an author waiting. Lost messages are made up for from the change logs.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0, "interval_start": 0, "interval_step": 0.1}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ALWAYS_EAGER = _flag("CELERY_TASK_ALWAYS_EAGER", default=False)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# Jobs are long: a worker fetches one job at a time, so that a waiting job can go to any worker.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(DATA_DIR / "search")
MEILISEARCH_URL = os.environ.get("MEILISEARCH_URL", "")
MEILISEARCH_PUBLIC_URL = os.environ.get("MEILISEARCH_PUBLIC_URL", MEILISEARCH_URL)
MEILISEARCH_API_KEY = os.environ.get("MEILISEARCH_API_KEY", "")
MEILISEARCH_INDEX_PREFIX = os.environ.get("MEILISEARCH_INDEX_PREFIX", "")
MEILISEARCH_ENABLED = bool(MEILISEARCH_URL)

# Cookies travel over TLS only, unless the site is tried out without it (``make run`` says so).
SECURE_COOKIES = _flag("SECURE_COOKIES", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# Set it to .example.com when frontends are on other hosts of the domain: they read who is logged in, and the language.
SESSION_COOKIE_DOMAIN = CSRF_COOKIE_DOMAIN = LANGUAGE_COOKIE_DOMAIN = os.environ.get("COOKIE_DOMAIN") or None
SECURE_CONTENT_TYPE_NOSNIFF = True
# Clients that send this token as a bearer token may read /metrics, besides staff.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

# /readyz says “degraded” when less is left on a disk that the site writes to.
FREE_SPACE_MB = int(os.environ.get("FREE_SPACE_MB", "500"))

LOGGING = logging_settings(os.environ.get("LOG_FORMAT", "line"), os.environ.get("LOG_LEVEL", "INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # jobs log under the id of the request that started them
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# Django also logs responses from 400 on, with a level.
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = DJANGO_STRUCTLOG_STATUS_5XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = _flag("TRUST_REQUEST_ID", default=False)

# Adds other needs of the app: installed apps, roles, periodic jobs, and settings of blocks.
plugin_settings(sys.modules[__name__])
