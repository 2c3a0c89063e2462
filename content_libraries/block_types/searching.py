"""
Extracts the text of a block that people may search for, from its OLX alone.

Field names are the names in the platform's search index, which frontends know (wire: search-documents-components):
``html_content``, ``capa_content``, ``problem_types``, ``transcript_LANGUAGE``.
"""

from __future__ import annotations

import logging
from typing import Final

from lxml import etree

from .markup import parsed
from .registry import block_type
from .search_texts import SearchText

logger = logging.getLogger(__name__)

MAX_OLX_CHARACTERS: Final = 200_000
"""Longer OLX is data rather than text, and useless for searches."""


def search_text(type_name: str, olx: str) -> SearchText:
    """
    Compute the texts by which a block is found, besides its title.

    Args:
        type_name: the XBlock type, ``problem``.
        olx: the block's OLX, one element.

    Never raises: OLX that cannot be read gives no content, and the reason.
    """
    try:
        return _search_text(type_name, olx)
    except Exception as error:  # a descriptor may come from another package; the batch must go on
        logger.exception("No text to search can be made of the OLX of a %s.", type_name)
        return SearchText(None, error=str(error))


def _search_text(type_name: str, olx: str) -> SearchText:
    if len(olx) > MAX_OLX_CHARACTERS:
        return SearchText(None, error=f"The OLX has more than {MAX_OLX_CHARACTERS:,} characters.")
    try:
        root = parsed(olx)
    except (etree.XMLSyntaxError, ValueError) as error:
        return SearchText(None, error=str(error))
    return block_type(type_name).search_text(root)
