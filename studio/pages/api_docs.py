"""
Pages that describe the API. Their scripts come from packages, and draw with styles and pictures of their own.
"""

from __future__ import annotations

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

# Pages answer nothing else: asked for options, they fail.
_METHODS = ("get", "head")

try_api = csp_update({"style-src": [UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(
        url_name="schema", template_name="studio/swagger.html", http_method_names=_METHODS
    )
)
api_reference = csp_update({"style-src": [UNSAFE_INLINE], "font-src": ["data:"], "worker-src": [SELF, "blob:"]})(
    SpectacularRedocView.as_view(url_name="schema", template_name="studio/redoc.html", http_method_names=_METHODS)
)
