"""
Pages that describe the API. Their scripts come from packages, and draw with styles and pictures of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

_LANGUAGE: Final = "en"
"""The description is for programmers, and in no other language (ADR 0034)."""

# Pages answer nothing else: asked for options, they fail.
_METHODS = ("get", "head")


def _in_english(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
        with translation.override(_LANGUAGE):
            response = view(request, **parts)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        response["Content-Language"] = _LANGUAGE
        return response

    return answer


description = _in_english(SpectacularAPIView.as_view())
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
