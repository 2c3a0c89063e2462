"""Template context for all templates of the host."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from ..frontend.configuration import frontend_url


def site_names(_request: HttpRequest) -> dict[str, str]:
    """Return the name of the site, and the URL of the authoring frontend; "" without one."""
    return {"studio_name": settings.STUDIO_NAME, "frontend": frontend_url()}
