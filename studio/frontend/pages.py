"""
The pages of a built frontend below ``/authoring/``.

WhiteNoise serves the files of the build: it lists them when the process starts, so no path can lead elsewhere.
Every other path is one of the frontend's own pages, and gets ``index.html``, which knows what to show.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from whitenoise.middleware import WhiteNoiseMiddleware

from content_libraries import conf

from .builds import served_copy
from .configuration import FRONTEND_PATH

_FILE: Final = re.compile(
    r"\.(avif|css|eot|gif|html?|ico|jpe?g|m?js|json|map|mp[34]|otf|pdf|png|svg|ttf|txt|wasm|web[mp]|webmanifest|woff2?|xml)$"
)
"""Endings of files. Codes in URLs of pages may have dots, too, but hardly end like this."""


class FilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise for the static files of the site and of the frontend."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        if settings.MFE_DIST:
            copy = served_copy(Path(settings.MFE_DIST), settings.FRONTEND_COPIES)
            self.add_files(copy, prefix=f"{FRONTEND_PATH}/")


@require_safe
@cache_control(no_cache=True)
@xframe_options_exempt  # the policy says who may (frame-ancestors)
def page(_request: HttpRequest, path: str = "") -> FileResponse:
    """
    Serve a page of the frontend. For a missing file of the build, the response is a 404 and not a page.

    Pages of courses show the picker of library content in a frame.
    """
    index = Path(settings.MFE_DIST) / "index.html"
    if not settings.MFE_DIST or not index.is_file():
        raise Http404(_("This site serves no frontend: MFE_DIST names no build."))
    if _is_file(path):
        raise Http404(_("The frontend's build has no such file."))
    response = FileResponse(index.open("rb"), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = conf.frame_ancestors()
    return response


def _is_file(path: str) -> bool:
    """
    Return whether the path is a file of a build.

    Keys may end like a file name, but have colons: ``course-v1:A+B+node.js``.
    """
    name = path.rpartition("/")[2]
    return ":" not in name and _FILE.search(name.lower()) is not None
