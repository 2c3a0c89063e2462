"""Finds the URL at which browsers reach the facade."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from ..engine import BrowserAccess, index_name
from . import keys


def facade_access() -> BrowserAccess | None:
    """Return where the host has mounted the facade, and the key for its tokens; None if it has not mounted it."""
    try:
        url = reverse("meilisearch:root").rstrip("/")
    except NoReverseMatch:
        return None
    return BrowserAccess(url, index_name(), keys.UID, keys.current())
