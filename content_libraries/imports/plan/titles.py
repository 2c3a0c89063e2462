"""Makes titles of new collections that no other collection has."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count
from typing import Final

from ...learning_core.data import MAX_TITLE

_NUMBER_LENGTH: Final = 10
"""How many characters are left free for the number that makes a title unique."""


def free_title(title: str, taken: Collection[str]) -> str:
    """Return a title, cut to fit, with a number if other collections have it."""
    title = title[: MAX_TITLE - _NUMBER_LENGTH]
    if title not in taken:
        return title
    return next(free for number in count(1) if (free := f"{title}_{number}") not in taken)
