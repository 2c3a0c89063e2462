"""
Limits how long a call may wait for the index.

A caller with a waiting user sets one limit for the whole call. Functions below it that wait for a turn, a lock or a
response of an engine ask here how long they may wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends: ContextVar[float | None] = ContextVar("search_waiting_ends", default=None)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Limit the time of all waiting inside the block, in seconds."""
    token = _ends.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def patience(usual: float) -> float:
    """
    Return how many seconds to wait now.

    Args:
        usual: seconds to wait outside of any limited block.

    Returns: seconds; 0 if the time is up.
    """
    ends = _ends.get()
    return usual if ends is None else max(0.0, min(usual, ends - time.monotonic()))
