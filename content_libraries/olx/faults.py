"""Tells which errors concern one block only, and names the faults of a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..translation import gettext as _
from ..translation import ngettext
from .data import Fault, OlxTree
from .errors import (
    BrokenBlocksError,
    DoctypeInBlockError,
    DuplicateBlockError,
    InvalidAttributeError,
    MalformedXmlError,
    MissingFileError,
    OlxError,
    PointerCycleError,
    UnsupportedEncodingError,
)

__all__ = ["BLOCK_FAULTS", "broken_blocks", "fault_of", "note_on", "refuse_broken"]

BLOCK_FAULTS: Final = (
    DoctypeInBlockError,
    DuplicateBlockError,
    InvalidAttributeError,
    MalformedXmlError,
    MissingFileError,
    PointerCycleError,
    UnsupportedEncodingError,
)
"""Errors of one block. All other errors are attacks, or concern the whole archive."""


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
    """Return the error that names blocks which cannot be read, with the fault of each."""
    text = ngettext(
        "%(count)s block cannot be read. %(problems)s", "%(count)s blocks cannot be read. %(problems)s", len(messages)
    )
    return BrokenBlocksError(text % {"count": len(messages), "problems": " ".join(messages)})
