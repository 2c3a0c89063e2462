"""Decides who may read data for operators of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare


def is_for_operators(request: HttpRequest) -> bool:
    """Return whether a request has METRICS_TOKEN (``Authorization: Bearer TOKEN``), or comes from the staff."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return bool(token and constant_time_compare(given, f"Bearer {token}")) or request.user.is_staff
