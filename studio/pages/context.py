"""Template context for all templates of the host."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site_names(_request: HttpRequest) -> dict[str, str]:
    """Return the name of the site."""
    return {"studio_name": settings.STUDIO_NAME}
