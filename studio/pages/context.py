"""What every template of the host may show."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site_names(_request: HttpRequest) -> dict[str, str]:
    """The name of the site."""
    return {"studio_name": settings.STUDIO_NAME}
