"""
The pages of a built frontend below ``/authoring/``.

WhiteNoise serves the files of the build: it lists them when the process starts, so no path can lead elsewhere.
Every other path is one of the frontend's own pages, and gets ``index.html``, which knows what to show.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from whitenoise.middleware import WhiteNoiseMiddleware

from .configuration import FRONTEND_PATH

_FILES: Final = frozenset(
    {
        ".css",
        ".gif",
        ".html",
        ".ico",
        ".jpg",
        ".js",
        ".json",
        ".map",
        ".png",
        ".svg",
        ".txt",
        ".wasm",
        ".woff",
        ".woff2",
    }
)
"""Endings that no page of the frontend has; keys of libraries and courses may contain dots."""


class FilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise for the static files of the site and for those of the frontend."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        if settings.MFE_DIST:
            self.add_files(settings.MFE_DIST, prefix=f"{FRONTEND_PATH}/")


@require_safe
@cache_control(no_cache=True)
def page(_request: HttpRequest, path: str = "") -> FileResponse:
    """A page of the frontend. A file that the build does not have is not found, rather than a page."""
    index = Path(settings.MFE_DIST) / "index.html"
    if not settings.MFE_DIST or not index.is_file():
        raise Http404(_("This site serves no frontend: MFE_DIST names no build."))
    if PurePosixPath(path).suffix in _FILES:
        raise Http404(_("The frontend's build has no such file."))
    return FileResponse(index.open("rb"), content_type="text/html; charset=utf-8")
