"""Limits the size of trees. A tree is a graph in which a block may have two parents; all of its paths count."""

from __future__ import annotations

from collections.abc import Iterable

from ..translation import gettext as _
from .data import Limits, OlxBlock
from .errors import ArchiveTooLargeError

__all__ = ["refuse_unfolding"]


def refuse_unfolding(roots: Iterable[OlxBlock], limits: Limits) -> None:
    """Raise ArchiveTooLargeError if the blocks below a root, counted once for each path to them, exceed the limit."""
    sizes: dict[int, int] = {}
    for root in roots:
        if _size(root, sizes) > limits.blocks:
            raise ArchiveTooLargeError(
                _("%(path)s holds more than %(limit)s blocks: split the course.")
                % {"path": root.path or _("The OLX"), "limit": f"{limits.blocks:,}"},
                root.path,
            )


def _size(block: OlxBlock, known: dict[int, int]) -> int:
    if id(block) not in known:
        known[id(block)] = 1 + sum(_size(child, known) for child in block.children)
    return known[id(block)]
