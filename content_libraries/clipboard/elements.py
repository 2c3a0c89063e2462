"""Elements with all that is below them, as they are put on the clipboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from ..errors import InvalidInputError
from ..olx.api import DEFAULT_LIMITS, nested, with_attributes


def element_of(
    definition: str, attributes: Mapping[str, str | None], children: Sequence[str] = (), *, title: str
) -> str:
    """
    The element of an item with attributes that are its own, and with the elements of its children inside of it.

    Args:
        definition: its OLX without the children.
        title: what messages call it.

    Raises OlxError for unsafe XML, and InvalidInputError for contents that are too long to be read back.
    """
    if sum(len(child.encode()) for child in children) > DEFAULT_LIMITS.text_bytes:
        raise InvalidInputError(
            _("“%(title)s” has more than %(limit)s bytes of text, too much to be copied at once. Copy its parts.")
            % {"title": title, "limit": f"{DEFAULT_LIMITS.text_bytes:,}"}
        )
    return with_attributes(nested(definition, children), attributes)
