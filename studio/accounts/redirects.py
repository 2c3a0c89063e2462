"""Decides which URLs login and logout may redirect to: on this site, and on the origins of its frontends."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def frontend_hosts() -> set[str]:
    """Return host and port of each origin in CORS_ALLOWED_ORIGINS."""
    return {urlsplit(origin).netloc for origin in settings.CORS_ALLOWED_ORIGINS}


def safe_redirect(request: HttpRequest, url: str, *, default: str) -> str:
    """Return the URL if the browser may be sent there, else the default."""
    allowed = {request.get_host(), *frontend_hosts()}
    is_safe = url_has_allowed_host_and_scheme(url, allowed_hosts=allowed, require_https=request.is_secure())
    return url if is_safe else default
