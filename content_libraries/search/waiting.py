"""
How long anybody waits for the index.

Whoever has a user waiting says so once, around the whole call; everything below that waits, for a turn, a lock or an
answer of an engine, asks here how long it may.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends: ContextVar[float | None] = ContextVar("search_waiting_ends", default=None)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Inside of the block, all waiting together takes no longer than this."""
    token = _ends.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def patience(usual: float) -> float:
    """
    How long to wait now.

    Args:
        usual: seconds to wait where nobody is in a hurry.

    Returns: seconds, 0 when the time is up.
    """
    ends = _ends.get()
    return usual if ends is None else max(0.0, min(usual, ends - time.monotonic()))
