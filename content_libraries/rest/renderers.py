"""
Renders responses as JSON.

Django REST framework imports this module while it imports its views, because the host names it in its settings for the
views of other packages. So it imports no views.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from ..characters import valid_value


class TextJSONRenderer(JSONRenderer):
    """A JSON renderer that copes with any text that library content or the code of a block puts into a response."""

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except ValueError:  # half a character, or a number that JSON does not have
            return super().render(valid_value(data), accepted_media_type, renderer_context)
