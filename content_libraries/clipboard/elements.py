"""OLX elements with all that is below them, as the clipboard stores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from ..errors import InvalidInputError
from ..olx.api import DEFAULT_LIMITS, nested, with_attributes


def element_of(
    definition: str, attributes: Mapping[str, str | None], children: Sequence[str] = (), *, title: str
) -> str:
    """
    Return the element of an item with the given attributes and with the elements of its children inside.

    Args:
        definition: the OLX of the item without its children.
        title: the title of the item, for error messages.

    Raises OlxError for unsafe XML, and InvalidInputError for contents that are too long to be read back.
    """
    if sum(len(child.encode()) for child in children) > DEFAULT_LIMITS.text_bytes:
        raise InvalidInputError(
            _("“%(title)s” has more than %(limit)s bytes of text, too much to be copied at once. Copy its parts.")
            % {"title": title, "limit": f"{DEFAULT_LIMITS.text_bytes:,}"}
        )
    return with_attributes(nested(definition, children), attributes)
