"""Decides to which page an action returns."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails


def back(request: HttpRequest, *, default: str) -> HttpResponseRedirect:
    """Redirect to the page of this site that the user was on, with its search and its page; else to the default."""
    url = HtmxDetails(request).current_url or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(default)
    parts = urlsplit(url)
    return HttpResponseRedirect(f"{parts.path}?{parts.query}" if parts.query else parts.path)
