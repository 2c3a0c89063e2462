"""
What we add to the REST API of openedx-authz, through its filters.

Frontends ask it what their user may do, and show or hide buttons accordingly. By itself it knows roles only, not the
older levels, the flags of a library, or a permission backend of the site; its answer has to be what is enforced.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from crum import get_current_user
from openedx_filters import PipelineStep

from ..errors import NotFoundError
from ..keys import library_key
from .access import get_library, may
from .data import Permission


class LibraryPermissions(PipelineStep):
    """
    Answers every question about one library as ``access.may`` does; leaves all others as they are.

    A step for ``org.openedx.authz.permission_validation.requested.v1`` in ``OPEN_EDX_FILTERS_CONFIG``.
    """

    def run_filter(self, items: list[dict[str, Any]], **kwargs: Any) -> dict[str, Any]:
        return {"items": [_as_enforced(item) for item in items], **kwargs}


def _as_enforced(item: dict[str, Any]) -> dict[str, Any]:
    with suppress(ValueError, NotFoundError):  # not an action of ours, not a library, or not there
        permission = Permission(item["action"])
        library = get_library(library_key(item.get("scope") or ""))
        return {**item, "allowed": may(get_current_user(), library, permission)}
    return item
