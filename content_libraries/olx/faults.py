"""Blocks that cannot be read: which errors are theirs alone, and what can still be seen in their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..translation import gettext as _
from ..translation import ngettext
from .data import Fault, OlxTree
from .errors import (
    BrokenBlocksError,
    DuplicateBlockError,
    InvalidAttributeError,
    MalformedXmlError,
    MissingFileError,
    OlxError,
    PointerCycleError,
    UnsupportedEncodingError,
)
from .xml_source import Budget, parse_document

__all__ = ["BLOCK_FAULTS", "broken_blocks", "empty_elements", "fault_of", "note_on", "refuse_broken"]

BLOCK_FAULTS: Final = (
    DuplicateBlockError,
    InvalidAttributeError,
    MalformedXmlError,
    MissingFileError,
    PointerCycleError,
    UnsupportedEncodingError,
)
"""Errors of one block. All other errors are attacks, or concern the whole archive."""

_LITERAL: Final = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_EMPTY_ELEMENT: Final = re.compile(r"<[A-Za-z_][\w.-]*+\s[^<>]*?/>")


def fault_of(error: OlxError) -> Fault:
    """Return an error as the fault of a block."""
    return Fault(error.message, error.path, error.line)


def note_on(error: OlxError) -> str:
    """Return the note on a block that was mended."""
    return _("This was mended while it was read, so look it over. %(problem)s") % {"problem": error.message}


def refuse_broken(tree: OlxTree) -> None:
    """Raise BrokenBlocksError, with all faults, if a block or a draft of a source cannot be read."""
    roots = (tree.root, *(draft.block for draft in tree.drafts))
    faults = dict.fromkeys(block.fault for root in roots for block in root.walk() if block.fault)
    if faults:
        raise broken_blocks([fault.message for fault in faults])


def broken_blocks(messages: Sequence[str]) -> BrokenBlocksError:
    """Return the error for blocks that cannot be read, given what is wrong with each."""
    text = ngettext(
        "%(count)s block cannot be read. %(problems)s", "%(count)s blocks cannot be read. %(problems)s", len(messages)
    )
    return BrokenBlocksError(text % {"count": len(messages), "problems": " ".join(messages)})


def empty_elements(data: bytes, budget: Budget) -> Iterator[str]:
    """Yield the empty elements with a ``url_name`` in a broken file: pointers, and blocks with nothing but settings."""
    for text in _EMPTY_ELEMENT.findall(_LITERAL.sub("", data.decode(errors="replace"))):
        try:
            element = parse_document(text.encode(), budget=budget).root
        except MalformedXmlError:
            continue
        if "url_name" in element.attributes:
            yield text
