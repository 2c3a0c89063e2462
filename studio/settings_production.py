"""
An example of production: MySQL, Redis, Meilisearch, files in an S3-compatible store, TLS at a proxy in front.

Use it unchanged (``DJANGO_SETTINGS_MODULE=studio.settings_production``) or as a model for your own. It refuses to start
without the variables that it needs; docs/operations.rst explains each variable.
"""

from __future__ import annotations

import os
from pathlib import Path

from .secret_keys import check_secret_key

os.environ.setdefault("LOG_FORMAT", "json")
os.environ.setdefault("TRUSTED_PROXIES", "1")  # the proxy in front, which ends TLS
_NEEDED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "S3_BUCKET")
if _missing := [name for name in _NEEDED if not os.environ.get(name)]:
    raise RuntimeError(f"Set these in the environment: {', '.join(_missing)}.")
check_secret_key(os.environ["SECRET_KEY"])

from .settings import *  # noqa: E402, F403 - its variables have to be set first

DEMO = False  # whatever the environment says

# Shared by all processes. Sessions stay in the database, so that users stay logged in while the cache is down.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["CACHE_URL"]}}

SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # HSTS for all hosts of the domain is not ours to promise

# This machine asks about its own health, as compose.yaml does; proxies send the names of the site.
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost"]  # noqa: F405

_S3 = {
    "bucket_name": os.environ["S3_BUCKET"],
    "endpoint_url": os.environ.get("S3_ENDPOINT_URL") or None,
    "region_name": os.environ.get("S3_REGION") or None,
    # Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.
    "default_acl": None,
    "file_overwrite": False,
}
_S3_BACKEND = "storages.backends.s3.S3Storage"
STORAGES = {
    "default": {"BACKEND": _S3_BACKEND, "OPTIONS": {**_S3, "location": "media", "querystring_auth": True}},
    "staticfiles": {"BACKEND": "studio.static_files.SiteStaticFiles"},
}
# Private files of components; only views that check permissions serve them.
OPENEDX_LEARNING = {"MEDIA": {"BACKEND": _S3_BACKEND, "OPTIONS": {**_S3, "location": "content"}}}
WHITENOISE_USE_FINDERS = False  # after collectstatic
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "static")  # noqa: F405

# The proxy in front ends TLS, and sets this header on every request.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", "3600"))
