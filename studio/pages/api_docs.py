"""
Pages that describe the API. Their scripts come from packages, and draw with styles and pictures of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Final

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import get_script_prefix
from django.utils import translation
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.request import Request

_LANGUAGE: Final = "en"
"""The description is for programmers, and in no other language (ADR 0034)."""

# Only these methods are allowed, because OPTIONS would fail on a page.
_METHODS = ("get", "head")


class DescriptionView(SpectacularAPIView):
    """
    The description of the API.

    Making it takes a second, and any client could request it all the time. It is the same for all users and parameters,
    so a process makes it once in each format.
    """

    schema = None  # it does not describe itself
    _texts: ClassVar[dict[tuple[str, str], str | bytes]] = {}
    _lock: ClassVar = threading.Lock()

    def get(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        made = (renderer.media_type, get_script_prefix())
        with self._lock:
            if made not in self._texts:
                generator: Any = self.generator_class()
                self._texts[made] = renderer.render(generator.get_schema(request=request, public=True))
        name = f'inline; filename="{spectacular_settings.TITLE}.{renderer.format}"'
        return HttpResponse(self._texts[made], content_type=renderer.media_type, headers={"Content-Disposition": name})


def _in_english(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, **parts: object) -> HttpResponse:
        with translation.override(_LANGUAGE):
            response = view(request, **parts)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        response["Content-Language"] = _LANGUAGE
        return response

    return answer


description = _in_english(DescriptionView.as_view())
try_api = csp_update({"style-src": [UNSAFE_INLINE]})(
    _in_english(
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", template_name="studio/swagger.html", http_method_names=_METHODS
        )
    )
)
api_reference = csp_update({"style-src": [UNSAFE_INLINE], "font-src": ["data:"], "worker-src": [SELF, "blob:"]})(
    _in_english(
        SpectacularRedocView.as_view(url_name="schema", template_name="studio/redoc.html", http_method_names=_METHODS)
    )
)
