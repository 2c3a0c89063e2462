"""URLs of the pages where authors look at library items."""

from __future__ import annotations

from urllib.parse import quote

from .. import conf
from ..keys import ItemKey, LibraryContainerLocator, library_key_of


def frontend_url(key: ItemKey) -> str:
    """Return the address of an item in the authoring frontend."""
    base = f"{conf.AUTHORING_FRONTEND_URL.value.rstrip('/')}/library/{library_key_of(key)}"
    if isinstance(key, LibraryContainerLocator):
        return f"{base}/{key.container_type}s/{key}"
    return f"{base}/components?usageKey={quote(str(key), safe=':')}"
