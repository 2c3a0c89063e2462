"""Edits many blocks without storing anything, in the processes of blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from .. import conf
from ..actors import Actor
from ..errors import InvalidInputError
from .data import BlockEdit, EditedBlock, EditProblem, ShownVersion
from .edits_inside import edit_each
from .processes.errors import BlockStoppedError
from .processes.running import run
from .site import NOBODYS_SITE
from .visits import turn_of

_BLOCKS_AT_ONCE: Final = 100
_CHARACTERS_AT_ONCE: Final = 250_000
_MOST_STOPS: Final = 20


def edit_blocks(
    versions: Sequence[ShownVersion], edit: BlockEdit, *, user: Actor, after_each: Callable[[int], None] | None = None
) -> list[EditedBlock]:
    """
    Compute an edit of many blocks. Stores nothing, and checks no permission.

    Args:
        versions: the blocks. Their files are not read.
        edit: new values of settings, or texts to find and replace.
        user: the user whose turn it is to run code of blocks.
        after_each: is called after each batch with the number of its blocks.

    Returns: the result for each block, in the same order. Raises InvalidInputError if it takes more seconds than
    ``BULK_EDIT_SECONDS``, if many blocks have to be stopped, or if their OLX has more than
    ``BULK_EDIT_MAX_CHARACTERS`` afterwards; RefusedPatternError and BusyError.
    """
    work = _Work(edit, user)
    found: list[EditedBlock] = []
    limit, characters = conf.BULK_EDIT_MAX_CHARACTERS.value, 0
    for batch in _batches(versions):
        edited = work.do(batch)
        characters += sum(len(each.olx) for each in edited)
        if characters > limit:
            text = _("The OLX of these items would have more than %(limit)s characters. Choose fewer items.")
            raise InvalidInputError(text % {"limit": f"{limit:,}"})
        found += edited
        if after_each is not None:
            after_each(len(batch))
    return found


class _Work:
    """The state of one edit."""

    def __init__(self, edit: BlockEdit, user: Actor) -> None:
        self.edit = edit
        self.user = user
        self.stops = 0
        self.end = time.monotonic() + conf.BULK_EDIT_SECONDS.value

    def do(self, batch: Sequence[ShownVersion]) -> list[EditedBlock]:
        """Edit a batch. If it is stopped, its halves are done separately, until one block is to blame."""
        if self.stops > _MOST_STOPS or time.monotonic() > self.end:
            raise InvalidInputError(_("This takes too long. Choose fewer items, or a simpler pattern."))
        about = f"{len(batch)} blocks from {batch[0].key}"
        try:
            return run(edit_each, list(batch), self.edit, site=NOBODYS_SITE, who=turn_of(self.user), about=about)
        except BlockStoppedError as error:
            self.stops += 1
            if len(batch) == 1:
                return [EditedBlock(batch[0].olx, problem=EditProblem.STOPPED, reason=error.message)]
        half = len(batch) // 2
        return [*self.do(batch[:half]), *self.do(batch[half:])]


def _batches(versions: Sequence[ShownVersion]) -> Iterator[list[ShownVersion]]:
    batch: list[ShownVersion] = []
    characters = 0
    for version in versions:
        if batch and (len(batch) >= _BLOCKS_AT_ONCE or characters + len(version.olx) > _CHARACTERS_AT_ONCE):
            yield batch
            batch, characters = [], 0
        batch.append(version)
        characters += len(version.olx)
    if batch:
        yield batch
