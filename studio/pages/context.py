"""Template context for all templates of the host."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from ..accounts.demo_login import demo_users
from ..frontend.configuration import frontend_url


def site_names(request: HttpRequest) -> dict[str, object]:
    """Return the name of the site, the URL of the authoring frontend or "", and the users of the demo."""
    return {
        "studio_name": settings.STUDIO_NAME,
        "frontend": frontend_url(),
        "demo_users": demo_users(request),
    }
